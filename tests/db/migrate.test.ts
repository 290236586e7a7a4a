import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/db/client.ts';
import { DatabaseRefused } from '../../src/db/file.ts';
import { migrate } from '../../src/db/migrate.ts';

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statusping-migrate-'));
  db = await openDatabase(`file:${join(folder, 'statusping.db')}`);
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

const SHIPPED = join(ROOT, 'drizzle');
const shipped = () => (JSON.parse(readFileSync(join(SHIPPED, 'meta/_journal.json'), 'utf8')) as Journal).entries;
interface Journal {
  entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[];
}

/** The shipped migrations and one more of a later release. */
function nextRelease(text: string, tag = '0100_next'): string {
  const later = join(folder, `drizzle-${tag}`);
  cpSync(SHIPPED, later, { recursive: true });
  const last = shipped().at(-1);
  const entry = { idx: 100, version: '6', when: (last?.when ?? 0) + 1_000, tag, breakpoints: true };
  writeFileSync(join(later, 'meta/_journal.json'), JSON.stringify({ entries: [...shipped(), entry] }));
  writeFileSync(join(later, `${tag}.sql`), text);
  return later;
}

const copies = () => readdirSync(folder).filter((name) => name.startsWith('statusping.before-'));
const accounts = (of: Database) => of.read.all<{ id: string }>(sql`select id from accounts`);
const addAccount = () =>
  db.write('test', async (tx) => {
    await tx.run(sql`insert into accounts (id, name, slug, plan, created_at) values ('acc_1', 'A', 'a', 'free', 0)`);
  });

test('an empty file gets every table, without a copy; a second start does nothing', async () => {
  expect(await migrate(db, folder)).toEqual(shipped().map(({ tag }) => tag));
  expect(await migrate(db, folder)).toEqual([]);
  expect(await accounts(db)).toEqual([]);
  expect(copies()).toEqual([]);
});

describe('an existing database', () => {
  beforeEach(async () => {
    await migrate(db, folder);
    await addAccount();
  });

  test('is copied before it is changed, rows and all, and the copy can be opened by the old version', async () => {
    const later = nextRelease('ALTER TABLE `accounts` ADD `colour` text;');
    expect(await migrate(db, folder, later)).toEqual(['0100_next']);
    expect(copies()).toEqual(['statusping.before-0100_next.db']);
    const copy = await openDatabase(`file:${join(folder, 'statusping.before-0100_next.db')}`);
    expect(await accounts(copy)).toEqual([{ id: 'acc_1' }]);
    expect(await migrate(copy, folder)).toEqual([]);
    await copy.close();
    await expect(migrate(db, folder)).rejects.toThrow(/a newer StatusPing has changed its tables/);
  });

  test('keeps the last three copies', async () => {
    for (const [age, tag] of ['0001_a', '0002_b', '0003_c'].entries()) {
      const name = join(folder, `statusping.before-${tag}.db`);
      writeFileSync(name, '');
      utimesSync(name, 1_000 + age, 1_000 + age);
    }
    await migrate(db, folder, nextRelease('ALTER TABLE `accounts` ADD `colour` text;'));
    expect(copies().toSorted((a, b) => a.localeCompare(b))).toEqual([
      'statusping.before-0002_b.db',
      'statusping.before-0003_c.db',
      'statusping.before-0100_next.db',
    ]);
  });

  test('stays as it was when a statement fails half-way', async () => {
    const later = nextRelease(
      'ALTER TABLE `accounts` ADD `colour` text;\n--> statement-breakpoint\nALTER TABLE `nothing` ADD `x` text;',
    );
    await expect(migrate(db, folder, later)).rejects.toThrow();
    const columns = await db.read.all<{ name: string }>(sql`pragma table_info(accounts)`);
    expect(columns.map(({ name }) => name)).not.toContain('colour');
    expect(await migrate(db, folder)).toEqual([]);
  });

  test('is refused when a migration leaves rows without their parents, and foreign keys are on again', async () => {
    const later = nextRelease(
      "INSERT INTO `memberships` (`account_id`, `user_id`, `role`, `created_at`) VALUES ('acc_none', 'usr_none', 'owner', 0);",
    );
    await expect(migrate(db, folder, later)).rejects.toThrow(DatabaseRefused);
    expect(await db.read.all(sql`select * from memberships`)).toEqual([]);
    expect((await db.execute('PRAGMA foreign_keys')).rows[0]?.[0]).toBe(1);
  });

  test('keeps the children of a table that is rebuilt', async () => {
    await db.write('test', async (tx) => {
      await tx.run(sql`insert into status_pages (id, account_id, slug, title, created_at, updated_at)
        values ('pag_1', 'acc_1', 'a', 'A', 0, 0)`);
    });
    const rebuild = [
      'CREATE TABLE `new_accounts` AS SELECT * FROM `accounts`;',
      'DROP TABLE `accounts`;',
      'CREATE TABLE `accounts` (`id` text PRIMARY KEY NOT NULL, `name` text NOT NULL, `slug` text NOT NULL, `plan` text NOT NULL, `downgraded_from` text, `timezone` text, `created_at` integer NOT NULL);',
      'INSERT INTO `accounts` (id, name, slug, plan, created_at) SELECT id, name, slug, plan, created_at FROM `new_accounts`;',
      'DROP TABLE `new_accounts`;',
    ].join('\n--> statement-breakpoint\n');
    await migrate(db, folder, nextRelease(rebuild));
    expect(await db.read.all(sql`select id from status_pages`)).toEqual([{ id: 'pag_1' }]);
  });
});

test('tables of another program are refused', async () => {
  await db.execute('create table recipes (id integer)');
  await expect(migrate(db, folder)).rejects.toThrow(/tables of another program/);
});

test('the copy of a database in a folder whose name needs quoting', async () => {
  await migrate(db, folder);
  const odd = join(folder, "it's 100% #1");
  mkdirSync(odd);
  await migrate(db, odd, nextRelease('ALTER TABLE `accounts` ADD `colour` text;'));
  expect(readdirSync(odd)).toEqual(['statusping.before-0100_next.db']);
});
