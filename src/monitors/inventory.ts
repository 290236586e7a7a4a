import { Hono } from 'hono';
import { shortName } from '../core/certificate.ts';
import { leftWords, WARN_DAYS } from '../core/expiry.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { type CertificateRow, type DomainRow, listCertificates, listDomains } from './certificate-queries.ts';

/** More than this is no list to read; the first to end come first, so what matters is there. */
export const MOST = 500;

/** `/certificates`: everything of the account that ends on a known day, the first to end on top. */
export function inventoryPages(deps: Deps, views: Views): Hono<AppEnv> {
  const pages = new Hono<AppEnv>();
  pages.get('/certificates', async (c) => {
    const { account } = requireAbility(c, 'read');
    const now = deps.clock.now();
    const [certificates, domains] = await Promise.all([
      listCertificates(deps.db.read, account.id, MOST),
      listDomains(deps.db.read, account.id, MOST),
    ]);
    const entries = [
      ...certificates.map((row) => certificateEntry(row, now)),
      ...domains.map((row) => domainEntry(row, now)),
    ];
    return views.page(c, 'monitors/certificates', {
      entries: entries.toSorted((a, b) => (a.endsAt ?? Infinity) - (b.endsAt ?? Infinity)).slice(0, MOST),
      full: entries.length >= MOST,
      warned: allows(account.plan, 'ssl'),
      plan: PLAN[planFor('ssl')].label,
      warnDays: WARN_DAYS.join(', '),
    });
  });
  return pages;
}

function certificateEntry(row: CertificateRow, now: number) {
  const others = row.sans.filter((name) => name !== row.host);
  return {
    what: 'Certificate',
    name: row.host,
    names: others.slice(0, 3).join(', ') + (others.length > 3 ? ` and ${others.length - 3} more` : ''),
    by: shortName(row.issuer),
    fingerprint: row.fingerprint,
    monitors: row.monitors,
    ...ending(row.not_after, now),
  };
}

function domainEntry(row: DomainRow, now: number) {
  return {
    what: 'Domain',
    name: row.name,
    names: '',
    by: row.registrar ?? '',
    fingerprint: null,
    monitors: row.monitors,
    ...ending(row.expires_at, now),
  };
}

/** The day, what is left in words, and how bad that is; a domain's end may not be known. */
function ending(endsAt: number | null, now: number) {
  if (endsAt === null) return { endsAt, left: 'end not known', tone: 'unknown' };
  const soon = endsAt - now <= Math.max(...WARN_DAYS) * DAY;
  return { endsAt, left: leftWords(endsAt, now), tone: endsAt <= now ? 'down' : soon ? 'degraded' : 'up' };
}
