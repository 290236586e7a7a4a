import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { SNOOZE_WORDS, SNOOZES, snoozeEnd } from '../core/snooze.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { readAlertLink } from '../engine/alert-link.ts';
import type { AppEnv } from '../web/env.ts';
import { type Flash, readForm, refusal } from '../web/forms.ts';
import { incidentLasted, incidentStatus, snoozedUntil } from '../web/incident-shape.ts';
import { limitAddress, limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { acknowledgeIncident, snoozeIncident } from './actions.ts';
import { findLinkScene, type LinkScene } from './link-queries.ts';
import { acknowledger, type IncidentRow } from './queries.ts';

const PER_LINK = { max: 60, windowMs: 15 * MINUTE };
const PER_ADDRESS = { max: 240, windowMs: HOUR };

/** A program that only posts acknowledges. */
const Wish = z.object({
  do: z.enum(['acknowledge', ...SNOOZES]).catch('acknowledge'),
  note: z.string().catch(''),
});

/** Why a link does nothing, in words. */
const DEAD = {
  forged: {
    status: 404,
    title: 'This link is not one of ours',
    text: 'A part of it may be missing. Open it from the message once more.',
  },
  expired: { status: 410, title: 'This link has expired', text: 'Links in messages work for a week.' },
  gone: {
    status: 410,
    title: 'This link leads nowhere any more',
    text: 'The incident or the channel it was sent to was deleted.',
  },
  off: {
    status: 410,
    title: 'This link is switched off',
    text: 'So is the channel it was sent to, and its links with it.',
  },
} as const;

/**
 * Pages behind the links in alerts, where the token is the whole authority: no log-in, and no cookie is read or set, so
 * they stand before the checks that protect cookies. Looking at one does nothing, for mail scanners look at every link.
 */
export function incidentLinks(deps: Deps, views: Views): Hono<AppEnv> {
  const pages = new Hono<AppEnv>();

  pages.use('/a/:token', async (c, next) => {
    c.header('Referrer-Policy', 'no-referrer');
    c.header('Cache-Control', 'no-store');
    c.header('X-Robots-Tag', 'noindex');
    await next();
  });

  pages.get('/a/:token', async (c) => {
    const found = await follow(deps, c);
    return 'dead' in found ? showDead(c, found.dead) : show(c, found);
  });

  pages.post('/a/:token', async (c) => {
    const found = await follow(deps, c);
    if ('dead' in found) return showDead(c, found.dead);
    const { accountId, timezone, channel, incidents } = found;
    const wish = Wish.parse(await readForm(c));
    const holder = { accountId, channelId: channel.id, channelName: channel.name };
    const now = deps.clock.now();
    for (const { id } of going(incidents)) {
      if (wish.do === 'acknowledge') await acknowledgeIncident(deps, holder, id, wish.note);
      else await snoozeIncident(deps, holder, id, snoozeEnd(wish.do, now, timezone), wish.note);
    }
    return c.redirect(`${c.req.path}?done=${wish.do === 'acknowledge' ? 'acknowledge' : 'snooze'}`, 303);
  });

  pages.onError((error, c) => {
    const { status, problem } = refusal(error);
    if (error instanceof AppError && error.retryAfterSeconds) c.header('Retry-After', String(error.retryAfterSeconds));
    return draw(c, 'incidents/link-dead', { title: 'Nothing was done', text: problem }, status);
  });

  async function show(c: Context<AppEnv>, scene: LinkScene) {
    const now = deps.clock.now();
    const { incidents } = scene;
    const [incident] = incidents;
    const more = incidents.map((one) => ({ ...one, status: incidentStatus(one), lasted: incidentLasted(one, now) }));
    if (more.length > 1) return draw(c, 'incidents/link-many', { incidents: more, ...common(scene, c, now) });
    return draw(c, 'incidents/link', {
      ...common(scene, c, now),
      incident: { ...incident, status: incidentStatus(incident), lasted: incidentLasted(incident, now) },
      snoozed: snoozedUntil(incident, now),
      takenBy: incident.acknowledged_at === null ? null : await acknowledger(deps.db.read, incident.id),
    });
  }

  function showDead(c: Context<AppEnv>, dead: keyof typeof DEAD) {
    const { status, ...words } = DEAD[dead];
    return draw(c, 'incidents/link-dead', words, status);
  }

  /** Without the session, the flash and everything else that comes from cookies. */
  function draw(c: Context<AppEnv>, name: string, data: object, status: ContentfulStatusCode = 200) {
    return c.html(views.text(name, { session: null, flash: null, notices: { down: 0 }, path: '', ...data }), status);
  }

  return pages;
}

/** What the page of one incident and the page of many have in common. */
function common(scene: LinkScene, c: Context<AppEnv>, now: number) {
  return {
    channel: scene.channel.name,
    timezone: scene.timezone,
    snoozes: SNOOZES.map((value) => ({ value, words: SNOOZE_WORDS[value] })),
    flash: doneFlash(c.req.query('done'), going(scene.incidents), now),
  };
}

function going(incidents: readonly IncidentRow[]): IncidentRow[] {
  return incidents.filter(({ resolved_at: end }) => end === null);
}

/** Says that a press was taken, if the incidents agree: anybody can write an address. */
function doneFlash(done: string | undefined, open: readonly IncidentRow[], now: number): Flash | null {
  if (open.length === 0) return null;
  if (done === 'snooze' && open.every((one) => snoozedUntil(one, now) !== null))
    return { kind: 'good', text: 'Snoozed.' };
  if (done === 'acknowledge' && open.every((one) => one.acknowledged_at !== null)) {
    return { kind: 'good', text: 'Acknowledged. Reminders and escalation have stopped.' };
  }
  return null;
}

/** What a link stands for, if it stands for anything. */
async function follow(deps: Deps, c: Context<AppEnv>): Promise<LinkScene | { dead: keyof typeof DEAD }> {
  await limitAddress(deps, 'alert-link', c.get('clientIp'), PER_ADDRESS);
  const link = readAlertLink(deps.config.secretKey, c.req.param('token') ?? '', deps.clock.now());
  if (link === null) return { dead: 'forged' };
  if (link === 'expired') return { dead: 'expired' };
  await limitRate(deps, `alert-link:${link.about}:${link.channelId}`, PER_LINK);
  const scene = await findLinkScene(deps.db.read, link);
  if (!scene) return { dead: 'gone' };
  return scene.channel.enabled ? scene : { dead: 'off' };
}
