import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, can } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import { type Days, MAIL_PERIODS, type MailPeriod, nextMailAt } from '../core/report-period.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { type MailedTo, signSharedReport } from '../engine/report-link.ts';
import { findReportAccount, type Scope } from './queries.ts';
import { subscribe, unsubscribe } from './subscription-queries.ts';

/** Chooses which report mails a person gets about the account they are in. Anybody may who may read it. */
export async function chooseMails(deps: Deps, actor: Actor, wanted: ReadonlySet<MailPeriod>): Promise<void> {
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  await deps.db.write('choose report mails', async (tx) => {
    const account = await findReportAccount(tx, accountId);
    const timezone = account?.timezone ?? 'UTC';
    for (const period of MAIL_PERIODS) {
      if (!wanted.has(period)) await unsubscribe(tx, accountId, userId, period);
      else {
        const next_at = nextMailAt(period, timezone, now);
        await subscribe(tx, { account_id: accountId, user_id: userId, period, timezone, next_at });
      }
    }
  });
}

/** Ends the mails that an address in one of them names. Again is as good as once; returns whether it ended any. */
export async function stopMails(deps: Deps, who: MailedTo): Promise<boolean> {
  return deps.db.write('stop report mails', (tx) => unsubscribe(tx, who.account, who.user, who.period));
}

/** How long a shared address may work. */
export const SHARE_DAYS = [30, 90] as const;

/** An address that shows one report to whoever has it, for some days. It cannot be taken back, and the record names it. */
export async function shareReport(
  deps: Deps,
  actor: Actor,
  what: { days: Days; scope: Scope; forDays: number },
): Promise<{ url: string; expiresAt: number }> {
  if (!can(actor.role, 'write')) {
    throw new AppError('forbidden', `Your role in this account (${actor.role}) does not allow this.`);
  }
  const { days, scope, forDays } = what;
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  const expiresAt = now + forDays * DAY;
  const token = signSharedReport(deps.config.secretKey, {
    account: accountId,
    first: days.first,
    last: days.last,
    zone: days.zone,
    monitor: scope.monitorId,
    tag: scope.tag,
    expiresAt,
  });
  const subject = `${days.first} to ${days.last}`;
  const detail = { ...scope, for_days: forDays };
  await deps.db.write('share report', (tx) =>
    insertAudit(tx, { accountId, userId, at: now, action: 'report.shared', subject, detail }),
  );
  return { url: `${deps.config.baseUrl}/r/${token}`, expiresAt };
}
