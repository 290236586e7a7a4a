import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openTestDatabase } from '../support/db.ts';

test('a test database has the tables', async () => {
  const { db, close } = await openTestDatabase();
  const rows = await db.read.all<{ name: string }>(sql`select name from sqlite_schema where type='table'`);
  expect(rows.map((r) => r.name)).toContain('monitors');
  await close();
});
