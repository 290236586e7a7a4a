import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { CHANNELS } from '../channels/registry.ts';
import { maskConfig } from '../core/secrets.ts';
import { CHANNEL_KINDS } from '../core/alert.ts';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import {
  answer,
  body,
  createApi,
  guard,
  listOf,
  packCursor,
  pageQuery,
  problems,
  unpackCursor,
} from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { createChannel, deleteChannel, retryDelivery, testChannel, updateChannel } from './actions.ts';
import { ChannelInput, ChannelPatch, HAND_TESTS } from './channel-input.ts';
import { DELIVERY_STATES, type DeliveryRow, findDelivery, listDeliveries } from './log-queries.ts';
import { type ChannelRow, findChannel, listChannels } from './queries.ts';

const tags = ['Alerts'];
const params = z.object({ id: z.string() });
const read = guard('read');
const write = guard('write');

const ChannelConfig = z.union([
  z.object({ to: z.string() }),
  z.object({
    url: z.string(),
    method: z.enum(['POST', 'PUT']),
    headers: z.record(z.string(), z.string()).openapi({ description: 'What opens doors is masked.' }),
    timeout_seconds: z.int(),
    secret: z.string().openapi({ description: 'Always masked.' }),
  }),
]);

const Channel = z
  .object({
    id: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    name: z.string(),
    enabled: z.boolean(),
    is_default: z.boolean().openapi({ description: 'New monitors get it.' }),
    config: ChannelConfig,
    secret: z.string().optional().openapi({
      description: 'Only in the answer to the creation of a webhook: what its signatures are made with. Keep it.',
    }),
    verified: z.boolean().openapi({ description: 'While false, alerts wait in the outbox.' }),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi('Channel');

const Delivery = z
  .object({
    id: z.string(),
    channel_id: z.string(),
    incident_id: z.string().nullable(),
    event: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    last_error: z.string().nullable(),
    next_attempt_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    sent_at: z.iso.datetime().nullable(),
  })
  .openapi('Delivery');

const TestAnswer = z
  .object({
    delivery_id: z.string(),
    sent: z.boolean(),
    message: z.string().openapi({ description: "The receiver's own answer, or why it was not reached." }),
  })
  .openapi('ChannelTest');

/** `/api/channels` and `/api/deliveries`: where alerts go and what became of them. Mounted at `/api`. */
export function alertApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  addChannels(api, deps);
  addDeliveries(api, deps);
  return api;
}

function addChannels(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  const one = async (accountId: string, id: string) => {
    const row = await findChannel(deps.db.read, accountId, id);
    if (!row) throw notFound();
    return channelJson(row);
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/channels',
      tags,
      summary: 'Where alerts go',
      middleware: read,
      responses: { 200: answer('All channels', listOf(Channel)), ...problems(401) },
    }),
    async (c) => {
      const rows = await listChannels(deps.db.read, requireSession(c).account.id);
      return c.json({ data: rows.map(channelJson), next_cursor: null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/channels',
      tags,
      summary: 'Add a channel',
      middleware: write,
      request: { body: body(ChannelInput) },
      responses: { 201: answer('The new channel', Channel), ...problems(400, 401, 403, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id, secret } = await createChannel(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/channels/${id}`);
      const channel = await one(session.account.id, id);
      return c.json(secret === null ? channel : { ...channel, secret }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/channels/{id}',
      tags,
      summary: 'One channel',
      middleware: read,
      request: { params },
      responses: { 200: answer('The channel', Channel), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/channels/{id}',
      tags,
      summary: 'Change the given settings of a channel',
      middleware: write,
      request: { params, body: body(ChannelPatch) },
      responses: { 200: answer('The changed channel', Channel), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await updateChannel(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/channels/{id}',
      tags,
      summary: 'Delete a channel with its deliveries',
      middleware: write,
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deleteChannel(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/channels/{id}/test',
      tags,
      summary: 'Send a test now, once',
      middleware: write,
      request: { params },
      responses: { 200: answer('How it went', TestAnswer), ...problems(401, 403, 404, 409, 429) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      await limitRate(deps, `channel-test:${actor.accountId}`, HAND_TESTS);
      const { receiver: _, ...result } = await testChannel(deps, actor, c.req.valid('param').id);
      return c.json(result, 200);
    },
  );
}

function addDeliveries(api: OpenAPIHono<AppEnv>, deps: Deps): void {
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
          incident_id: z.string().max(80).optional(),
          state: z.enum(DELIVERY_STATES, `Must be one of: ${DELIVERY_STATES.join(', ')}.`).optional(),
        }),
      },
      responses: { 200: answer('A page of deliveries', listOf(Delivery)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit, channel_id: channelId, incident_id: incidentId, state } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const filter = { channelId, incidentId, state, before, limit: limit + 1 };
      const rows = await listDeliveries(deps.db.read, requireSession(c).account.id, filter);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: shown.map(deliveryJson), next_cursor }, 200);
    },
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
      const row = await findDelivery(deps.db.read, session.account.id, id);
      if (!row) throw notFound();
      return c.json(deliveryJson(row), 202);
    },
  );
}

function channelJson(row: ChannelRow): z.infer<typeof Channel> {
  const { id, kind, name, enabled, is_default, verified, last_error } = row;
  const shown = kind === 'email' ? row.config : maskConfig(CHANNELS.webhook, row.config);
  const config = ChannelConfig.parse(shown);
  return { id, kind, name, enabled, is_default, config, verified, last_error, created_at: iso(row.created_at) };
}

function deliveryJson(row: DeliveryRow): z.infer<typeof Delivery> {
  return {
    id: row.id,
    channel_id: row.channel_id,
    incident_id: row.incident_id,
    event: row.event,
    state: row.state,
    attempts: row.attempts,
    last_error: row.last_error,
    next_attempt_at: iso(row.next_attempt_at),
    created_at: iso(row.created_at),
    sent_at: iso(row.sent_at),
  };
}
