import { type SQL, sql } from 'drizzle-orm';
import type { Role } from '../core/access.ts';
import type { Kind } from '../core/monitor.ts';
import type { Plan } from '../core/plan.ts';
import type { Db } from '../db/client.ts';

// All accounts, for whoever runs the installation: statements without a tenant on purpose.

export interface AccountLine {
  id: string;
  name: string;
  slug: string;
  plan: Plan;
  created_at: number;
  owner: string | null;
  members: number;
  monitors: number;
  checks_a_day: number;
  open_incidents: number;
  /** Epoch ms, to within five minutes; null when nobody has been logged in lately. */
  last_seen_at: number | null;
}

/** What stands on one line; the inner selects run for the shown accounts only. */
const LINE = sql`
  a.id, a.name, a.slug, a.plan, a.created_at,
  (select u.email from memberships m join users u on u.id = m.user_id
    where m.account_id = a.id and m.role = 'owner' order by m.created_at limit 1) as owner,
  (select count(*) from memberships m where m.account_id = a.id) as members,
  (select count(*) from monitors o where o.account_id = a.id and o.deleted_at is null) as monitors,
  (select cast(coalesce(sum(86400.0 / o.interval_seconds), 0) as integer) from monitors o
    where o.account_id = a.id and o.deleted_at is null and o.next_check_at is not null) as checks_a_day,
  (select count(*) from monitors o join incidents i on i.monitor_no = o.no and i.resolved_at is null
    where o.account_id = a.id and o.deleted_at is null) as open_incidents,
  (select max(coalesce(s.last_seen_at, s.created_at)) from memberships m join sessions s on s.user_id = m.user_id
    where m.account_id = a.id and s.account_id = a.id) as last_seen_at`;

export interface AccountFilter {
  /** Part of an address, a name or a slug, any case. */
  q: string;
  after: readonly [createdAt: number, id: string] | null;
  limit: number;
}

/** Accounts, the newest first. */
export async function listAccounts(db: Db, { q, after, limit }: AccountFilter): Promise<AccountLine[]> {
  const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const where: SQL[] = [sql`a.deleted_at is null`];
  if (after) where.push(sql`(a.created_at, a.id) < (${after[0]}, ${after[1]})`);
  if (q !== '') {
    where.push(sql`(a.name like ${like} escape '\\' or a.slug like ${like} escape '\\' or a.id = ${q}
      or exists (select 1 from memberships m join users u on u.id = m.user_id
        where m.account_id = a.id and u.email like ${like} escape '\\'))`);
  }
  return db.all(sql`
    select ${LINE} from (select * from accounts a where ${sql.join(where, sql` and `)}
      order by a.created_at desc, a.id desc limit ${limit}) a
    order by a.created_at desc, a.id desc`);
}

export async function findAccountLine(db: Db, accountId: string): Promise<AccountLine | null> {
  const rows = await db.all<AccountLine>(
    sql`select ${LINE} from accounts a where a.id = ${accountId} and a.deleted_at is null`,
  );
  return rows[0] ?? null;
}

/** Who belongs to an account, two hundred at most. */
export async function listPeople(
  db: Db,
  accountId: string,
): Promise<{ email: string; name: string | null; role: Role; verified: 0 | 1; last_seen_at: number | null }[]> {
  return db.all(sql`
    select u.email, u.name, m.role, u.email_verified_at is not null as verified,
      (select max(coalesce(s.last_seen_at, s.created_at)) from sessions s
        where s.user_id = u.id and s.account_id = m.account_id) as last_seen_at
    from memberships m join users u on u.id = m.user_id
    where m.account_id = ${accountId} order by m.created_at limit 200`);
}

/** Kind and interval of the running monitors, oldest first: what a change of plan looks at. */
export async function listRunning(db: Db, accountId: string): Promise<{ kind: Kind; interval_seconds: number }[]> {
  return db.all(sql`
    select kind, interval_seconds from monitors
    where account_id = ${accountId} and deleted_at is null and paused_at is null order by no`);
}

export interface SubscriptionState {
  status: string | null;
  plan: Plan | null;
  period_ends_at: number | null;
  cancel_at_period_end: 0 | 1;
  grace_until: number | null;
}

/** What the payment provider says of an account; null when it was never asked to pay. */
export async function findSubscription(db: Db, accountId: string): Promise<SubscriptionState | null> {
  const rows = await db.all<SubscriptionState>(sql`
    select status, plan, period_ends_at, cancel_at_period_end, grace_until
    from subscriptions where account_id = ${accountId}`);
  return rows[0] ?? null;
}
