import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { daysWords, MAIL_PERIODS, REPORT_PERIODS, type ReportPeriod, zoneWords } from '../core/report-period.ts';
import type { Deps } from '../deps.ts';
import { listTags } from '../monitors/queries.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility, requireSession } from '../web/session.ts';
import { chooseMails, SHARE_DAYS, shareReport } from './actions.ts';
import { csvName, reportCsv } from './csv.ts';
import { findReportAccount, listReported, type ReportAccount } from './queries.ts';
import { readReport, type Report } from './report-queries.ts';
import { addressOf, daysAsked, ReportQuery, scopeAsked } from './report-input.ts';
import { listSubscriptions } from './subscription-queries.ts';
import { reportView } from './view.ts';

/** Monitors the form offers. */
const MOST_OPTIONS = 1_000;

const WORDS: Record<Exclude<ReportPeriod, 'custom'>, string> = {
  'this-month': 'This month',
  'last-month': 'Last month',
  'last-7': '7 days',
  'last-30': '30 days',
  'last-90': '90 days',
};

const MailForm = z.object({ weekly: z.literal('true').optional(), monthly: z.literal('true').optional() });
const ShareForm = z.object({ ...ReportQuery.shape, for: z.coerce.number().pipe(z.literal(SHARE_DAYS)).default(30) });

/** `/reports`: what was promised and what was kept, for a screen, on paper, as CSV, by mail or by a link. */
export function reportPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/reports', async (c) => {
    requireAbility(c, 'read');
    const query = ReportQuery.parse(known(c.req.query()));
    try {
      return await views.page(c, 'reports/index', await pageData(c, query, await load(c, query)));
    } catch (error) {
      const no = refusal(error);
      return views.page(c, 'reports/index', await pageData(c, query, null, no), no.status);
    }
  });

  routes.get('/reports.csv', async (c) => {
    requireAbility(c, 'read');
    const report = await load(c, parseInput(ReportQuery, c.req.query()));
    return sendCsv(c, report);
  });

  routes.post('/reports/mail', async (c) => {
    const actor = actorOf(requireSession(c));
    const form = parseInput(MailForm, await readForm(c));
    const wanted = MAIL_PERIODS.filter((period) => form[period === 'week' ? 'weekly' : 'monthly']);
    await chooseMails(deps, actor, new Set(wanted));
    setFlash(c, 'good', wanted.length > 0 ? 'Saved. The next report comes by mail.' : 'Saved. No reports by mail.');
    return c.redirect('/reports', 303);
  });

  routes.post('/reports/share', async (c) => {
    const session = requireAbility(c, 'write');
    const form = parseInput(ShareForm, await readForm(c));
    const account = await accountOf(c);
    const [days, scope] = [daysAsked(form, account.timezone, deps.clock.now()), scopeAsked(form)];
    await refuseStranger(account.id, form.monitor);
    const { url, expiresAt } = await shareReport(deps, actorOf(session), { days, scope, forDays: form.for });
    return views.page(c, 'reports/share', {
      url,
      days: daysWords(days),
      ends: zoneWords(expiresAt, account.timezone),
      zone: account.timezone,
      back: `/reports${addressOf(form)}`,
    });
  });

  async function accountOf(c: Context<AppEnv>): Promise<ReportAccount> {
    const account = await findReportAccount(deps.db.read, requireSession(c).account.id);
    if (!account) throw notFound();
    return account;
  }

  async function refuseStranger(accountId: string, monitor: string): Promise<void> {
    if (monitor === '') return;
    const found = await listReported(deps.db.read, accountId, { monitorId: monitor }, 1);
    if (found.length === 0) throw notFound();
  }

  async function load(c: Context<AppEnv>, query: ReportQuery): Promise<Report> {
    const account = await accountOf(c);
    const now = deps.clock.now();
    const days = daysAsked(query, account.timezone, now);
    await refuseStranger(account.id, query.monitor);
    return readReport(deps.db.read, account, days, scopeAsked(query), now);
  }

  async function pageData(c: Context<AppEnv>, query: ReportQuery, report: Report | null, no: Refusal | null = null) {
    const { user, role } = requireSession(c);
    const account = await accountOf(c);
    const now = deps.clock.now();
    const [all, tags, mails] = await Promise.all([
      listReported(deps.db.read, account.id, {}, MOST_OPTIONS),
      listTags(deps.db.read, account.id),
      listSubscriptions(deps.db.read, account.id, user.id),
    ]);
    const { monitor, tag, period } = query;
    return {
      report: report && reportView(report, true),
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
      periods: REPORT_PERIODS.flatMap((name) =>
        name === 'custom'
          ? []
          : [
              {
                word: WORDS[name],
                href: `/reports${addressOf({ period: name, monitor, tag })}`,
                current: name === period,
              },
            ],
      ),
      values: { from: report?.days.first ?? query.from, to: report?.days.last ?? query.to, monitor, tag },
      monitors: all
        .map(({ id, name }) => ({ value: id, label: name }))
        .toSorted((a, b) => a.label.localeCompare(b.label)),
      tags,
      none: all.length === 0,
      csv: `/reports.csv${addressOf(query)}`,
      query,
      mayShare: can(role, 'write') && all.length > 0,
      shareDays: SHARE_DAYS,
      mails: {
        zone: account.timezone,
        email: user.email,
        verified: user.email_verified,
        weekly: mails.some(({ period: one }) => one === 'week'),
        monthly: mails.some(({ period: one }) => one === 'month'),
        next: mails.length === 0 ? null : zoneWords(Math.min(...mails.map(({ next_at }) => next_at)), account.timezone),
      },
      mayManage: can(role, 'manage'),
      now,
    };
  }

  return routes;
}

/** A page shows something for an address with a period it does not know; the API refuses it. */
function known(query: Record<string, string>): Record<string, string> {
  const { period, ...rest } = query;
  const cut = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, value.slice(0, 60)]));
  const { from = '', to = '', monitor = '', tag = '' } = cut;
  const days = { from: from.slice(0, 20), to: to.slice(0, 20), monitor, tag };
  return REPORT_PERIODS.some((name) => name === period) ? { ...days, period: period ?? '' } : days;
}

/** The file that a browser saves. */
export function sendCsv(c: Context, report: Report): Response {
  return c.body(reportCsv(report), 200, {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${csvName(report)}"`,
  });
}
