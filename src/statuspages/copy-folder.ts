import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CopyFile } from './static-copy.ts';

/** Somewhere a copy is put, file by file. */
export interface CopyPlace {
  /** Whether a file that was put before may be taken as still there. */
  keeps(name: string): boolean;
  put(name: string, file: CopyFile): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A folder. Each file appears under its name when it is whole, so that a web server never sends half of one. */
export function folderPlace(folder: string): CopyPlace {
  return {
    keeps: (name) => existsSync(join(folder, name)),
    async put(name, { bytes }) {
      const path = join(folder, name);
      const half = join(dirname(path), `.${randomBytes(6).toString('hex')}.part`);
      await mkdir(dirname(path), { recursive: true });
      try {
        await writeFile(half, bytes);
        await rename(half, path);
      } catch (error) {
        await rm(half, { force: true });
        throw error;
      }
    },
    async remove(name) {
      await rm(join(folder, name), { force: true });
      // A folder that is empty now goes too; one that holds something else stays.
      for (let at = dirname(name); at !== '.'; at = dirname(at)) await rmdir(join(folder, at)).catch(() => undefined);
    },
  };
}
