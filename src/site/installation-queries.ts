import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';

// Facts of the installation as a whole, each a JSON value under its name. Who reads one says what shape it has.

export async function readFact<T>(db: Db | Tx, key: string): Promise<T | null> {
  const rows = await db.all<{ value: string }>(sql`select value from installation where key = ${key}`);
  return rows[0] ? (JSON.parse(rows[0].value) as T) : null;
}

export async function writeFact(tx: Tx, key: string, value: unknown): Promise<void> {
  await tx.run(sql`
    insert into installation (key, value) values (${key}, ${JSON.stringify(value)})
    on conflict (key) do update set value = excluded.value`);
}

export async function dropFact(tx: Tx, key: string): Promise<void> {
  await tx.run(sql`delete from installation where key = ${key}`);
}
