import { sql } from 'drizzle-orm';
import type { Language } from '../core/language.ts';
import type { ReportStatus } from '../core/status-report.ts';
import type { Tx } from '../db/client.ts';
import { incidents } from '../db/schema/incidents.ts';
import { monitors } from '../db/schema/monitors.ts';
import {
  components,
  status_pages,
  status_report_components,
  status_report_updates,
  status_reports,
} from '../db/schema/statuspages.ts';

// Without an account: what the engine writes by itself. Only lines that everybody may see are reported on.

/** A line of a page that shows a monitor to everybody, where incidents make reports. */
export interface ReportingPage {
  page_id: string;
  auto_report: 'draft' | 'publish';
  language: Language;
  component_id: string;
  /** As visitors know it. */
  name: string;
  position: number;
}

/** The pages that report on a monitor by themselves, each with its first line of it. */
export async function listReportingPages(tx: Tx, monitorNo: number): Promise<ReportingPage[]> {
  return tx.all<ReportingPage>(sql`
    select p.id as page_id, p.auto_report, p.language, c.id as component_id, coalesce(c.name, m.name) as name,
      min(c.position) as position
    from ${components} c join ${monitors} m on m.no = c.monitor_no
      join ${status_pages} p on p.id = c.page_id and p.account_id = m.account_id
      left join ${components} g on g.id = c.parent_id left join ${components} gg on gg.id = g.parent_id
    where c.monitor_no = ${monitorNo} and c.kind = 'monitor' and m.public = 1 and m.deleted_at is null
      and p.auto_report <> 'none' and c.members_only + coalesce(g.members_only, 0) + coalesce(gg.members_only, 0) = 0
    group by p.id`);
}

/** A report that an incident made. */
export interface MadeReport {
  id: string;
  page_id: string;
  title: string;
  language: Language;
  published_at: number | null;
  resolved_at: number | null;
  created_at: number;
  status: ReportStatus;
  /** Oldest first; `by` is null where the product spoke. */
  updates: { status: ReportStatus; at: number; by: string | null }[];
  /** In the page's order; `down` while the monitor's incident is open. */
  components: { id: string; name: string; position: number; monitor_no: number | null; down: boolean }[];
}

const MADE = sql`
  select r.id, r.page_id, r.title, p.language, r.published_at, r.resolved_at, r.created_at, r.status,
    (select json_group_array(json_object('status', u.status, 'at', u.at, 'by', u.user_id))
      from (select * from ${status_report_updates} where report_id = r.id order by at, id) u) as updates,
    (select json_group_array(json_object('id', c.id, 'name', c.name, 'position', c.position,
        'monitor_no', c.monitor_no, 'down',
        exists (select 1 from ${incidents} i where i.monitor_no = c.monitor_no and i.resolved_at is null)))
      from (select c.id, c.position, c.monitor_no, coalesce(c.name, m.name, '') as name from ${status_report_components} x
        join ${components} c on c.id = x.component_id left join ${monitors} m on m.no = c.monitor_no
        where x.report_id = r.id order by c.position, c.id) c) as components
  from ${status_reports} r join ${status_pages} p on p.id = r.page_id`;

async function listMade(tx: Tx, condition: ReturnType<typeof sql>): Promise<MadeReport[]> {
  const rows = await tx.all<Omit<MadeReport, 'updates' | 'components'> & { updates: string; components: string }>(
    sql`${MADE} where r.incident_id is not null and ${condition} order by r.created_at desc, r.id limit 50`,
  );
  return rows.map((row) => {
    const affected = JSON.parse(row.components) as (Omit<MadeReport['components'][number], 'down'> & {
      down: number;
    })[];
    return {
      ...row,
      updates: JSON.parse(row.updates) as MadeReport['updates'],
      components: affected.map((one) => ({ ...one, down: one.down === 1 })),
    };
  });
}

/** Reports of a page that incidents made and that are open, or were until `since`; the last one first. */
export function listMadeLately(tx: Tx, pageId: string, since: number): Promise<MadeReport[]> {
  return listMade(tx, sql`r.page_id = ${pageId} and (r.resolved_at is null or r.resolved_at >= ${since})`);
}

/** Open reports that incidents made and that are about a monitor. */
export function listMadeAbout(tx: Tx, monitorNo: number): Promise<MadeReport[]> {
  return listMade(
    tx,
    sql`r.resolved_at is null and r.page_id in (select page_id from ${components} where monitor_no = ${monitorNo})
      and exists (select 1 from ${status_report_components} x join ${components} c on c.id = x.component_id
        where x.report_id = r.id and c.monitor_no = ${monitorNo})`,
  );
}

/** A report is about one more component, or says anew how it is. */
export async function setAffected(
  tx: Tx,
  reportId: string,
  componentId: string,
  status: 'operational' | 'major_outage',
): Promise<void> {
  await tx
    .insert(status_report_components)
    .values({ report_id: reportId, component_id: componentId, status })
    .onConflictDoUpdate({
      target: [status_report_components.report_id, status_report_components.component_id],
      set: { status },
    });
}

/** Drafts of a page that nobody touched and whose incidents ended before this. */
export async function deleteForgottenDrafts(tx: Tx, pageId: string, endedBefore: number): Promise<void> {
  await tx.run(sql`
    delete from ${status_reports} where page_id = ${pageId} and incident_id is not null and published_at is null
      and resolved_at < ${endedBefore} and not exists (select 1 from ${status_report_updates}
        where report_id = ${status_reports.id} and user_id is not null)`);
}
