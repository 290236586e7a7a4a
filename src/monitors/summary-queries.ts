import { sql } from 'drizzle-orm';
import type { Grain, Totals } from '../core/uptime.ts';
import type { Db, Tx } from '../db/client.ts';
import { summaries } from '../db/schema/monitors.ts';

/** Slots `from` to `to` of one grain, both included. */
export interface SlotRange {
  grain: Grain;
  from: number;
  to: number;
}

const SUMS = sql`
  sum(checks) as checks, sum(failed) as failed, sum(up_seconds) as up_seconds, sum(down_seconds) as down_seconds,
  sum(degraded_seconds) as degraded_seconds, sum(excluded_seconds) as excluded_seconds,
  sum(sum_ms) as sum_ms, max(max_ms) as max_ms`;

/** Several five-minute slots of a monitor as one; histograms are left out to keep a page of monitors cheap. */
export interface Stretch extends Omit<Totals, 'histogram'> {
  monitor_no: number;
  /** Number of the stretch since the epoch: slot divided by `step`. */
  part: number;
}

/** Five-minute slots `from` to `to` of many monitors, added up by `step` of them. */
export function readStretches(
  db: Db | Tx,
  monitorNos: readonly number[],
  from: number,
  to: number,
  step: number,
): Promise<Stretch[]> {
  return db.all<Stretch>(sql`
    select monitor_no, slot / ${step} as part, ${SUMS} from ${summaries}
    where monitor_no in (select value from json_each(${JSON.stringify(monitorNos)}))
      and grain = 0 and slot between ${from} and ${to}
    group by monitor_no, part order by monitor_no, part`);
}

/** One monitor's slots added up by `step` of them, histograms included, oldest first: the points of a chart. */
export function readParts(
  db: Db | Tx,
  monitorNo: number,
  range: SlotRange,
  step: number,
): Promise<(Totals & { part: number })[]> {
  return db.all<Totals & { part: number }>(sql`
    select slot / ${step} as part, ${SUMS}, group_concat(histogram, ' ') as histogram from ${summaries}
    where monitor_no = ${monitorNo} and grain = ${range.grain} and slot between ${range.from} and ${range.to}
    group by part order by part`);
}
