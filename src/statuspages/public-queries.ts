import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { ASSET_NAMES } from './asset-queries.ts';
import { newestMarked, windowsOf } from '../monitors/window-queries.ts';
import { type OpenDays, openDayCells } from './day-queries.ts';
import {
  type Audience,
  component,
  incident,
  type LineCells,
  type PageRef,
  plannedWork,
  report,
  type ReportCells,
  type ShownIncident,
  tuples,
  type VisitorPage,
  type WorkCells,
} from './shown-queries.ts';

// Without an account: what any visitor may know. Only public, living monitors get past `LINES`, members' lines only
// for members, so neither a count nor an incident of a hidden one can leave this file (E34, R-SP-9). Tables are written
// by name: naming them as objects costs a tenth of a page.

/** Most components of one page, and most entries told of; of resolved incidents, of each component. */
const MOST = { components: 500, incidents: 60, reports: 60, maintenance: 40 };
/** What was resolved but began longer ago than this before the span is not looked for. */
const LONGEST_PAST_MS = 60 * 86_400_000;

interface Span {
  days: OpenDays;
  /** Incidents, reports and planned work that are over are told of when they ended after this. Epoch ms. */
  endedAfter: number;
  /** Planned work that begins before `plannedUntil` is told of, what is over by `now` last. Epoch ms. */
  now: number;
  plannedUntil: number;
}

/** Lines `c` with their groups and, where one may be seen, their monitor `m`. */
export const LINES = sql`components c
  left join components g on g.id = c.parent_id left join components gg on gg.id = g.parent_id
  left join monitors m on m.no = c.monitor_no and m.account_id = p.account_id and m.public = 1
    and m.deleted_at is null and c.kind = 'monitor'`;

/** Those of `LINES` that are on page `p` and that the audience may see. */
export function visible(audience: Audience): SQL {
  const open = sql`and c.members_only + coalesce(g.members_only, 0) + coalesce(gg.members_only, 0) = 0`;
  return sql`c.page_id = p.id and (c.kind <> 'monitor' or m.no is not null) ${audience === 'member' ? sql`` : open}`;
}

/**
 * Reports of page `p` that the condition lets through and that are about something the reader may see, or nothing.
 * `shown` is a table of the ids that the reader may see.
 */
export function reportTuples(condition: SQL, limit: number): SQL {
  return sql`select json_group_array(json_array(id, title, impact, status, started_at, resolved_at, next_update_by,
        incident_id, created_at, updated_at, json(updates), json(about)))
        from (select r.*,
            (select json_group_array(json_array(u.id, u.status, u.body, u.at)) from (select * from status_report_updates
              where report_id = r.id order by at desc, id desc) u) as updates,
            (select json_group_array(json_array(shown.id, x.status)) from status_report_components x
              cross join shown on shown.id = x.component_id where x.report_id = r.id) as about
          from status_reports r where r.page_id = p.id and r.published_at is not null and ${condition}
            and (about <> '[]' or not exists (select 1 from status_report_components x where x.report_id = r.id))
          order by r.resolved_at is not null, r.started_at desc, r.id limit ${limit})`;
}

/** Whether a published report of page `p` tells of incident `i` already: it was made from it. */
export const TOLD = sql`exists (select 1 from status_reports r where r.page_id = p.id and r.incident_id = i.id
  and r.published_at is not null)`;

/**
 * Whether visitors read of incident `i` in a report of page `p` anyway: it is about the same component and the same
 * time. While the incident goes on the report must do so too, or an outage would stand nowhere.
 */
export const COVERED = sql`(exists (select 1 from status_reports r
    where r.page_id = p.id and r.incident_id = i.id and ${meanwhile()})
  or exists (select 1 from components c cross join status_report_components x on x.component_id = c.id
    cross join status_reports r on r.id = x.report_id
    where c.monitor_no = i.monitor_no and c.page_id = p.id and ${meanwhile()}))`;

function meanwhile(): SQL {
  return sql`r.published_at is not null and r.started_at <= coalesce(i.resolved_at, r.started_at)
    and coalesce(r.resolved_at, i.started_at) >= i.started_at and (r.resolved_at is null or i.resolved_at is not null)`;
}

/** JSON of a row of incidents `i`. */
export const INCIDENT = sql`json_array(i.id, i.monitor_no, i.reason, i.started_at, i.opened_at, i.resolved_at,
  i.resolved_cause)`;

export function whose(ref: PageRef): SQL {
  return 'slug' in ref ? sql`p.slug = ${ref.slug}` : sql`p.id = ${ref.pageId}`;
}

/** The page itself as the statement writes it: truth is 0 or 1. */
type Flags = 'branding' | 'hiddenFromSearch' | 'membersLayer' | 'told' | 'planned';
type Head = Omit<VisitorPage, Flags> & Record<Flags, number>;

/**
 * Everything of a page; null for an unknown one. Most of its cost is the driver's: a statement is prepared each time,
 * and every cell crosses over singly. So each list comes as one JSON text, nothing is read by way of a common table
 * (it is planned anew wherever it is named), and what few pages have is a statement of its own.
 */
export async function readVisitorPage(
  db: Db,
  ref: PageRef,
  audience: Audience,
  span: Span,
): Promise<VisitorPage | null> {
  const { endedAfter } = span;
  const past = sql`(select json_group_array(${INCIDENT}) from (select * from incidents
      where monitor_no = m.no and started_at >= ${endedAfter - LONGEST_PAST_MS} and resolved_at >= ${endedAfter}
      order by started_at desc limit ${MOST.incidents}) i)`;
  const rows = await db.all<{ page: string; lines: string }>(sql`
    select json_object('id', p.id, 'accountId', p.account_id, 'slug', p.slug, 'title', p.title,
        'description', p.description, 'branding', p.branding, 'timezone', p.timezone, 'language', p.language,
        'appearance', json(p.appearance), 'visibility', p.visibility, 'hiddenFromSearch', p.hidden_from_search,
        'autoReport', p.auto_report, 'createdAt', p.created_at, 'updatedAt', p.updated_at, 'plan', a.plan,
        'host', (select host from page_domains where page_id = p.id and verified_at is not null
          order by created_at, host limit 1),
        'membersLayer', exists (select 1 from components where page_id = p.id and members_only = 1),
        'told', exists (select 1 from status_reports where page_id = p.id and published_at is not null),
        'assets', json(${ASSET_NAMES}),
        'planned', exists (select 1 from maintenance_windows where account_id = p.account_id and deleted_at is null))
        as page,
      (select json_group_array(json_array(id, kind, parent_id, name, description, manual_status, show_uptime, show_chart,
        members_only, no, paused_at, interval_seconds, timeout_seconds, created_at, status, status_since,
        last_result_at, last_status, last_marked, json(windows), json(days), json(open), json(past)))
        from (select c.id, c.kind, c.parent_id, coalesce(c.name, m.name) as name, c.description, c.manual_status,
            c.show_uptime, c.show_chart, c.members_only, m.no, m.paused_at, m.interval_seconds, m.timeout_seconds,
            m.created_at, s.status, s.status_since, s.last_result_at, s.last_status,
            ${newestMarked(sql`m.no`, sql`s.last_result_at`)} as last_marked, ${windowsOf(sql`m.no`)} as windows,
            ${openDayCells(sql`m.no`, span.days)} as days, case when i.id is not null then ${INCIDENT} end as open,
            ${past} as past
          from ${LINES}
          left join monitor_states s on s.monitor_no = m.no
          left join incidents i on i.monitor_no = m.no and i.resolved_at is null
          where ${visible(audience)} order by c.position, c.id limit ${MOST.components})) as lines
    from status_pages p join accounts a on a.id = p.account_id where ${whose(ref)}`);
  const row = rows[0];
  if (row === undefined) return null;
  const head = JSON.parse(row.page) as Head;
  const lines = tuples<LineCells>(row.lines);
  const page: VisitorPage = {
    ...head,
    branding: head.branding === 1,
    hiddenFromSearch: head.hiddenFromSearch === 1,
    membersLayer: head.membersLayer === 1,
    components: lines.map(component),
    incidents: incidentsOf(lines),
    reports: [],
    maintenance: [],
  };
  return head.told || head.planned ? withNews(db, page, span) : page;
}

/** Open ones first, then the resolved; each group newest first. A monitor may stand on a page twice. */
function incidentsOf(lines: readonly LineCells[]): ShownIncident[] {
  const open = new Map<string, ShownIncident>();
  const past = new Map<string, ShownIncident>();
  for (const line of lines) {
    if (line[21] !== null) open.set(line[21][0], incident(line[21]));
    for (const cells of line[22]) past.set(cells[0], incident(cells));
  }
  return [...[...open.values()].toSorted(newest), ...[...past.values()].toSorted(newest).slice(0, MOST.incidents)];
}

function newest(a: ShownIncident, b: ShownIncident): number {
  return b.started_at - a.started_at;
}

/** Adds what people wrote: reports, which take the place of incidents they cover, and planned work. */
async function withNews(db: Db, page: VisitorPage, span: Span): Promise<VisitorPage> {
  const shown = page.components.map((one) => [one.id, one.kind === 'monitor' ? one.monitor_no : null]);
  const { endedAfter } = span;
  const recent = sql`(r.resolved_at is null
    or (r.resolved_at >= ${endedAfter} and r.started_at >= ${endedAfter - LONGEST_PAST_MS}))`;
  const rows = await db.all<{ reports: string; covered: string; work: string }>(sql`
    with shown as materialized (select value->>0 as id, value->>1 as no from json_each(${JSON.stringify(shown)}))
    select (${reportTuples(recent, MOST.reports)}) as reports,
      (select json_group_array(i.id) from json_each(${JSON.stringify(page.incidents.map(({ id }) => id))}) j
        cross join incidents i on i.id = j.value where ${COVERED}) as covered,
      (select json_group_array(json_array(id, title, body, starts_at, ends_at, created_at, changes, recurring, json(covered)))
        from (select w.id, w.title, w.body, coalesce(w.current_starts_at, w.starts_at) as starts_at,
            coalesce(w.current_ends_at, w.ends_at) as ends_at, w.created_at, w.changes,
            w.cron is not null as recurring,
            (select json_group_array(shown.id) from maintenance_monitors x cross join shown on shown.no = x.monitor_no
              where x.window_id = w.id) as covered
          from maintenance_windows w where w.account_id = p.account_id and w.deleted_at is null
            and coalesce(w.current_ends_at, w.ends_at) > ${endedAfter}
            and coalesce(w.current_starts_at, w.starts_at) < ${span.plannedUntil}
            and (covered <> '[]' or exists (select 1 from maintenance_pages y where y.window_id = w.id and y.page_id = p.id))
          order by coalesce(w.current_ends_at, w.ends_at) <= ${span.now}, 4 limit ${MOST.maintenance})) as work
    from status_pages p where p.id = ${page.id}`);
  const row = rows[0];
  if (row === undefined) return page;
  const covered = new Set(JSON.parse(row.covered) as string[]);
  return {
    ...page,
    incidents: page.incidents.filter(({ id }) => !covered.has(id)),
    reports: tuples<ReportCells>(row.reports).map(report),
    maintenance: tuples<WorkCells>(row.work).map(plannedWork),
  };
}
