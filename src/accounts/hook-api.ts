import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { answer, body, createApi, guardPerson, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { changeHook, createHook, removeHook, rotateHook } from './hook-actions.ts';
import { HOOK_TESTS, HookInput, HookPatch } from './hook-input.ts';
import { findHook, listHooks } from './hook-queries.ts';
import { testHook } from './hook-test-actions.ts';

const tags = ['Webhooks for changes'];
const params = z.object({ id: z.string() });
const manage = guardPerson('manage');
const secret = z.string().openapi({ description: 'Signs each message; told this once.', example: 'whsec_…' });

const Webhook = z
  .object({
    id: z.string().openapi({ example: 'hok_0123456789abcdef' }),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()).nullable().openapi({ description: 'What it hears of; null is everything.' }),
    enabled: z.boolean(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi('Webhook');

const NewWebhook = Webhook.extend({ secret }).openapi('NewWebhook');

const TestAnswer = z
  .object({ delivery_id: z.string(), sent: z.boolean(), message: z.string(), duration_ms: z.number() })
  .openapi('WebhookTest');

/** `/api/webhooks`: programs that hear of every change of the account. For people who manage it, not for tokens. */
export function hookApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/webhooks',
      tags,
      summary: 'Your webhooks for changes, in the order they were made',
      middleware: manage,
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Webhook)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const rows = await listHooks(deps.db.read, requireSession(c).account.id);
      const { data, next_cursor } = cutPage(rows, c.req.valid('query'));
      return c.json({ data: data.map(hookJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/webhooks',
      tags,
      summary: 'Add a webhook for changes',
      description:
        'Each change is sent as Standard Webhooks describe: `{type, timestamp, data}`, signed. Pro plan and up.',
      middleware: manage,
      request: { body: body(HookInput) },
      responses: { 201: answer('The webhook, with its secret this once', NewWebhook), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      const made = await createHook(deps, actor, c.req.valid('json'));
      c.header('Location', `/api/webhooks/${made.id}`);
      c.header('Cache-Control', 'private, no-store');
      return c.json({ ...(await one(actor.accountId, made.id)), secret: made.secret }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/webhooks/{id}',
      tags,
      summary: 'One webhook for changes',
      middleware: manage,
      request: { params },
      responses: { 200: answer('The webhook', Webhook), ...problems(401, 403, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/webhooks/{id}',
      tags,
      summary: 'Change a webhook for changes; switched off, it is not sent what has not left yet',
      middleware: manage,
      request: { params, body: body(HookPatch) },
      responses: { 200: answer('The changed webhook', Webhook), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      const { id } = c.req.valid('param');
      await changeHook(deps, actor, id, c.req.valid('json'));
      return c.json(await one(actor.accountId, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/webhooks/{id}',
      tags,
      summary: 'Delete a webhook for changes, with what waits for it',
      middleware: manage,
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await removeHook(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/webhooks/{id}/test',
      tags,
      summary: 'Send a test now, once',
      middleware: manage,
      request: { params },
      responses: { 200: answer('How it went', TestAnswer), ...problems(401, 403, 404, 429) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      await limitRate(deps, `hook-test:${actor.accountId}`, HOOK_TESTS);
      return c.json(await testHook(deps, actor, c.req.valid('param').id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/webhooks/{id}/rotate-secret',
      tags,
      summary: 'Give a webhook a new secret; the old one signs beside it for a day',
      middleware: manage,
      request: { params },
      responses: { 200: answer('The new secret', z.object({ secret })), ...problems(401, 403, 404) },
    }),
    async (c) => {
      const rotated = await rotateHook(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      c.header('Cache-Control', 'private, no-store');
      return c.json({ secret: rotated }, 200);
    },
  );

  async function one(accountId: string, id: string) {
    const row = await findHook(deps.db.read, accountId, id);
    if (!row) throw notFound();
    return hookJson(row);
  }
  return api;
}

type Row = Awaited<ReturnType<typeof listHooks>>[number];

function hookJson({ id, name, url, events, enabled, last_error, created_at }: Row): z.infer<typeof Webhook> {
  return { id, name, url, events, enabled, last_error, created_at: iso(created_at) };
}
