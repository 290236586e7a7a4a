import { type SQL, sql } from 'drizzle-orm';
import type { Grain } from '../core/uptime.ts';
import type { Db } from '../db/client.ts';
import type { DayCells } from './shown-queries.ts';

/** Slots of the two days that are not over for good: all from `from` to `to`, of today those from `today` on. */
export interface OpenDays {
  /** Days of UTC, or hours for the days of other zones. */
  grain: Extract<Grain, 1 | 2>;
  from: number;
  today: number;
  to: number;
}

/** JSON of the open days of the monitor with that number: 0 is yesterday, 1 today. */
export function openDayCells(no: SQL, { grain, from, today, to }: OpenDays): SQL {
  if (grain === 2) {
    return sql`(select json_group_array(json_array(slot - ${from}, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, maintenance_seconds)) from summaries
      where monitor_no = ${no} and grain = 2 and slot between ${from} and ${to})`;
  }
  return sql`(select json_group_array(json_array(i, up, down, degraded, excluded, planned)) from (
      select slot >= ${today} as i, sum(up_seconds) as up, sum(down_seconds) as down, sum(degraded_seconds) as degraded,
        sum(excluded_seconds) as excluded, sum(maintenance_seconds) as planned
      from summaries where monitor_no = ${no} and grain = 1 and slot between ${from} and ${to} group by i))`;
}

/** A day of a monitor, which is named by its number. */
export type DayTuple = [no: number, ...day: DayCells];

/** Whole days of UTC of monitors that are closed for good, numbered from `from`; in one text for the same reason. */
export async function readDays(db: Db, nos: readonly number[], from: number, to: number): Promise<DayTuple[]> {
  const rows = await db.all<{ days: string }>(sql`
    select json_group_array(json_array(monitor_no, slot - ${from}, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, maintenance_seconds)) as days
    from summaries where monitor_no in (select value from json_each(${JSON.stringify(nos)}))
      and grain = 2 and slot between ${from} and ${to}`);
  return JSON.parse(rows[0]?.days ?? '[]') as DayTuple[];
}

/** Days of another zone, each added up from its hours (`to` does not belong to it) and numbered as they are given. */
export async function readHourDays(
  db: Db,
  nos: readonly number[],
  ranges: readonly { from: number; to: number }[],
): Promise<DayTuple[]> {
  const days = JSON.stringify(ranges.map(({ from, to }) => [from, to]));
  const rows = await db.all<{ days: string }>(sql`
    select json_group_array(json_array(no, i, up, down, degraded, excluded, planned)) as days from (
      select m.value as no, r.key as i, sum(d.up_seconds) as up, sum(d.down_seconds) as down,
        sum(d.degraded_seconds) as degraded, sum(d.excluded_seconds) as excluded, sum(d.maintenance_seconds) as planned
      from json_each(${JSON.stringify(nos)}) m cross join json_each(${days}) r cross join summaries d
        on d.monitor_no = m.value and d.grain = 1 and d.slot >= r.value->>0 and d.slot < r.value->>1
      group by m.value, r.key)`);
  return JSON.parse(rows[0]?.days ?? '[]') as DayTuple[];
}
