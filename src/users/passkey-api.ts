import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guardPerson, listOf, problems } from '../web/openapi.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { countPassword } from './insider.ts';
import { removePasskey, renamePasskey } from './passkey-actions.ts';
import { passkeyName } from './passkey-input.ts';
import { findPasskey, listPasskeys } from './passkey-queries.ts';
import { callerOf } from './token-pair.ts';
import { givenPassword } from '../web/proof.ts';

const tags = ['You'];
const middleware = guardPerson('read');
const params = z.object({ id: z.string() });

const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    transports: z.array(z.string()).openapi({ description: 'How it is reached, as its maker says: usb, internal, …' }),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .openapi('Passkey');

const Rename = z.object({ name: passkeyName }).strict().openapi('PasskeyPatch');
const Removal = z
  .object({
    password: givenPassword.openapi({
      description: 'Your present password; not asked within ten minutes of a log-in.',
      example: 'a long sentence',
    }),
  })
  .strict()
  .openapi('PasskeyRemoval');

/** `/api/passkeys`: a person's keys. A new one is made in a browser, by the key itself. API tokens do not see them. */
export function passkeyApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/passkeys',
      tags,
      summary: 'Your passkeys, the newest first',
      middleware,
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Passkey)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const rows = await listPasskeys(deps.db.read, callerOf(c).userId);
      return c.json(cutPage(rows.map(passkeyJson), c.req.valid('query')), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/passkeys/{id}',
      tags,
      summary: 'One passkey of yours',
      middleware,
      request: { params },
      responses: { 200: answer('The passkey', Passkey), ...problems(401, 403, 404) },
    }),
    async (c) => c.json(await one(callerOf(c).userId, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/passkeys/{id}',
      tags,
      summary: 'Give a passkey of yours another name',
      middleware: [middleware, own()],
      request: { params, body: body(Rename) },
      responses: { 200: answer('The passkey', Passkey), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const [actor, { id }] = [callerOf(c), c.req.valid('param')];
      await renamePasskey(deps, actor, id, c.req.valid('json').name);
      return c.json(await one(actor.userId, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/passkeys/{id}/remove',
      tags,
      summary: 'Remove a passkey of yours; every other session ends',
      middleware: [middleware, own()],
      request: { params, body: body(Removal) },
      responses: { 204: { description: 'It opens nothing any more.' }, ...problems(400, 401, 403, 404, 422, 429) },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      await removePasskey(deps, actor, c.req.valid('param').id, c.req.valid('json').password);
      return c.body(null, 204);
    },
  );

  /** Before the schema of the body: nobody learns by it that a key is there. */
  function own(): MiddlewareHandler<AppEnv> {
    return async (c, next) => {
      await one(callerOf(c).userId, c.req.param('id') ?? '');
      await next();
    };
  }

  async function one(userId: string, id: string): Promise<z.infer<typeof Passkey>> {
    const row = await findPasskey(deps.db.read, userId, id);
    if (!row) throw notFound();
    return passkeyJson(row);
  }

  return api;
}

type Row = Awaited<ReturnType<typeof listPasskeys>>[number];

function passkeyJson({ id, name, transports, created_at, last_used_at }: Row): z.infer<typeof Passkey> {
  return { id, name, transports, created_at: iso(created_at), last_used_at: iso(last_used_at) };
}
