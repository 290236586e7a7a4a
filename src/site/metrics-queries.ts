import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { slotAt } from '../core/uptime.ts';
import type { Db } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { certificates, monitor_states, monitors } from '../db/schema/monitors.ts';
import { statusAt } from '../monitors/queries.ts';

/** Monitors with what their last check left behind, by number; of one account, or of all for null. */
export function listMeasured(
  db: Db,
  accountId: string | null,
  { now, after, limit }: { now: number; after: number; limit: number },
) {
  return db
    .select({
      no: monitors.no,
      id: monitors.id,
      account: accounts.slug,
      name: monitors.name,
      kind: monitors.kind,
      target: monitors.target,
      status: statusAt(now),
      response_ms: monitor_states.last_response_ms,
      reason: monitor_states.last_reason,
      not_before: certificates.not_before,
      not_after: certificates.not_after,
    })
    .from(monitors)
    .innerJoin(accounts, and(eq(accounts.id, monitors.account_id), isNull(accounts.deleted_at)))
    .leftJoin(monitor_states, eq(monitor_states.monitor_no, monitors.no))
    .leftJoin(certificates, eq(certificates.monitor_no, monitors.no))
    .where(
      and(
        isNull(monitors.deleted_at),
        gt(monitors.no, after),
        accountId === null ? undefined : eq(monitors.account_id, accountId),
      ),
    )
    .orderBy(asc(monitors.no))
    .limit(limit)
    .execute();
}

export type Measured = Awaited<ReturnType<typeof listMeasured>>[number];

/**
 * Windows as Uptime Kuma names them: hours of a day, then days. Its third, a year, would cost seven times as much as these
 * at each scrape, and Prometheus keeps the past itself.
 */
export const METRIC_WINDOWS = ['1d', '30d'] as const;
export type MetricWindow = (typeof METRIC_WINDOWS)[number];

/** Sums over a window; `histogram` is several of them in a row. */
export interface WindowSums {
  up_seconds: number;
  down_seconds: number;
  degraded_seconds: number;
  sum_ms: number;
  histogram: string;
}

/** Sums of some monitors over one window, by number; a monitor without results is absent. */
export async function sumWindow(
  db: Db,
  nos: readonly number[],
  window: MetricWindow,
  now: number,
): Promise<Map<number, WindowSums>> {
  const grain = window === '1d' ? 1 : 2;
  const last = slotAt(grain, now);
  const first = last - { '1d': 24, '30d': 30 }[window] + 1;
  const rows = await db.all<{ no: number; sums: string }>(sql`
    select m.value as no, json_object('up_seconds', sum(s.up_seconds), 'down_seconds', sum(s.down_seconds),
      'degraded_seconds', sum(s.degraded_seconds), 'sum_ms', sum(s.sum_ms),
      'histogram', group_concat(s.histogram, ' ')) as sums
    from json_each(${JSON.stringify(nos)}) m cross join summaries s
      on s.monitor_no = m.value and s.grain = ${grain} and s.slot between ${first} and ${last}
    group by m.value`);
  return new Map(rows.map(({ no, sums }) => [no, JSON.parse(sums) as WindowSums]));
}
