import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { systemClock } from '../../src/core/time.ts';
import type { Reason, ResultStatus, Verdict } from '../../src/core/verdict.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { mintAuthority } from './certificates.ts';
import { type NameScript, serveNames } from './corpus-names.ts';
import { serveRaw, serveRawTls, type TestServer, type TlsServerOptions } from './servers.ts';

/** What a server does next: says something, or does it. Text is sent as Latin-1, so that "\xff" is one byte. */
export type Step = string | Buffer | ((socket: Socket) => Promise<void> | void);

/** Where the servers of a row listen, for answers that name them. */
export interface Place {
  /** `http://127.0.0.1:port` of the server asked. */
  url: string;
  port: number;
  /** Another origin, whose answer repeats what it was sent. */
  other: string;
}

/** One behaviour and what the check must make of it. */
export interface Behaviour {
  name: string;
  /** One script for every connection, or one for each path ("*" for the rest). It ends with a close. */
  does: Step[] | ((place: Place) => Record<string, Step[]>);
  /** The script starts when a request has come (default) or as soon as somebody connects. */
  from?: 'request' | 'connect';
  /** Speaks TLS; the certificates of `authority` are trusted. */
  tls?: TlsServerOptions;
  /** The target is this name, and DNS is this script. */
  names?: NameScript;
  host?: string;
  /** Asked under this scheme, whatever the server speaks. */
  scheme?: 'http' | 'https';
  path?: string;
  config?: Record<string, unknown>;
  timeoutMs?: number;
  /** The clock of the check runs this many times as fast as its deadline. */
  speed?: number;
  /** Private addresses are refused, as on the open internet. */
  hosted?: boolean;
  status: ResultStatus;
  reason: Reason | null;
}

/** The one that signs what is to be trusted. */
export const authority = mintAuthority();

/** Ends nothing: the connection stays open until the other side has enough. */
export const hold: Step = (socket) => closed(socket);

export const reset: Step = (socket) => void socket.resetAndDestroy();

/** Waits, and lets what was sent arrive, however busy the machine is. */
export function pause(ms: number): Step {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
}

/** The same piece again and again, slowly. */
export function drip(piece: string, everyMs: number): Step {
  return async (socket) => {
    const timer = setInterval(() => socket.write(piece, 'latin1'), everyMs);
    await closed(socket);
    clearInterval(timer);
  };
}

/** The same piece as fast as it is taken. */
export function flood(piece: string | Buffer): Step {
  return async (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    more();
    await closed(socket);
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : void socket.once('close', () => resolve())));
}

export interface Scene {
  target: string;
  resolvers: string[];
  server: TestServer;
  close(): Promise<void>;
}

/** Starts what a row describes, on free ports. */
export async function stage(row: Behaviour): Promise<Scene> {
  const open: { close(): Promise<void> }[] = [];
  const keep = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const thing = await starting;
    open.push(thing);
    return thing;
  };
  const other = await keep(serveRaw((socket) => onRequest(socket, echo)));
  let server: TestServer | null = null;
  const scripts = (path: string): Step[] => {
    if (Array.isArray(row.does)) return row.does;
    const port = server?.port ?? 0;
    const routes = row.does({ url: `http://127.0.0.1:${port}`, port, other: other.url });
    return routes[path] ?? routes['*'] ?? [];
  };
  const serve = (socket: Socket): void => {
    if (row.from === 'connect') void play(socket, scripts('*'));
    else onRequest(socket, (asked) => scripts(asked.split(' ')[1] ?? ''));
  };
  server = await keep(row.tls ? serveRawTls(serve, row.tls) : serveRaw(serve));
  const names = row.names ? await keep(serveNames(row.names)) : null;
  const scheme = row.scheme ?? (row.tls ? 'https' : 'http');
  const host = row.host ?? (row.names ? 'www.shop.example' : scheme === 'https' ? 'localhost' : '127.0.0.1');
  return {
    target: `${scheme}://${host}:${server.port}${row.path ?? '/'}`,
    resolvers: names ? [names.address] : [],
    server,
    close: async () => {
      await Promise.all(open.map((thing) => thing.close()));
    },
  };
}

/** What the HTTP check makes of a scene. */
export function judgeScene(row: Behaviour, { target, resolvers }: Scene): Promise<Verdict> {
  const start = systemClock.monotonic();
  const speed = row.speed ?? 1;
  return CHECKS.http.run(target, row.config ?? {}, {
    clock: {
      now: () => systemClock.now(),
      monotonic: () => start + (systemClock.monotonic() - start) * speed,
    },
    outbound: { allowPrivate: !row.hosted, resolvers, authorities: [authority.cert] },
    timeoutMs: row.timeoutMs ?? 10_000,
    signal: new AbortController().signal,
  });
}

/** Collects one request head, then plays what belongs to it. */
function onRequest(socket: Socket, script: (asked: string) => Step[]): void {
  let asked = '';
  const listen = (part: Buffer): void => {
    asked += part.toString('latin1');
    if (!asked.includes('\r\n\r\n')) return;
    socket.off('data', listen);
    socket.on('data', () => undefined);
    void play(socket, script(asked));
  };
  socket.on('data', listen);
}

async function play(socket: Socket, steps: Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (typeof step === 'function') await step(socket);
    else if (typeof step === 'string') socket.write(step, 'latin1');
    else socket.write(step);
  }
  if (!socket.destroyed) socket.end();
}

function echo(asked: string): Step[] {
  return [`HTTP/1.1 200 OK\r\nContent-Length: ${asked.length}\r\n\r\n${asked}`];
}

/** Bytes that look random, the same each time. */
export function noise(size: number): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; n * 32 < size; n += 1) parts.push(createHash('sha256').update(`${n}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}
