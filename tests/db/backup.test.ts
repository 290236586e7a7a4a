import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupDatabase } from '../../src/db/backup.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openTestDatabase } from '../support/db.ts';

let folder: string;
let db: Database;
let path: string;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ db, path, close } = await openTestDatabase());
  folder = mkdtempSync(join(tmpdir(), 'statusping-backup-'));
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

/** Two rows in one transaction: a copy that holds one of a pair was not consistent. */
const insertPair = (n: number) =>
  db.write('pair', async (tx) => {
    await tx.run(sql`insert into installation (key, value) values (${`a${n}`}, hex(randomblob(500)))`);
    await tx.run(sql`insert into installation (key, value) values (${`b${n}`}, hex(randomblob(500)))`);
  });
const count = async (of: Database, letter: string) =>
  (await of.read.all<{ n: number }>(sql`select count(*) as n from installation where key like ${`${letter}%`}`))[0]?.n;

test('a copy made under load is whole, and a server starts on it', async () => {
  for (let n = 0; n < 200; n += 1) await insertPair(n);
  const target = join(folder, 'copy.db');
  const finished = new AbortController();
  const copying = backupDatabase(`file:${path}`, target).finally(() => finished.abort());
  let during = 0;
  while (!finished.signal.aborted) {
    await insertPair(1_000 + during);
    during += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await copying;
  expect(during).toBeGreaterThan(0);
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['copy.db']);

  const restored = join(folder, 'restored.db');
  copyFileSync(target, restored);
  const again = await openDatabase(`file:${restored}`);
  expect(await migrate(again, folder)).toEqual([]);
  expect(await count(again, 'a')).toBeGreaterThanOrEqual(200);
  expect(await count(again, 'a')).toBe(await count(again, 'b'));
  expect((await again.execute('PRAGMA integrity_check')).rows[0]?.[0]).toBe('ok');
  await again.close();
});

test('a file that exists is not overwritten, a database server is refused', async () => {
  const target = join(folder, 'taken.db');
  writeFileSync(target, 'mine');
  await expect(backupDatabase(`file:${path}`, target)).rejects.toThrow(/There is a file .+taken\.db already/);
  await expect(backupDatabase('libsql://db.example.com', join(folder, 'x.db'))).rejects.toThrow(
    /makes its own backups/,
  );
});
