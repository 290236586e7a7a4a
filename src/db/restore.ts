import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDatabase } from './client.ts';
import { DatabaseRefused, filePath } from './file.ts';
import { refuseUnknown } from './migrate.ts';

/** Names of the database's log and its index, which belong to one file and would spoil another. */
const SIDES = ['-wal', '-shm'];

/**
 * Puts the copy `file` in the place of the database at `url`, which nobody may have open. The copy is looked at first,
 * every page of it; the database of before stays beside the new one. Returns its path, null when there was none.
 * Throws `DatabaseRefused`, and then everything is as it was. Killed at any moment it leaves the old database or the
 * new one, never none.
 */
export async function restoreDatabase(url: string, file: string, now: number): Promise<string | null> {
  if (!url.startsWith('file:')) throw new DatabaseRefused('a database server restores its own backups');
  const path = filePath(url);
  if (!existsSync(file) || !statSync(file).isFile()) throw new DatabaseRefused(`there is no file ${file}`);
  if (existsSync(path) && statSync(path).ino === statSync(file).ino) {
    throw new DatabaseRefused(`${file} is the present database itself`);
  }
  const half = `${path}.restoring`;
  try {
    copyParts(file, half);
    await examine(half);
    const aside = existsSync(path) ? await setAside(path, now) : null;
    for (const side of SIDES) rmSync(`${path}${side}`, { force: true });
    renameSync(half, path);
    syncFolder(dirname(path));
    return aside;
  } finally {
    for (const part of ['', ...SIDES]) rmSync(`${half}${part}`, { force: true });
  }
}

/** A copy in our own folder: looking at a database writes beside it, and the person's file stays untouched. */
function copyParts(from: string, to: string): void {
  for (const part of ['', ...SIDES]) rmSync(`${to}${part}`, { force: true });
  closeSync(openSync(to, 'w', 0o600));
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

/** Ours, whole, and of no newer version. Closing folds a log that came along into the file. */
async function examine(path: string): Promise<void> {
  const copy = await openDatabase(pathToFileURL(path).href);
  try {
    await refuseUnknown(copy);
    const found = (await copy.execute('PRAGMA integrity_check(1)')).rows[0]?.[0];
    if (found !== 'ok') throw new DatabaseRefused(`it is damaged (${JSON.stringify(found)})`);
  } finally {
    await copy.close();
  }
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** A second name for the present database, so that it is never without one. */
async function setAside(path: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  const aside = join(dirname(path), `statusping.before-restore-${stamp}.db`);
  // What stands in its log goes into the file; one that is damaged is kept as it is, log and all.
  await openDatabase(pathToFileURL(path).href).then(
    (present) => present.close(),
    () => {},
  );
  for (const part of ['', '-wal']) {
    if (existsSync(`${path}${part}`)) keep(`${path}${part}`, `${aside}${part}`);
  }
  return aside;
}

function keep(path: string, aside: string): void {
  rmSync(aside, { force: true });
  try {
    linkSync(path, aside);
  } catch {
    // Some file systems know no second names.
    copyFileSync(path, aside);
  }
}

function syncFolder(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
