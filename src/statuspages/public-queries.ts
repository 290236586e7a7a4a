import { type SQL, sql } from 'drizzle-orm';
import type { Language } from '../core/language.ts';
import type { StoredStatus } from '../core/monitor.ts';
import type { Appearance, ManualStatus, Visibility } from '../core/page.ts';
import type { Plan } from '../core/plan.ts';
import type { ReportImpact, ReportStatus } from '../core/status-report.ts';
import type { Grain } from '../core/uptime.ts';
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
import {
  components,
  maintenance_pages,
  page_domains,
  status_pages,
  status_report_components,
  status_report_updates,
  status_reports,
} from '../db/schema/statuspages.ts';
import { newestMarked, windowsOf } from '../monitors/window-queries.ts';

// Without an account: what any visitor may know. Only public, living monitors get past `shown`, members' lines only for
// members, so neither a count nor an incident of a hidden one can leave this file (E34, R-SP-9).

/** Who is reading: anybody, or somebody who may see what is for members. */
export type Audience = 'public' | 'member';
/** A page by the name in its address, or by its id. */
export type PageRef = { slug: string } | { pageId: string };

/** What a line of every kind has. */
interface ShownLine {
  id: string;
  /** Null at the top. */
  parent_id: string | null;
  /** Customer-facing name, or the monitor's; null only for a nameless line. */
  name: string | null;
  description: string | null;
  show_uptime: boolean;
  show_chart: boolean;
  members_only: boolean;
}

/** A monitor on a page with what its state follows from. */
export interface ShownMonitor extends ShownLine {
  kind: 'monitor';
  monitor_no: number;
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

export type ShownComponent =
  | ShownMonitor
  | (ShownLine & { kind: 'group' })
  | (ShownLine & { kind: 'manual'; manual_status: ManualStatus });

/** Seconds of one day of one monitor: number, number of the day, up, down, degraded, excluded, planned work. */
export type DayTuple = [no: number, i: number, up: number, down: number, degraded: number, out: number, work: number];

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
  created_at: number;
  /** How often it was changed. */
  changes: number;
  /** It comes again; the times are those of its present turn. */
  recurring: boolean;
  /** Ids of the components it covers. */
  components: string[];
}

/** A published report. */
export interface ShownReport {
  id: string;
  title: string;
  impact: ReportImpact;
  status: ReportStatus;
  started_at: number;
  resolved_at: number | null;
  next_update_by: number | null;
  incident_id: string | null;
  created_at: number;
  updated_at: number;
  /** Newest first. */
  updates: { id: string; status: ReportStatus; body: string; at: number }[];
  /** Those the reader may see. */
  components: { id: string; status: ManualStatus }[];
}

export interface VisitorPage {
  id: string;
  accountId: string;
  plan: Plan;
  slug: string;
  title: string;
  description: string | null;
  branding: boolean;
  timezone: string;
  language: Language;
  appearance: Appearance;
  visibility: Visibility;
  hiddenFromSearch: boolean;
  autoReport: 'none' | 'draft' | 'publish';
  /** Own host, once it is verified. */
  host: string | null;
  /** Some lines are for members only. */
  membersLayer: boolean;
  createdAt: number;
  updatedAt: number;
  /** In the page's order; lines of a group may stand anywhere. */
  components: ShownComponent[];
  /** Numbered from the first of the open days. */
  days: DayTuple[];
  /** Without those that a report tells of. Open ones first, then the resolved; each group newest first. */
  incidents: ShownIncident[];
  /** Open ones first, each group newest first. */
  reports: ShownReport[];
  /** The next one first, those that are over at the end. */
  maintenance: ShownMaintenance[];
}

/** Most components of one page, and most resolved incidents told of. */
const MOST = { components: 500, incidents: 60, reports: 60, maintenance: 40 };
/** What was resolved but began longer ago than this before the span is not looked for. */
const LONGEST_PAST_MS = 60 * 86_400_000;

/** Slots of the two days that are not over for good: all from `from` to `to`, of today those from `today` on. */
export interface OpenDays {
  /** Days of UTC, or hours for the days of other zones. */
  grain: Extract<Grain, 1 | 2>;
  from: number;
  today: number;
  to: number;
}

interface Span extends OpenDays {
  /** Incidents, reports and planned work that are over are told of when they ended after this. Epoch ms. */
  endedAfter: number;
  /** Planned work that begins before `plannedUntil` is told of, what is over by `now` last. Epoch ms. */
  now: number;
  plannedUntil: number;
}

/** The lines of page `p` that the audience may see, as the table `shown`. */
export function shownLines(where: SQL, audience: Audience): SQL {
  const seen =
    audience === 'member'
      ? sql``
      : sql`and c.members_only + coalesce(g.members_only, 0) + coalesce(gg.members_only, 0) = 0`;
  return sql`shown as materialized (
      select c.id, c.kind, c.parent_id, coalesce(c.name, m.name) as name, c.description, c.manual_status,
        c.show_uptime, c.show_chart, c.members_only, m.no, m.paused_at, m.interval_seconds, m.timeout_seconds,
        m.created_at, s.status, s.status_since, s.last_result_at, s.last_status,
        o.id as open_id, o.reason, o.started_at, o.opened_at,
        ${newestMarked(sql`m.no`, sql`s.last_result_at`)} as last_marked, ${windowsOf(sql`m.no`)} as windows
      from ${status_pages} p cross join ${components} c on c.page_id = p.id
      left join ${components} g on g.id = c.parent_id left join ${components} gg on gg.id = g.parent_id
      left join ${monitors} m on m.no = c.monitor_no and m.account_id = p.account_id and m.public = 1
        and m.deleted_at is null and c.kind = 'monitor'
      left join ${monitor_states} s on s.monitor_no = m.no
      left join ${incidents} o on o.monitor_no = m.no and o.resolved_at is null
      where ${where} and (c.kind <> 'monitor' or m.no is not null) ${seen}
      order by c.position, c.id limit ${MOST.components}
    )`;
}

/** Reports of page `p` that the condition lets through and that are about something the reader may see, or nothing. */
export function reportTuples(condition: SQL, limit: number): SQL {
  return sql`select json_group_array(json_array(id, title, impact, status, started_at, resolved_at, next_update_by,
        incident_id, created_at, updated_at, json(updates), json(about)))
        from (select r.*,
            (select json_group_array(json_array(u.id, u.status, u.body, u.at)) from (select * from ${status_report_updates}
              where report_id = r.id order by at desc, id desc) u) as updates,
            (select json_group_array(json_array(shown.id, x.status)) from ${status_report_components} x
              cross join shown on shown.id = x.component_id where x.report_id = r.id) as about
          from ${status_reports} r where r.page_id = p.id and r.published_at is not null and ${condition}
            and (about <> '[]' or not exists (select 1 from ${status_report_components} x where x.report_id = r.id))
          order by r.resolved_at is not null, r.started_at desc, r.id limit ${limit})`;
}

/** Whether a published report of page `p` tells of incident `i` already: it was made from it. */
export const TOLD = sql`exists (select 1 from ${status_reports} r where r.page_id = p.id and r.incident_id = i.id
  and r.published_at is not null)`;

/**
 * Whether visitors read of incident `i` in a report of page `p` anyway: it is about the same component and the same
 * time. While the incident goes on the report must do so too, or an outage would stand nowhere.
 */
export const COVERED = sql`exists (select 1 from ${status_reports} r where r.page_id = p.id
  and r.published_at is not null and r.started_at <= coalesce(i.resolved_at, r.started_at)
  and coalesce(r.resolved_at, i.started_at) >= i.started_at and (r.resolved_at is null or i.resolved_at is not null)
  and (r.incident_id = i.id or exists (select 1 from ${status_report_components} x
    join ${components} c on c.id = x.component_id where x.report_id = r.id and c.monitor_no = i.monitor_no)))`;

const INCIDENT = sql`json_array(id, monitor_no, reason, started_at, opened_at, resolved_at, resolved_cause)`;

function openDayTuples({ grain, from, today, to }: OpenDays): SQL {
  if (grain === 2) {
    return sql`select json_group_array(json_array(d.monitor_no, slot - ${from}, up_seconds, down_seconds,
        degraded_seconds, excluded_seconds, maintenance_seconds))
        from shown cross join ${summaries} d where d.monitor_no = shown.no and grain = 2 and slot between ${from} and ${to}`;
  }
  return sql`select json_group_array(json_array(no, i, up, down, degraded, excluded, planned)) from (
      select shown.no, d.slot >= ${today} as i, sum(up_seconds) as up, sum(down_seconds) as down,
        sum(degraded_seconds) as degraded, sum(excluded_seconds) as excluded, sum(maintenance_seconds) as planned
      from shown cross join ${summaries} d where d.monitor_no = shown.no and grain = 1 and slot between ${from} and ${to}
      group by shown.no, i)`;
}

export function whose(ref: PageRef): SQL {
  return 'slug' in ref ? sql`p.slug = ${ref.slug}` : sql`p.id = ${ref.pageId}`;
}

/**
 * Everything of a page in one statement, hence one moment; null for an unknown one. Most of its cost is the driver's:
 * the statement is prepared each time and every cell crosses over singly, so each list comes as one JSON text.
 */
export async function readVisitorPage(
  db: Db,
  ref: PageRef,
  audience: Audience,
  span: Span,
): Promise<VisitorPage | null> {
  const where = whose(ref);
  const recent = sql`(r.resolved_at is null
    or (r.resolved_at >= ${span.endedAfter} and r.started_at >= ${span.endedAfter - LONGEST_PAST_MS}))`;
  const rows = await db.all<Record<string, unknown>>(sql`
    with ${shownLines(where, audience)}
    select json_object('id', p.id, 'accountId', p.account_id, 'slug', p.slug, 'title', p.title,
        'description', p.description, 'branding', p.branding, 'timezone', p.timezone, 'language', p.language,
        'appearance', json(p.appearance), 'visibility', p.visibility, 'hiddenFromSearch', p.hidden_from_search,
        'autoReport', p.auto_report, 'createdAt', p.created_at, 'updatedAt', p.updated_at, 'plan', a.plan,
        'host', (select host from ${page_domains} where page_id = p.id and verified_at is not null
          order by created_at, host limit 1),
        'membersLayer', exists (select 1 from ${components} where page_id = p.id and members_only = 1)),
      (select json_group_array(json_array(id, kind, parent_id, name, description, manual_status, show_uptime, show_chart,
        members_only, no, paused_at, interval_seconds, timeout_seconds, created_at, status, status_since,
        last_result_at, last_status, last_marked, json(windows))) from shown),
      (${openDayTuples(span)}),
      (select json_group_array(${INCIDENT}) from (select i.* from (select distinct open_id from shown) one
          cross join ${incidents} i on i.id = one.open_id where not ${COVERED} order by i.started_at desc)),
      (select json_group_array(${INCIDENT})
        from (select i.* from (select distinct no from shown) one cross join ${incidents} i where i.monitor_no = one.no
          and i.started_at >= ${span.endedAfter - LONGEST_PAST_MS} and i.resolved_at >= ${span.endedAfter}
          and not ${COVERED} order by i.started_at desc limit ${MOST.incidents})),
      (${reportTuples(recent, MOST.reports)}),
      (select json_group_array(json_array(id, title, body, starts_at, ends_at, created_at, changes, recurring, json(covered)))
        from (select w.id, w.title, w.body, coalesce(w.current_starts_at, w.starts_at) as starts_at,
            coalesce(w.current_ends_at, w.ends_at) as ends_at, w.created_at, w.changes,
            w.cron is not null as recurring,
            (select json_group_array(shown.id) from ${maintenance_monitors} x cross join shown on shown.no = x.monitor_no
              where x.window_id = w.id) as covered
          from ${maintenance_windows} w where w.account_id = p.account_id and w.deleted_at is null
            and coalesce(w.current_ends_at, w.ends_at) > ${span.endedAfter}
            and coalesce(w.current_starts_at, w.starts_at) < ${span.plannedUntil}
            and (covered <> '[]' or exists (select 1 from ${maintenance_pages} y where y.window_id = w.id and y.page_id = p.id))
          order by coalesce(w.current_ends_at, w.ends_at) <= ${span.now}, 4 limit ${MOST.maintenance}))
    from ${status_pages} p join ${accounts} a on a.id = p.account_id where ${where}`);
  const row = rows[0];
  return row === undefined ? null : unpack(Object.values(row) as string[]);
}

/** Whole days of UTC of monitors that are closed for good, numbered from `from`; in one text for the same reason. */
export async function readDays(db: Db, nos: readonly number[], from: number, to: number): Promise<DayTuple[]> {
  const rows = await db.all<{ days: string }>(sql`
    select json_group_array(json_array(monitor_no, slot - ${from}, up_seconds, down_seconds, degraded_seconds,
      excluded_seconds, maintenance_seconds)) as days
    from ${summaries} where monitor_no in (select value from json_each(${JSON.stringify(nos)}))
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
      from json_each(${JSON.stringify(nos)}) m cross join json_each(${days}) r cross join ${summaries} d
        on d.monitor_no = m.value and d.grain = 1 and d.slot >= r.value->>0 and d.slot < r.value->>1
      group by m.value, r.key)`);
  return JSON.parse(rows[0]?.days ?? '[]') as DayTuple[];
}

/** The statement's own columns, in its own order: the casts say what the SQL above selects. */
function unpack(row: string[]): VisitorPage {
  const [head = '', shown, days, open, past, reports, planned] = row;
  const page = JSON.parse(head) as VisitorPage;
  return {
    ...page,
    branding: Boolean(page.branding),
    hiddenFromSearch: Boolean(page.hiddenFromSearch),
    membersLayer: Boolean(page.membersLayer),
    components: tuples<LineCells>(shown).map(component),
    days: tuples<DayTuple>(days),
    incidents: [...tuples<IncidentCells>(open), ...tuples<IncidentCells>(past)].map(incident),
    reports: tuples<ReportCells>(reports).map(report),
    maintenance: tuples<WorkCells>(planned).map(plannedWork),
  };
}

export function tuples<T extends unknown[]>(json: string | undefined): T[] {
  return JSON.parse(json ?? '[]') as T[];
}

type LineCells = [
  ...[id: string, kind: ShownComponent['kind'], parent: string | null, name: string | null, description: string | null],
  ...[manual: ManualStatus | null, uptime: number, chart: number, members: number, no: number, paused: number | null],
  ...[interval: number, timeout: number, created: number, status: StoredStatus | null, since: number | null],
  ...[lastAt: number | null, last: ResultStatus | null, marked: number, windows: [number, number][]],
];

function component(cells: LineCells): ShownComponent {
  const [id, kind, parent, name, description, manual, uptime, chart, members, ...watched] = cells;
  const line = {
    id,
    parent_id: parent,
    name,
    description,
    show_uptime: uptime === 1,
    show_chart: chart === 1,
    members_only: members === 1,
  };
  if (kind === 'group') return { ...line, kind };
  if (kind === 'manual') return { ...line, kind, manual_status: manual ?? 'operational' };
  const [no, paused, interval, timeout, created, status, since, lastAt, last, marked, windows] = watched;
  return {
    ...line,
    kind,
    monitor_no: no,
    paused_at: paused,
    interval_seconds: interval,
    timeout_seconds: timeout,
    created_at: created,
    status,
    status_since: since,
    last_result_at: lastAt,
    last_status: last,
    last_marked: marked,
    windows,
  };
}

export type IncidentCells = [
  ...[id: string, no: number, reason: Reason, started: number, opened: number, resolved: number | null],
  ...[cause: ShownIncident['resolved_cause']],
];

export function incident([id, no, reason, started, opened, resolved, cause]: IncidentCells): ShownIncident {
  return {
    id,
    monitor_no: no,
    reason,
    started_at: started,
    opened_at: opened,
    resolved_at: resolved,
    resolved_cause: cause,
  };
}

export type ReportCells = [
  ...[id: string, title: string, impact: ReportImpact, status: ReportStatus, started: number, resolved: number | null],
  ...[next: number | null, incidentId: string | null, created: number, updated: number],
  ...[updates: [id: string, status: ReportStatus, body: string, at: number][], about: [string, ManualStatus][]],
];

export function report(cells: ReportCells): ShownReport {
  const [id, title, impact, status, started, resolved, next, incidentId, created, updated, updates, about] = cells;
  return {
    id,
    title,
    impact,
    status,
    started_at: started,
    resolved_at: resolved,
    next_update_by: next,
    incident_id: incidentId,
    created_at: created,
    updated_at: updated,
    updates: updates.map(([updateId, said, body, at]) => ({ id: updateId, status: said, body, at })),
    components: about.map(([componentId, said]) => ({ id: componentId, status: said })),
  };
}

type WorkCells = [
  ...[id: string, title: string, body: string | null, starts: number, ends: number, created: number],
  ...[changes: number, recurring: number, covered: string[]],
];

function plannedWork(cells: WorkCells): ShownMaintenance {
  const [id, title, body, starts, ends, created, changes, recurring, covered] = cells;
  return {
    id,
    title,
    body,
    starts_at: starts,
    ends_at: ends,
    created_at: created,
    changes,
    recurring: recurring === 1,
    components: covered,
  };
}
