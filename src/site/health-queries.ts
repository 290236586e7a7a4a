import { and, asc, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import { slotAt } from '../core/uptime.ts';
import type { Db, Tx } from '../db/client.ts';
import { installation } from '../db/schema/accounts.ts';
import { deliveries, incidents } from '../db/schema/incidents.ts';
import { monitors, summaries } from '../db/schema/monitors.ts';

/** The smallest write there is: it fails when the disk is full, read-only or held by somebody else. */
export async function touchInstallation(tx: Tx, now: number): Promise<void> {
  const value = String(now);
  await tx
    .insert(installation)
    .values({ key: 'health', value })
    .onConflictDoUpdate({ target: installation.key, set: { value } });
}

/**
 * Since when the message that waits longest has been due, epoch ms; null when none is. For the whole installation, without
 * news for those who follow a page: thousands of them may take their time.
 */
export async function oldestDueAt(db: Db, now: number): Promise<number | null> {
  const rows = await db
    .select({ at: deliveries.next_attempt_at })
    .from(deliveries)
    .where(
      and(
        inArray(deliveries.state, ['queued', 'failed', 'sending']),
        sql`${deliveries.next_attempt_at} <= ${now}`,
        isNull(deliveries.subscriber_id),
        // A receiver of changes that is away keeps its own news waiting, one after the other: no fault of ours.
        isNull(deliveries.hook_id),
      ),
    )
    .orderBy(asc(deliveries.next_attempt_at))
    .limit(1);
  return rows[0]?.at ?? null;
}

export async function countOpenIncidents(db: Db, accountId: string): Promise<number> {
  const rows = await db
    .select({ n: count() })
    .from(monitors)
    .innerJoin(incidents, and(eq(incidents.monitor_no, monitors.no), isNull(incidents.resolved_at)))
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)));
  return rows[0]?.n ?? 0;
}

/** Seconds of all monitors of an account over the last 24 hours, from the hourly sums. */
export async function sumLastDay(db: Db, accountId: string, now: number) {
  const slot = slotAt(1, now);
  const rows = await db.all<{ up_seconds: number; down_seconds: number; degraded_seconds: number }>(sql`
    select coalesce(sum(d.up_seconds), 0) as up_seconds, coalesce(sum(d.down_seconds), 0) as down_seconds,
      coalesce(sum(d.degraded_seconds), 0) as degraded_seconds
    from ${monitors} m cross join ${summaries} d
    where m.account_id = ${accountId} and m.deleted_at is null
      and d.monitor_no = m.no and d.grain = 1 and d.slot between ${slot - 23} and ${slot}`);
  return rows[0] ?? { up_seconds: 0, down_seconds: 0, degraded_seconds: 0 };
}
