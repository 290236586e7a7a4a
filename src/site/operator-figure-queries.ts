import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

// Figures of the whole installation. Each statement stays as cheap as it is however long the history grows: it counts
// what is alive by an index, or looks at the newest rows only.

/** Messages of the newest ones that are looked at. */
export const NEWEST_DELIVERIES = 2_000;

export interface Counts {
  accounts: number;
  users: number;
  /** Monitors that are checked, and how often altogether. */
  active: number;
  checks_per_second: number;
  open_incidents: number;
  sessions: number;
}

export async function countInstallation(db: Db, now: number): Promise<Counts> {
  const rows = await db.all<Counts>(sql`
    select (select count(*) from accounts where deleted_at is null) as accounts,
      (select count(*) from users) as users,
      m.active, m.checks_per_second,
      (select count(*) from incidents where resolved_at is null) as open_incidents,
      (select count(*) from sessions where expires_at > ${now}) as sessions
    from (select count(*) as active, coalesce(sum(1.0 / interval_seconds), 0) as checks_per_second
      from monitors where next_check_at is not null) m`);
  return rows[0] ?? { accounts: 0, users: 0, active: 0, checks_per_second: 0, open_incidents: 0, sessions: 0 };
}

/** Messages that have not left, by state. */
export async function countWaiting(db: Db): Promise<{ state: 'queued' | 'failed' | 'sending'; n: number }[]> {
  return db.all(sql`
    select state, count(*) as n from deliveries indexed by deliveries_due
    where state in ('queued','failed','sending') group by state`);
}

export interface RecentSends {
  /**
   * Of the channel, `account_mail` for mails about log-ins, `follower` for news to those who follow a page,
   * `change_webhook` for what programs are told of changes.
   */
  kind: string;
  sent: number;
  dead: number;
  late: number;
}

/** What became of the newest messages since `since`, by kind; late is what left more than `lateMs` after it should have. */
export async function countRecentSends(db: Db, since: number, lateMs: number): Promise<RecentSends[]> {
  return db.all(sql`
    select case when d.subscriber_id is not null then 'follower' when d.hook_id is not null then 'change_webhook'
        else coalesce(c.kind, 'account_mail') end as kind,
      sum(d.state = 'sent') as sent, sum(d.state = 'dead') as dead,
      sum(d.state = 'sent' and d.subscriber_id is null and d.channel_id is not null
        and d.sent_at - d.created_at > ${lateMs}) as late
    from (select subscriber_id, channel_id, hook_id, state, created_at, sent_at from deliveries order by rowid desc limit ${NEWEST_DELIVERIES}) d
      left join channels c on c.id = d.channel_id
    where d.created_at >= ${since}
    group by 1 order by 2 desc, 1`);
}
