import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Foreign } from './import-source.ts';
import { readTables } from './import-tables.ts';
import { Turns } from './turns.ts';

/** Largest database that is read, and what may come out of it, in bytes. */
export const MOST_DATABASE = 64 * 1_048_576;
const MOST_READ = 24 * 1_048_576;
const DEADLINE_MS = 20_000;
/** Databases that are read at once and wait in memory, one of each account. */
const TURNS = new Turns({ atOnce: 2, waiting: 4, ofOne: 1 });

const MAGIC = 'SQLite format 3\0';

/** Whether a file begins as SQLite databases do. */
export function isDatabase(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAGIC.length)).toString('latin1') === MAGIC
  );
}

/**
 * The program that opens a stranger's database. It is a process of its own, with nothing in its environment, so that a
 * file made to make SQLite busy for ever, or to fall over, ends it and nothing else. It reads real tables only (a view
 * or a virtual table of that name would run what its maker wrote), real columns only, and no index.
 */
const PROGRAM = `
const [driver, file] = process.argv.slice(1);
const Database = require(driver);
const db = new Database(file, { readonly: true, timeout: 2000 });
for (const one of ['trusted_schema=OFF', 'query_only=ON', 'cell_size_check=ON', 'ignore_check_constraints=ON', 'mmap_size=0'])
  db.exec('PRAGMA ' + one);
const found = db.prepare('PRAGMA quick_check(1)').all()[0];
if (Object.values(found)[0] !== 'ok') throw new Error('damaged');
const real = new Map(db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' LIMIT 2000").all().map((t) => [t.name, t.sql]));
const isReal = (name) => /^\\s*CREATE\\s+TABLE/i.test(real.get(name) || '');
const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';
let size = 0;
function rows(name, most) {
  if (!isReal(name)) return [];
  const columns = db.prepare('PRAGMA table_xinfo(' + quoted(name) + ')').all().filter((c) => c.hidden === 0).map((c) => c.name);
  if (columns.length === 0 || columns.length > 500) return [];
  const wanted = columns.map((c) => 'CASE WHEN length(' + quoted(c) + ') > 262144 THEN NULL ELSE ' + quoted(c) + ' END AS ' + quoted(c));
  const out = [];
  for (const row of db.prepare('SELECT ' + wanted.join(', ') + ' FROM ' + quoted(name) + ' NOT INDEXED LIMIT ' + most).iterate()) {
    for (const [key, value] of Object.entries(row)) {
      if (value !== null && typeof value === 'object') row[key] = null;
      if (typeof value === 'bigint') row[key] = Number(value);
      size += key.length + (typeof value === 'string' ? value.length : 8);
    }
    if (size > 16000000) throw new Error('too much');
    out.push(row);
  }
  return out;
}
const tables = {};
for (const [name, most] of Object.entries({ monitor: 2001, notification: 1000, monitor_notification: 50000, tag: 5000,
  monitor_tag: 50000, proxy: 500, status_page: 200, group: 2000, monitor_group: 20000, status_page_cname: 500,
  maintenance: 2000, incident: 2000, docker_host: 500 })) tables[name] = rows(name, most);
const history = isReal('heartbeat') ? db.prepare('SELECT count(*) AS n FROM heartbeat NOT INDEXED').get().n : 0;
process.stdout.write(JSON.stringify({ isKuma: isReal('monitor'), tables, history: Number(history) }));
`;

/**
 * The tables of an Uptime Kuma 2 as one text, which `readTables` reads. The bytes are put into a file of its own, which is
 * gone afterwards. Throws `AppError` `invalid`, and `rate_limited` while another one of the account is read.
 */
export async function tablesOf(account: string, bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength > MOST_DATABASE) throw refused('This database is larger than 64 MiB.');
  return TURNS.take(account, () => inFolder((file) => writeFile(file, bytes, { mode: 0o600 })));
}

/** Reads the same out of a file on this machine, which may be in use: a copy is read, with what its journal holds. */
export async function readDatabaseFile(path: string): Promise<Foreign> {
  if (statSync(path).size > MOST_DATABASE) {
    throw refused(
      'This database is larger than 64 MiB. Make Uptime Kuma clear its history first, under Settings, Monitor History.',
    );
  }
  const text = await inFolder(async (file) => {
    await copyFile(path, file);
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size <= MOST_DATABASE)
      await copyFile(`${path}-wal`, `${file}-wal`);
  });
  return readTables(text);
}

async function inFolder(fill: (file: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'statusping-import-'));
  try {
    const file = join(folder, 'kuma.db');
    await fill(file);
    return await ask(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(file: string): Promise<string> {
  const driver = createRequire(import.meta.url).resolve('libsql');
  const words = ['--max-old-space-size=256', '-e', PROGRAM, driver, file];
  const limits = { timeout: DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: MOST_READ, env: {} } as const;
  const text = await new Promise<string | null>((resolve) => {
    execFile(process.execPath, words, limits, (error, stdout) => resolve(error ? null : stdout));
  });
  if (text === null) {
    throw refused(
      'This database cannot be read: it is damaged, too full, or not of Uptime Kuma. Nothing was taken from it.',
    );
  }
  return text;
}

function refused(message: string): AppError {
  return new AppError('invalid', message, { fields: [{ field: 'content', message }] });
}
