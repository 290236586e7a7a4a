import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';

let template: Promise<string> | undefined;

/** A migrated database file of its own for each call, copied from a template made once a process. */
export async function openTestDatabase(): Promise<{ db: Database; path: string; close: () => Promise<void> }> {
  template ??= makeTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'statusping-test-'));
  const path = join(folder, 'statusping.db');
  copyFileSync(await template, path);
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

async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'statusping-template-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'template.db');
  const db = await openDatabase(`file:${path}`);
  await migrate(db, null);
  await db.close();
  return path;
}
