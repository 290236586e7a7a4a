import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';

let template: Promise<Buffer> | undefined;

/** A migrated database file of its own for each call, copied from a template made once a process. */
export async function openTestDatabase(): Promise<{ db: Database; path: string; close: () => Promise<void> }> {
  template ??= makeTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'statusping-test-'));
  const path = join(folder, 'statusping.db');
  writeFileSync(path, await template);
  const db = await openDatabase(`file:${path}`);
  return {
    db,
    path,
    close: async () => {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The bytes, not the file: a test process ends without a word, and would leave it behind. */
async function makeTemplate(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-template-'));
  const path = join(folder, 'template.db');
  const db = await openDatabase(`file:${path}`);
  await migrate(db, null);
  await db.close();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}
