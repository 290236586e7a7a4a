import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { changePage } from './actions.ts';
import { PageInput } from './page-input.ts';
import { findPage, listPages, listPlaces, type PageRow } from './queries.ts';

const StatusPage = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string().nullable(),
    branding: z.boolean(),
    url: z.string(),
    components: z.array(
      z.object({
        id: z.string(),
        monitor_id: z.string(),
        name: z.string().nullable(),
        shown: z.boolean().openapi({ description: 'False while the monitor is private.' }),
      }),
    ),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('StatusPage');
type StatusPage = z.infer<typeof StatusPage>;

const tags = ['Status pages'];
const params = z.object({ id: z.string().openapi({ example: 'pag_0123456789abcdef' }) });

/** `/api/status-pages`: the public pages of an account. */
export function statusPageApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const one = async (accountId: string, id: string) => {
    const page = await findPage(deps.db.read, accountId, id);
    if (!page) throw notFound();
    return pageAnswer(deps, page);
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages',
      tags,
      summary: 'Your status pages',
      middleware: guard('read'),
      responses: { 200: answer('All pages of the account', listOf(StatusPage)), ...problems(401) },
    }),
    async (c) => {
      const pages = await listPages(deps.db.read, requireSession(c).account.id);
      const data = await Promise.all(pages.map((page) => pageAnswer(deps, page)));
      return c.json({ data, next_cursor: null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}',
      tags,
      summary: 'One status page',
      middleware: guard('read'),
      request: { params },
      responses: { 200: answer('The page', StatusPage), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/status-pages/{id}',
      tags,
      summary: 'Change a status page',
      middleware: guard('write'),
      request: { params, body: body(PageInput) },
      responses: { 200: answer('The changed page', StatusPage), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await changePage(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );
  return api;
}

async function pageAnswer(deps: Deps, page: PageRow): Promise<StatusPage> {
  const places = await listPlaces(deps.db.read, page.account_id, page.id);
  return {
    id: page.id,
    slug: page.slug,
    title: page.title,
    description: page.description,
    branding: page.branding,
    url: `${deps.config.baseUrl}/s/${page.slug}`,
    components: places.flatMap((place) =>
      place.component_id === null
        ? []
        : [
            {
              id: place.component_id,
              monitor_id: place.monitor_id,
              name: place.component_name,
              shown: place.public,
            },
          ],
    ),
    created_at: iso(page.created_at),
    updated_at: iso(page.updated_at),
  };
}
