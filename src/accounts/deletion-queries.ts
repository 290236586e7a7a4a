import { eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts, api_tokens, invitations, memberships, sessions } from '../db/schema/accounts.ts';
import { change_hooks, channels, report_subscriptions } from '../db/schema/incidents.ts';
import { maintenance_windows } from '../db/schema/monitors.ts';

/** What goes with an account, for the page that asks whether it should. */
export interface Belongings {
  monitors: number;
  pages: number;
  subscribers: number;
  channels: number;
  members: number;
  tokens: number;
}

export async function countBelongings(db: Db, accountId: string): Promise<Belongings> {
  const rows = await db.all<Belongings>(sql`select
    (select count(*) from monitors where account_id = ${accountId} and deleted_at is null) as monitors,
    (select count(*) from status_pages where account_id = ${accountId}) as pages,
    (select count(*) from subscribers s join status_pages p on p.id = s.page_id
      where p.account_id = ${accountId}) as subscribers,
    (select count(*) from channels where account_id = ${accountId}) as channels,
    (select count(*) from memberships where account_id = ${accountId}) as members,
    (select count(*) from api_tokens where account_id = ${accountId}) as tokens`);
  return rows[0] ?? { monitors: 0, pages: 0, subscribers: 0, channels: 0, members: 0, tokens: 0 };
}

/** How the payment provider says a subscription stands that may still cost money, or null. */
export async function findLivingSubscription(tx: Tx, accountId: string): Promise<string | null> {
  const rows = await tx.all<{ status: string }>(sql`
    select coalesce(status, 'unknown') as status from subscriptions
    where account_id = ${accountId} and subscription_id is not null
      and coalesce(status, '') not in ('canceled', 'incomplete_expired')`);
  return rows[0]?.status ?? null;
}

/** Ends everybody's way in and everything that happens by itself. A handful of statements, however much there is. */
export async function closeAccountRow(tx: Tx, accountId: string, now: number): Promise<void> {
  for (const table of [memberships, sessions, api_tokens, invitations, report_subscriptions]) {
    await tx.delete(table).where(eq(table.account_id, accountId));
  }
  await tx.update(channels).set({ enabled: false }).where(eq(channels.account_id, accountId));
  await tx.update(change_hooks).set({ enabled: false }).where(eq(change_hooks.account_id, accountId));
  await tx
    .update(maintenance_windows)
    .set({ deleted_at: now, current_starts_at: null, current_ends_at: null })
    .where(eq(maintenance_windows.account_id, accountId));
  await tx.run(sql`update deliveries set state = 'cancelled', payload = '{}'
    where account_id = ${accountId} and state in ('queued', 'failed') and state <> 'sent'`);
  await tx.run(sql`update incidents set resolved_at = max(${now}, started_at), resolved_cause = 'deleted',
      next_escalation_at = null
    where account_id = ${accountId} and resolved_at is null`);
  await tx.run(sql`update monitors set deleted_at = ${now}, next_check_at = null, parent_no = null
    where account_id = ${accountId} and deleted_at is null`);
  // Its address is free for others once it has rested: the row must not hold it.
  await tx
    .update(accounts)
    .set({ deleted_at: now, slug: sql`${accounts.id}` })
    .where(eq(accounts.id, accountId));
}

// Without an account: what a job clears away afterwards.

/** Closed accounts none of whose monitors is left. */
export async function listEmptied(db: Db, limit: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    select id from accounts a where deleted_at is not null
      and not exists (select 1 from monitors m where m.account_id = a.id) limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** Deletes up to `limit` rows of each of the tables that grow. Returns the most that one of them lost. */
export async function purgeAccountRows(tx: Tx, accountId: string, limit: number): Promise<number> {
  let most = 0;
  for (const table of [sql`deliveries`, sql`audit_log`, sql`expiry_warnings`]) {
    const gone = await tx.run(sql`delete from ${table} where rowid in
      (select rowid from ${table} where account_id = ${accountId} limit ${limit})`);
    most = Math.max(most, gone.rowsAffected);
  }
  return most;
}

export async function purgeAccount(tx: Tx, accountId: string): Promise<void> {
  await tx.run(sql`delete from accounts where id = ${accountId} and deleted_at is not null
    and not exists (select 1 from monitors where account_id = ${accountId})`);
}
