import { and, desc, eq, gt, lt, ne, or } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts, memberships, sessions, users } from '../db/schema/accounts.ts';

/** Who asks, for which account, and their role there: what a request needs to know however it logs in. */
export const WHO = {
  user_id: users.id,
  email: users.email,
  user_name: users.name,
  email_verified_at: users.email_verified_at,
  account_id: accounts.id,
  account_name: accounts.name,
  slug: accounts.slug,
  plan: accounts.plan,
  downgraded_from: accounts.downgraded_from,
  role: memberships.role,
} as const;

/**
 * Who stands behind a session id: user, account and the role they have there now. Null once it ended or expired,
 * or when the membership is gone.
 */
export async function findSession(db: Db, sessionId: string, now: number) {
  const [row] = await db
    .select({
      id: sessions.id,
      kind: sessions.kind,
      last_seen_at: sessions.last_seen_at,
      ...WHO,
      token_version: users.token_version,
      operator: users.operator,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.user_id))
    .innerJoin(accounts, eq(accounts.id, sessions.account_id))
    .innerJoin(
      memberships,
      and(eq(memberships.account_id, sessions.account_id), eq(memberships.user_id, sessions.user_id)),
    )
    .where(and(eq(sessions.id, sessionId), gt(sessions.expires_at, now)));
  return row ?? null;
}

/** When the person logged in with this session, epoch ms; null when it is not theirs, or none is given. */
export async function findSessionStart(db: Db | Tx, userId: string, sessionId: string | null): Promise<number | null> {
  if (sessionId === null) return null;
  const [row] = await db
    .select({ created_at: sessions.created_at })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), eq(sessions.user_id, userId)));
  return row?.created_at ?? null;
}

/** The session a refresh token names, with what its next token pair is signed with. */
export async function findRefreshable(tx: Tx, sessionId: string, now: number) {
  const [row] = await tx
    .select({
      id: sessions.id,
      user_id: sessions.user_id,
      account_id: sessions.account_id,
      refresh_hash: sessions.refresh_hash,
      token_version: users.token_version,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.user_id))
    .where(and(eq(sessions.id, sessionId), eq(sessions.kind, 'token'), gt(sessions.expires_at, now)));
  return row ?? null;
}

export async function insertSession(tx: Tx, session: typeof sessions.$inferInsert): Promise<void> {
  await tx.insert(sessions).values(session);
}

export async function rotateRefresh(tx: Tx, sessionId: string, refreshHash: string, expiresAt: number): Promise<void> {
  await tx.update(sessions).set({ refresh_hash: refreshHash, expires_at: expiresAt }).where(eq(sessions.id, sessionId));
}

/** That the session was in use at `now`. */
export async function touchSession(tx: Tx, sessionId: string, now: number): Promise<void> {
  await tx.update(sessions).set({ last_seen_at: now }).where(eq(sessions.id, sessionId));
}

/** Returns whose it was, or null when there was none. */
export async function deleteSession(tx: Tx, sessionId: string): Promise<string | null> {
  const [gone] = await tx.delete(sessions).where(eq(sessions.id, sessionId)).returning({ user_id: sessions.user_id });
  return gone?.user_id ?? null;
}

/** One session of this user; false when there is none. */
export async function deleteOwnSession(tx: Tx, userId: string, sessionId: string): Promise<boolean> {
  const gone = await tx.delete(sessions).where(and(eq(sessions.id, sessionId), eq(sessions.user_id, userId)));
  return gone.rowsAffected > 0;
}

/** Every session of a user, or every one but `except`. Returns how many ended. */
export async function deleteSessions(tx: Tx, userId: string, except: string | null): Promise<number> {
  const ofUser = eq(sessions.user_id, userId);
  const gone = await tx.delete(sessions).where(except === null ? ofUser : and(ofUser, ne(sessions.id, except)));
  return gone.rowsAffected;
}

/** Living sessions of a user, newest first, from after `cursor` on. */
export async function listSessions(
  db: Db,
  userId: string,
  now: number,
  page: { limit: number; cursor: readonly [createdAt: number, id: string] | null },
) {
  const [at, id] = page.cursor ?? [];
  const after =
    at === undefined || id === undefined
      ? undefined
      : or(lt(sessions.created_at, at), and(eq(sessions.created_at, at), lt(sessions.id, id)));
  return db
    .select({
      id: sessions.id,
      kind: sessions.kind,
      created_at: sessions.created_at,
      expires_at: sessions.expires_at,
      user_agent: sessions.user_agent,
      ip: sessions.ip,
      last_seen_at: sessions.last_seen_at,
    })
    .from(sessions)
    .where(and(eq(sessions.user_id, userId), gt(sessions.expires_at, now), after))
    .orderBy(desc(sessions.created_at), desc(sessions.id))
    .limit(page.limit);
}

export type SessionRow = Awaited<ReturnType<typeof listSessions>>[number];
