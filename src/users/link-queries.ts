import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { one_time_tokens, rate_limits, users } from '../db/schema/accounts.ts';

export type LinkPurpose = 'verify' | 'reset';

/** A link that still works: not used, not expired, and sent to the address the user has now. */
export async function findLink(db: Db | Tx, purpose: LinkPurpose, hash: string, now: number) {
  const [link] = await db
    .select({
      user_id: users.id,
      email: users.email,
      email_key: users.email_key,
      email_verified_at: users.email_verified_at,
    })
    .from(one_time_tokens)
    .innerJoin(users, and(eq(users.id, one_time_tokens.user_id), eq(users.email_key, one_time_tokens.email_key)))
    .where(
      and(eq(one_time_tokens.hash, hash), eq(one_time_tokens.purpose, purpose), gt(one_time_tokens.expires_at, now)),
    );
  return link ?? null;
}

/** A newer link ends the older ones of its purpose (R-AU-11). */
export async function replaceLinks(tx: Tx, link: typeof one_time_tokens.$inferInsert): Promise<void> {
  await deleteLinks(tx, link.user_id, link.purpose);
  await tx.insert(one_time_tokens).values(link);
}

export async function deleteLinks(tx: Tx, userId: string, purpose: LinkPurpose): Promise<void> {
  await tx
    .delete(one_time_tokens)
    .where(and(eq(one_time_tokens.user_id, userId), eq(one_time_tokens.purpose, purpose)));
}

/** One more try under `key`: the tries of the present window, this one included, and when it ends. */
export async function countTry(tx: Tx, key: string, now: number, windowMs: number) {
  const ends = now + windowMs;
  const over = sql`${rate_limits.window_ends_at} <= ${now}`;
  const [row] = await tx
    .insert(rate_limits)
    .values({ key, count: 1, window_ends_at: ends })
    .onConflictDoUpdate({
      target: rate_limits.key,
      set: {
        count: sql`case when ${over} then 1 else ${rate_limits.count} + 1 end`,
        window_ends_at: sql`case when ${over} then ${ends} else ${rate_limits.window_ends_at} end`,
      },
    })
    .returning({ count: rate_limits.count, windowEndsAt: rate_limits.window_ends_at });
  return row ?? { count: 1, windowEndsAt: ends };
}

/** Tries counted under a key in a window that is not over; null for none. */
export async function findTries(db: Db | Tx, key: string, now: number) {
  const [row] = await db
    .select({ count: rate_limits.count, windowEndsAt: rate_limits.window_ends_at })
    .from(rate_limits)
    .where(and(eq(rate_limits.key, key), gt(rate_limits.window_ends_at, now)));
  return row ?? null;
}

/** A try that turned out to be fine does not count. */
export async function uncountTry(tx: Tx, key: string): Promise<void> {
  await tx
    .update(rate_limits)
    .set({ count: sql`max(0, ${rate_limits.count} - 1)` })
    .where(eq(rate_limits.key, key));
}

/** `countTry` for many keys at once; a key that is given twice counts twice. Returns the tries of each. */
export async function countTries(
  tx: Tx,
  keys: readonly string[],
  now: number,
  windowMs: number,
): Promise<Map<string, number>> {
  const rows = await tx.all<{ key: string; count: number }>(sql`
    insert into ${rate_limits} (key, count, window_ends_at)
    select value, count(*), ${now + windowMs} from json_each(${JSON.stringify(keys)}) where true group by value
    on conflict (key) do update set
      count = iif(window_ends_at <= ${now}, excluded.count, count + excluded.count),
      window_ends_at = iif(window_ends_at <= ${now}, excluded.window_ends_at, window_ends_at)
    returning key, count`);
  return new Map(rows.map(({ key, count }) => [key, count]));
}
