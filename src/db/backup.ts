import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import { filePath } from './file.ts';

/** The thread's program, as text, so that it is found from the sources and from the bundle alike. */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const Database = require(workerData.driver);
const db = new Database(workerData.from, { timeout: 10000 });
db.exec("VACUUM INTO '" + workerData.to.replaceAll("'", "''") + "'");
db.close();
`;

/**
 * Copies the database at `url` into the new file `target` while it is in use (R-DU-9): one consistent, compact file.
 * Works in a thread of its own, because the copy of a big database would stop every check meanwhile.
 */
export async function backupDatabase(url: string, target: string): Promise<void> {
  if (!url.startsWith('file:')) throw new AppError('invalid', 'A database server makes its own backups.');
  if (existsSync(target)) throw new AppError('conflict', `There is a file ${target} already.`);
  const half = `${target}.part`;
  rmSync(half, { force: true });
  const driver = createRequire(import.meta.url).resolve('libsql');
  const worker = new Worker(PROGRAM, { eval: true, workerData: { driver, from: filePath(url), to: half } });
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the copy ended with code ${code}`))));
  });
  chmodSync(half, 0o600);
  renameSync(half, target);
}
