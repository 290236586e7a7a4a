import { sql } from 'drizzle-orm';
import type { TestApp } from './app.ts';

/** What counts tries and uses, and changes without anybody changing anything. */
const COUNTERS = ['rate_limits', 'idempotency_keys'];
const USES = ['last_used_at', 'last_seen_at'];

const layouts = new WeakMap<TestApp, Map<string, string[]>>();

/** Columns by table, as the database itself says. */
async function layout(test: TestApp): Promise<Map<string, string[]>> {
  const known = layouts.get(test);
  if (known) return known;
  const rows = await test.deps.db.read.all<{ name: string; columns: string }>(
    sql`select m.name, json_group_array(c.name) as columns from sqlite_schema m join pragma_table_info(m.name) c
      where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '#_#_%' escape '#'
      group by m.name order by m.name`,
  );
  const found = new Map(rows.map(({ name, columns }) => [name, JSON.parse(columns) as string[]]));
  layouts.set(test, found);
  return found;
}

/** Brings all rows back to what they were when it was made. */
export type Restore = () => Promise<void>;

/** Remembers every row of the database. */
export async function rememberRows(test: TestApp): Promise<Restore> {
  const all = await layout(test);
  const inserts: string[] = [];
  for (const [table, columns] of all) {
    const quoted = columns.map((name) => `quote("${name}")`).join(` || ',' || `);
    const rows = await test.deps.db.read.all<{ row: string }>(sql.raw(`select ${quoted} as row from "${table}"`));
    if (rows.length === 0) continue;
    const names = columns.map((name) => `"${name}"`).join();
    inserts.push(`insert into "${table}" (${names}) values ${rows.map(({ row }) => `(${row})`).join()}`);
  }
  return () =>
    test.deps.db.write('bring back', async (tx) => {
      await tx.run(sql`pragma defer_foreign_keys = on`);
      for (const table of all.keys()) await tx.run(sql.raw(`delete from "${table}"`));
      for (const insert of inserts) await tx.run(sql.raw(insert));
    });
}

export type Fingerprint = Map<string, string>;

/** All rows by table; with `accountId` those of the tables that name an account, and of that one. */
export async function fingerprint(test: TestApp, accountId?: string): Promise<Fingerprint> {
  const found: Fingerprint = new Map();
  for (const [table, columns] of await layout(test)) {
    const names = columns.filter((name) => !USES.includes(name));
    if (COUNTERS.includes(table) || (accountId !== undefined && !names.includes('account_id'))) continue;
    const where = accountId === undefined ? '' : ` where account_id = '${accountId}'`;
    const select = `select ${names.map((name) => `"${name}"`).join()} from "${table}"${where}`;
    found.set(table, JSON.stringify(await test.deps.db.read.all(sql.raw(select))));
  }
  return found;
}

/** Tables whose rows are others now, each with what it holds. */
export function changedRows(before: Fingerprint, after: Fingerprint): string[] {
  return [...after].filter(([table, rows]) => before.get(table) !== rows).map(([table, rows]) => `${table}: ${rows}`);
}
