import { and, asc, count, eq, sql } from 'drizzle-orm';
import { type Role, roleOn } from '../core/access.ts';
import type { Plan } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import { accounts, memberships, passkeys, sessions, users } from '../db/schema/accounts.ts';
import { report_subscriptions } from '../db/schema/incidents.ts';
import { deleteInvitationsBy } from './invitation-queries.ts';
import { deleteTokensOf } from './token-queries.ts';

/** Most members of an account, whoever owns it. */
export const MOST_MEMBERS = 200;

const COLUMNS = {
  user_id: users.id,
  email: users.email,
  name: users.name,
  role: memberships.role,
  email_verified_at: users.email_verified_at,
  /** An authenticator app or a passkey: what is not the password alone. */
  two_factor: sql<number>`(${users.totp_since} is not null or exists (
    select 1 from ${passkeys} where ${passkeys.user_id} = ${users.id}))`,
  created_at: memberships.created_at,
};

/** Everybody of an account, in the order they came; at most `MOST_MEMBERS`. */
export async function listMembers(db: Db | Tx, accountId: string) {
  return db
    .select(COLUMNS)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(eq(memberships.account_id, accountId))
    .orderBy(asc(memberships.created_at), sql`${memberships}.rowid`)
    .limit(MOST_MEMBERS);
}

export type MemberRow = Awaited<ReturnType<typeof listMembers>>[number];

export async function findMember(db: Db | Tx, accountId: string, userId: string): Promise<MemberRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.account_id, accountId), eq(memberships.user_id, userId)));
  return row ?? null;
}

/** The role a person has in an account now, and its plan: what a change is decided by. Null for a stranger. */
export async function standing(tx: Tx, accountId: string, userId: string): Promise<{ role: Role; plan: Plan } | null> {
  const [row] = await tx
    .select({ role: memberships.role, plan: accounts.plan })
    .from(memberships)
    .innerJoin(accounts, eq(accounts.id, memberships.account_id))
    .where(and(eq(memberships.account_id, accountId), eq(memberships.user_id, userId)));
  return row ? { role: roleOn(row.plan, row.role), plan: row.plan } : null;
}

export async function countMembers(tx: Db | Tx, accountId: string, role?: Role): Promise<number> {
  const all = eq(memberships.account_id, accountId);
  const [row] = await tx
    .select({ n: count() })
    .from(memberships)
    .where(role === undefined ? all : and(all, eq(memberships.role, role)));
  return row?.n ?? 0;
}

export async function setRole(tx: Tx, accountId: string, userId: string, role: Role): Promise<void> {
  await tx
    .update(memberships)
    .set({ role })
    .where(and(eq(memberships.account_id, accountId), eq(memberships.user_id, userId)));
}

/** Takes a person out of an account, with all that let them in or told them of it, and whom they asked in (R-MT-7). */
export async function deleteMember(tx: Tx, accountId: string, userId: string): Promise<void> {
  await deleteTokensOf(tx, accountId, userId);
  await deleteInvitationsBy(tx, accountId, userId);
  for (const table of [memberships, sessions, report_subscriptions]) {
    await tx.delete(table).where(and(eq(table.account_id, accountId), eq(table.user_id, userId)));
  }
}

/** The accounts a person belongs to, their own first, then in the order they came. */
export async function listAccountsOf(db: Db | Tx, userId: string) {
  return db
    .select({
      id: accounts.id,
      name: accounts.name,
      slug: accounts.slug,
      plan: accounts.plan,
      role: memberships.role,
      created_at: memberships.created_at,
    })
    .from(memberships)
    .innerJoin(accounts, eq(accounts.id, memberships.account_id))
    .where(eq(memberships.user_id, userId))
    .orderBy(sql`${memberships.role} <> 'owner'`, asc(memberships.created_at), asc(accounts.id))
    .limit(MOST_MEMBERS);
}

export type AccountRow = Awaited<ReturnType<typeof listAccountsOf>>[number];

/** Addresses of the owners of an account, for what they must be told. */
export async function listOwners(tx: Tx, accountId: string): Promise<{ id: string; email: string }[]> {
  return tx
    .select({ id: users.id, email: users.email })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.account_id, accountId), eq(memberships.role, 'owner')))
    .limit(MOST_MEMBERS);
}
