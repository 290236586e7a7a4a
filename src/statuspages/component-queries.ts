import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { ManualStatus } from '../core/page.ts';
import type { Db, Tx } from '../db/client.ts';
import { monitors } from '../db/schema/monitors.ts';
import { components, status_report_components, status_reports } from '../db/schema/statuspages.ts';

/** A line of a page as it is stored, with the monitor it stands for. */
export interface ComponentRow {
  id: string;
  kind: 'monitor' | 'group' | 'manual';
  parent_id: string | null;
  name: string | null;
  description: string | null;
  manual_status: ManualStatus | null;
  show_uptime: boolean;
  show_chart: boolean;
  members_only: boolean;
  monitor_no: number | null;
  /** Null for groups and lines set by hand. */
  monitor_id: string | null;
  monitor_name: string | null;
  monitor_public: boolean | null;
}

/** The lines of a page in order; those of deleted monitors are left out. */
export async function listComponents(db: Db | Tx, accountId: string, pageId: string): Promise<ComponentRow[]> {
  return db
    .select({
      id: components.id,
      kind: components.kind,
      parent_id: components.parent_id,
      name: components.name,
      description: components.description,
      manual_status: components.manual_status,
      show_uptime: components.show_uptime,
      show_chart: components.show_chart,
      members_only: components.members_only,
      monitor_no: components.monitor_no,
      monitor_id: monitors.id,
      monitor_name: monitors.name,
      monitor_public: monitors.public,
    })
    .from(components)
    .leftJoin(
      monitors,
      and(eq(monitors.no, components.monitor_no), eq(monitors.account_id, accountId), isNull(monitors.deleted_at)),
    )
    .where(and(eq(components.page_id, pageId), sql`(${components.kind} <> 'monitor' or ${monitors.no} is not null)`))
    .orderBy(asc(components.position), asc(components.id))
    .limit(1_000);
}

/** The lines of a page by the names that visitors read. */
export async function listNamedLines(db: Db, page: { id: string; account_id: string }) {
  const lines = await listComponents(db, page.account_id, page.id);
  return lines.map(({ id, name, monitor_name }) => ({ id, name: name ?? monitor_name ?? '' }));
}

/** A monitor that a page may show. */
export interface Watched {
  no: number;
  id: string;
  name: string;
  public: boolean;
}

/** The account's monitors by name. */
export async function listWatched(db: Db | Tx, accountId: string): Promise<Watched[]> {
  return db
    .select({ no: monitors.no, id: monitors.id, name: monitors.name, public: monitors.public })
    .from(monitors)
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)))
    .orderBy(asc(monitors.name), asc(monitors.no))
    .limit(1_000);
}

/** What a line is stored as; its place is its index. */
export type StoredComponent = Omit<ComponentRow, 'monitor_id' | 'monitor_name' | 'monitor_public'>;

/**
 * Makes the page consist of these lines, in this order. Lines that stay are changed in place: reports point to them.
 */
export async function saveComponents(tx: Tx, pageId: string, lines: StoredComponent[]): Promise<void> {
  const json = JSON.stringify(
    lines.map((line, position) => ({
      ...line,
      show_uptime: Number(line.show_uptime),
      show_chart: Number(line.show_chart),
      members_only: Number(line.members_only),
      position,
    })),
  );
  await withdrawHidden(tx, pageId, json);
  await tx.run(sql`
    delete from ${components} where page_id = ${pageId}
      and id not in (select value ->> 'id' from json_each(${json}))`);
  await tx.run(sql`
    insert into ${components} (id, page_id, kind, parent_id, monitor_no, name, description, manual_status,
      show_uptime, show_chart, members_only, position)
    select value ->> 'id', ${pageId}, value ->> 'kind', value ->> 'parent_id', value ->> 'monitor_no', value ->> 'name',
      value ->> 'description', value ->> 'manual_status', value ->> 'show_uptime', value ->> 'show_chart',
      value ->> 'members_only', value ->> 'position'
    from json_each(${json}) where true
    on conflict (id) do update set kind = excluded.kind, parent_id = excluded.parent_id,
      monitor_no = excluded.monitor_no, name = excluded.name, description = excluded.description,
      manual_status = excluded.manual_status, show_uptime = excluded.show_uptime, show_chart = excluded.show_chart,
      members_only = excluded.members_only, position = excluded.position`);
}

/**
 * A report without lines is about the whole page, for everybody. One that was about lines for members, or of private
 * monitors, and would lose the last of them becomes a draft instead (R-SP-9). `kept` are the lines that stay.
 */
async function withdrawHidden(tx: Tx, pageId: string, kept: string): Promise<void> {
  await tx.run(sql`
    update ${status_reports} set published_at = null where page_id = ${pageId} and published_at is not null
      and exists (select 1 from ${status_report_components} x where x.report_id = ${status_reports.id})
      and not exists (select 1 from ${status_report_components} x join ${components} c on c.id = x.component_id
        left join ${components} g on g.id = c.parent_id left join ${components} gg on gg.id = g.parent_id
        left join ${monitors} m on m.no = c.monitor_no
        where x.report_id = ${status_reports.id} and (c.id in (select value ->> 'id' from json_each(${kept}))
          or (c.members_only + coalesce(g.members_only, 0) + coalesce(gg.members_only, 0) = 0
            and (c.kind <> 'monitor' or (m.public = 1 and m.deleted_at is null)))))`);
}
