import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { monitors } from '../db/schema/monitors.ts';
import { components, status_pages } from '../db/schema/statuspages.ts';

/** Numbers of the monitors behind components. Who may see these components is decided by the page's facts. */
export async function monitorNosOf(db: Db, componentIds: readonly string[]): Promise<number[]> {
  const rows = await db.all<{ no: number }>(sql`
    select monitor_no as no from ${components}
    where id in (select value from json_each(${JSON.stringify(componentIds)})) and monitor_no is not null`);
  return rows.map(({ no }) => no);
}

/**
 * The line of a page, or of that page, that an id means: a component's own, or the first public one of a monitor; null for
 * neither. That a row is found does not mean that it may be shown: the page decides.
 */
export async function findBadgeLine(
  db: Db,
  id: string,
  pageId: string | null = null,
): Promise<{ slug: string; component_id: string } | null> {
  const rows = await db.all<{ slug: string; component_id: string }>(sql`
    select p.slug, c.id as component_id from (
        select id from ${components} where id = ${id}
        union all
        select c.id from ${monitors} m join ${components} c on c.monitor_no = m.no
        where m.id = ${id} and m.public = 1 and m.deleted_at is null
      ) one join ${components} c on c.id = one.id join ${status_pages} p on p.id = c.page_id
    where ${pageId} is null or p.id = ${pageId}
    order by p.visibility <> 'public', c.members_only, p.created_at, c.position limit 1`);
  return rows[0] ?? null;
}
