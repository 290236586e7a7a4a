import type { Client, ResultSet } from '@libsql/client';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql/sqlite3';
import type { BaseSQLiteDatabase, SQLiteTransaction } from 'drizzle-orm/sqlite-core';
import { connect, type Connection, patiently } from './connection.ts';
import { filePath, inspectFile, inspectPages, prepareFile } from './file.ts';
import { Gate } from './gate.ts';

type Schema = Record<string, never>;
/** What queries read from: the database, or the transaction they run in. */
export type Db = BaseSQLiteDatabase<'async', ResultSet, Schema>;
/** What writes need: only the gate hands one out, so a write outside it does not type-check. */
export type Tx = SQLiteTransaction<'async', ResultSet, Schema, ExtractTablesWithRelations<Schema>>;

export interface Database {
  /** Reads, on a connection of their own that cannot write. */
  read: Db;
  /**
   * One writer at a time, one transaction each; `name` is what a waiting caller is told. Never touch the network inside.
   * `change` may run again when another process held the file, so it must not leave anything behind but its writes.
   */
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

/**
 * Opens a libSQL file, made when it is not there, or a libSQL server, where pragmas are the server's matter.
 * Throws `DatabaseRefused` for a file that is damaged or cannot be written, before anything is.
 */
export async function openDatabase(url: string): Promise<Database> {
  const local = url.startsWith('file:');
  if (local) {
    inspectFile(filePath(url));
    prepareFile(filePath(url));
    await inspectPages(url);
  }
  const writer = await connect(url, local ? PRAGMAS : []);
  const reader = await connect(url, local ? [...PRAGMAS, 'PRAGMA query_only=ON'] : []);
  const gate = new Gate(writer);
  const drizzled = drizzle(writer.client);
  return {
    read: drizzle(readingClient(reader, gate)) as unknown as Db,
    write: (name, change) => gate.run(name, () => drizzled.transaction((tx) => change(tx as unknown as Tx))),
    execute: (sql) => gate.run(sql.slice(0, 60), () => writer.client.execute(sql)),
    close: async () => {
      await gate.run('close', async () => {
        reader.client.close();
        if (local) await writer.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
        writer.client.close();
      });
    },
  };
}

/** Whether a unique index refused the row; drizzle hides the driver's error as its cause. */
export function isUniqueViolation(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code, extendedCode } = e as { code?: string; extendedCode?: string };
    const text = `${code ?? ''} ${extendedCode ?? ''}`;
    if (/SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)/.test(text)) return true;
  }
  return false;
}

/** All that drizzle needs for reading; BUSY is cured as at the gate, and use inside a transaction is an error. */
function readingClient(connection: Connection, gate: Gate): Client {
  const execute = connection.client.execute.bind(connection.client) as (...args: unknown[]) => Promise<ResultSet>;
  let tail: Promise<unknown> = Promise.resolve();
  const queued = (...args: unknown[]): Promise<ResultSet> => {
    gate.refuseInside('read');
    const done = tail.then(() => patiently(connection, () => execute(...args)));
    tail = done.then(
      () => {},
      () => {},
    );
    return done;
  };
  return { execute: queued } as unknown as Client;
}
