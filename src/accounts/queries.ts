import { and, asc, eq, sql } from 'drizzle-orm';
import { roleOn } from '../core/access.ts';
import type { Plan } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import { accounts, memberships } from '../db/schema/accounts.ts';

export async function findAccount(db: Db | Tx, accountId: string) {
  const [account] = await db.select().from(accounts).where(eq(accounts.id, accountId));
  return account ?? null;
}

export async function insertAccount(tx: Tx, account: typeof accounts.$inferInsert): Promise<void> {
  await tx.insert(accounts).values(account);
}

export async function insertMembership(tx: Tx, membership: typeof memberships.$inferInsert): Promise<void> {
  await tx.insert(memberships).values(membership);
}

/** The account a log-in opens: the one worked in last while it is theirs, else their own, else the one joined first. */
export async function findHomeAccount(db: Db | Tx, userId: string, last: string | null = null) {
  const [home] = await db
    .select({
      id: accounts.id,
      name: accounts.name,
      slug: accounts.slug,
      plan: accounts.plan,
      role: memberships.role,
    })
    .from(memberships)
    .innerJoin(accounts, eq(accounts.id, memberships.account_id))
    .where(eq(memberships.user_id, userId))
    .orderBy(sql`${accounts.id} <> ${last ?? ''}`, sql`${memberships.role} <> 'owner'`, asc(memberships.created_at))
    .limit(1);
  return home ? { ...home, role: roleOn(home.plan, home.role) } : null;
}

/** The accounts a person owns. */
export async function listOwnedAccounts(db: Db | Tx, userId: string) {
  return db
    .select({ id: accounts.id, name: accounts.name, plan: accounts.plan })
    .from(memberships)
    .innerJoin(accounts, eq(accounts.id, memberships.account_id))
    .where(and(eq(memberships.user_id, userId), eq(memberships.role, 'owner')));
}

export async function setAccountName(tx: Tx, accountId: string, name: string): Promise<void> {
  await tx.update(accounts).set({ name }).where(eq(accounts.id, accountId));
}

export async function setAccountZone(tx: Tx, accountId: string, timezone: string): Promise<void> {
  await tx.update(accounts).set({ timezone }).where(eq(accounts.id, accountId));
}

export async function setAccountPlan(
  tx: Tx,
  accountId: string,
  plan: Plan,
  downgradedFrom: Plan | null,
): Promise<void> {
  await tx.update(accounts).set({ plan, downgraded_from: downgradedFrom }).where(eq(accounts.id, accountId));
}
