import { type SQL, sql } from 'drizzle-orm';
import type { Occurrence } from '../core/maintenance.ts';
import { MAINTENANCE_MARK } from '../core/outcome.ts';

// Parts of statements: whether planned work covers a monitor. `no` is the monitor's number as that statement spells it.

const PRESENT = sql.raw(`maintenance_monitors x cross join maintenance_windows w on w.id = x.window_id`);

/** Whether the monitor is in a window at `at`, epoch ms. */
export function inWindow(no: SQL, at: number): SQL {
  return sql`exists (select 1 from ${PRESENT} where x.monitor_no = ${no} and w.deleted_at is null
    and w.current_starts_at <= ${at} and w.current_ends_at > ${at})`;
}

/** The monitor's windows that are on, come next or have just ended, as JSON `[[starts_at, ends_at], …]`. */
export function windowsOf(no: SQL): SQL {
  return sql`(select json_group_array(json_array(w.current_starts_at, w.current_ends_at)) from ${PRESENT}
    where x.monitor_no = ${no} and w.deleted_at is null and w.current_ends_at is not null)`;
}

/** Whether the monitor's newest result (its time in epoch ms is `at`) was made inside a window: 1 or 0. */
export function newestMarked(no: SQL, at: SQL): SQL {
  return sql`exists (select 1 from results r where r.monitor_no = ${no} and r.at = ${at} / 1000
    and r.outcome & ${sql.raw(String(MAINTENANCE_MARK))} <> 0)`;
}

/** The pairs of `windowsOf` in words. */
export function toWindows(pairs: readonly (readonly [number, number])[]): Occurrence[] {
  return pairs.map(([startsAt, endsAt]) => ({ startsAt, endsAt }));
}
