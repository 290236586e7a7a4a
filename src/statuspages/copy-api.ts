import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { setCopyTarget } from './copy-actions.ts';
import { CopyInput, maskTarget } from './copy-input.ts';
import { guardPage } from './own-page.ts';
import { pageParams } from './page-input.ts';
import { findPage } from './queries.ts';

const Copy = z
  .object({
    target: z
      .object({ kind: z.enum(['folder', 's3']) })
      .catchall(z.string())
      .nullable()
      .openapi({ description: 'Where the page is copied to, secrets masked; null for nowhere.' }),
    published_at: z.string().nullable().openapi({ description: 'When the copy was brought up to date last.' }),
    error: z.string().nullable().openapi({ description: 'Why that failed the last time.' }),
  })
  .openapi('StatusPageCopy');

const tags = ['Status pages'];
const path = '/status-pages/{id}/copy';

/** `/api/status-pages/{id}/copy`: where a page is copied to after each change. */
export function copyApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const one = async (accountId: string, id: string): Promise<z.infer<typeof Copy>> => {
    const page = await findPage(deps.db.read, accountId, id);
    if (!page) throw notFound();
    return { target: maskTarget(page.publish_to), published_at: iso(page.published_at), error: page.publish_error };
  };

  api.openapi(
    createRoute({
      method: 'get',
      path,
      tags,
      summary: 'Where a status page is copied to',
      middleware: guard('read', 'page'),
      request: { params: pageParams },
      responses: { 200: answer('The place and how it went', Copy), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'put',
      path,
      tags,
      summary: 'Copy a status page somewhere after each change',
      description: 'What lies at the place before is taken away.',
      middleware: [guard('write', 'page'), guardPage(deps)] as const,
      request: { params: pageParams, body: body(CopyInput) },
      responses: { 200: answer('The place', Copy), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await setCopyTarget(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path,
      tags,
      summary: 'Copy a status page no more',
      middleware: guard('write', 'page'),
      request: { params: pageParams },
      responses: { 204: { description: 'It is copied no more.' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await setCopyTarget(deps, actorOf(requireSession(c)), c.req.valid('param').id, null);
      return c.body(null, 204);
    },
  );
  return api;
}
