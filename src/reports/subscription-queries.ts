import { and, eq, sql } from 'drizzle-orm';
import { MAIL_PERIODS, type MailPeriod, nextMailAt } from '../core/report-period.ts';
import type { Db, Tx } from '../db/client.ts';
import { report_subscriptions } from '../db/schema/incidents.ts';

/** Which mails a person gets about an account, and when the next is due (epoch ms). */
export async function listSubscriptions(db: Db | Tx, accountId: string, userId: string) {
  const { account_id, user_id, period, next_at, timezone } = report_subscriptions;
  return db
    .select({ period, next_at, timezone })
    .from(report_subscriptions)
    .where(and(eq(account_id, accountId), eq(user_id, userId)));
}

/** Subscribes once; a second time changes nothing. */
export async function subscribe(tx: Tx, row: typeof report_subscriptions.$inferInsert): Promise<void> {
  await tx.insert(report_subscriptions).values(row).onConflictDoNothing();
}

/** Returns whether there was anything to end. */
export async function unsubscribe(tx: Tx, accountId: string, userId: string, period: MailPeriod): Promise<boolean> {
  const { account_id, user_id, period: which } = report_subscriptions;
  const result = await tx
    .delete(report_subscriptions)
    .where(and(eq(account_id, accountId), eq(user_id, userId), eq(which, period)));
  return result.rowsAffected > 0;
}

/** The account lives by another clock now: what is not due yet comes at its eight o'clock. */
export async function moveSubscriptions(tx: Tx, accountId: string, timezone: string, now: number): Promise<void> {
  for (const period of MAIL_PERIODS) {
    await tx.run(sql`update report_subscriptions set timezone = ${timezone}, next_at = ${nextMailAt(period, timezone, now)}
      where account_id = ${accountId} and period = ${period} and next_at > ${now}`);
  }
}

// Without an account: what the engine sends.

/** A subscription whose time has come. */
export interface DueReport {
  account_id: string;
  user_id: string;
  period: MailPeriod;
  timezone: string;
  next_at: number;
  /** Where it goes: a verified address of a present member, or null, and then nothing is sent. */
  to: string | null;
  /** Whether the person still belongs to the account. */
  member: number;
}

/** Those due at `now`, the longest due first, without the first `skip` of them. */
export function listDue(db: Db, now: number, limit: number, skip: number): Promise<DueReport[]> {
  return db.all<DueReport>(sql`
    select r.account_id, r.user_id, r.period, r.timezone, r.next_at, m.user_id is not null as member,
      iif(m.user_id is not null and u.email_verified_at is not null, u.email, null) as "to"
    from report_subscriptions r join users u on u.id = r.user_id
      left join memberships m on m.account_id = r.account_id and m.user_id = r.user_id
    where r.next_at <= ${now} order by r.next_at, r.account_id, r.user_id limit ${limit} offset ${skip}`);
}

/** Moves a due subscription on; false when somebody else did, or the person ended it meanwhile. */
export async function moveOn(tx: Tx, due: DueReport, nextAt: number): Promise<boolean> {
  const { account_id, user_id, period, next_at } = due;
  const result = await tx.run(sql`update report_subscriptions set next_at = ${nextAt}
    where account_id = ${account_id} and user_id = ${user_id} and period = ${period} and next_at = ${next_at}`);
  return result.rowsAffected > 0;
}
