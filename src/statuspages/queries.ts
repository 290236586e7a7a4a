import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { accounts } from '../db/schema/accounts.ts';
import { monitors } from '../db/schema/monitors.ts';
import { components, status_pages, status_reports, subscribers } from '../db/schema/statuspages.ts';

export type PageRow = typeof status_pages.$inferSelect;

/** An account's pages, the first one it made first. */
export async function listPages(db: Db | Tx, accountId: string): Promise<PageRow[]> {
  return db
    .select()
    .from(status_pages)
    .where(eq(status_pages.account_id, accountId))
    .orderBy(asc(status_pages.created_at), sql`rowid`)
    .limit(100);
}

export async function findPage(db: Db | Tx, accountId: string, pageId: string): Promise<PageRow | null> {
  const rows = await db
    .select()
    .from(status_pages)
    .where(and(eq(status_pages.id, pageId), eq(status_pages.account_id, accountId)));
  return rows[0] ?? null;
}

/** A new page with nothing on it. Returns its id. */
export async function insertPage(
  tx: Tx,
  page: { accountId: string; slug: string; title: string; now: number },
): Promise<string> {
  const id = newId('pag');
  const { accountId, slug, title, now } = page;
  await tx.insert(status_pages).values({ id, account_id: accountId, slug, title, created_at: now, updated_at: now });
  return id;
}

/** Writes what the editor may decide of a page. */
export async function updatePage(tx: Tx, accountId: string, page: PageRow): Promise<void> {
  const { id: _id, account_id: _owner, created_at: _made, publish_to: _to, published_at: _at, ...rest } = page;
  const { publish_error: _error, ...changed } = rest;
  await tx
    .update(status_pages)
    .set(changed)
    .where(and(eq(status_pages.id, page.id), eq(status_pages.account_id, accountId)));
}

/** With the page go its lines, reports, subscribers, domains and pictures. */
export async function deletePage(tx: Tx, accountId: string, pageId: string): Promise<void> {
  await tx.delete(status_pages).where(and(eq(status_pages.id, pageId), eq(status_pages.account_id, accountId)));
}

/** The account that is known by the slug of its page moves along, so that the old one is really free. */
export async function renameAccountSlug(tx: Tx, accountId: string, from: string, to: string): Promise<void> {
  await tx
    .update(accounts)
    .set({ slug: to })
    .where(and(eq(accounts.id, accountId), eq(accounts.slug, from)));
}

/** A page as the list of pages shows it. */
export interface PageSummary {
  id: string;
  slug: string;
  title: string;
  visibility: PageRow['visibility'];
  managed_key: string | null;
  components: number;
  subscribers: number;
  open_reports: number;
  drafts: number;
}

/** An account's pages with what is on them, the first one it made first. */
export async function listPageSummaries(db: Db | Tx, accountId: string): Promise<PageSummary[]> {
  return db.all<PageSummary>(sql`
    select p.id, p.slug, p.title, p.visibility, p.managed_key,
      (select count(*) from ${components} c left join ${monitors} m on m.no = c.monitor_no
        where c.page_id = p.id and c.kind <> 'group' and m.deleted_at is null) as components,
      (select count(*) from ${subscribers} s where s.page_id = p.id and s.confirmed_at is not null
        and s.disabled_at is null) as subscribers,
      (select count(*) from ${status_reports} r where r.page_id = p.id and r.published_at is not null
        and r.resolved_at is null) as open_reports,
      (select count(*) from ${status_reports} r where r.page_id = p.id and r.published_at is null) as drafts
    from ${status_pages} p where p.account_id = ${accountId} order by p.created_at, p.rowid limit 100`);
}

/** Puts a monitor at the end of the account's first page, unless a page has it already. */
export async function appendComponent(tx: Tx, accountId: string, monitorNo: number, now: number): Promise<void> {
  const pages = await listPages(tx, accountId);
  const [first] = pages;
  if (!first) return;
  const shown = await tx
    .select({ id: components.id })
    .from(components)
    .where(
      and(
        inArray(
          components.page_id,
          pages.map(({ id }) => id),
        ),
        eq(components.monitor_no, monitorNo),
      ),
    )
    .limit(1);
  if (shown.length > 0) return;
  await tx.run(sql`
    insert into ${components} (id, page_id, monitor_no, name, position)
    select ${newId('cmp')}, ${first.id}, ${monitorNo}, null, coalesce(max(position) + 1, 0)
    from ${components} where page_id = ${first.id}`);
  await tx.update(status_pages).set({ updated_at: now }).where(eq(status_pages.id, first.id));
}
