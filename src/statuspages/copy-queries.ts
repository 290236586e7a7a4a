import { and, eq, sql } from 'drizzle-orm';
import type { PublishTarget } from '../core/page.ts';
import type { Db, Tx } from '../db/client.ts';
import { status_pages } from '../db/schema/statuspages.ts';

export interface PublishedPage {
  id: string;
  account_id: string;
  publish_to: PublishTarget | null;
}

/** Pages that are copied somewhere. */
export async function listPublished(db: Db): Promise<PublishedPage[]> {
  const { id, account_id, publish_to } = status_pages;
  return db.select({ id, account_id, publish_to }).from(status_pages).where(sql`publish_to is not null`);
}

/** Where a page is copied to; null for none. */
export async function findPublishTarget(db: Db, pageId: string): Promise<PublishTarget | null> {
  const { id, publish_to } = status_pages;
  const rows = await db.select({ publish_to }).from(status_pages).where(eq(id, pageId));
  return rows[0]?.publish_to ?? null;
}

/** Sets where a page is copied to; null copies it no more. What was said of the place before does not hold. */
export async function setPublishTarget(tx: Tx, accountId: string, pageId: string, target: PublishTarget | null) {
  await tx
    .update(status_pages)
    .set({ publish_to: target, published_at: null, publish_error: null })
    .where(and(eq(status_pages.id, pageId), eq(status_pages.account_id, accountId)));
}

/** Whether a page other than this one is copied into the folder. */
export async function isFolderTaken(db: Db | Tx, folder: string, pageId: string): Promise<boolean> {
  const rows = await db.all(
    sql`select 1 from ${status_pages} where publish_to ->> '$.folder' = ${folder} and id <> ${pageId} limit 1`,
  );
  return rows.length > 0;
}

/** What became of a copy: when it was made, or why it was not. */
export async function recordPublished(tx: Tx, pageId: string, at: number | null, error: string | null): Promise<void> {
  await tx
    .update(status_pages)
    .set({ publish_error: error, ...(at === null ? {} : { published_at: at }) })
    .where(eq(status_pages.id, pageId));
}
