import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { customDays, zoneWords } from '../core/report-period.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { readSharedReport, readUnsubscribe, type SharedReport } from '../engine/report-link.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { stopMails } from './actions.ts';
import { sendCsv } from './pages.ts';
import { findReportAccount } from './queries.ts';
import { readReport, type Report } from './report-queries.ts';
import { reportView } from './view.ts';

/** A shared report is made anew at most this often, for however many look at it. */
const KEPT_MS = 60 * SECOND;
const MOST_KEPT = 50;

/**
 * What works without a log-in, by a signed token alone: `/r/…` shows one report, `/unsubscribe/…` ends mails.
 * No cookie is read or set here, so there is nothing that a page elsewhere could ride on.
 */
export function reportLinks(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const kept = new Map<string, { at: number; report: Promise<Report | null> }>();

  routes.get('/r/:token', async (c) => {
    const found = await open(c.req.param('token'));
    if (!('report' in found)) return gone(c, found.ended);
    const { report, link } = found;
    return draw(c, 'reports/shared', {
      report: reportView(report, false),
      csv: `/r/${c.req.param('token')}/report.csv`,
      ends: zoneWords(link.expiresAt, link.zone),
    });
  });

  routes.get('/r/:token/report.csv', async (c) => {
    const found = await open(c.req.param('token'));
    if (!('report' in found)) return gone(c, found.ended);
    unlisted(c);
    return sendCsv(c, found.report);
  });

  routes.get('/unsubscribe/:token', async (c) => {
    const who = readUnsubscribe(deps.config.secretKey, c.req.param('token'));
    if (!who) return gone(c, false);
    return draw(c, 'reports/unsubscribe', { ...(await mailWords(who)), done: false });
  });

  // RFC 8058: the mail program itself posts here, with nothing but this address.
  routes.post('/unsubscribe/:token', async (c) => {
    const who = readUnsubscribe(deps.config.secretKey, c.req.param('token'));
    if (!who) return gone(c, false);
    await stopMails(deps, who);
    return draw(c, 'reports/unsubscribe', { ...(await mailWords(who)), done: true });
  });

  async function mailWords({ account, period }: { account: string; period: 'week' | 'month' }) {
    const found = await findReportAccount(deps.db.read, account);
    return { account: found?.name ?? 'an account that is gone', often: period === 'week' ? 'weekly' : 'monthly' };
  }

  /** The report behind a token; or whether it is one of ours whose time, account or monitor is over. */
  async function open(token: string): Promise<{ report: Report; link: SharedReport } | { ended: boolean }> {
    const link = readSharedReport(deps.config.secretKey, token);
    const now = deps.clock.now();
    if (!link || link.expiresAt <= now) return { ended: link !== null };
    const before = kept.get(token);
    const made = before && now - before.at < KEPT_MS ? before : { at: now, report: make(link, now) };
    kept.delete(token);
    kept.set(token, made);
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    const report = await made.report.catch((error: unknown) => {
      kept.delete(token);
      throw error;
    });
    return report ? { report, link } : { ended: true };
  }

  async function make(link: SharedReport, now: number): Promise<Report | null> {
    const account = await findReportAccount(deps.db.read, link.account);
    const days = customDays(link.first, link.last, link.zone, now);
    if (!account || 'field' in days) return null;
    const report = await readReport(deps.db.read, account, days, { monitorId: link.monitor, tag: link.tag }, now);
    return link.monitor !== undefined && report.monitors.length === 0 ? null : report;
  }

  function gone(c: Context<AppEnv>, ended: boolean) {
    return draw(c, 'reports/gone', { ended }, ended ? 410 : 404);
  }

  function draw(c: Context<AppEnv>, name: string, data: object, status: ContentfulStatusCode = 200) {
    unlisted(c);
    return c.html(views.text(name, { ...data, notices: { down: 0 } }), status);
  }

  return routes;
}

/** For nobody but who has the address: not for searchers, not for the next site, not for a cache between. */
function unlisted(c: Context<AppEnv>): void {
  c.header('X-Robots-Tag', 'noindex, nofollow');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cache-Control', 'private, no-store');
}
