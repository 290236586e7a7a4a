import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { LANGUAGES } from '../core/language.ts';
import { managed, managedOf } from '../core/managed.ts';
import { appearance, MANUAL_STATUSES, VISIBILITIES } from '../core/page.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, createApi, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { changeComponent, changePage, createPage, removePage } from './actions.ts';
import { listComponents } from './component-queries.ts';
import { ComponentChange, NewPageInput, PageInput, pageParams } from './page-input.ts';
import { findDomainOfPage } from './domain-queries.ts';
import { findPage, listPages, type PageRow } from './queries.ts';

const Component = z
  .object({
    id: z.string(),
    kind: z.enum(['monitor', 'group', 'manual']),
    group_id: z.string().nullable().openapi({ description: 'The group it is in.' }),
    monitor_id: z.string().nullable(),
    name: z.string().nullable().openapi({ description: 'Null shows the monitor’s name.' }),
    description: z.string().nullable(),
    manual_status: z.enum(MANUAL_STATUSES).nullable(),
    show_uptime: z.boolean(),
    show_chart: z.boolean(),
    members_only: z.boolean(),
    shown: z.boolean().openapi({ description: 'False while the monitor is private.' }),
  })
  .openapi('StatusPageComponent');

const StatusPage = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string().nullable(),
    branding: z.boolean(),
    timezone: z.string(),
    language: z.enum(LANGUAGES),
    visibility: z.enum(VISIBILITIES),
    hidden_from_search: z.boolean(),
    auto_report: z.enum(['none', 'draft', 'publish']),
    appearance,
    managed: managed.nullable().openapi({ description: 'What a settings file decides of it.' }),
    url: z.string(),
    components: z.array(Component).openapi({ description: 'In order; what is in a group follows it.' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('StatusPage');
type StatusPage = z.infer<typeof StatusPage>;

const tags = ['Status pages'];

/** `/api/status-pages`: the pages of an account. */
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
      middleware: guard('read', 'page'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(StatusPage)), ...problems(401, 422) },
    }),
    async (c) => {
      const pages = await listPages(deps.db.read, requireSession(c).account.id);
      const { data, next_cursor } = cutPage(pages, c.req.valid('query'));
      return c.json({ data: await Promise.all(data.map((page) => pageAnswer(deps, page))), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages',
      tags,
      summary: 'Make a status page',
      middleware: guard('write', 'page'),
      request: { body: body(NewPageInput) },
      responses: { 201: answer('The new page', StatusPage), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createPage(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/status-pages/${id}`);
      return c.json(await one(session.account.id, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}',
      tags,
      summary: 'One status page',
      middleware: guard('read', 'page'),
      request: { params: pageParams },
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
      middleware: guard('write', 'page'),
      request: { params: pageParams, body: body(PageInput) },
      responses: { 200: answer('The changed page', StatusPage), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await changePage(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/status-pages/{id}',
      tags,
      summary: 'Delete a status page',
      description: 'With its reports and subscribers. Nobody else may take its address for 30 days.',
      middleware: guard('write', 'page'),
      request: { params: pageParams },
      responses: { 204: { description: 'It is gone.' }, ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      await removePage(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/status-pages/{id}/components/{component_id}',
      tags,
      summary: 'Change one component',
      description: 'The others stay as they are. What is absent stays; `group_id: null` takes it out of its group.',
      middleware: guard('write', 'page'),
      request: { params: pageParams.extend({ component_id: z.string() }), body: body(ComponentChange) },
      responses: { 200: answer('The changed page', StatusPage), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id, component_id } = c.req.valid('param');
      await changeComponent(deps, actorOf(session), id, component_id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );
  return api;
}

async function pageAnswer(deps: Deps, page: PageRow): Promise<StatusPage> {
  const lines = await listComponents(deps.db.read, page.account_id, page.id);
  const domain = await findDomainOfPage(deps.db.read, page.account_id, page.id);
  return {
    id: page.id,
    slug: page.slug,
    title: page.title,
    description: page.description,
    branding: page.branding,
    timezone: page.timezone,
    language: page.language,
    visibility: page.visibility,
    hidden_from_search: page.hidden_from_search,
    auto_report: page.auto_report,
    appearance: page.appearance,
    managed: managedOf(page),
    url: domain?.verified_at ? `https://${domain.host}` : `${deps.config.baseUrl}/s/${page.slug}`,
    components: lines.map((line) => ({
      id: line.id,
      kind: line.kind,
      group_id: line.parent_id,
      monitor_id: line.monitor_id,
      name: line.name,
      description: line.description,
      manual_status: line.manual_status,
      show_uptime: line.show_uptime,
      show_chart: line.show_chart,
      members_only: line.members_only,
      shown: line.kind !== 'monitor' || line.monitor_public === true,
    })),
    created_at: iso(page.created_at),
    updated_at: iso(page.updated_at),
  };
}
