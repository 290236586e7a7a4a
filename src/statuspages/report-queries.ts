import { and, asc, desc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { ManualStatus } from '../core/page.ts';
import type { ReportStatus } from '../core/status-report.ts';
import type { Db, Tx } from '../db/client.ts';
import { incidents } from '../db/schema/incidents.ts';
import { monitors } from '../db/schema/monitors.ts';
import {
  components,
  status_pages,
  status_report_components,
  status_report_updates,
  status_reports,
} from '../db/schema/statuspages.ts';

/** Something that was said, as it is stored. */
export interface UpdateRow {
  id: string;
  status: ReportStatus;
  /** Markdown. */
  body: string;
  at: number;
  notified: boolean;
  /** Null: the product said it. */
  user_id: string | null;
}

/** A component a report is about, under the name that visitors know. */
export interface AffectedRow {
  id: string;
  name: string;
  status: ManualStatus;
}

// Written with their tables' names: inside a select of its own drizzle leaves them out.
const UPDATES = sql.raw(`(select json_group_array(json_object('id', u.id, 'status', u.status, 'body', u.body,
  'at', u.at, 'notified', u.notified, 'user_id', u.user_id)) from (select * from status_report_updates
  where report_id = status_reports.id order by at desc, id desc) u)`);
const AFFECTED = sql.raw(`(select json_group_array(json_object('id', c.id, 'name', coalesce(c.name, m.name, ''),
  'status', c.said)) from (select c.*, x.status as said from status_report_components x
  join components c on c.id = x.component_id where x.report_id = status_reports.id order by c.position, c.id) c
  left join monitors m on m.no = c.monitor_no)`);

const columns = {
  id: status_reports.id,
  page_id: status_reports.page_id,
  title: status_reports.title,
  impact: status_reports.impact,
  status: status_reports.status,
  published_at: status_reports.published_at,
  started_at: status_reports.started_at,
  resolved_at: status_reports.resolved_at,
  next_update_by: status_reports.next_update_by,
  incident_id: status_reports.incident_id,
  created_at: status_reports.created_at,
  updated_at: status_reports.updated_at,
  /** Newest first. */
  updates: sql<UpdateRow[]>`${UPDATES}`.mapWith((json: string) =>
    (JSON.parse(json) as (Omit<UpdateRow, 'notified'> & { notified: number })[]).map((row) => ({
      ...row,
      notified: row.notified === 1,
    })),
  ),
  components: sql<AffectedRow[]>`${AFFECTED}`.mapWith((json: string) => JSON.parse(json) as AffectedRow[]),
};

function selectReports(db: Db | Tx) {
  return db.select(columns).from(status_reports);
}

/** A report with everything that was said in it. */
export type ReportRow = Awaited<ReturnType<ReturnType<typeof selectReports>['execute']>>[number];

function ofPage(accountId: string, pageId: string, more?: SQL): SQL | undefined {
  const mine = sql`exists (select 1 from ${status_pages} where ${status_pages.id} = ${pageId}
    and ${status_pages.account_id} = ${accountId})`;
  return and(eq(status_reports.page_id, pageId), mine, more);
}

/** How a report stands for those who write it. */
export type ReportState = 'draft' | 'open' | 'past';

const IN_STATE: Record<ReportState, SQL | undefined> = {
  draft: isNull(status_reports.published_at),
  open: and(isNotNull(status_reports.published_at), isNull(status_reports.resolved_at)),
  past: and(isNotNull(status_reports.published_at), isNotNull(status_reports.resolved_at)),
};

/** A page's reports, the one that began last first; `before` is `started_at` and `id` of the last one seen. */
export function listReports(
  db: Db | Tx,
  accountId: string,
  pageId: string,
  {
    state,
    before,
    limit,
  }: { state?: ReportState | undefined; before: readonly [number, string] | null; limit: number },
): Promise<ReportRow[]> {
  const older = before
    ? sql`(${status_reports.started_at}, ${status_reports.id}) < (${before[0]}, ${before[1]})`
    : undefined;
  return selectReports(db)
    .where(ofPage(accountId, pageId, and(state && IN_STATE[state], older)))
    .orderBy(desc(status_reports.started_at), desc(status_reports.id))
    .limit(limit)
    .execute();
}

export async function findReport(
  db: Db | Tx,
  accountId: string,
  pageId: string,
  reportId: string,
): Promise<ReportRow | null> {
  const rows = await selectReports(db)
    .where(ofPage(accountId, pageId, eq(status_reports.id, reportId)))
    .execute();
  return rows[0] ?? null;
}

/** How many reports of a page are drafts or not over. */
export async function countUnfinished(tx: Tx, pageId: string): Promise<number> {
  const rows = await tx
    .select({ n: sql<number>`count(*)` })
    .from(status_reports)
    .where(and(eq(status_reports.page_id, pageId), isNull(status_reports.resolved_at)));
  return rows[0]?.n ?? 0;
}

/** A component that a report can be about. */
export interface ChoiceRow {
  id: string;
  kind: 'monitor' | 'group' | 'manual';
  parent_id: string | null;
  name: string;
  /** Its monitor finds it down now. */
  down: boolean;
}

/** Components of a page in its order. */
export async function listChoices(db: Db | Tx, accountId: string, pageId: string): Promise<ChoiceRow[]> {
  const rows = await db
    .select({
      id: components.id,
      kind: components.kind,
      parent_id: components.parent_id,
      name: sql<string>`coalesce(${components.name}, ${monitors.name}, '')`,
      down: sql<number>`exists (select 1 from incidents i where i.monitor_no = ${components.monitor_no}
        and i.resolved_at is null)`,
    })
    .from(components)
    .innerJoin(status_pages, eq(status_pages.id, components.page_id))
    .leftJoin(monitors, eq(monitors.no, components.monitor_no))
    .where(
      and(
        eq(components.page_id, pageId),
        eq(status_pages.account_id, accountId),
        sql`(${components.kind} <> 'monitor' or ${monitors.deleted_at} is null)`,
      ),
    )
    .orderBy(asc(components.position), asc(components.id))
    .limit(500);
  return rows.map((row) => ({ ...row, down: row.down === 1 }));
}

type NewReport = typeof status_reports.$inferInsert;

export async function insertReport(tx: Tx, row: NewReport): Promise<void> {
  await tx.insert(status_reports).values(row);
}

export async function updateReport(
  tx: Tx,
  id: string,
  change: Partial<Omit<NewReport, 'id' | 'page_id' | 'created_at'>>,
): Promise<void> {
  await tx.update(status_reports).set(change).where(eq(status_reports.id, id));
}

/** Removes a report with all that was said in it. */
export async function deleteReportRow(tx: Tx, id: string): Promise<void> {
  await tx.delete(status_reports).where(eq(status_reports.id, id));
}

type NewUpdate = typeof status_report_updates.$inferInsert;

export async function insertUpdate(tx: Tx, row: NewUpdate): Promise<void> {
  await tx.insert(status_report_updates).values(row);
}

export async function changeUpdateRow(
  tx: Tx,
  id: string,
  change: Partial<Pick<NewUpdate, 'status' | 'body' | 'at' | 'notified'>>,
): Promise<void> {
  await tx.update(status_report_updates).set(change).where(eq(status_report_updates.id, id));
}

/** Makes a report be about exactly these components. */
export async function replaceAffected(
  tx: Tx,
  reportId: string,
  affected: readonly { id: string; status: ManualStatus }[],
): Promise<void> {
  await tx.delete(status_report_components).where(eq(status_report_components.report_id, reportId));
  await tx.run(sql`insert into ${status_report_components} (report_id, component_id, status)
    select ${reportId}, value->>'id', value->>'status' from json_each(${JSON.stringify(affected)})`);
}

/** It is over for all components of a report. */
export async function setAffectedWell(tx: Tx, reportId: string): Promise<void> {
  await tx
    .update(status_report_components)
    .set({ status: 'operational' })
    .where(eq(status_report_components.report_id, reportId));
}

/** A page that shows the monitor of an incident, with the report there that tells of it, if there is one. */
export interface ReportedOn {
  page_id: string;
  page_title: string;
  report_id: string | null;
  report_title: string | null;
  draft: boolean;
}

/** Where visitors read, or could read, of an incident of the account: made from it, or about its component meanwhile. */
export async function listReportedOn(db: Db, accountId: string, incidentId: string): Promise<ReportedOn[]> {
  const rows = await db.all<Omit<ReportedOn, 'draft'> & { draft: number }>(sql`
    select p.id as page_id, p.title as page_title, r.id as report_id, r.title as report_title,
      r.id is not null and r.published_at is null as draft
    from ${incidents} i join ${components} c on c.monitor_no = i.monitor_no
      join ${status_pages} p on p.id = c.page_id and p.account_id = i.account_id
      left join ${status_reports} r on r.page_id = p.id and (r.incident_id = i.id
        or (r.started_at <= coalesce(i.resolved_at, r.started_at) and coalesce(r.resolved_at, i.started_at) >= i.started_at
          and exists (select 1 from ${status_report_components} x where x.report_id = r.id and x.component_id = c.id)))
    where i.id = ${incidentId} and i.account_id = ${accountId}
    group by p.id, r.id order by p.created_at, p.id, r.started_at desc limit 20`);
  return rows.map((row) => ({ ...row, draft: row.draft === 1 }));
}
