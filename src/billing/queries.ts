import { and, asc, desc, eq, isNotNull, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { billing_events, subscriptions } from '../db/schema/billing.ts';

export type SubscriptionRow = typeof subscriptions.$inferSelect;

/** What is known of an account's subscription; null when it was never asked to pay. */
export async function findSubscription(db: Db | Tx, accountId: string): Promise<SubscriptionRow | null> {
  const [row] = await db.select().from(subscriptions).where(eq(subscriptions.account_id, accountId));
  return row ?? null;
}

/** Remembers the customer that stands for an account at Stripe; the first one stays. */
export async function insertCustomer(tx: Tx, accountId: string, customerId: string): Promise<boolean> {
  const row = { account_id: accountId, customer_id: customerId };
  const done = await tx.insert(subscriptions).values(row).onConflictDoNothing();
  return done.rowsAffected > 0;
}

/** Another customer stands for the account from now on: the one before is not known at Stripe. */
export async function replaceCustomer(tx: Tx, accountId: string, from: string, to: string): Promise<boolean> {
  const done = await tx
    .update(subscriptions)
    .set({
      customer_id: to,
      subscription_id: null,
      status: null,
      plan: null,
      period_ends_at: null,
      cancel_at_period_end: false,
      grace_until: null,
    })
    .where(and(eq(subscriptions.account_id, accountId), eq(subscriptions.customer_id, from)));
  return done.rowsAffected > 0;
}

export type SubscriptionChange = Partial<Omit<SubscriptionRow, 'account_id' | 'customer_id'>>;

export async function updateSubscription(tx: Tx, accountId: string, change: SubscriptionChange): Promise<void> {
  await tx.update(subscriptions).set(change).where(eq(subscriptions.account_id, accountId));
}

/** How much of its plan an account uses. */
export async function countUsed(db: Db, accountId: string): Promise<{ monitors: number; pages: number }> {
  const rows = await db.all<{ monitors: number; pages: number }>(sql`select
    (select count(*) from monitors
      where account_id = ${accountId} and deleted_at is null and paused_at is null) as monitors,
    (select count(*) from status_pages where account_id = ${accountId}) as pages`);
  return rows[0] ?? { monitors: 0, pages: 0 };
}

/** Until when the plan stays although a payment failed, epoch ms; null when nothing is owed or it is over. */
export async function findGrace(db: Db, accountId: string, now: number): Promise<number | null> {
  const [row] = await db
    .select({ until: subscriptions.grace_until, plan: subscriptions.plan })
    .from(subscriptions)
    .where(eq(subscriptions.account_id, accountId));
  return row?.until != null && row.plan !== 'free' && row.until > now ? row.until : null;
}

/** Names of the accounts a person owns that have a subscription at Stripe. */
export async function listPaidAccounts(db: Db, emailKey: string): Promise<string[]> {
  const rows = await db.all<{ name: string }>(sql`
    select a.name from users u join memberships m on m.user_id = u.id and m.role = 'owner'
      join accounts a on a.id = m.account_id join subscriptions s on s.account_id = a.id
    where u.email_key = ${emailKey} and s.subscription_id is not null`);
  return rows.map(({ name }) => name);
}

// Without an account: events name a customer, and jobs look at everybody's.

export async function findAccountOfCustomer(db: Db, customerId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: subscriptions.account_id })
    .from(subscriptions)
    .where(eq(subscriptions.customer_id, customerId));
  return row?.id ?? null;
}

/** Accounts whose subscriptions are to be compared, those that live first, of each the longest unheard of. */
export async function listUnheard(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: subscriptions.account_id })
    .from(subscriptions)
    .orderBy(desc(isNotNull(subscriptions.subscription_id)), asc(subscriptions.heard_at))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Accounts whose time to pay is over and whose plan has not ended. */
export async function listOverdue(db: Db, now: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: subscriptions.account_id })
    .from(subscriptions)
    .innerJoin(accounts, eq(accounts.id, subscriptions.account_id))
    .where(
      and(
        lte(subscriptions.grace_until, now),
        or(isNull(subscriptions.plan), ne(subscriptions.plan, 'free')),
        isNull(accounts.deleted_at),
      ),
    )
    .orderBy(asc(subscriptions.grace_until))
    .limit(limit);
  return rows.map(({ id }) => id);
}

export async function hasEvent(db: Db, id: string): Promise<boolean> {
  const rows = await db.select({ id: billing_events.id }).from(billing_events).where(eq(billing_events.id, id));
  return rows.length > 0;
}

/** False when it was taken before. */
export async function insertEvent(tx: Tx, event: typeof billing_events.$inferInsert): Promise<boolean> {
  const done = await tx.insert(billing_events).values(event).onConflictDoNothing();
  return done.rowsAffected > 0;
}

/** Forgets up to `limit` events that are older; returns how many. */
export async function pruneEvents(tx: Tx, before: number, limit: number): Promise<number> {
  const old = tx
    .select({ id: billing_events.id })
    .from(billing_events)
    .where(lt(billing_events.at, before))
    .limit(limit);
  return (await tx.delete(billing_events).where(sql`${billing_events.id} in ${old}`)).rowsAffected;
}
