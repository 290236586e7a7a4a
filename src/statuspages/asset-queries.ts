import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { page_assets, status_pages } from '../db/schema/statuspages.ts';

export type AssetRole = typeof page_assets.$inferSelect.role;
export const ASSET_ROLES = ['logo', 'logo_dark', 'favicon'] as const satisfies readonly AssetRole[];

/** A picture of a page without its bytes. */
export type AssetName = Pick<typeof page_assets.$inferSelect, 'role' | 'mime' | 'hash'>;

/** Pictures of one of the account's pages. */
export async function listAssets(db: Db | Tx, accountId: string, pageId: string): Promise<AssetName[]> {
  return db
    .select({ role: page_assets.role, mime: page_assets.mime, hash: page_assets.hash })
    .from(page_assets)
    .innerJoin(status_pages, eq(status_pages.id, page_assets.page_id))
    .where(and(eq(page_assets.page_id, pageId), eq(status_pages.account_id, accountId)));
}

/** Bytes of a picture as base64; null once another has its place. */
export async function findAsset(db: Db, pageId: string, { role, hash }: AssetName): Promise<string | null> {
  const [row] = await db
    .select({ data: page_assets.data })
    .from(page_assets)
    .where(and(eq(page_assets.page_id, pageId), eq(page_assets.role, role), eq(page_assets.hash, hash)));
  return row?.data ?? null;
}

/** Puts a picture in its place; the page must be the account's. */
export async function saveAsset(tx: Tx, asset: typeof page_assets.$inferInsert): Promise<void> {
  const { mime, hash, data, updated_at } = asset;
  await tx
    .insert(page_assets)
    .values(asset)
    .onConflictDoUpdate({ target: [page_assets.page_id, page_assets.role], set: { mime, hash, data, updated_at } });
}

/** False when there was none. */
export async function deleteAsset(tx: Tx, pageId: string, role: AssetRole): Promise<boolean> {
  const gone = await tx.delete(page_assets).where(and(eq(page_assets.page_id, pageId), eq(page_assets.role, role)));
  return gone.rowsAffected > 0;
}

/** Names of a page's pictures as JSON, for the statement that reads page `p`. */
export const ASSET_NAMES = sql`(select json_group_array(json_object('role', role, 'mime', mime, 'hash', hash))
  from ${page_assets} where page_id = p.id)`;
