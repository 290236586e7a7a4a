import { and, eq, gt, inArray, lte, ne, or, sql } from 'drizzle-orm';
import { DAY } from '../core/time.ts';
import type { Db, Tx } from '../db/client.ts';
import { accounts, released_slugs } from '../db/schema/accounts.ts';
import { status_pages } from '../db/schema/statuspages.ts';

/** How long a slug that was given up is kept from everybody else (R-SP-11). */
const REST_MS = 30 * DAY;

/** Those of `slugs` that `accountId` (null: a new account) may not take: in use elsewhere or given up lately by others. */
export async function takenSlugs(db: Db | Tx, slugs: string[], accountId: string | null, now: number) {
  const notMine = accountId ?? '';
  const [pages, owners, resting] = [
    await db
      .select({ slug: status_pages.slug })
      .from(status_pages)
      .where(and(inArray(status_pages.slug, slugs), ne(status_pages.account_id, notMine))),
    await db
      .select({ slug: accounts.slug })
      .from(accounts)
      .where(and(inArray(accounts.slug, slugs), ne(accounts.id, notMine))),
    await db
      .select({ slug: released_slugs.slug })
      .from(released_slugs)
      .where(
        and(
          inArray(released_slugs.slug, slugs),
          ne(released_slugs.account_id, notMine),
          gt(released_slugs.released_at, now - REST_MS),
        ),
      ),
  ];
  return new Set([...pages, ...owners, ...resting].map(({ slug }) => slug));
}

/** Notes that an account gave a slug up, so that nobody can step into its visitors' bookmarks at once. */
export async function releaseSlug(tx: Tx, slug: string, accountId: string, now: number): Promise<void> {
  await tx
    .insert(released_slugs)
    .values({ slug, account_id: accountId, released_at: now })
    .onConflictDoUpdate({ target: released_slugs.slug, set: { account_id: accountId, released_at: now } });
}

/** The slug is in use again, or has rested long enough. */
export async function forgetReleased(tx: Tx, slug: string, now: number): Promise<void> {
  await tx
    .delete(released_slugs)
    .where(or(eq(released_slugs.slug, slug), lte(released_slugs.released_at, now - REST_MS)));
}

/** Forgets up to `limit` slugs that have rested long enough; returns how many. */
export async function pruneReleased(tx: Tx, now: number, limit: number): Promise<number> {
  const { rowsAffected } = await tx.run(sql`delete from released_slugs where slug in
    (select slug from released_slugs where released_at <= ${now - REST_MS} limit ${limit})`);
  return rowsAffected;
}
