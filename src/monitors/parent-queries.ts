import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { monitors } from '../db/schema/monitors.ts';

/** A monitor of the account, if it is one that others may depend on. */
export async function findParent(tx: Tx, accountId: string, id: string): Promise<{ no: number; name: string } | null> {
  const rows = await tx
    .select({ no: monitors.no, name: monitors.name })
    .from(monitors)
    .where(and(eq(monitors.id, id), eq(monitors.account_id, accountId), isNull(monitors.deleted_at)));
  return rows[0] ?? null;
}

/** Most children a page names. */
const MOST_SHOWN = 50;

/** The monitors that depend on this one themselves, by name. */
export async function listChildIds(db: Db, monitorNo: number): Promise<string[]> {
  const rows = await db
    .select({ id: monitors.id })
    .from(monitors)
    .where(and(eq(monitors.parent_no, monitorNo), isNull(monitors.deleted_at)))
    .orderBy(asc(sql`lower(${monitors.name})`), asc(monitors.id))
    .limit(MOST_SHOWN);
  return rows.map(({ id }) => id);
}

/** The monitor itself and everything that depends on it, however far: none of them can be its parent. */
export async function listBelowIds(db: Db, monitorNo: number): Promise<Set<string>> {
  const rows = await db.all<{ id: string }>(sql`
    with recursive below (no) as (
      select ${monitorNo}
      union
      select m.no from below cross join monitors m on m.parent_no = below.no)
    select m.id from below cross join monitors m on m.no = below.no`);
  return new Set(rows.map(({ id }) => id));
}
