import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { type Days, MAIL_PERIODS, type MailPeriod, nextMailAt } from '../core/report-period.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { type MailedTo, signSharedReport } from '../engine/report-link.ts';
import { findReportAccount, type Scope } from './queries.ts';
import { listSubscriptions, subscribe, unsubscribe } from './subscription-queries.ts';

/** Chooses which report mails a person gets about the account they are in. Anybody may who may read it. */
export async function chooseMails(deps: Deps, actor: Actor, wanted: ReadonlySet<MailPeriod>): Promise<void> {
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  await deps.db.write('choose report mails', async (tx) => {
    const account = await findReportAccount(tx, accountId);
    const timezone = account?.timezone ?? 'UTC';
    const had = new Set((await listSubscriptions(tx, accountId, userId)).map(({ period }) => period));
    for (const period of MAIL_PERIODS) {
      if (!wanted.has(period)) await unsubscribe(tx, accountId, userId, period);
      else {
        const next_at = nextMailAt(period, timezone, now);
        await subscribe(tx, { account_id: accountId, user_id: userId, period, timezone, next_at });
      }
    }
    const changes = changesOf(chosen(had), chosen(wanted));
    await insertAudit(tx, { accountId, userId, at: now, action: 'report.mails_chosen', subject: userId, changes });
  });
}

/** Ends the mails that an address in one of them names. Again is as good as once; returns whether it ended any. */
export async function stopMails(deps: Deps, who: MailedTo): Promise<boolean> {
  const { account: accountId, user: userId, period } = who;
  return deps.db.write('stop report mails', async (tx) => {
    const ended = await unsubscribe(tx, accountId, userId, period);
    const entry = { accountId, userId, at: deps.clock.now(), action: 'report.mails_chosen', subject: userId };
    if (ended) await insertAudit(tx, { ...entry, changes: { [period]: [true, false] } });
    return ended;
  });
}

function chosen(periods: ReadonlySet<MailPeriod>): Record<string, boolean> {
  return Object.fromEntries(MAIL_PERIODS.map((period) => [period, periods.has(period)]));
}

/** How long a shared address may work. */
export const SHARE_DAYS = [30, 90] as const;

/** An address that shows one report to whoever has it, for some days. It cannot be taken back, and the record names it. */
export async function shareReport(
  deps: Deps,
  actor: Actor,
  what: { days: Days; scope: Scope; forDays: number },
): Promise<{ url: string; expiresAt: number }> {
  demand(actor.role, 'write');
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
