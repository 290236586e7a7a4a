import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { TemplateInput, TemplatePatch } from './report-input.ts';
import { Template, templateJson } from './report-shape.ts';
import { changeTemplate, createTemplate, deleteTemplate } from './template-actions.ts';
import { findTemplate, listTemplates } from './template-queries.ts';

const tags = ['Status reports'];
const params = z.object({ id: z.string() });

/** `/api/report-templates`: texts that reports begin with. */
export function addTemplateApi(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  const one = async (accountId: string, id: string) => {
    const row = await findTemplate(deps.db.read, accountId, id);
    if (!row) throw notFound();
    return templateJson(row);
  };

  api.openapi(
    createRoute({
      method: 'get',
      path: '/report-templates',
      tags,
      summary: 'Your templates by name',
      middleware: guard('read', 'page'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Template)), ...problems(401, 422) },
    }),
    async (c) => {
      const rows = await listTemplates(deps.db.read, requireSession(c).account.id);
      const { data, next_cursor } = cutPage(rows, c.req.valid('query'));
      return c.json({ data: data.map(templateJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/report-templates',
      tags,
      summary: 'Add a template',
      middleware: guard('write', 'page'),
      request: { body: body(TemplateInput) },
      responses: { 201: answer('The new template', Template), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createTemplate(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/report-templates/${id}`);
      return c.json(await one(session.account.id, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/report-templates/{id}',
      tags,
      summary: 'One template',
      middleware: guard('read', 'page'),
      request: { params },
      responses: { 200: answer('The template', Template), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/report-templates/{id}',
      tags,
      summary: 'Change a template',
      middleware: guard('write', 'page'),
      request: { params, body: body(TemplatePatch) },
      responses: { 200: answer('The changed template', Template), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await changeTemplate(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/report-templates/{id}',
      tags,
      summary: 'Delete a template',
      middleware: guard('write', 'page'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deleteTemplate(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
}
