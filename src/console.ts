import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findCommand } from './commands.ts';
import { AppError } from './core/errors.ts';
import { withOrigin } from './db/origin.ts';
import type { Deps } from './deps.ts';

/** What the command line asks of a running server, one line of JSON each way. */
export interface ConsoleRequest {
  command: string;
  args: string[];
}
export type ConsoleReply = { lines: string[] } | { error: string };

/** Longest socket path that every system takes. */
const LONGEST_PATH = 100;
const LONGEST_LINE = 64 * 1024;

/** In the data folder; in the temporary one when that path is too long for a socket. */
function socketPath(dataPath: string): string {
  const path = join(dataPath, 'console.sock');
  if (path.length <= LONGEST_PATH) return path;
  return join(tmpdir(), `statusping-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}

/**
 * Takes commands from the command line while the server runs, so that one process writes the database, always.
 * Only the user of the server can open the socket. The caller holds the folder's lock, so a socket file that lies
 * there is left over from a process that was killed.
 */
export async function listenConsole(deps: Deps): Promise<{ close(): Promise<void> }> {
  const path = socketPath(deps.config.dataPath);
  rmSync(path, { force: true });
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.on('error', () => socket.destroy());
    void converse(deps, socket);
  });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  } finally {
    process.umask(before);
  }
  return {
    close: async () => {
      for (const socket of clients) socket.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function converse(deps: Deps, socket: Socket): Promise<void> {
  let received = 0;
  socket.on('data', (part) => {
    received += part.length;
    if (received > LONGEST_LINE) socket.destroy();
  });
  for await (const line of createInterface({ input: socket })) {
    socket.end(`${JSON.stringify(await reply(deps, line))}\n`);
    return;
  }
}

async function reply(deps: Deps, line: string): Promise<ConsoleReply> {
  try {
    return await runCommand(deps, JSON.parse(line) as ConsoleRequest);
  } catch (error) {
    deps.log.error({ err: error }, 'command failed');
    return { error: 'The command failed; the reason is in the log of the server.' };
  }
}

/** Runs a command in this process; a refusal the caller may read is an answer, anything else throws. */
export async function runCommand(deps: Deps, { command, args }: ConsoleRequest): Promise<ConsoleReply> {
  try {
    return { lines: await withOrigin({ via: 'console', ip: null }, () => findCommand(command).run(deps, args)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fields = error.fields.map(({ field, message }) => `${field}: ${message}`);
    return { error: fields.join(' ') || error.message };
  }
}

/** The running server's answer, or null when no server listens on the folder. */
export async function askConsole(dataPath: string, request: ConsoleRequest): Promise<ConsoleReply | null> {
  const socket = createConnection(socketPath(dataPath));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
    throw error;
  }
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of createInterface({ input: socket })) return JSON.parse(line) as ConsoleReply;
  return { error: 'The server went away before it answered.' };
}
