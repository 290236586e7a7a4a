import { and, count, desc, eq, gt, isNull, lt, or } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts, api_tokens, memberships, users } from '../db/schema/accounts.ts';
import { WHO } from '../users/session-queries.ts';

/** An API token as its account sees it: its hash stays where it is. */
export type TokenRow = Awaited<ReturnType<typeof listTokens>>[number];

const COLUMNS = {
  id: api_tokens.id,
  user_id: api_tokens.user_id,
  name: api_tokens.name,
  scopes: api_tokens.scopes,
  hint: api_tokens.hint,
  created_at: api_tokens.created_at,
  expires_at: api_tokens.expires_at,
  last_used_at: api_tokens.last_used_at,
  email: users.email,
  user_name: users.name,
};

/**
 * An account's tokens, the newest first; of one person when `userId` is given. `after` is the last row of the page
 * before.
 */
export async function listTokens(
  db: Db,
  accountId: string,
  { userId, after, limit }: { userId: string | null; after?: { at: number; id: string } | null; limit: number },
) {
  return db
    .select(COLUMNS)
    .from(api_tokens)
    .innerJoin(users, eq(users.id, api_tokens.user_id))
    .where(
      and(
        eq(api_tokens.account_id, accountId),
        userId === null ? undefined : eq(api_tokens.user_id, userId),
        after
          ? or(
              lt(api_tokens.created_at, after.at),
              and(eq(api_tokens.created_at, after.at), lt(api_tokens.id, after.id)),
            )
          : undefined,
      ),
    )
    .orderBy(desc(api_tokens.created_at), desc(api_tokens.id))
    .limit(limit);
}

export async function findToken(db: Db | Tx, accountId: string, id: string): Promise<TokenRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(api_tokens)
    .innerJoin(users, eq(users.id, api_tokens.user_id))
    .where(and(eq(api_tokens.account_id, accountId), eq(api_tokens.id, id)));
  return row ?? null;
}

export async function countTokens(tx: Tx, accountId: string): Promise<number> {
  const [row] = await tx.select({ n: count() }).from(api_tokens).where(eq(api_tokens.account_id, accountId));
  return row?.n ?? 0;
}

export async function insertToken(tx: Tx, row: typeof api_tokens.$inferInsert): Promise<void> {
  await tx.insert(api_tokens).values(row);
}

export async function deleteToken(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(api_tokens).where(and(eq(api_tokens.account_id, accountId), eq(api_tokens.id, id)));
}

/** The tokens that a person made for an account, gone with their membership: coming back does not revive them (R-MT-7). */
export async function deleteTokensOf(tx: Tx, accountId: string, userId: string): Promise<number> {
  const theirs = and(eq(api_tokens.account_id, accountId), eq(api_tokens.user_id, userId));
  return (await tx.delete(api_tokens).where(theirs)).rowsAffected;
}

// Of whatever account: the token itself is the authority.

/**
 * Who stands behind a token, by its SHA-256: its maker, the account and the role the maker has there now. Null once it
 * was revoked or expired, or when the membership or the account is gone.
 */
export async function findTokenByHash(db: Db, hash: string, now: number) {
  const [row] = await db
    .select({
      id: api_tokens.id,
      scopes: api_tokens.scopes,
      ...WHO,
    })
    .from(api_tokens)
    .innerJoin(users, eq(users.id, api_tokens.user_id))
    .innerJoin(accounts, eq(accounts.id, api_tokens.account_id))
    .innerJoin(
      memberships,
      and(eq(memberships.account_id, api_tokens.account_id), eq(memberships.user_id, api_tokens.user_id)),
    )
    .where(
      and(
        eq(api_tokens.hash, hash),
        isNull(accounts.deleted_at),
        or(isNull(api_tokens.expires_at), gt(api_tokens.expires_at, now)),
      ),
    );
  return row ?? null;
}

export async function setTokenUsed(tx: Tx, id: string, at: number): Promise<void> {
  await tx.update(api_tokens).set({ last_used_at: at }).where(eq(api_tokens.id, id));
}
