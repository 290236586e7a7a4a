import { type Context, Hono } from 'hono';
import { MINUTE } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { findBadgeLine } from './badge-queries.ts';
import { drawBadge } from './badge-svg.ts';

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

/**
 * The badge addresses of Uptime Kuma, to be mounted at `/api/badge`, for images that others have put into their pages.
 * `pages` answers with the badge of the page that shows the component; what it does not give is the same badge for all.
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
    const type = TYPE[c.req.param('what') ?? ''];
    const id = c.req.param('id') ?? '';
    if (type === undefined || !ID.test(id)) return missing();
    return lineOf(id).then((line) => (line === null ? missing() : badgeOf(c, line, type)));
  }

  async function badgeOf(c: Context<AppEnv>, line: { slug: string; component_id: string }, type: string) {
    const asked = new URLSearchParams({ type });
    const hours = hoursOf(c.req.param('duration'));
    const window = WINDOW.find(([most]) => hours <= most)?.[1];
    if (type !== 'status' && window !== undefined) asked.set('window', window);
    const label = c.req.query('label');
    if (label !== undefined) asked.set('label', label);
    const url = new URL(`/${line.slug}/components/${line.component_id}/badge.svg?${asked.toString()}`, c.req.url);
    const made = await pages.fetch(new Request(url, { headers: c.req.raw.headers }), c.env);
    return made.ok || made.status === 304 ? made : missing();
  }

  const app = new Hono<AppEnv>();
  app.get('/:id/:what', answer);
  app.get('/:id/:what/:duration', answer);
  return app;
}

/** `24`, `24h`, `7d`, `1y` in hours; a day when nothing or something else is said. */
function hoursOf(duration: string | undefined): number {
  const [, count = '24', unit = 'h'] = /^(\d{1,5})([hdmy]?)/.exec(duration ?? '') ?? [];
  const size: Record<string, number> = { h: 1, d: 24, m: 30 * 24, y: 365 * 24 };
  return Number(count) * (size[unit] ?? 1);
}
