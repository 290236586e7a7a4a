import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, guard, listOf, packCursor, pageQuery, problems, unpackCursor } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { replayDelivery, retryDelivery } from './delivery-actions.ts';
import { isLate } from './delivery-words.ts';
import { DELIVERY_STATES, type DeliveryRow, findDelivery, HOLDS, listDeliveries } from './log-queries.ts';

const tags = ['Alerts'];
const params = z.object({ id: z.string() });
const read = guard('read');
const write = guard('write');

const Delivery = z
  .object({
    id: z.string(),
    channel_id: z.string().nullable(),
    webhook_id: z.string().nullable().openapi({ description: 'Set for what tells of changes; it has no channel.' }),
    recipient: z.string().nullable().openapi({ description: 'The one address it goes to, for channels with several.' }),
    incident_id: z.string().nullable(),
    event: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    batch_id: z.string().nullable().openapi({ description: 'Deliveries that share it leave as one message.' }),
    held_for: z.enum(HOLDS).nullable().openapi({ description: 'Why it waits although nothing failed.' }),
    answer: z.string().nullable().openapi({ description: "The receiver's own words after the last try." }),
    last_error: z.string().nullable(),
    next_attempt_at: z.iso.datetime().nullable(),
    late: z.boolean().openapi({ description: 'It left, or still waits, more than five minutes after it was queued.' }),
    created_at: z.iso.datetime(),
    sent_at: z.iso.datetime().nullable(),
  })
  .openapi('Delivery');

/** `/api/deliveries`: what became of the alerts. */
export function addDeliveryApi(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  const one = async (accountId: string, id: string) => {
    const row = await findDelivery(deps.db.read, accountId, id);
    if (!row) throw notFound();
    return deliveryJson(row, deps.clock.now());
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/deliveries',
      tags,
      summary: 'What became of the alerts, newest first',
      middleware: read,
      request: {
        query: pageQuery(50).extend({
          channel_id: z.string().max(80).optional(),
          webhook_id: z.string().max(80).optional(),
          incident_id: z.string().max(80).optional(),
          monitor_id: z.string().max(80).optional(),
          event: z.string().max(40).optional(),
          state: z.enum(DELIVERY_STATES, `Must be one of: ${DELIVERY_STATES.join(', ')}.`).optional(),
        }),
      },
      responses: { 200: answer('A page of deliveries', listOf(Delivery)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit, channel_id: channelId, incident_id: incidentId, state, event } = c.req.valid('query');
      const { monitor_id: monitorId, webhook_id: hookId } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const filter = { channelId, hookId, incidentId, monitorId, event, state, before, limit: limit + 1 };
      const rows = await listDeliveries(deps.db.read, requireSession(c).account.id, filter);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: shown.map((row) => deliveryJson(row, deps.clock.now())), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/deliveries/{id}',
      tags,
      summary: 'One delivery',
      middleware: read,
      request: { params },
      responses: { 200: answer('The delivery', Delivery), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/deliveries/{id}/retry',
      tags,
      summary: 'Try a failed delivery again',
      middleware: write,
      request: { params },
      responses: { 202: answer('It is back in the queue', Delivery), ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await retryDelivery(deps, actorOf(session), id);
      return c.json(await one(session.account.id, id), 202);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/deliveries/{id}/replay',
      tags,
      summary: 'Send what a webhook has taken once more, under the same key',
      middleware: write,
      request: { params },
      responses: { 202: answer('It is in the queue again', Delivery), ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await replayDelivery(deps, actorOf(session), id);
      return c.json(await one(session.account.id, id), 202);
    },
  );
}

function deliveryJson(row: DeliveryRow, now: number): z.infer<typeof Delivery> {
  const {
    id,
    channel_id,
    hook_id: webhook_id,
    recipient,
    incident_id,
    event,
    state,
    attempts,
    batch_id,
    held_for,
    answer,
    last_error,
  } = row;
  return {
    id,
    channel_id,
    webhook_id,
    recipient,
    incident_id,
    event,
    state,
    attempts,
    batch_id,
    held_for,
    answer,
    last_error,
    next_attempt_at: iso(row.next_attempt_at),
    late: isLate(row, now),
    created_at: iso(row.created_at),
    sent_at: iso(row.sent_at),
  };
}
