import { sql } from 'drizzle-orm';
import type { StoredStatus } from '../core/monitor.ts';
import type { Plan } from '../core/plan.ts';
import type { Reason, ResultStatus } from '../core/verdict.ts';
import type { Db } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { incidents } from '../db/schema/incidents.ts';
import {
  maintenance_monitors,
  maintenance_windows,
  monitor_states,
  monitors,
  summaries,
} from '../db/schema/monitors.ts';
import { components, maintenance_pages, status_pages } from '../db/schema/statuspages.ts';
import { newestMarked, windowsOf } from '../monitors/window-queries.ts';

// Without an account: what any visitor may know. Only public, living monitors get past `shown`, so neither a count
// nor an incident of a private one can leave this file (E34, R-SP-9).

/** A component with what its state follows from. */
export interface ShownComponent {
  id: string;
  monitor_no: number;
  name: string;
  paused_at: number | null;
  interval_seconds: number;
  timeout_seconds: number;
  created_at: number;
  /** Null before the first result. */
  status: StoredStatus | null;
  status_since: number | null;
  last_result_at: number | null;
  last_status: ResultStatus | null;
  /** 1 when the newest result was made inside a maintenance window. */
  last_marked: number;
  /** Windows that are on, come next or have just ended: `[starts_at, ends_at]`. */
  windows: [number, number][];
}

/** Seconds of one UTC day of one monitor: number, day slot, up, down, degraded, excluded. */
export type DayTuple = [monitorNo: number, slot: number, up: number, down: number, degraded: number, excluded: number];

export interface ShownIncident {
  id: string;
  monitor_no: number;
  reason: Reason;
  started_at: number;
  opened_at: number;
  resolved_at: number | null;
  resolved_cause: 'recovered' | 'paused' | 'changed' | 'deleted' | null;
}

/** Planned work that a page announces: the occurrence that is on or comes next. */
export interface ShownMaintenance {
  id: string;
  title: string;
  body: string | null;
  starts_at: number;
  ends_at: number;
  /** Ids of the components it covers. */
  components: string[];
}

export interface VisitorPage {
  id: string;
  accountId: string;
  plan: Plan;
  slug: string;
  title: string;
  description: string | null;
  branding: boolean;
  updatedAt: number;
  components: ShownComponent[];
  days: DayTuple[];
  /** Open ones first, then the resolved; each group newest first. */
  incidents: ShownIncident[];
  /** The next one first. */
  maintenance: ShownMaintenance[];
}

/** Most components of one page, and most resolved incidents told of. */
const MOST = { components: 500, incidents: 60, maintenance: 20 };
/** A resolved incident that began longer ago than this before the span is not looked for. */
const LONGEST_PAST_MS = 60 * 86_400_000;

interface Span {
  /** Day slots whose sums are wanted, both included. */
  fromSlot: number;
  toSlot: number;
  /** Resolved incidents are told of when they ended after this. Epoch ms. */
  endedAfter: number;
  /** Planned work that ends after `now` and begins before `plannedUntil` is announced. Epoch ms. */
  now: number;
  plannedUntil: number;
}

/**
 * Everything of a page in one statement, hence one moment; null for an unknown slug. Most of its cost is the driver's:
 * the statement is prepared each time and every cell crosses over singly, so each list comes as one JSON text.
 */
export async function readVisitorPage(db: Db, slug: string, span: Span): Promise<VisitorPage | null> {
  const rows = await db.all<Record<string, unknown>>(sql`
    with shown as materialized (
      select c.id, m.no, coalesce(c.name, m.name) as name, m.paused_at, m.interval_seconds, m.timeout_seconds,
        m.created_at, s.status, s.status_since, s.last_result_at, s.last_status,
        o.id as open_id, o.reason, o.started_at, o.opened_at,
        ${newestMarked(sql`m.no`, sql`s.last_result_at`)} as last_marked, ${windowsOf(sql`m.no`)} as windows
      from ${status_pages} p cross join ${components} c on c.page_id = p.id
      cross join ${monitors} m on m.no = c.monitor_no and m.account_id = p.account_id and m.public = 1
        and m.deleted_at is null
      left join ${monitor_states} s on s.monitor_no = m.no
      left join ${incidents} o on o.monitor_no = m.no and o.resolved_at is null
      where p.slug = ${slug} order by c.position, c.id limit ${MOST.components}
    )
    select p.id, p.account_id, p.slug, p.title, p.description, p.branding, p.updated_at, a.plan,
      (select json_group_array(json_array(id, no, name, paused_at, interval_seconds, timeout_seconds, created_at,
        status, status_since, last_result_at, last_status, last_marked, windows, open_id, reason, started_at, opened_at)) from shown),
      (select json_group_array(json_array(d.monitor_no, slot, up_seconds, down_seconds, degraded_seconds, excluded_seconds))
        from shown cross join ${summaries} d where d.monitor_no = shown.no and grain = 2
        and slot between ${span.fromSlot} and ${span.toSlot}),
      (select json_group_array(json_array(id, monitor_no, reason, started_at, opened_at, resolved_at, resolved_cause))
        from (select i.* from shown cross join ${incidents} i where i.monitor_no = shown.no
          and i.started_at >= ${span.endedAfter - LONGEST_PAST_MS} and i.resolved_at >= ${span.endedAfter}
          order by i.started_at desc limit ${MOST.incidents})),
      (select json_group_array(json_array(id, title, body, starts_at, ends_at, json(covered)))
        from (select w.id, w.title, w.body, w.current_starts_at as starts_at, w.current_ends_at as ends_at,
            (select json_group_array(shown.id) from ${maintenance_monitors} x cross join shown on shown.no = x.monitor_no
              where x.window_id = w.id) as covered
          from ${maintenance_windows} w where w.account_id = p.account_id and w.deleted_at is null
            and w.current_ends_at > ${span.now} and w.current_starts_at < ${span.plannedUntil}
            and (covered <> '[]' or exists (select 1 from ${maintenance_pages} y where y.window_id = w.id and y.page_id = p.id))
          order by w.current_starts_at limit ${MOST.maintenance}))
    from ${status_pages} p join ${accounts} a on a.id = p.account_id where p.slug = ${slug}`);
  const row = rows[0];
  return row === undefined ? null : unpack(Object.values(row));
}

/** Whole days of monitors that are closed for good, in one text for the same reason. */
export async function readDays(db: Db, monitorNos: number[], fromSlot: number, toSlot: number): Promise<DayTuple[]> {
  const rows = await db.all<{ days: string }>(sql`
    select json_group_array(json_array(monitor_no, slot, up_seconds, down_seconds, degraded_seconds, excluded_seconds)) as days
    from ${summaries} where monitor_no in (select value from json_each(${JSON.stringify(monitorNos)}))
      and grain = 2 and slot between ${fromSlot} and ${toSlot}`);
  return JSON.parse(rows[0]?.days ?? '[]') as DayTuple[];
}

/** The statement's own columns, in its own order: the casts say what the SQL above selects. */
function unpack(row: unknown[]): VisitorPage {
  const [id, account, slug, title, description, branding, updated, plan, shown, days, past, planned] = row;
  const lines = tuples(shown);
  const open = lines.filter((line) => line[13] !== null).map(openIncident);
  return {
    id: id as string,
    accountId: account as string,
    plan: plan as Plan,
    slug: slug as string,
    title: title as string,
    description: description as string | null,
    branding: branding === 1,
    updatedAt: updated as number,
    components: lines.map(component),
    days: tuples(days) as unknown as DayTuple[],
    incidents: [...open.toSorted((a, b) => b.started_at - a.started_at), ...tuples(past).map(pastIncident)],
    maintenance: tuples(planned).map(plannedWork),
  };
}

function plannedWork(tuple: unknown[]): ShownMaintenance {
  const [id, title, body, starts, ends, covered] = tuple;
  return {
    id: id as string,
    title: title as string,
    body: body as string | null,
    starts_at: starts as number,
    ends_at: ends as number,
    components: covered as string[],
  };
}

function tuples(json: unknown): unknown[][] {
  return JSON.parse(json as string) as unknown[][];
}

function component(tuple: unknown[]): ShownComponent {
  const [id, no, name, paused, interval, timeout, created, status, since, lastAt, last, marked, windows] = tuple;
  return {
    id: id as string,
    monitor_no: no as number,
    name: name as string,
    paused_at: paused as number | null,
    interval_seconds: interval as number,
    timeout_seconds: timeout as number,
    created_at: created as number,
    status: status as StoredStatus | null,
    status_since: since as number | null,
    last_result_at: lastAt as number | null,
    last_status: last as ResultStatus | null,
    last_marked: marked as number,
    windows: JSON.parse(windows as string) as [number, number][],
  };
}

function openIncident(line: unknown[]): ShownIncident {
  const [id, reason, started, opened] = line.slice(13);
  return pastIncident([id, line[1], reason, started, opened, null, null]);
}

function pastIncident(tuple: unknown[]): ShownIncident {
  const [id, no, reason, started, opened, resolved, cause] = tuple;
  return {
    id: id as string,
    monitor_no: no as number,
    reason: reason as Reason,
    started_at: started as number,
    opened_at: opened as number,
    resolved_at: resolved as number | null,
    resolved_cause: cause as ShownIncident['resolved_cause'],
  };
}
