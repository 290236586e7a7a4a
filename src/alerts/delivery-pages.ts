import type { Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { ALERT_EVENTS, type AlertEvent, EXPIRY_EVENTS } from '../core/alert.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { refusal, setFlash } from '../web/forms.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { retryDelivery } from './actions.ts';
import { DELIVERY_STATES, type DeliveryRow, listDeliveries } from './log-queries.ts';

const PAGE = 50;

const FILTERS = [
  { state: null, label: 'All' },
  { state: 'queued', label: 'Queued' },
  { state: 'failed', label: 'Failed' },
  { state: 'dead', label: 'Given up' },
  { state: 'sent', label: 'Sent' },
] as const;

const EVENTS: Record<AlertEvent, string> = {
  down: 'Down',
  up: 'Up again',
  reminder: 'Still down',
  degraded: 'Unstable',
  ssl_expiring: 'Certificate',
  domain_expiring: 'Domain',
  test: 'Test',
};

/** The word for an event in the log; one that is not known any more stands for itself. */
function eventWord(event: string): string {
  const known = ALERT_EVENTS.find((one) => one === event);
  return known ? EVENTS[known] : event;
}

/** `/deliveries`: the log of alerts, with a button on what failed. */
export function addDeliveryPages(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/deliveries', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const state = DELIVERY_STATES.find((known) => known === c.req.query('state'));
    const before = unpackCursor(c.req.query('cursor'), z.tuple([z.int(), z.string()]));
    const rows = await listDeliveries(deps.db.read, account.id, { state, before, limit: PAGE + 1 });
    const shown = rows.slice(0, PAGE);
    const last = rows.length > PAGE ? shown.at(-1) : undefined;
    const query = state ? `state=${state}&` : '';
    return views.page(c, 'alerts/deliveries', {
      deliveries: shown.map((row) => deliveryLine(row, deps.clock.now())),
      filters: FILTERS.map((filter) => ({
        label: filter.label,
        href: filter.state ? `?state=${filter.state}` : '/deliveries',
        current: (filter.state ?? undefined) === state,
      })),
      filtered: state !== undefined,
      mayWrite: can(role, 'write'),
      pager: {
        text: before ? 'Older deliveries' : 'The newest deliveries',
        first: before ? `?${query}` : null,
        next: last ? `?${query}cursor=${packCursor([last.created_at, last.id])}` : null,
      },
    });
  });

  routes.post('/deliveries/:id/retry', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    try {
      await retryDelivery(deps, actor, c.req.param('id'));
      setFlash(c, 'good', 'It is back in the queue and leaves within seconds.');
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
    }
    return c.redirect('/deliveries', 303);
  });
}

/** The page about what a delivery tells of, as long as there is one. */
function linkOf(row: DeliveryRow): string | null {
  if (EXPIRY_EVENTS.some((event) => event === row.event)) return '/certificates';
  return row.incident_id && row.monitor_id ? `/incidents/${row.incident_id}` : null;
}

/** A delivery as the log shows it: `note` says in words what it waits for, or why it failed. */
function deliveryLine(row: DeliveryRow, now: number) {
  const open = row.state === 'queued' || row.state === 'failed';
  const held = open && row.next_attempt_at === null;
  return {
    id: row.id,
    at: row.created_at,
    what: eventWord(row.event),
    monitor: row.monitor_name,
    href: linkOf(row),
    channel: row.channel_name,
    state: row.state,
    attempts: row.attempts,
    note: held ? 'Waits until the address is confirmed.' : row.last_error,
    nextAt: open && row.next_attempt_at !== null && row.next_attempt_at > now ? row.next_attempt_at : null,
    sentAt: row.sent_at,
    retry: row.event !== 'test' && (row.state === 'dead' || row.state === 'failed'),
  };
}
