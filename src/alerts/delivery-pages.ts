import type { Hono } from 'hono';
import { z } from 'zod';
import { listRecord } from '../accounts/audit-list-queries.ts';
import { listHooks } from '../accounts/hook-queries.ts';
import { can } from '../core/access.ts';
import { ALERT_EVENTS } from '../core/alert.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { refusal, setFlash } from '../web/forms.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { replayDelivery, retryDelivery } from './delivery-actions.ts';
import { deliveryLine } from './delivery-words.ts';
import { eventWord } from './event-words.ts';
import { DELIVERY_STATES, findDelivery, listDeliveries, listLogMonitors, listParts } from './log-queries.ts';
import { findChannel, listChannels } from './queries.ts';
import { saidBy } from './said.ts';

const PAGE = 50;
/** Tries by hand a delivery's page shows. */
const AGAIN = 10;

const STATES = [
  { state: null, label: 'All' },
  { state: 'queued', label: 'Queued' },
  { state: 'failed', label: 'Failed' },
  { state: 'dead', label: 'Given up' },
  { state: 'sent', label: 'Sent' },
] as const;

const FILTERS = ['state', 'channel', 'event', 'monitor', 'incident'] as const;
type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

/** `/deliveries`: the log of alerts, a page for each, and buttons on what can be sent again. */
export function addDeliveryPages(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/deliveries', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const chosen: Filters = {};
    for (const name of FILTERS) {
      const value = c.req.query(name)?.slice(0, 80);
      if (value) chosen[name] = value;
    }
    const state = DELIVERY_STATES.find((known) => known === chosen.state);
    if (!state) delete chosen.state;
    const before = unpackCursor(c.req.query('cursor'), z.tuple([z.int(), z.string()]));
    const { channel, event, monitor: monitorId, incident: incidentId } = chosen;
    const [channelId, hookId] = channel?.startsWith('hok_') ? [undefined, channel] : [channel, undefined];
    const filter = { state, channelId, hookId, event, monitorId, incidentId, before, limit: PAGE + 1 };
    const db = deps.db.read;
    const rows = await listDeliveries(db, account.id, filter);
    const shown = rows.slice(0, PAGE);
    const last = rows.length > PAGE ? shown.at(-1) : undefined;
    return views.page(c, 'alerts/deliveries', {
      deliveries: shown.map((row) => deliveryLine(row, deps.clock.now())),
      states: STATES.map(({ state: one, label }) => ({
        label,
        href: address({ ...chosen, state: one ?? undefined }),
        current: (one ?? undefined) === state,
      })),
      chosen,
      channels: [...(await listChannels(db, account.id)), ...(await listHooks(db, account.id))].map(({ id, name }) => ({
        value: id,
        label: name,
      })),
      events: [...ALERT_EVENTS, 'change'].map((value) => ({ value, label: eventWord(value) })),
      monitors: (await listLogMonitors(db, account.id)).map(({ id, name }) => ({ value: id, label: name })),
      filtered: Object.keys(chosen).length > 0,
      mayWrite: can(role, 'write'),
      pager: {
        text: before ? 'Older deliveries' : 'The newest deliveries',
        first: before ? address(chosen) : null,
        next: last ? address(chosen, packCursor([last.created_at, last.id])) : null,
      },
    });
  });

  routes.get('/deliveries/:id', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const id = c.req.param('id');
    const row = await findDelivery(deps.db.read, account.id, id);
    if (!row) throw notFound();
    const channel = row.channel_id === null ? null : await findChannel(deps.db.read, account.id, row.channel_id);
    const told = saidBy(deps, row, await listParts(deps.db.read, account.id, id), channel?.config ?? {});
    return views.page(c, 'alerts/delivery', {
      delivery: deliveryLine(row, deps.clock.now()),
      key: row.batch_id ?? row.id,
      told,
      again: await listRecord(deps.db.read, account.id, { subject: id, nouns: ['delivery'], limit: AGAIN }),
      mayWrite: can(role, 'write'),
    });
  });

  for (const [verb, act, done] of [
    ['retry', retryDelivery, 'It is back in the queue and leaves within seconds.'],
    ['replay', replayDelivery, 'It leaves once more within seconds, under the same key.'],
  ] as const) {
    routes.post(`/deliveries/:id/${verb}`, async (c) => {
      const actor = actorOf(requireAbility(c, 'write'));
      const id = c.req.param('id');
      try {
        await act(deps, actor, id);
        setFlash(c, 'good', done);
      } catch (error) {
        setFlash(c, 'bad', refusal(error).problem);
      }
      return c.redirect(`/deliveries/${encodeURIComponent(id)}`, 303);
    });
  }
}

/** The log with these filters; nothing of it stands in the address when nothing is chosen. */
function address(chosen: Partial<Record<keyof Filters, string | undefined>>, cursor?: string): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (chosen[name]) query.set(name, chosen[name]);
  if (cursor !== undefined) query.set('cursor', cursor);
  return query.size === 0 ? '/deliveries' : `/deliveries?${query.toString()}`;
}
