import { sql } from 'drizzle-orm';
import type { Phase } from '../core/incident.ts';
import { type Kind, nextDue } from '../core/monitor.ts';
import { SECOND } from '../core/time.ts';
import type { Db, Tx } from '../db/client.ts';

/** A monitor whose check is to start at `due` (epoch ms). */
export interface DueMonitor {
  no: number;
  due: number;
  kind: Kind;
  target: string;
  config: unknown;
  config_version: number;
  interval_seconds: number;
  timeout_seconds: number;
  retries: number;
  phase: Phase;
}

/** Monitors due before `until` without those in `except`, the longest due first. They are nobody's until `claim` says so. */
export async function listDue(
  db: Db | Tx,
  until: number,
  limit: number,
  except: Iterable<number> = [],
): Promise<DueMonitor[]> {
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json_object('no', m.no, 'due', m.next_check_at, 'kind', m.kind, 'target', m.target,
      'config', json(m.config), 'config_version', m.config_version, 'interval_seconds', m.interval_seconds,
      'timeout_seconds', m.timeout_seconds, 'retries', m.retries, 'phase', coalesce(s.phase, 'new'))) as list
    from (select * from monitors where next_check_at is not null and next_check_at < ${until}
            and no not in (select value from json_each(${JSON.stringify([...except])}))
          order by next_check_at limit ${limit}) m
      left join monitor_states s on s.monitor_no = m.no`);
  return JSON.parse(found.list) as DueMonitor[];
}

/**
 * Moves monitors on to their next beat after `now` and returns the numbers of those still due as they were listed:
 * one that was paused, deleted or moved in between is not. A check is claimed before it starts, so a crash skips one
 * check instead of repeating it.
 */
export async function claim(tx: Tx, monitors: readonly DueMonitor[], now: number): Promise<Set<number>> {
  const moves = monitors.map(({ no, due, interval_seconds }) => [
    no,
    due,
    nextDue(no, interval_seconds * SECOND, Math.max(due, now)),
  ]);
  const rows = await tx.all<{ no: number }>(sql`
    update monitors set next_check_at = j.value->>2
    from json_each(${JSON.stringify(moves)}) j
    where no = j.value->>0 and next_check_at = j.value->>1 and paused_at is null and deleted_at is null
    returning no`);
  return new Set(rows.map(({ no }) => no));
}

/**
 * Brings the next check of running monitors forward to `[monitor, epoch ms]`; never puts it off. Results are stored by
 * the second: a check in the second of the newest one would pass for the same result, so it waits for the next.
 */
export async function recheckAt(tx: Tx, times: readonly (readonly [number, number])[]): Promise<void> {
  await tx.run(sql`
    update monitors set next_check_at = min(next_check_at, max(j.value->>1,
      coalesce((select last_result_at + 1000 from monitor_states where monitor_no = no), 0)))
    from json_each(${JSON.stringify(times)}) j
    where no = j.value->>0 and next_check_at is not null and paused_at is null and deleted_at is null`);
}

/** After a step of the wall clock every due time moves with it, so nothing bunches up and nothing waits (R-IN-12). */
export async function shiftDue(tx: Tx, byMs: number): Promise<void> {
  await tx.run(sql`update monitors set next_check_at = next_check_at + ${byMs} where next_check_at is not null`);
}

/** Running monitors of all accounts whose check was due before `at`, plus a timeout for the one that may still run. */
export async function countLate(db: Db, at: number): Promise<number> {
  const rows = await db.all<{ n: number }>(sql`
    select count(*) as n from monitors
    where next_check_at < ${at} and next_check_at + timeout_seconds * 1000 < ${at}
      and paused_at is null and deleted_at is null`);
  return rows[0]?.n ?? 0;
}

/** Running monitors of all accounts that have been silent for longer than two intervals and a timeout (R-CK-19). */
export async function listSilent(db: Db, now: number, limit: number): Promise<SilentMonitor[]> {
  return db.all<SilentMonitor>(sql`
    select m.no, m.id, m.account_id from monitors m left join monitor_states s on s.monitor_no = m.no
    where m.next_check_at is not null and m.deleted_at is null and m.paused_at is null
      and coalesce(case when s.status = 'pending' then s.status_since else s.last_result_at end, m.created_at)
        + (2 * m.interval_seconds + m.timeout_seconds) * 1000 < ${now}
    order by m.no limit ${limit}`);
}

interface SilentMonitor {
  no: number;
  id: string;
  account_id: string;
}
