import { sql } from 'drizzle-orm';
import { DAY } from '../core/time.ts';
import type { Reason } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { windowsOf } from '../monitors/window-queries.ts';

/** Parents of parents that are looked at; nobody builds deeper, and a loop must end. */
const DEEPEST = 20;

/** A monitor that another depends on, however far above it. */
export interface Ancestor {
  no: number;
  name: string;
  /** It is checked, so it can tell us something within seconds. */
  running: number;
  /** Its open incident. */
  incident_id: string | null;
  /** Start of its newest check, if that was good and it is up, epoch ms. */
  well_at: number | null;
}

/** What a monitor depends on, the nearest first. */
export async function listAncestors(tx: Tx, monitorNo: number): Promise<Ancestor[]> {
  return tx.all<Ancestor>(sql`
    with recursive above (no, depth) as (
      select parent_no, 1 from monitors where no = ${monitorNo} and parent_no is not null
      union all
      select m.parent_no, depth + 1 from above cross join monitors m on m.no = above.no
      where m.parent_no is not null and depth < ${DEEPEST})
    select m.no, m.name, m.next_check_at is not null and m.deleted_at is null as running,
      (select i.id from incidents i where i.monitor_no = m.no and i.resolved_at is null) as incident_id,
      (select s.last_result_at from monitor_states s where s.monitor_no = m.no and s.phase = 'up') as well_at
    from above cross join monitors m on m.no = above.no
    where m.deleted_at is null order by depth`);
}

/** For each of these monitors the nearest open incident above it, by monitor number; without one it is absent. */
export async function listExplanations(
  tx: Tx,
  monitorNos: readonly number[],
): Promise<Map<number, { incidentId: string; name: string }>> {
  const rows = await tx.all<{ start: number; id: string; name: string }>(sql`
    with recursive above (start, no, depth) as (
      select m.no, m.parent_no, 1 from json_each(${JSON.stringify(monitorNos)}) j cross join monitors m on m.no = j.value
      where m.parent_no is not null
      union all
      select start, m.parent_no, depth + 1 from above cross join monitors m on m.no = above.no
      where m.parent_no is not null and depth < ${DEEPEST})
    select start, i.id, m.name from above cross join monitors m on m.no = above.no
      cross join incidents i on i.monitor_no = m.no and i.resolved_at is null
    where m.deleted_at is null order by depth desc`);
  // The nearest comes last and stays.
  return new Map(rows.map(({ start, id, name }) => [start, { incidentId: id, name }]));
}

/** Everything that depends on a monitor, however far below it, as a table `below (no)`. */
const BELOW = (monitorNo: number) => sql`
  with recursive below (no) as (
    select no from monitors where parent_no = ${monitorNo} and deleted_at is null
    union
    select m.no from below cross join monitors m on m.parent_no = below.no where m.deleted_at is null)`;

/** Whether a message of the incident left, was tried, or is on its way: people may have heard of it. */
const HEARD_OF = sql.raw(`exists (select 1 from deliveries d where d.incident_id = i.id
  and d.state <> 'cancelled' and (d.attempts > 0 or d.state in ('sending','sent','dead')))`);

/** An alert of the incident is kept back for what its monitor depends on. */
const KEPT_BACK = sql.raw(`exists (select 1 from deliveries d where d.incident_id = i.id
  and d.held_for = 'parent' and d.state = 'queued' and d.attempts = 0)`);

/** Incidents that began before this are long heard of: nothing is kept back for hours. */
const recent = (now: number) => now - DAY;

/**
 * Incidents below a monitor that nobody heard of yet and that no other incident explains: the open ones, and those that
 * ended while their alert was kept back.
 */
export async function listUnheardBelow(tx: Tx, monitorNo: number, now: number): Promise<string[]> {
  const rows = await tx.all<{ id: string }>(sql`
    ${BELOW(monitorNo)}
    select i.id from below cross join incidents i on i.monitor_no = below.no and i.resolved_at is null
    where i.muted_by is null and not ${HEARD_OF}
    union all
    select i.id from below cross join incidents i on i.monitor_no = below.no and i.started_at > ${recent(now)}
    where i.resolved_at is not null and ${KEPT_BACK} and i.muted_by is null and not ${HEARD_OF}`);
  return rows.map(({ id }) => id);
}

/** Incidents below a monitor whose alerts are kept back until what they depend on was looked at. */
export async function listKeptBack(
  tx: Tx,
  monitorNo: number,
  now: number,
): Promise<{ id: string; monitor_no: number; opened_at: number }[]> {
  return tx.all(sql`
    ${BELOW(monitorNo)}
    select i.id, i.monitor_no, i.opened_at
    from below cross join incidents i on i.monitor_no = below.no and i.started_at > ${recent(now)}
    where i.muted_by is null and ${KEPT_BACK}
      and not exists (select 1 from incident_events e where e.incident_id = i.id and e.kind = 'unmuted')`);
}

/** Until when the alert of an incident is kept back for what its monitor depends on, epoch ms; null when it is not. */
export async function heldUntil(tx: Tx, incidentId: string): Promise<number | null> {
  const found = await tx.get<{ at: number | null }>(sql`
    select max(next_attempt_at) as at from deliveries
    where incident_id = ${incidentId} and event = 'down' and state = 'queued' and attempts = 0 and held_for = 'parent'`);
  return found.at;
}

/** An open incident that nobody was told of, with what has to be known before somebody is. */
export interface MutedIncident {
  id: string;
  account_id: string;
  monitor_no: number;
  muted_by: string;
  /** The monitor whose incident explained it, and how that incident ended, if it did. */
  by_name: string;
  by_cause: 'recovered' | 'paused' | 'changed' | 'deleted' | null;
  reason: Reason;
  message: string;
  started_at: number;
  /** Since when its monitor is spared the single changes. */
  flapping_since: number | null;
  /** How often it was let go before. */
  released: number;
  has_policy: number;
  /** Planned work on its monitor, `[starts_at, ends_at]`. */
  windows: [number, number][];
}

/** Muted open incidents of a monitor and of everything below it. */
export async function listMuted(tx: Tx, monitorNo: number): Promise<MutedIncident[]> {
  const found = await tx.get<{ list: string }>(sql`
    ${BELOW(monitorNo)}
    select json_group_array(json_object('id', i.id, 'account_id', i.account_id, 'monitor_no', i.monitor_no,
      'muted_by', i.muted_by, 'by_name', coalesce(p.name, 'another monitor'), 'by_cause', b.resolved_cause, 'reason', i.reason, 'message', i.message, 'started_at', i.started_at,
      'flapping_since', s.flapping_since,
      'released', (select count(*) from incident_events e where e.incident_id = i.id and e.kind = 'unmuted'),
      'has_policy', exists (select 1 from monitors c where c.no = i.monitor_no and c.escalation_id is not null),
      'windows', json(${windowsOf(sql`i.monitor_no`)}))) as list
    from (select no from below union select ${monitorNo}) l
      cross join incidents i on i.monitor_no = l.no and i.resolved_at is null
      left join incidents b on b.id = i.muted_by left join monitors p on p.no = b.monitor_no
      left join monitor_states s on s.monitor_no = i.monitor_no
    where i.muted_by is not null`);
  return JSON.parse(found.list) as MutedIncident[];
}

/** From now on another incident explains these: nobody is told of them, and they do not escalate. */
export async function setMuted(tx: Tx, ids: readonly string[], by: string): Promise<void> {
  await tx.run(sql`
    update incidents set muted_by = ${by}, next_escalation_at = null
    where id in (select value from json_each(${JSON.stringify(ids)}))`);
}

/** Nothing explains these any more. Reminders count from now on, too. */
export async function setUnmuted(tx: Tx, muted: readonly MutedIncident[], now: number): Promise<void> {
  const ids = JSON.stringify(muted.map(({ id }) => id));
  const nos = JSON.stringify(muted.map((one) => one.monitor_no));
  await tx.run(sql`update incidents set muted_by = null where id in (select value from json_each(${ids}))`);
  await tx.run(sql`update monitor_states set last_reminder_at = ${now}
    where monitor_no in (select value from json_each(${nos}))`);
}

/** How many open incidents another one explains. */
export async function countMutedBy(tx: Tx, monitorNo: number, incidentId: string): Promise<number> {
  const found = await tx.get<{ n: number }>(sql`
    ${BELOW(monitorNo)}
    select count(*) as n from below cross join incidents i on i.monitor_no = below.no and i.resolved_at is null
    where i.muted_by = ${incidentId}`);
  return found.n;
}

/** Whether people were told since then (epoch ms) that the monitor is down or keeps changing. */
export async function wasTold(tx: Tx, monitorNo: number, since: number): Promise<boolean> {
  const rows = await tx.all(sql`
    select 1 from incidents i cross join deliveries d on d.incident_id = i.id
    where i.monitor_no = ${monitorNo} and d.event in ('degraded', 'down') and d.state <> 'cancelled'
      and d.created_at >= ${since} limit 1`);
  return rows.length > 0;
}

/** Whether the alert of this very incident was written for anybody. */
export async function hasAlert(tx: Tx, incidentId: string): Promise<boolean> {
  const rows = await tx.all(sql`
    select 1 from deliveries where incident_id = ${incidentId} and event = 'down' and state <> 'cancelled' limit 1`);
  return rows.length > 0;
}

/** The same line in the timeline of each of these incidents. */
export async function noteMuting(
  tx: Tx,
  ids: readonly string[],
  line: { at: number; kind: 'muted' | 'unmuted'; text: string },
): Promise<void> {
  await tx.run(sql`
    insert into incident_events (incident_id, at, kind, text)
    select value, ${line.at}, ${line.kind}, ${line.text} from json_each(${JSON.stringify(ids)})`);
}
