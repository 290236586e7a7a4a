import { type SQL, sql } from 'drizzle-orm';
import type { Grain } from '../core/uptime.ts';
import type { Db } from '../db/client.ts';
import type { DayCells } from './shown-queries.ts';

/** Slots of summaries that belong to day `i`; `to` is the first that does not. */
export interface DaySlots {
  i: number;
  grain: Extract<Grain, 0 | 1>;
  from: number;
  to: number;
}

/** The two days that are not over for good, 0 yesterday and 1 today: as days of UTC from `from` on, or slot by slot. */
export type OpenDays = { from: number } | { slots: readonly DaySlots[] };

/** JSON of the open days of the monitor with that number. */
export function openDayCells(no: SQL, open: OpenDays): SQL {
  if ('from' in open) {
    return sql`(select json_group_array(json_array(slot - ${open.from}, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, maintenance_seconds)) from summaries
      where monitor_no = ${no} and grain = 2 and slot between ${open.from} and ${open.from + 1})`;
  }
  return sql`(select json_group_array(json_array(i, up, down, degraded, excluded, planned)) from (
      with ${rangesOf(open.slots)}
      select r.i as i, ${SUMS} from r cross join summaries d on d.monitor_no = ${no} and ${WITHIN} group by r.i))`;
}

/** Ranges of slots as a table `r`. They come as one text, which is read once and not for each row beside it. */
function rangesOf(slots: readonly DaySlots[]): SQL {
  const ranges = JSON.stringify(slots.map(({ i, grain, from, to }) => [i, grain, from, to]));
  return sql`r(i, grain, start, stop) as materialized (
    select value->>0, value->>1, value->>2, value->>3 from json_each(${ranges}))`;
}

const WITHIN = sql`d.grain = r.grain and d.slot >= r.start and d.slot < r.stop`;
const SUMS = sql`sum(d.up_seconds) as up, sum(d.down_seconds) as down, sum(d.degraded_seconds) as degraded,
  sum(d.excluded_seconds) as excluded, sum(d.maintenance_seconds) as planned`;

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

/** Days of another zone, each added up from its slots. */
export async function readZoneDays(db: Db, nos: readonly number[], slots: readonly DaySlots[]): Promise<DayTuple[]> {
  const rows = await db.all<{ days: string }>(sql`
    select json_group_array(json_array(no, i, up, down, degraded, excluded, planned)) as days from (
      with ${rangesOf(slots)}
      select m.value as no, r.i as i, ${SUMS}
      from json_each(${JSON.stringify(nos)}) m cross join r cross join summaries d
        on d.monitor_no = m.value and ${WITHIN}
      group by m.value, r.i)`);
  return JSON.parse(rows[0]?.days ?? '[]') as DayTuple[];
}
