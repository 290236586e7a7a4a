import type { ReportMailData } from '../core/report-mail.ts';
import { type Days, daysWords, mailedDays, nextMailAt } from '../core/report-period.ts';
import type { Deps } from '../deps.ts';
import { findReportAccount } from '../reports/queries.ts';
import { readReport, type Report } from '../reports/report-queries.ts';
import { type DueReport, listDue, moveOn, unsubscribe } from '../reports/subscription-queries.ts';
import { enqueueAccountMail } from './outbox.ts';
import { signUnsubscribe } from './report-link.ts';

/** Subscriptions looked at together: members of one account share the sums. */
const BATCH = 50;
/** Monitors a mail names. */
const WORST = 5;

/**
 * A job that queues the report mails whose time has come. The mail and the next time of its subscription are one
 * transaction, and each period has a key of its own, so that whatever stops in between, nobody gets it twice or never.
 */
export function reportMailJob(deps: Deps): () => Promise<void> {
  return async () => {
    // What fails stays due, and must not keep others from theirs.
    let failed = 0;
    for (let more = true; more; ) {
      const due = await listDue(deps.db.read, deps.clock.now(), BATCH, failed);
      const made = new Map<string, Promise<Told | null>>();
      for (const one of due) {
        try {
          const key = JSON.stringify([one.account_id, one.period, one.timezone]);
          const told = made.get(key) ?? tell(deps, one);
          made.set(key, told);
          await queue(deps, one, await told);
        } catch (err) {
          failed += 1;
          deps.log.error({ err, account: one.account_id, period: one.period }, 'a report could not be mailed');
        }
      }
      more = due.length === BATCH;
    }
  };
}

interface Told {
  days: Days;
  mail: Omit<ReportMailData, 'unsubscribe'>;
}

/** The sums of the last whole week or month and of the one before. Null when the account is gone. */
async function tell(deps: Deps, { account_id, period, timezone }: DueReport): Promise<Told | null> {
  const account = await findReportAccount(deps.db.read, account_id);
  if (!account) return null;
  const now = deps.clock.now();
  const { days, before } = mailedDays(period, timezone, now);
  const report = await readReport(deps.db.read, account, days, {}, now);
  const earlier = await readReport(deps.db.read, account, before, {}, now);
  const worst = report.monitors.filter((one) => one.down_seconds > 0 || one.incidents > 0).slice(0, WORST);
  return {
    days,
    mail: {
      accountName: account.name,
      period,
      days: daysWords(days),
      now: summary(report),
      before: summary(earlier),
      longestSeconds: report.total.longest_outage_seconds,
      monitors: report.monitors.length,
      worst: worst.map((one) => ({
        id: one.id,
        name: one.name,
        uptime: one.uptime_percent,
        incidents: one.incidents,
        downSeconds: one.down_seconds,
      })),
    },
  };
}

function summary({ total }: Report): ReportMailData['now'] {
  return { uptime: total.uptime_percent, incidents: total.incidents, downSeconds: total.down_seconds };
}

async function queue(deps: Deps, due: DueReport, told: Told | null): Promise<void> {
  const { account_id: account, user_id: userId, period, timezone, to } = due;
  const { baseUrl, secretKey } = deps.config;
  const now = deps.clock.now();
  await deps.db.write('report mail', async (tx) => {
    // Who has left the account has left its mails; who has not confirmed an address gets the next one.
    if (!due.member) return void (await unsubscribe(tx, account, userId, period));
    if (!(await moveOn(tx, due, nextMailAt(period, timezone, now))) || to === null || told === null) return;
    const { days, mail } = told;
    const unsubscribeLink = `${baseUrl}/unsubscribe/${signUnsubscribe(secretKey, { account, user: userId, period })}`;
    await enqueueAccountMail(tx, {
      event: 'report',
      now,
      userId,
      to,
      data: {
        link: `${baseUrl}/reports?period=custom&from=${days.first}&to=${days.last}`,
        report: { ...mail, unsubscribe: unsubscribeLink },
      },
      once: `${account}:${period}:${days.first}`,
    });
  });
  deps.wake.outbox();
}
