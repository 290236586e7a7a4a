import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { accounts } from '../db/schema/accounts.ts';
import { monitors } from '../db/schema/monitors.ts';
import { components, status_pages } from '../db/schema/statuspages.ts';

export type PageRow = typeof status_pages.$inferSelect;

/** An account's pages, the first one it made first. */
export async function listPages(db: Db | Tx, accountId: string): Promise<PageRow[]> {
  return db
    .select()
    .from(status_pages)
    .where(eq(status_pages.account_id, accountId))
    .orderBy(asc(status_pages.created_at), asc(status_pages.id))
    .limit(100);
}

export async function findPage(db: Db | Tx, accountId: string, pageId: string): Promise<PageRow | null> {
  const rows = await db
    .select()
    .from(status_pages)
    .where(and(eq(status_pages.id, pageId), eq(status_pages.account_id, accountId)));
  return rows[0] ?? null;
}

/** The first page of a new account; nothing is on it yet. Returns its id. */
export async function insertPage(
  tx: Tx,
  page: { accountId: string; slug: string; title: string; now: number },
): Promise<string> {
  const id = newId('pag');
  const { accountId, slug, title, now } = page;
  await tx.insert(status_pages).values({ id, account_id: accountId, slug, title, created_at: now, updated_at: now });
  return id;
}

export async function updatePage(tx: Tx, accountId: string, page: PageRow): Promise<void> {
  const { slug, title, description, branding, updated_at } = page;
  await tx
    .update(status_pages)
    .set({ slug, title, description, branding, updated_at })
    .where(and(eq(status_pages.id, page.id), eq(status_pages.account_id, accountId)));
}

/** The account that is known by the slug of its page moves along, so that the old one is really free. */
export async function renameAccountSlug(tx: Tx, accountId: string, from: string, to: string): Promise<void> {
  await tx
    .update(accounts)
    .set({ slug: to })
    .where(and(eq(accounts.id, accountId), eq(accounts.slug, from)));
}

/** A monitor of the account, and how it stands on a page; the `component_*` columns are null when it is not there. */
export interface PlaceRow {
  monitor_id: string;
  monitor_no: number;
  monitor_name: string;
  public: boolean;
  component_id: string | null;
  component_name: string | null;
}

/** Every monitor of the account: those on the page in its order, then the others by name. */
export async function listPlaces(db: Db | Tx, accountId: string, pageId: string): Promise<PlaceRow[]> {
  return db
    .select({
      monitor_id: monitors.id,
      monitor_no: monitors.no,
      monitor_name: monitors.name,
      public: monitors.public,
      component_id: components.id,
      component_name: components.name,
    })
    .from(monitors)
    .leftJoin(components, and(eq(components.monitor_no, monitors.no), eq(components.page_id, pageId)))
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)))
    .orderBy(sql`${components.position} is null`, asc(components.position), asc(monitors.name), asc(monitors.no))
    .limit(1_000);
}

/** A line of a page as it will be; a known `id` keeps the address of its anchors. */
export interface NewPlace {
  id: string | null;
  monitorNo: number;
  name: string | null;
}

/** Makes the page consist of these lines, in this order. */
export async function replaceComponents(tx: Tx, pageId: string, places: NewPlace[]): Promise<void> {
  const rows = places.map(({ id, monitorNo, name }, position) => [
    id ?? newId('cmp'),
    pageId,
    monitorNo,
    name,
    position,
  ]);
  await tx.delete(components).where(eq(components.page_id, pageId));
  await tx.run(sql`
    insert into ${components} (id, page_id, monitor_no, name, position)
    select value->>0, value->>1, value->>2, value->>3, value->>4 from json_each(${JSON.stringify(rows)})`);
}

/** Puts a monitor at the end of the account's pages that do not show it yet. */
export async function appendComponent(tx: Tx, accountId: string, monitorNo: number, now: number): Promise<void> {
  const pages = await listPages(tx, accountId);
  const ids = pages.map(({ id }) => id);
  if (ids.length === 0) return;
  const shown = await tx
    .select({ pageId: components.page_id })
    .from(components)
    .where(and(inArray(components.page_id, ids), eq(components.monitor_no, monitorNo)));
  for (const pageId of ids.filter((id) => !shown.some((one) => one.pageId === id))) {
    await tx.run(sql`
      insert into ${components} (id, page_id, monitor_no, name, position)
      select ${newId('cmp')}, ${pageId}, ${monitorNo}, null, coalesce(max(position) + 1, 0)
      from ${components} where page_id = ${pageId}`);
    await tx.update(status_pages).set({ updated_at: now }).where(eq(status_pages.id, pageId));
  }
}
