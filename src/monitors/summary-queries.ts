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

/** Several five-minute slots of a monitor as one. */
export interface Stretch {
  /** Number of the stretch since the epoch: slot divided by `step`. */
  part: number;
  up_seconds: number;
  down_seconds: number;
  degraded_seconds: number;
}

/**
 * Five-minute slots `from` to `to` of many monitors, added up by `step` of them, by monitor number. One JSON value for
 * each monitor: the driver spends more on a row than the database on finding it.
 */
export async function readStretches(
  db: Db | Tx,
  monitorNos: readonly number[],
  from: number,
  to: number,
  step: number,
): Promise<Map<number, Stretch[]>> {
  const rows = await db.all<{ no: number; list: string }>(sql`
    select no, json_group_array(json_array(part, up, down, degraded)) as list from (
      select m.value as no, s.slot / ${step} as part,
        sum(s.up_seconds) as up, sum(s.down_seconds) as down, sum(s.degraded_seconds) as degraded
      from json_each(${JSON.stringify(monitorNos)}) m cross join summaries s
        on s.monitor_no = m.value and s.grain = 0 and s.slot between ${from} and ${to}
      group by no, part)
    group by no`);
  return new Map(
    rows.map(({ no, list }) => [
      no,
      (JSON.parse(list) as [number, number, number, number][]).map(
        ([part, up_seconds, down_seconds, degraded_seconds]) => ({ part, up_seconds, down_seconds, degraded_seconds }),
      ),
    ]),
  );
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
