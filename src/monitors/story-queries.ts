import { sql } from 'drizzle-orm';
import { SECOND } from '../core/time.ts';
import { RESULT_STATUSES } from '../core/verdict.ts';
import type { Db } from '../db/client.ts';
import { readResults, type ResultRow } from './result-queries.ts';

/** Checks that are read of one outage, whatever its length: those of its beginning, of its end, and after it. */
const AT_BEGIN = 40;
const AT_END = 5;
const AFTER = 3;
/** Most instants asked for by name. */
const MOST_MOMENTS = 40;

/** Checks between two others are counted this far. */
export const COUNT_LIMIT = 2_000;

/** The stretch of time an outage is about, epoch ms. `moments` are further instants at which a check is of interest. */
export interface Stretch {
  startedAt: number;
  /** Null while it goes on. */
  endedAt: number | null;
  moments: readonly number[];
}

/**
 * The checks that tell an outage, oldest first: the last one before, the first ones, those at `moments`, the last ones,
 * and those that followed. Each part is a look-up in the clustered key, so the length of the outage does not matter.
 */
export function readChecksAround(db: Db, monitorNo: number, stretch: Stretch): Promise<ResultRow[]> {
  const start = Math.floor(stretch.startedAt / SECOND);
  const end = stretch.endedAt === null ? Number.MAX_SAFE_INTEGER : Math.floor(stretch.endedAt / SECOND);
  const moments = stretch.moments.slice(0, MOST_MOMENTS).map((at) => Math.floor(at / SECOND));
  const of = sql`select at, location from results where monitor_no = ${monitorNo}`;
  return readResults(
    db,
    monitorNo,
    sql`
      select * from (${of} and at < ${start} order by at desc limit 1)
      union select * from (${of} and at between ${start} and ${end} order by at limit ${AT_BEGIN})
      union select * from (${of} and at between ${start} and ${end} order by at desc limit ${AT_END})
      union select * from (${of} and at > ${end} order by at limit ${AFTER})
      union ${of} and at in (select value from json_each(${JSON.stringify(moments)}))`,
  );
}

/** How many checks lie between two instants, both left out; `all` stops at `COUNT_LIMIT`. */
interface CheckCount {
  all: number;
  failed: number;
  /** Start of the first and of the last one counted, epoch ms. */
  from: number;
  to: number;
}

/** Counts what lies in each gap (epoch ms), null where there is nothing. */
export async function countChecks(
  db: Db,
  monitorNo: number,
  gaps: readonly (readonly [number, number])[],
): Promise<(CheckCount | null)[]> {
  const seconds = gaps.map((gap) => gap.map((at) => Math.floor(at / SECOND)));
  const down = RESULT_STATUSES.indexOf('down');
  const rows = await db.all<{ gap: number; counted: string }>(sql`
    select j.key as gap, (
      select json_array(count(*), coalesce(sum(outcome % 8 = ${down}), 0), min(at), max(at)) from (
        select at, outcome from results
        where monitor_no = ${monitorNo} and at > j.value ->> 0 and at < j.value ->> 1 order by at limit ${COUNT_LIMIT})
      ) as counted
    from json_each(${JSON.stringify(seconds)}) j`);
  const found = new Map(rows.map((row) => [row.gap, JSON.parse(row.counted) as [number, number, number, number]]));
  return gaps.map((_, i) => {
    const [all, failed, from, to] = found.get(i) ?? [0, 0, 0, 0];
    return all === 0 ? null : { all, failed, from: from * SECOND, to: to * SECOND };
  });
}
