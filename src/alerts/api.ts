import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { CHANNEL_EVENTS, CHANNEL_KINDS } from '../core/alert.ts';
import { notFound } from '../core/errors.ts';
import { managed, managedOf } from '../core/managed.ts';
import { MASK } from '../core/secrets.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { answer, body, createApi, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { createChannel, deleteChannel, rotateSecret, updateChannel } from './actions.ts';
import { ChannelInput, ChannelPatch, ChannelTrial, HAND_TESTS, PACE, shownConfig } from './channel-input.ts';
import { isVerified } from './channel-state.ts';
import { addDeliveryApi } from './delivery-api.ts';
import { addEscalationApi } from './escalation-api.ts';
import { type ChannelRow, findChannel, listChannels } from './queries.ts';
import { testChannel, type TestResult, testSettings } from './test-actions.ts';

const tags = ['Alerts'];
const params = z.object({ id: z.string() });
const read = guard('read');
const write = guard('write');

const Channel = z
  .object({
    id: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    name: z.string(),
    enabled: z.boolean(),
    is_default: z.boolean().openapi({ description: 'New monitors get it.' }),
    config: z.record(z.string(), z.unknown()).openapi({
      description: 'The settings of its kind. What opens doors is masked.',
      example: { url: 'https://example.com/hook', method: 'POST', headers: {}, timeout_seconds: 30, secret: MASK },
    }),
    events: z
      .array(z.enum(CHANNEL_EVENTS))
      .nullable()
      .openapi({ description: 'What it is told of; null is everything.' }),
    tags: z.array(z.string()).openapi({ description: 'It also gets the alerts of monitors with one of these tags.' }),
    quiet: z
      .object({
        timezone: z.string(),
        hours: z.object({ from: z.string(), to: z.string() }).nullable(),
        days: z.array(z.int()),
      })
      .nullable()
      .openapi({ description: 'When nothing is sent; days are 1 for Monday to 7 for Sunday.' }),
    per_minute: z
      .int()
      .nullable()
      .openapi({ description: `Messages a minute; null is ${PACE.preset}.` }),
    managed: managed.nullable().openapi({ description: 'What a settings file decides of it.' }),
    disabled_reason: z.string().nullable().openapi({ description: 'Why StatusPing switched it off.' }),
    secret: z.string().optional().openapi({
      description: 'Only in the answer to the creation of a webhook: what its signatures are made with. Keep it.',
    }),
    verified: z.boolean().openapi({ description: 'While false, alerts wait in the outbox.' }),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi('Channel');

const TestAnswer = z
  .object({
    delivery_id: z.string().nullable().openapi({ description: 'Null for settings that are not saved.' }),
    sent: z.boolean().openapi({ description: 'Whether every receiver has taken it.' }),
    message: z.string().openapi({ description: "The receiver's own answer, or why it was not reached." }),
    duration_ms: z.int(),
    answers: z.array(
      z.object({
        delivery_id: z.string().nullable(),
        recipient: z.string().nullable(),
        sent: z.boolean(),
        message: z.string(),
        duration_ms: z.int(),
      }),
    ),
  })
  .openapi('ChannelTest');

/** `/api/channels` and `/api/deliveries`: where alerts go and what became of them. Mounted at `/api`. */
export function alertApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  addChannels(api, deps);
  addDeliveryApi(api, deps);
  addEscalationApi(api, deps);
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
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Channel)), ...problems(401, 422) },
    }),
    async (c) => {
      const rows = await listChannels(deps.db.read, requireSession(c).account.id);
      const { data, next_cursor } = cutPage(rows, c.req.valid('query'));
      return c.json({ data: data.map(channelJson), next_cursor }, 200);
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
      return c.json(testJson(await testChannel(deps, actor, c.req.valid('param').id)), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/channels/test',
      tags,
      summary: 'Try settings that are not saved: send a test with them now, once',
      middleware: write,
      request: { body: body(ChannelTrial) },
      responses: { 200: answer('How it went', TestAnswer), ...problems(400, 401, 403, 404, 409, 422, 429) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      await limitRate(deps, `channel-test:${actor.accountId}`, HAND_TESTS);
      return c.json(testJson(await testSettings(deps, actor, c.req.valid('json'))), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/channels/{id}/rotate-secret',
      tags,
      summary: 'Give a webhook a new secret; the old one signs beside it for a day',
      middleware: write,
      request: { params },
      responses: {
        200: answer('The new secret, told this once', z.object({ secret: z.string() })),
        ...problems(401, 403, 404, 409),
      },
    }),
    async (c) => c.json({ secret: await rotateSecret(deps, actorOf(requireSession(c)), c.req.valid('param').id) }, 200),
  );
}

function channelJson(row: ChannelRow): z.infer<typeof Channel> {
  const { id, kind, name, enabled, is_default, events, tags, quiet, per_minute, disabled_reason, last_error } = row;
  return {
    id,
    kind,
    name,
    enabled,
    is_default,
    config: shownConfig(kind, row.config),
    events,
    tags,
    quiet,
    per_minute,
    managed: managedOf(row),
    disabled_reason,
    verified: isVerified(row),
    last_error,
    created_at: iso(row.created_at),
  };
}

function testJson({ sent, answers }: TestResult): z.infer<typeof TestAnswer> {
  const [first, ...others] = answers;
  const message =
    others.length === 0 ? first.message : answers.map((one) => `${one.recipient ?? ''}: ${one.message}`).join('; ');
  const duration_ms = Math.max(...answers.map((one) => one.duration_ms));
  return { delivery_id: first.delivery_id, sent, message, duration_ms, answers };
}
