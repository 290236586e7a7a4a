import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client/sqlite3';
import { makeFolder } from '../config.ts';
import { DatabaseRefused } from './file.ts';

/** Somebody else works on the folder. */
export class FolderTaken extends DatabaseRefused {}

export interface Lock {
  release(): void;
}

/**
 * Makes this the only process that works on the folder; throws `FolderTaken` when another does (R-DU-8).
 * The lock is the kernel's, taken through an empty database file of its own, so it ends with the process however
 * that ends and no stale file ever has to be removed by hand.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  try {
    makeFolder(folder);
    const client = createClient({ url: pathToFileURL(join(folder, 'statusping.lock')).href, concurrency: 1 });
    await client.transaction('write');
    return { release: () => client.close() };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_BUSY') throw new FolderTaken(`another StatusPing is running on the folder ${folder}`);
    throw new DatabaseRefused(`the folder ${folder} cannot be locked (${message})`);
  }
}
