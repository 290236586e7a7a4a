import type { Client, InArgs, InStatement, Transaction } from '@libsql/client';
import { createClient } from '@libsql/client/sqlite3';
import { keepStatements } from './statement-cache.ts';
import { wholeText } from './whole-text.ts';

keepStatements();

/** One connection of the driver and whether its pragmas are set. */
export interface Connection {
  client: Client;
  pragmas: readonly string[];
  ready: boolean;
  /** The newest transaction, which may have ended. */
  transaction: Transaction | null;
}

/** Longest wait for another process to let go of the file. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 15;
/** A server takes several requests at once; a file gets one connection, or pragmas would depend on luck. */
const SERVER_REQUESTS = 20;
/** After these the state of a connection is not known, or known to be bad. */
const SPOILING = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|PROTOCOL)/;

/** A connection with its pragmas set and verified (R-DU-2). */
export async function connect(url: string, pragmas: readonly string[]): Promise<Connection> {
  const concurrency = pragmas.length > 0 ? 1 : SERVER_REQUESTS;
  const create = url.startsWith('file:') ? createClient : await clientOfServers();
  const client = await openPatiently(() => create({ url, concurrency, intMode: 'number' }));
  const connection: Connection = { client, pragmas, ready: false, transaction: null };
  const begin = client.transaction.bind(client);
  client.transaction = async () => {
    connection.transaction = guarded(await begin('write'));
    return connection.transaction;
  };
  guarded(client);
  await patiently(connection, async () => {});
  return connection;
}

/** Ten megabytes of memory that a file does not need. */
async function clientOfServers(): Promise<typeof createClient> {
  return (await import('@libsql/client')).createClient;
}

/** No statement takes text along that the driver cannot read back. */
function guarded<T extends Client | Transaction>(runner: T): T {
  const execute = runner.execute.bind(runner) as (statement: InStatement) => ReturnType<T['execute']>;
  runner.execute = (statement: InStatement, args?: InArgs) =>
    execute(wholeText(typeof statement === 'string' && args !== undefined ? { sql: statement, args } : statement));
  const batch = runner.batch.bind(runner) as (statements: InStatement[], ...rest: unknown[]) => ReturnType<T['batch']>;
  runner.batch = (statements: InStatement[], ...rest: unknown[]) => batch(statements.map(wholeText), ...rest);
  return runner;
}

/**
 * Runs `work`; while another process holds the file, waits and does it again, for up to five seconds.
 *
 * `@libsql/client` leaves an unfinished statement behind on a connection that met SQLITE_BUSY: later writes report
 * success and are lost (tursodatabase/libsql-client-ts #350, #352). So such a connection is thrown away before any
 * further statement, also when this gives up. The wait is here because the driver's own blocks the event loop.
 */
export async function patiently<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      if (!connection.ready) await prepare(connection);
      return await work();
    } catch (error) {
      if (!hasCode(error, SPOILING)) throw error;
      discard(connection);
      if (!isBusy(error) || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/**
 * Throws the underlying connection away. What is open on it is rolled back first: closing alone would leave the
 * file locked until the garbage collector comes by. A closed client stays closed.
 */
export function discard(connection: Connection): void {
  if (connection.client.closed) return;
  connection.ready = false;
  try {
    connection.transaction?.close();
  } finally {
    connection.client.reconnect();
  }
}

async function prepare(connection: Connection): Promise<void> {
  const { client, pragmas } = connection;
  for (const pragma of pragmas) await client.execute(pragma);
  if (pragmas.length > 0) await verify(client);
  connection.ready = true;
}

async function verify(client: Client): Promise<void> {
  const wanted = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 };
  for (const [name, value] of Object.entries(wanted)) {
    const found = (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0];
    if (found !== value) throw new Error(`the database refuses PRAGMA ${name}=${value}`);
  }
}

/** The driver runs a statement while it opens a file, so opening itself may meet another process. */
async function openPatiently(open: () => Client): Promise<Client> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function isBusy(error: unknown): boolean {
  return hasCode(error, /^SQLITE_(BUSY|LOCKED)/);
}

function hasCode(error: unknown, pattern: RegExp): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown };
    if (typeof code === 'string' && pattern.test(code)) return true;
  }
  return false;
}
