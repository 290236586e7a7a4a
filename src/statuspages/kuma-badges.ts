import { type Context, Hono } from 'hono';
import { MINUTE } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { findBadgeLine } from './badge-queries.ts';
import { drawBadge } from './badge-svg.ts';
import { BADGE_QUERY, writeBadge } from './badges.ts';
import type { PageFacts } from './facts.ts';
import type { Forms, PageForm } from './forms.ts';

const ID = /^[a-z]{3}_[0-9a-z]{1,32}$/;
const MOST_KNOWN = 2_000;

/** Their names of what a badge shows, and ours. */
const TYPE: Record<string, string> = {
  status: 'status',
  uptime: 'uptime',
  ping: 'response',
  'avg-response': 'response',
  response: 'response',
};
/** Longest spans, in hours, that a window of ours stands for. */
const WINDOW: [hours: number, window: string][] = [
  [24, '24h'],
  [7 * 24, '7d'],
  [30 * 24, '30d'],
  [Number.POSITIVE_INFINITY, '90d'],
];

const PARTS = { id: ID, what: /^(?:status|uptime|ping|avg-response|response)$/, duration: /^\d{1,5}[hdmy]?$/ };

/**
 * The badge addresses of Uptime Kuma below a page, hence on its own domain, for images that others have put into their
 * pages. The id is that of a component or of the monitor behind one.
 */
export function kumaForms(deps: Pick<Deps, 'db'>): Forms {
  const form = (path: string): PageForm => ({
    path,
    contentType: 'image/svg+xml; charset=utf-8',
    kind: 'data',
    parts: PARTS,
    query: { label: BADGE_QUERY.label },
    async write(facts, context) {
      const { id: given = '', what = '', duration, ...rest } = context.params;
      const id = facts.components.some((one) => one.id === given) ? given : await componentOf(deps, facts, given);
      if (id === null) return null;
      const params = { ...rest, id, type: TYPE[what] ?? 'status', window: windowOf(duration) };
      return writeBadge(deps, facts, { ...context, params });
    },
  });
  return {
    'kuma badge': form('/api/badge/:id/:what'),
    'kuma badge of a time': form('/api/badge/:id/:what/:duration'),
  };
}

async function componentOf(deps: Pick<Deps, 'db'>, facts: PageFacts, monitorId: string): Promise<string | null> {
  const line = await findBadgeLine(deps.db.read, monitorId, facts.id);
  return line?.component_id ?? null;
}

/**
 * The same addresses where they have no page in them, to be mounted at `/api/badge`. `pages` answers for the page that
 * shows the component; what it does not give is the same badge for all.
 */
export function kumaBadges(deps: Pick<Deps, 'db' | 'clock' | 'live'>, pages: Hono<AppEnv>): Hono<AppEnv> {
  const { badges } = words('en');
  const none = drawBadge({ label: badges.status, message: 'not found', colour: '#66605b' }, 'flat');
  const missing = () =>
    new Response(none, {
      status: 404,
      headers: {
        'content-type': 'image/svg+xml; charset=utf-8',
        'content-security-policy': "default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': '*',
        'cache-control': 'no-store',
      },
    });

  /** Ids that stand for a line, for a minute; others are asked for each time and leave nothing behind. */
  const known = new Map<string, { slug: string; component_id: string; at: number }>();
  deps.live.subscribe(null, ({ type }) => {
    if (type === 'settings') known.clear();
  });
  async function lineOf(id: string) {
    const now = deps.clock.now();
    const found = known.get(id);
    if (found && now >= found.at && now < found.at + MINUTE) return found;
    const line = await findBadgeLine(deps.db.read, id);
    if (line === null) return null;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(id, { ...line, at: now });
    return line;
  }

  function answer(c: Context<AppEnv>): Response | Promise<Response> {
    const id = c.req.param('id') ?? '';
    if (!ID.test(id)) return missing();
    return lineOf(id).then((line) => (line === null ? missing() : badgeOf(c, line)));
  }

  async function badgeOf(c: Context<AppEnv>, line: { slug: string; component_id: string }): Promise<Response> {
    const rest = c.req.url.slice(c.req.url.indexOf('/api/badge/') + '/api/badge/'.length).replace(/^[^/]*/, '');
    const url = new URL(`/${line.slug}/api/badge/${line.component_id}${rest}`, c.req.url);
    const made = await pages.fetch(new Request(url, { headers: c.req.raw.headers }), c.env);
    return made.ok || made.status === 304 ? made : missing();
  }

  const app = new Hono<AppEnv>();
  app.get('/:id/:what', answer);
  app.get('/:id/:what/:duration', answer);
  return app;
}

/** The window that stands for `24`, `24h`, `7d`, `1y`; a day when nothing is said. */
function windowOf(duration: string | undefined): string {
  const [, count = '24', unit = 'h'] = /^(\d+)([hdmy]?)$/.exec(duration ?? '') ?? [];
  const size: Record<string, number> = { h: 1, d: 24, m: 30 * 24, y: 365 * 24 };
  const hours = Number(count) * (size[unit] ?? 1);
  return WINDOW.find(([most]) => hours <= most)?.[1] ?? '90d';
}
