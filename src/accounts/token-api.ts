import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { can, SCOPES } from '../core/access.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import {
  answer,
  body,
  createApi,
  guardPerson,
  listOf,
  packCursor,
  pageQuery,
  problems,
  unpackCursor,
} from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { createToken, revokeToken } from './token-actions.ts';
import { TokenInput } from './token-input.ts';
import { listTokens, type TokenRow } from './token-queries.ts';

const tags = ['API tokens'];
const Cursor = z.tuple([z.number(), z.string()]);

const shape = {
  id: z.string().openapi({ example: 'tok_0123456789abcdef' }),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
};

const ApiToken = z
  .object({
    ...shape,
    hint: z.string().openapi({ description: 'Its first characters.', example: 'sp_4f7q2k' }),
    last_used_at: z.iso.datetime().nullable().openapi({ description: 'To within a minute.' }),
    made_by: z.object({ id: z.string(), email: z.string(), name: z.string().nullable() }),
  })
  .openapi('ApiToken');

const NewApiToken = z
  .object({ ...shape, token: z.string().openapi({ description: 'The token itself, this once.' }) })
  .openapi('NewApiToken');

/** `/api/tokens`: what programs log in with. People only: a token can neither make nor end one (R-TK-2). */
export function tokenApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tokens',
      tags,
      summary: 'Your API tokens, the newest first',
      description: 'Those who manage the account see everybody’s.',
      middleware: guardPerson('read'),
      request: { query: pageQuery(50) },
      responses: { 200: answer('One page of them', listOf(ApiToken)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const { account, user, role } = requireSession(c);
      const { cursor, limit } = c.req.valid('query');
      const parts = unpackCursor(cursor, Cursor);
      const userId = can(role, 'manage') ? null : user.id;
      const after = parts && { at: parts[0], id: parts[1] };
      const rows = await listTokens(deps.db.read, account.id, { userId, after, limit: limit + 1 });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: rows.slice(0, limit).map(tokenJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tokens',
      tags,
      summary: 'Make an API token',
      description: 'It acts for you within its scopes, and never beyond the role you have. Business plan.',
      middleware: guardPerson('write'),
      request: { body: body(TokenInput) },
      responses: { 201: answer('The token, shown this once', NewApiToken), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const made = await createToken(deps, actorOf(requireSession(c)), c.req.valid('json'));
      c.header('Cache-Control', 'private, no-store');
      return c.json({ ...made, created_at: iso(made.created_at), expires_at: iso(made.expires_at) }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tokens/{id}',
      tags,
      summary: 'Revoke an API token: its next request is refused',
      middleware: guardPerson('read'),
      request: { params: z.object({ id: z.string() }) },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await revokeToken(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
  return api;
}

function tokenJson(row: TokenRow): z.infer<typeof ApiToken> {
  const { id, name, scopes, hint } = row;
  return {
    id,
    name,
    scopes,
    hint,
    expires_at: iso(row.expires_at),
    last_used_at: iso(row.last_used_at),
    created_at: iso(row.created_at),
    made_by: { id: row.user_id, email: row.email, name: row.user_name },
  };
}
