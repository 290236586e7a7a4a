import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backupDatabase } from '../../src/db/backup.ts';
import { openDatabase } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { restoreDatabase } from '../../src/db/restore.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
let folder: string;
let path: string;
let copy: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statusping-restore-'));
  path = join(folder, 'statusping.db');
  copy = join(folder, 'copy.db');
  const db = await openDatabase(`file:${path}`);
  await migrate(db, null);
  await db.write('before', (tx) => tx.run(sql`insert into installation values ('word', '"then"')`));
  await backupDatabase(`file:${path}`, copy);
  await db.write('after', (tx) => tx.run(sql`update installation set value = '"now"'`));
  await db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const restore = (file = copy) => restoreDatabase(`file:${path}`, file, NOW);
async function wordIn(file: string): Promise<string> {
  const client = createClient({ url: `file:${file}` });
  const { rows } = await client.execute("select value from installation where key = 'word'");
  client.close();
  const word = rows[0]?.['value'];
  return typeof word === 'string' ? word : '';
}

test('the copy takes the place of the database, which stays beside it; the copy itself is not touched', async () => {
  const bytes = readFileSync(copy);
  const aside = await restore();
  expect(aside).toBe(join(folder, 'statusping.before-restore-20261121120000.db'));
  expect(await wordIn(path)).toBe('"then"');
  expect(await wordIn(aside ?? '')).toBe('"now"');
  expect(readFileSync(copy).equals(bytes)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const db = await openDatabase(`file:${path}`);
  expect(await migrate(db, folder)).toEqual([]);
  await db.close();
});

test('what stands in the log of the present database goes aside with it, and never into the new one', async () => {
  const writer = createClient({ url: `file:${path}` });
  await writer.execute('PRAGMA wal_autocheckpoint=0');
  await writer.execute('update installation set value = \'"newest"\'');
  // As a killed process leaves it: the log beside the file.
  for (const side of ['', '-wal']) copyFileSync(`${path}${side}`, join(folder, `killed.db${side}`));
  writer.close();
  path = join(folder, 'killed.db');
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  const aside = await restore();
  expect(await wordIn(path)).toBe('"then"');
  expect(await wordIn(aside ?? '')).toBe('"newest"');
});

test('a copy with its log beside it is taken with it; an empty folder gets a database', async () => {
  const writer = createClient({ url: `file:${copy}` });
  await writer.execute('PRAGMA journal_mode=WAL');
  await writer.execute('PRAGMA wal_autocheckpoint=0');
  await writer.execute('update installation set value = \'"logged"\'');
  for (const side of ['', '-wal']) copyFileSync(`${copy}${side}`, join(folder, `raw.db${side}`));
  writer.close();
  rmSync(path);
  expect(await restore(join(folder, 'raw.db'))).toBe(null);
  expect(await wordIn(path)).toBe('"logged"');
});

test('a damaged present database is replaced and kept as it is', async () => {
  writeFileSync(path, 'not a database at all '.repeat(400));
  const aside = await restore();
  expect(await wordIn(path)).toBe('"then"');
  expect(readFileSync(aside ?? '', 'utf8')).toContain('not a database at all');
});

describe('is refused, and nothing changes:', () => {
  const change = async (text: string) => {
    const client = createClient({ url: `file:${copy}` });
    await client.executeMultiple(text);
    client.close();
  };

  test.each([
    ['a file that is not there', async () => rmSync(copy), /there is no file/],
    ['a file that is no database', async () => writeFileSync(copy, 'x'.repeat(5_000)), /no database/],
    ['an empty file', async () => writeFileSync(copy, ''), /empty/],
    [
      'half a copy',
      async () => truncateSync(copy, Math.floor(statSync(copy).size / 8_192) * 4_096),
      /cut short|damaged/,
    ],
    ['pages of noise', async () => spoil(copy), /damaged|malformed/],
    [
      'a database of another program',
      async () => {
        rmSync(copy);
        await change('create table other (a)');
      },
      /tables of another program/,
    ],
    [
      'one of a newer version',
      () => change("insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)"),
      /a newer StatusPing/,
    ],
  ])('%s', async (_, prepare, sentence) => {
    await prepare();
    const before = readFileSync(path);
    const files = readdirSync(folder).toSorted();
    await expect(restore()).rejects.toThrow(sentence);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(
      readdirSync(folder)
        .toSorted()
        .filter((name) => !name.startsWith('copy.db')),
    ).toEqual(files.filter((name) => !name.startsWith('copy.db')));
  });

  test('the database itself, and a database server', async () => {
    await expect(restore(path)).rejects.toThrow('is the present database itself');
    await expect(restoreDatabase('libsql://db.example.com', copy, NOW)).rejects.toThrow('restores its own');
    expect(existsSync(path)).toBe(true);
  });
});

/** Noise over the second half of a file whose header stays right. */
function spoil(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0x5a, Math.floor(bytes.length / 2));
  writeFileSync(file, bytes);
}
