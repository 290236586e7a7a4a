import { sql } from 'drizzle-orm';
import type { Plan } from '../core/plan.ts';
import type { Grain } from '../core/uptime.ts';
import type { Db, Tx } from '../db/client.ts';

/** A monitor and what decides how long its history is kept. */
export interface Kept {
  no: number;
  plan: Plan;
  deleted: boolean;
}

/** Monitors of all accounts after `afterNo`, deleted ones included. */
export async function listKept(db: Db, afterNo: number, limit: number): Promise<Kept[]> {
  const rows = await db.all<{ no: number; plan: Plan; deleted: number }>(sql`
    select m.no, a.plan, m.deleted_at is not null as deleted
    from monitors m join accounts a on a.id = m.account_id
    where m.no > ${afterNo} order by m.no limit ${limit}`);
  return rows.map((row) => ({ ...row, deleted: row.deleted === 1 }));
}

/** Deletes up to about `limit` of a monitor's oldest results and details before `before` (epoch seconds). */
export async function pruneResults(tx: Tx, monitorNo: number, before: number, limit: number): Promise<number> {
  let pruned = 0;
  for (const table of [sql`results`, sql`result_details`]) {
    const result = await tx.run(sql`
      delete from ${table} where monitor_no = ${monitorNo} and at < min(${before}, coalesce(
        (select at from ${table} where monitor_no = ${monitorNo} order by at limit 1 offset ${limit}), ${before}))`);
    pruned = Math.max(pruned, result.rowsAffected);
  }
  return pruned;
}

/**
 * Deletes the details of good results from `from` on and before `before` (epoch seconds), looking at `limit` rows at
 * most. Returns where to go on, or null when the end was reached.
 */
export async function pruneGoodDetails(
  tx: Tx,
  monitorNo: number,
  { from, before, limit }: { from: number; before: number; limit: number },
): Promise<number | null> {
  const ends = await tx.all<{ at: number }>(sql`
    select at from result_details where monitor_no = ${monitorNo} and at >= ${from} and at < ${before}
    order by at limit 1 offset ${limit}`);
  const end = ends[0]?.at ?? null;
  await tx.run(sql`
    delete from result_details
    where monitor_no = ${monitorNo} and at >= ${from} and at < ${end ?? before} and good = 1`);
  return end;
}

/** Deletes up to `limit` of a monitor's oldest summaries of a grain before the slot. */
export async function pruneSummaries(
  tx: Tx,
  monitorNo: number,
  grain: Grain,
  beforeSlot: number,
  limit: number,
): Promise<number> {
  const result = await tx.run(sql`
    delete from summaries where monitor_no = ${monitorNo} and grain = ${grain} and slot < min(${beforeSlot}, coalesce(
      (select slot from summaries where monitor_no = ${monitorNo} and grain = ${grain} order by slot
       limit 1 offset ${limit}), ${beforeSlot}))`);
  return result.rowsAffected;
}

/** Deletes up to `limit` incidents of a monitor, with their timelines and deliveries. */
export async function purgeIncidents(tx: Tx, monitorNo: number, limit: number): Promise<number> {
  const result = await tx.run(sql`
    delete from incidents where id in (select id from incidents where monitor_no = ${monitorNo} limit ${limit})`);
  return result.rowsAffected;
}

/** Deletes a monitor that was deleted before and has nothing left behind it. */
export async function purgeMonitor(tx: Tx, monitorNo: number): Promise<void> {
  await tx.run(sql`delete from monitors where no = ${monitorNo} and deleted_at is not null`);
}
