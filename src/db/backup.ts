import { chmodSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import { filePath } from './file.ts';

/** The thread's program, as text, so that it is found from the sources and from the bundle alike. */
const PROGRAM = `
const { workerData, parentPort } = require('node:worker_threads');
const { openSync, fsyncSync, closeSync } = require('node:fs');
const Database = require(workerData.driver);
const db = new Database(workerData.from, { timeout: 10000 });
db.exec("VACUUM INTO '" + workerData.to.replaceAll("'", "''") + "'");
db.close();
const copy = new Database(workerData.to, { readonly: true });
const found = copy.prepare('PRAGMA integrity_check(1)').all()[0].integrity_check;
copy.close();
if (found !== 'ok') throw new Error('the copy is damaged: ' + found);
const file = openSync(workerData.to, 'r');
fsyncSync(file);
closeSync(file);
`;

/**
 * Copies the database at `url` into the new file `target` while it is in use (R-DU-9): one consistent, compact file,
 * whose pages were all looked at. Works in a thread of its own, because the copy of a big database would stop every
 * check meanwhile. Aborting leaves no file under that name.
 */
export async function backupDatabase(url: string, target: string, signal?: AbortSignal): Promise<void> {
  if (!url.startsWith('file:')) throw new AppError('invalid', 'A database server makes its own backups.');
  if (existsSync(target)) throw new AppError('conflict', `There is a file ${target} already.`);
  const half = `${target}.part`;
  rmSync(half, { force: true });
  const driver = createRequire(import.meta.url).resolve('libsql');
  const worker = new Worker(PROGRAM, { eval: true, workerData: { driver, from: filePath(url), to: half } });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the copy ended with code ${code}`))));
    });
    chmodSync(half, 0o600);
    renameSync(half, target);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Bytes of the database file and of its write-ahead log; null for a database server. */
export function databaseSize(url: string): { file: number; log: number } | null {
  if (!url.startsWith('file:')) return null;
  return { file: sizeOf(filePath(url)), log: sizeOf(`${filePath(url)}-wal`) };
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Bytes that this process may still write on the disk of a folder that exists. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
