import { sql } from 'drizzle-orm';
import type { Reason } from '../core/verdict.ts';
import type { Db, Tx } from '../db/client.ts';

/** What is known of a domain, whichever account asked. Times are epoch ms. */
export interface DomainRow {
  name: string;
  expires_at: number | null;
  registrar: string | null;
  error_reason: Reason | null;
  error_message: string | null;
  asked_at: number;
}

export async function findDomain(db: Db | Tx, name: string): Promise<DomainRow | null> {
  const rows = await db.all<DomainRow>(sql`
    select name, expires_at, registrar, error_reason, error_message, asked_at from domains where name = ${name}`);
  return rows[0] ?? null;
}

export async function replaceDomain(tx: Tx, row: DomainRow): Promise<void> {
  await tx.run(sql`
    insert or replace into domains (name, expires_at, registrar, error_reason, error_message, asked_at)
    values (${row.name}, ${row.expires_at}, ${row.registrar}, ${row.error_reason}, ${row.error_message}, ${row.asked_at})`);
}
