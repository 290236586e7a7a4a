import { and, asc, count, eq, gt, lte, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts, invitations, users } from '../db/schema/accounts.ts';

/** Most invitations of an account that wait for an answer. */
export const MOST_OPEN = 50;

const COLUMNS = {
  id: invitations.id,
  email: invitations.email,
  role: invitations.role,
  invited_by: invitations.invited_by,
  /** Address of who asked; null once they are gone. */
  inviter: users.email,
  created_at: invitations.created_at,
  expires_at: invitations.expires_at,
};

/** Invitations of an account that still work, oldest first. */
export async function listInvitations(db: Db | Tx, accountId: string, now: number) {
  return db
    .select(COLUMNS)
    .from(invitations)
    .leftJoin(users, eq(users.id, invitations.invited_by))
    .where(and(eq(invitations.account_id, accountId), gt(invitations.expires_at, now)))
    .orderBy(asc(invitations.created_at), asc(invitations.id))
    .limit(MOST_OPEN);
}

export type InvitationRow = Awaited<ReturnType<typeof listInvitations>>[number];

export async function findInvitation(db: Db | Tx, accountId: string, id: string, now: number) {
  const [row] = await db
    .select(COLUMNS)
    .from(invitations)
    .leftJoin(users, eq(users.id, invitations.invited_by))
    .where(and(eq(invitations.id, id), eq(invitations.account_id, accountId), gt(invitations.expires_at, now)));
  return row ?? null;
}

export async function countInvitations(tx: Tx, accountId: string, now: number): Promise<number> {
  const open = and(eq(invitations.account_id, accountId), gt(invitations.expires_at, now));
  const [row] = await tx.select({ n: count() }).from(invitations).where(open);
  return row?.n ?? 0;
}

/** The invitation of an address, whether it still works or not: there is one at most. */
export async function findInvitationByAddress(tx: Tx, accountId: string, emailKey: string) {
  const [row] = await tx
    .select({ id: invitations.id, invited_by: invitations.invited_by })
    .from(invitations)
    .where(and(eq(invitations.account_id, accountId), eq(invitations.email_key, emailKey)));
  return row ?? null;
}

/** Those that nobody answered in time. */
export async function pruneInvitations(tx: Tx, accountId: string, now: number): Promise<void> {
  await tx.delete(invitations).where(and(eq(invitations.account_id, accountId), lte(invitations.expires_at, now)));
}

export async function insertInvitation(tx: Tx, row: typeof invitations.$inferInsert): Promise<void> {
  await tx.insert(invitations).values(row);
}

/** A new link in place of the one before. */
export async function renewInvitation(
  tx: Tx,
  id: string,
  set: { hash: string; invited_by: string; expires_at: number },
): Promise<void> {
  await tx.update(invitations).set(set).where(eq(invitations.id, id));
}

/** What somebody asked for while they might: it ends with that. */
export async function deleteInvitationsBy(tx: Tx, accountId: string, userId: string): Promise<void> {
  await tx.delete(invitations).where(and(eq(invitations.account_id, accountId), eq(invitations.invited_by, userId)));
}

export async function deleteInvitation(tx: Tx, id: string): Promise<void> {
  await tx.delete(invitations).where(eq(invitations.id, id));
}

// Without an account: whoever holds the link.

/** What a link opens while it works: nothing of an account that is gone. */
export async function findInvitationByHash(db: Db | Tx, hash: string, now: number) {
  const [row] = await db
    .select({
      id: invitations.id,
      account_id: invitations.account_id,
      account: accounts.name,
      plan: accounts.plan,
      email: invitations.email,
      email_key: invitations.email_key,
      role: invitations.role,
      invited_by: invitations.invited_by,
      inviter: users.email,
      inviter_name: users.name,
    })
    .from(invitations)
    .innerJoin(accounts, eq(accounts.id, invitations.account_id))
    .leftJoin(users, eq(users.id, invitations.invited_by))
    .where(and(eq(invitations.hash, hash), gt(invitations.expires_at, now), sql`${accounts.deleted_at} is null`));
  return row ?? null;
}

export type OpenInvitation = NonNullable<Awaited<ReturnType<typeof findInvitationByHash>>>;
