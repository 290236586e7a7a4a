import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, createApi, guardPerson, listOf, pageQuery, problems } from '../web/openapi.ts';
import { insiderOf } from './insider.ts';
import { endOtherSessions, endOwnSession } from './session-actions.ts';
import { clientName, sessionPage } from './session-list.ts';
import type { SessionRow } from './session-queries.ts';

const tags = ['Account'];

const LogIn = z
  .object({
    id: z.string(),
    kind: z.enum(['browser', 'token']).openapi({ description: 'A browser with a cookie, or a program with tokens.' }),
    client: z.string().openapi({ example: 'Firefox on Linux' }),
    ip: z.string().nullable().openapi({ description: 'From where it was opened.' }),
    current: z.boolean().openapi({ description: 'The one this request was made with.' }),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime().nullable().openapi({ description: 'To within five minutes.' }),
    expires_at: z.iso.datetime(),
  })
  .openapi('Session');

/** `/api/sessions`: where the person is logged in. API tokens do not see it. Mounted at `/api`. */
export function sessionApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/sessions',
      tags,
      summary: 'Where you are logged in',
      middleware: guardPerson('read'),
      request: { query: pageQuery(50) },
      responses: { 200: answer('Living sessions, the newest first', listOf(LogIn)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const { userId, sessionId } = insiderOf(c);
      const { limit, cursor } = c.req.valid('query');
      const { rows, next } = await sessionPage(deps, userId, limit, cursor);
      return c.json({ data: rows.map((row) => sessionJson(row, sessionId)), next_cursor: next }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/sessions',
      operationId: 'endOtherSessions',
      tags,
      summary: 'End every other session of yours; the one that asks goes on',
      middleware: guardPerson('read'),
      responses: {
        200: answer('How many have ended', z.object({ ended: z.int() }).openapi('SessionsEnded')),
        ...problems(401, 403),
      },
    }),
    async (c) => c.json({ ended: await endOtherSessions(deps, insiderOf(c)) }, 200),
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/sessions/{id}',
      tags,
      summary: 'End a session',
      middleware: guardPerson('read'),
      request: { params: z.object({ id: z.string() }) },
      responses: { 204: { description: 'It has ended.' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await endOwnSession(deps, insiderOf(c), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  return api;
}

function sessionJson(row: SessionRow, current: string) {
  return {
    id: row.id,
    kind: row.kind,
    client: clientName(row),
    ip: row.ip,
    current: row.id === current,
    created_at: iso(row.created_at),
    last_seen_at: row.last_seen_at === null ? null : iso(row.last_seen_at),
    expires_at: iso(row.expires_at),
  };
}
