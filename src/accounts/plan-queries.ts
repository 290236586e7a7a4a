import { and, asc, eq, inArray, isNotNull, isNull, lt } from 'drizzle-orm';
import type { Kind } from '../core/monitor.ts';
import type { Plan } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { monitors } from '../db/schema/monitors.ts';

// What a change of plan reads and writes of the monitors, oldest first: the newest give way.

/** The plan of an account; one that is gone has the smallest. */
export async function readPlan(tx: Db | Tx, accountId: string): Promise<Plan> {
  const rows = await tx.select({ plan: accounts.plan }).from(accounts).where(eq(accounts.id, accountId));
  return rows[0]?.plan ?? 'free';
}

/** Monitors that run. */
export async function listActiveMonitors(tx: Db | Tx, accountId: string): Promise<{ no: number; kind: Kind }[]> {
  const living = and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at), isNull(monitors.paused_at));
  return tx.select({ no: monitors.no, kind: monitors.kind }).from(monitors).where(living).orderBy(asc(monitors.no));
}

/** Monitors that an earlier downgrade paused. */
export async function listPausedByPlan(tx: Db | Tx, accountId: string) {
  return tx
    .select({ no: monitors.no, kind: monitors.kind, interval_seconds: monitors.interval_seconds })
    .from(monitors)
    .where(
      and(
        eq(monitors.account_id, accountId),
        isNull(monitors.deleted_at),
        isNotNull(monitors.paused_at),
        eq(monitors.paused_by, 'plan'),
      ),
    )
    .orderBy(asc(monitors.no));
}

export async function pauseForPlan(tx: Tx, nos: number[], now: number): Promise<void> {
  await tx
    .update(monitors)
    .set({ paused_at: now, paused_by: 'plan', next_check_at: null })
    .where(inArray(monitors.no, nos));
}

export async function resumeMonitor(tx: Tx, no: number, nextCheckAt: number): Promise<void> {
  await tx
    .update(monitors)
    .set({ paused_at: null, paused_by: null, next_check_at: nextCheckAt })
    .where(eq(monitors.no, no));
}

/** Lifts intervals shorter than `floor` seconds to it. Returns what was changed, with the old interval. */
export async function liftIntervals(tx: Tx, accountId: string, floor: number) {
  const short = and(
    eq(monitors.account_id, accountId),
    isNull(monitors.deleted_at),
    lt(monitors.interval_seconds, floor),
  );
  const before = await tx
    .select({ id: monitors.id, interval_seconds: monitors.interval_seconds })
    .from(monitors)
    .where(short);
  if (before.length > 0) await tx.update(monitors).set({ interval_seconds: floor }).where(short);
  return before;
}
