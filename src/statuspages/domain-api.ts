import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { checkDomain, removeDomain, setDomain } from './domain-actions.ts';
import { findDomainOfPage } from './domain-queries.ts';
import { domainView } from './domain-view.ts';
import { guardPage } from './own-page.ts';
import { pageParams } from './page-input.ts';
import { findPage } from './queries.ts';

const Domain = z
  .object({
    host: z.string().nullable().openapi({ example: 'status.example.com', description: 'Null: the page has none.' }),
    state: z
      .enum(['none', 'waiting', 'verified', 'failing', 'lost'])
      .openapi({ description: '`verified` and `failing` are served; `failing` for seven days at most.' }),
    url: z.string().nullable(),
    proof: z
      .object({ name: z.string(), txt: z.string(), cname: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Under `name` DNS must show the TXT or the CNAME record.' }),
    point_to: z.string().nullable().openapi({ description: 'Where a CNAME of the host itself leads visitors.' }),
    verified_at: z.string().nullable(),
    checked_at: z.string().nullable(),
    failing_since: z.string().nullable(),
    error: z.string().nullable(),
  })
  .openapi('StatusPageDomain');

const DomainInput = z
  .object({ host: z.string('Write a host name.').max(300, 'Use at most 240 characters.') })
  .strict()
  .openapi('StatusPageDomainInput');

const tags = ['Status pages'];
const path = '/status-pages/{id}/domain';

/** `/api/status-pages/{id}/domain`: the host a page has of its own. */
export function domainApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const one = async (accountId: string, id: string): Promise<z.infer<typeof Domain>> => {
    if (!(await findPage(deps.db.read, accountId, id))) throw notFound();
    const row = await findDomainOfPage(deps.db.read, accountId, id);
    if (!row) return NONE;
    const { host, state, url, proof, pointTo, verifiedAt, checkedAt, failingSince, error } = domainView(deps, row);
    const times = { verified_at: iso(verifiedAt), checked_at: iso(checkedAt), failing_since: iso(failingSince) };
    return { host, state, url, proof, point_to: pointTo, ...times, error };
  };

  api.openapi(
    createRoute({
      method: 'get',
      path,
      tags,
      summary: 'The domain of a status page',
      middleware: guard('read', 'page'),
      request: { params: pageParams },
      responses: { 200: answer('How it stands', Domain), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'put',
      path,
      tags,
      summary: 'Give a status page a domain of its own',
      description: 'It is served once its proof stands in DNS. Another host replaces the one before.',
      middleware: [guard('write', 'page'), guardPage(deps)] as const,
      request: { params: pageParams, body: body(DomainInput) },
      responses: { 200: answer('How it stands', Domain), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await setDomain(deps, actorOf(session), id, c.req.valid('json').host);
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path,
      tags,
      summary: 'Take the domain of a status page away',
      middleware: guard('write', 'page'),
      request: { params: pageParams },
      responses: { 204: { description: 'It is not answered any more.' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await removeDomain(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: `${path}/verify`,
      tags,
      summary: 'Look for the proof now',
      middleware: guard('write', 'page'),
      request: { params: pageParams },
      responses: { 200: answer('How it stands after the look', Domain), ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await checkDomain(deps, actorOf(session), id);
      return c.json(await one(session.account.id, id), 200);
    },
  );
  return api;
}

const NONE = {
  host: null,
  state: 'none' as const,
  url: null,
  proof: null,
  point_to: null,
  verified_at: null,
  checked_at: null,
  failing_since: null,
  error: null,
};
