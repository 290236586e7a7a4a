import { accessSync, closeSync, constants, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client/sqlite3';
import { makeFolder } from '../config.ts';

/** The database cannot be used as it is, and nothing was written to it. */
export class DatabaseRefused extends Error {}

const MAGIC = 'SQLite format 3\0';
/** Up to this size every page is looked at before the start; a bigger file would delay it too much. */
const FULL_LOOK_BYTES = 8 * 1024 * 1024;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** The path of a `file:` URL; `file:relative` as well as `file:///absolute`. */
export function filePath(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

/**
 * Refuses, and writes nothing but the folder: what cannot be written (R-DU-6), what is no database, a file shorter than its own header
 * says, and an empty file with a log beside it, which SQLite would take for a new database (R-DU-7).
 */
export function inspectFile(path: string): void {
  makeFolderOrRefuse(dirname(path));
  writable(dirname(path), constants.W_OK | constants.X_OK, 'its folder cannot be written');
  if (!existsSync(path)) return refuseOrphanLog(path);
  if (!statSync(path).isFile()) throw new DatabaseRefused('it is not a file');
  for (const part of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(part)) writable(part, constants.R_OK | constants.W_OK, `${part} cannot be written`);
  }
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return refuseOrphanLog(path);
    const header = Buffer.alloc(100);
    readSync(file, header, 0, 100, 0);
    if (header.toString('latin1', 0, 16) !== MAGIC) throw new DatabaseRefused('it is damaged, or no database');
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    // The size in the header counts only if the version-valid-for number matches, https://sqlite.org/fileformat.html
    const said = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0;
    const log = readLog(`${path}-wal`);
    const pages = log.pages.size > 0 ? log.databasePages : said;
    for (let page = Math.floor(size / pageSize) + 1; page <= pages; page += 1) {
      if (!log.pages.has(page)) throw new DatabaseRefused(`it is cut short: page ${page} of ${pages} is missing`);
    }
  } finally {
    closeSync(file);
  }
}

/** Makes the file when it is not there, readable by its owner only: it holds addresses and secrets. */
export function prepareFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/**
 * Asks SQLite for the soundness of the pages, still before the first write: of every page of a small file, of the
 * start of every table of a big one. The connection is closed only when all is well, because closing writes the log
 * back into the file.
 */
export async function inspectPages(url: string): Promise<void> {
  const { size } = statSync(filePath(url));
  if (size === 0) return;
  try {
    const client = createClient({ url, concurrency: 1, intMode: 'number', timeout: 5_000 });
    if (size <= FULL_LOOK_BYTES) {
      const found = (await client.execute('PRAGMA quick_check(1)')).rows[0]?.[0];
      if (found !== 'ok') throw new DatabaseRefused(`it is damaged (${JSON.stringify(found)})`);
    } else {
      const { rows } = await client.execute("SELECT name FROM sqlite_schema WHERE type = 'table'");
      for (const { name } of rows) await client.execute(`SELECT 1 FROM ${JSON.stringify(name)} LIMIT 1`);
    }
    client.close();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const damaged = /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN|READONLY|PERM)/.test(code ?? '');
    // What the driver says when it cannot even open the file carries no code.
    if (!damaged && !message.startsWith('ConnectionFailed')) throw error;
    throw new DatabaseRefused(`it is damaged or cannot be read (${message})`);
  }
}

function makeFolderOrRefuse(path: string): void {
  try {
    makeFolder(path);
  } catch {
    throw new DatabaseRefused(`its folder ${path} cannot be made`);
  }
}

function writable(path: string, mode: number, message: string): void {
  try {
    accessSync(path, mode);
  } catch {
    throw new DatabaseRefused(message);
  }
}

function refuseOrphanLog(path: string): void {
  if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
    throw new DatabaseRefused(`it is empty, but ${path}-wal beside it holds data that would be lost`);
  }
}

/** Which pages the write-ahead log holds, and how many the database has after its last commit. */
function readLog(path: string): { pages: Set<number>; databasePages: number } {
  const found = { pages: new Set<number>(), databasePages: 0 };
  if (!existsSync(path) || statSync(path).size < WAL_HEADER) return found;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(WAL_HEADER);
    readSync(file, header, 0, WAL_HEADER, 0);
    const frame = Buffer.alloc(FRAME_HEADER);
    const step = FRAME_HEADER + header.readUInt32BE(8);
    for (let at = WAL_HEADER; readSync(file, frame, 0, FRAME_HEADER, at) === FRAME_HEADER; at += step) {
      // Frames of an earlier round carry another salt and no longer count.
      if (frame.compare(header, 16, 24, 8, 16) !== 0) break;
      found.pages.add(frame.readUInt32BE(0));
      found.databasePages = frame.readUInt32BE(4) || found.databasePages;
    }
    return found;
  } finally {
    closeSync(file);
  }
}
