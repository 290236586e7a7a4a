import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import type { Views } from '../web/render.ts';
import { type Copy, createCopies, type Form } from './copies.ts';
import { pageFacts, pageJson, PAST_DAYS, PLANNED_DAYS } from './facts.ts';
import { createHistory, openSlots } from './history.ts';
import { readVisitorPage } from './public-queries.ts';
import { compactStyle } from './style.ts';
import { NEUTRAL_FAVICON, visitorView } from './visitor-view.ts';
import { DAY } from '../core/time.ts';

/** Slugs have no other form; anything else is answered without asking the database. */
const SLUG = /^[a-z0-9-]{1,63}$/;

/**
 * What visitors see, to be mounted at `/s` before every other middleware: no session is looked at, no cookie is set,
 * and each answer carries its own headers. Ready-made copies are sent as they are, whatever the query string says.
 */
export function publicPages(deps: Deps, views: Views): Hono<AppEnv> {
  const style = compactStyle(views.text('statuspages/style', {}));
  const headers = createHeaders(style);
  const copies = createCopies(deps, createLoader(deps, views, style));
  const message = (title: string, heading: string, text: string) =>
    views.text('statuspages/message', { title, heading, text, favicon: NEUTRAL_FAVICON, style });
  const missing = message(
    'Page not found',
    'There is no status page at this address',
    'Check the spelling of the link, or ask the people who gave it to you.',
  );
  const failing = message(
    'Not available',
    'The status cannot be shown right now',
    'The fault is ours and says nothing about the service itself. Please try again in a minute.',
  );

  function answer(c: Context<AppEnv>, form: Form): Response | Promise<Response> {
    const slug = c.req.param('slug') ?? '';
    if (!SLUG.test(slug)) return notThere(form);
    const ready = copies.ready(slug, form);
    return ready ? send(c, ready, headers[form]) : makeAndSend(c, slug, form);
  }

  async function makeAndSend(c: Context<AppEnv>, slug: string, form: Form): Promise<Response> {
    const made = await copies.make(slug, form);
    return made ? send(c, made, headers[form]) : notThere(form);
  }

  function notThere(form: Form): Response {
    const body = form === 'html' ? missing : problem('not_found', 'Not Found', 404);
    return new Response(body, { status: 404, headers: headers.apart[form] });
  }

  function unwell(form: Form): Response {
    const body = form === 'html' ? failing : problem('unavailable', 'Service Unavailable', 503);
    return new Response(body, { status: 503, headers: { ...headers.apart[form], 'retry-after': '10' } });
  }

  const app = new Hono<AppEnv>();
  app.get('/:slug', (c) => answer(c, 'html'));
  app.get('/:slug/api', (c) => answer(c, 'json'));
  app.options('/:slug/api', () => new Response(null, { status: 204, headers: PREFLIGHT }));
  app.all('*', () => notThere('html'));
  app.onError((err, c) => {
    deps.log.error({ err }, 'a status page could not be drawn');
    return unwell(c.req.path.endsWith('/api') ? 'json' : 'html');
  });
  return app;
}

function problem(code: string, title: string, status: number): string {
  return JSON.stringify({ type: 'about:blank', title, status, code });
}

function createLoader(deps: Deps, views: Views, style: string): Parameters<typeof createCopies>[1] {
  const closedDays = createHistory(deps);
  return async (slug) => {
    const now = deps.clock.now();
    const page = await readVisitorPage(deps.db.read, slug, {
      ...openSlots(now),
      endedAfter: now - PAST_DAYS * DAY,
      now,
      plannedUntil: now + PLANNED_DAYS * DAY,
    });
    if (page === null) return null;
    const facts = pageFacts(page, await closedDays(page, now), now);
    const url = `${deps.config.baseUrl}/s/${page.slug}`;
    return {
      accountId: page.accountId,
      html: () => views.text('statuspages/show', { ...visitorView(page, facts, url, now), style }),
      json: () => JSON.stringify(pageJson(facts, url)),
    };
  };
}

type Headers = Record<string, string>;

function send(c: Context<AppEnv>, copy: Copy, headers: Headers): Response | Promise<Response> {
  const wanted = requestHeader(c, 'if-none-match');
  const gzip = acceptsGzip(requestHeader(c, 'accept-encoding'));
  const etag = `"${copy.etag}${gzip ? '-gz' : ''}"`;
  if (wanted !== undefined && matches(wanted, copy.etag)) {
    return new Response(null, { status: 304, headers: { ...headers, etag } });
  }
  if (!gzip) return new Response(copy.plain, { headers: { ...headers, etag } });
  return copy
    .packed()
    .then((body) => new Response(body, { headers: { ...headers, etag, 'content-encoding': 'gzip' } }));
}

/** Node's own parsed headers where there are some: building a `Headers` object is a third of what a ready page costs. */
function requestHeader(c: Context<AppEnv>, name: string): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { headers?: Record<string, string> } };
  return incoming?.headers ? incoming.headers[name] : c.req.header(name);
}

/** RFC 9110: a list of tags, compared without regard to `W/`; both encodings say the same. */
function matches(wanted: string, etag: string): boolean {
  if (wanted === '*') return true;
  return wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '').replace(/-gz"$/, '"') === `"${etag}"`);
}

function acceptsGzip(header: string | undefined): boolean {
  return header !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))/.test(header);
}

const EVERYWHERE: Headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
/** Browsers ask each time, a proxy in front may answer for five seconds. */
const CACHED: Headers = { 'cache-control': 'public, max-age=0, s-maxage=5, must-revalidate', vary: 'accept-encoding' };
const OPEN: Headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag',
  'cross-origin-resource-policy': 'cross-origin',
};
const PREFLIGHT: Headers = {
  ...OPEN,
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'if-none-match, accept',
  'access-control-max-age': '86400',
};

function createHeaders(style: string): Record<Form, Headers> & { apart: Record<Form, Headers> } {
  const page: Headers = {
    ...EVERYWHERE,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(style),
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  };
  const json: Headers = { ...EVERYWHERE, ...OPEN, 'content-security-policy': "default-src 'none'" };
  return {
    html: { ...page, ...CACHED },
    json: { ...json, ...CACHED, 'content-type': 'application/json' },
    apart: {
      html: { ...page, 'cache-control': 'no-store' },
      json: { ...json, 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
    },
  };
}

/** The style is the same for every page, so its digest serves instead of a nonce and the copy stays the same bytes. */
function policy(style: string): string {
  const digest = createHash('sha256').update(style).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
