import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, type ResultSet } from '@libsql/client';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import type { BaseSQLiteDatabase, SQLiteTransaction } from 'drizzle-orm/sqlite-core';

type Schema = Record<string, never>;
/** What queries read from: the database, or the transaction they run in. */
export type Db = BaseSQLiteDatabase<'async', ResultSet, Schema>;
/** What writes need: only the gate hands one out, so a write outside it does not type-check. */
export type Tx = SQLiteTransaction<'async', ResultSet, Schema, ExtractTablesWithRelations<Schema>>;

export interface Database {
  /** Reads, on a connection of their own that cannot write. */
  read: Db;
  /** One writer at a time, one transaction each; `name` is what a waiting caller is told. Never touch the network inside. */
  write<T>(name: string, change: (tx: Tx) => Promise<T>): Promise<T>;
  /** A statement outside any transaction, for start-up and maintenance. */
  execute(sql: string): Promise<ResultSet>;
  close(): Promise<void>;
}

/** R-DU-2: what every connection must have; `journal_mode` is a property of the file. */
const PRAGMAS = [
  'PRAGMA journal_mode=WAL',
  'PRAGMA synchronous=FULL',
  'PRAGMA foreign_keys=ON',
  'PRAGMA cache_size=-16000',
  'PRAGMA temp_store=MEMORY',
  'PRAGMA journal_size_limit=67108864',
];
/** Longest wait for another process to let go of the file, and for a turn at the gate. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 15;

/**
 * Opens a libSQL file or server. `@libsql/client` leaves an unfinished statement behind on a connection that met
 * SQLITE_BUSY: later writes report success and are lost (tursodatabase/libsql-client-ts #350, #352). So the client
 * is reconnected before any further statement, and the wait happens here, in JavaScript, not in the driver,
 * which would block the event loop.
 */
export async function openDatabase(url: string): Promise<Database> {
  const local = url.startsWith('file:');
  if (local) mkdirSync(dirname(filePath(url)), { recursive: true });
  const writer = await connect(url, local ? PRAGMAS : []);
  const reader = local ? await connect(url, [...PRAGMAS, 'PRAGMA query_only=ON']) : writer;
  const gate = new Gate(writer);
  const drizzled = drizzle(writer.client);
  return {
    read: drizzle(guarded(reader, gate)) as unknown as Db,
    write: (name, change) => gate.run(name, () => drizzled.transaction((tx) => change(tx as unknown as Tx))),
    execute: (sql) => gate.run(sql.slice(0, 60), () => writer.client.execute(sql)),
    close: async () => {
      await gate.run('close', async () => {
        if (local) await writer.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
        writer.client.close();
        if (reader !== writer) reader.client.close();
      });
    },
  };
}

/** The path of a `file:` URL; `file:relative` as well as `file:///absolute`. */
export function filePath(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

/** Whether a unique index refused the row; drizzle hides the driver's error as its cause. */
export function isUniqueViolation(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code, extendedCode } = e as { code?: string; extendedCode?: string };
    const text = `${code ?? ''} ${extendedCode ?? ''}`;
    if (/SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(text)) return true;
  }
  return false;
}

interface Connection {
  client: Client;
  /** Throws the poisoned connection away and sets the pragmas of the new one. */
  renew(): Promise<void>;
}

async function connect(url: string, pragmas: string[]): Promise<Connection> {
  const client = createClient({ url, concurrency: 1, intMode: 'number' });
  const prepare = async () => {
    for (const pragma of pragmas) await client.execute(pragma);
    if (pragmas.length > 0) await verify(client);
  };
  const connection = {
    client,
    renew: async () => {
      await client.reconnect();
      await prepare();
    },
  };
  await patiently(connection, prepare);
  return connection;
}

async function verify(client: Client): Promise<void> {
  const wanted: Record<string, unknown> = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 };
  for (const [name, value] of Object.entries(wanted)) {
    const found = (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0];
    if (found !== value) throw new Error(`the database refuses PRAGMA ${name}: wanted ${value}, got ${found}`);
  }
}

function isBusy(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: string };
    if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) return true;
  }
  return false;
}

/** Runs `work`; on BUSY the connection is renewed first, then the work is done again, for up to five seconds. */
async function patiently<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let renewing = false; ; ) {
    try {
      if (renewing) await connection.renew();
      renewing = false;
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      renewing = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const inside = new AsyncLocalStorage<string>();

/** Writers take turns. Inside a turn a second one would wait for itself for ever: it is refused at once. */
class Gate {
  readonly #connection: Connection;
  #tail: Promise<unknown> = Promise.resolve();
  #holder = '';

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.refuseInside(name);
    const turn = this.#turn(name);
    const done = turn.then(() => inside.run(name, () => patiently(this.#connection, work)));
    // The next writer waits for this one even if this one gave up waiting for its turn.
    this.#tail = Promise.allSettled([this.#tail, done]);
    return done;
  }

  refuseInside(name: string): void {
    const holder = inside.getStore();
    if (holder) throw new Error(`"${name}" was called inside the transaction "${holder}": use tx, not db`);
  }

  async #turn(name: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`"${name}" waited ${PATIENCE_MS} ms to write; "${this.#holder}" holds the database`)),
        PATIENCE_MS,
      );
    });
    await Promise.race([this.#tail, tooLong]).finally(() => clearTimeout(timer));
    this.#holder = name;
  }
}

/** The reading client: BUSY is cured the same way, and use inside a transaction is an error, not stale data. */
function guarded(connection: Connection, gate: Gate): Client {
  const execute = connection.client.execute.bind(connection.client);
  let tail: Promise<unknown> = Promise.resolve();
  const queued: Client['execute'] = (...args: unknown[]) => {
    gate.refuseInside('read');
    const done = tail.then(() =>
      patiently(connection, () => (execute as (...a: unknown[]) => Promise<ResultSet>)(...args)),
    );
    tail = done.catch(() => {});
    return done;
  };
  return new Proxy(connection.client, {
    get: (client, key) => {
      if (key === 'execute') return queued;
      const value: unknown = Reflect.get(client, key);
      return typeof value === 'function' ? value.bind(client) : value;
    },
  });
}
