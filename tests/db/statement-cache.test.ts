import { createClient, type InArgs } from '@libsql/client';
import { sql } from 'drizzle-orm';
import Driver from 'libsql';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Database, isUniqueViolation } from '../../src/db/client.ts';
import { openTestDatabase } from '../support/db.ts';

let db: Database;
let path: string;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ db, path, close } = await openTestDatabase());
});
afterEach(() => close());

function driver(): InstanceType<typeof Driver> {
  const connection = new Driver(path);
  onTestFinished(() => void connection.close());
  return connection;
}

const insert = (key: string, value = '') =>
  db.write('insert', (tx) => tx.run(sql`insert into installation (key, value) values (${key}, ${value})`));
const read = (key: string) =>
  db.read.get<{ value: string } | undefined>(sql`select value from installation where key = ${key}`);

test('a statement is prepared once for a connection, and each connection has its own', () => {
  const [a, b] = [driver(), driver()];
  expect(a.prepare('select 1')).toBe(a.prepare('select 1'));
  expect(a.prepare('select 1')).not.toBe(a.prepare('select 2'));
  expect(a.prepare('select 1')).not.toBe(b.prepare('select 1'));
  expect(a.prepare('pragma user_version')).not.toBe(a.prepare('pragma user_version'));
});

test('what is not used any more goes, and what is used stays', () => {
  const connection = driver();
  const [used, left] = [connection.prepare('select 1'), connection.prepare('select 2')];
  for (let i = 0; i < 1_000; i += 1) {
    connection.prepare(`select 'other ${i}'`);
    connection.prepare('select 1');
  }
  expect(connection.prepare('select 1')).toBe(used);
  expect(connection.prepare('select 2')).not.toBe(left);
});

test('each use has its own values, and sees what others wrote meanwhile', async () => {
  await insert('a', 'one');
  await insert('b', 'two');
  expect([await read('a'), await read('b'), await read('a')]).toMatchObject([
    { value: 'one' },
    { value: 'two' },
    { value: 'one' },
  ]);
  const other = createClient({ url: `file:${path}`, timeout: 5_000 });
  await other.execute("update installation set value = 'three' where key = 'a'");
  other.close();
  expect(await read('a')).toMatchObject({ value: 'three' });
});

test('one that read many rows holds no lock: the log can be written back', async () => {
  const many = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 250) select i from n`;
  expect(await db.read.all(many)).toHaveLength(250);
  expect(await db.read.all(sql`select key from installation`)).toBeDefined();
  await insert('after', 'x');
  const { rows } = await db.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  expect(rows[0]).toMatchObject({ busy: 0, log: 0 });
});

test('one that failed is prepared anew, and works the next time', async () => {
  const connection = driver();
  const source = "insert into installation (key, value) values ('same', ?)";
  const first = connection.prepare(source);
  first.run('1');
  expect(() => first.run('2')).toThrow(/UNIQUE/);
  expect(connection.prepare(source)).not.toBe(first);
  const refused = await insert('same').catch((error: unknown) => error);
  expect(isUniqueViolation(refused)).toBe(true);
  await insert('other', 'fine');
  expect(await read('other')).toMatchObject({ value: 'fine' });
  expect(await read('same')).toMatchObject({ value: '1' });
});

test('a table that gained a column is read with it', async () => {
  await insert('a', 'one');
  const all = sql`select * from installation where key = 'a'`;
  const inOneTurn = await db.write('look, add, look', async (tx) => {
    const before = await tx.get<Record<string, unknown>>(all);
    await tx.run(sql`alter table installation add column more text not null default 'yes'`);
    return [before, await tx.get<Record<string, unknown>>(all)];
  });
  expect(inOneTurn).toEqual([
    { key: 'a', value: 'one' },
    { key: 'a', value: 'one', more: 'yes' },
  ]);
});

test('another connection sees the new column as well, at the latest the second time', async () => {
  await insert('a', 'one');
  const all = sql`select * from installation where key = 'a'`;
  expect(await db.read.get(all)).toEqual({ key: 'a', value: 'one' });
  await db.execute("alter table installation add column more text not null default 'yes'");
  await db.read.get(all);
  expect(await db.read.get(all)).toEqual({ key: 'a', value: 'one', more: 'yes' });
});

test('a value that is not given is null, whatever it was the last time', async () => {
  const client = createClient({ url: `file:${path}`, concurrency: 1 });
  onTestFinished(() => client.close());
  const two = async (args: InArgs) => (await client.execute({ sql: 'select ?1 as a, ?2 as b', args })).rows[0];
  expect(await two(['one', 'two'])).toMatchObject({ a: 'one', b: 'two' });
  expect(await two(['three'])).toMatchObject({ a: 'three', b: null });
  expect(await two([])).toMatchObject({ a: null, b: null });
  expect(await two(['four', 'five'])).toMatchObject({ a: 'four', b: 'five' });
  const named = async (args: InArgs) => (await client.execute({ sql: 'select :a as a, :b as b', args })).rows[0];
  expect(await named({ a: 'one', b: 'two' })).toMatchObject({ a: 'one', b: 'two' });
  expect(await named({ b: 'three' })).toMatchObject({ a: null, b: 'three' });
});
