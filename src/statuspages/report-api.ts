import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import {
  answer,
  body,
  createApi,
  guard,
  listOf,
  packCursor,
  pageQuery,
  problems,
  unpackCursor,
} from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { loadOwnPage } from './own-page.ts';
import { pageParams } from './page-input.ts';
import { changeReport, changeUpdate, createReport, deleteReport, postUpdate, publishReport } from './report-actions.ts';
import { PublishInput, ReportInput, ReportPatch, UpdateInput, UpdatePatch } from './report-input.ts';
import { findReport, listReports } from './report-queries.ts';
import { Report, reportJson } from './report-shape.ts';
import { addTemplateApi } from './template-api.ts';

const tags = ['Status reports'];
const params = pageParams.extend({ report_id: z.string() });
const updateParams = params.extend({ update_id: z.string() });

/** `/api/status-pages/{id}/reports`: what people write about outages. Mounted at `/api`. */
export function statusReportApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  addReports(api, deps);
  addOne(api, deps);
  addUpdates(api, deps);
  addTemplateApi(api, deps);
  return api;
}

async function one(deps: Deps, accountId: string, { id, report_id }: z.infer<typeof params>) {
  const row = await findReport(deps.db.read, accountId, id, report_id);
  if (!row) throw notFound();
  return reportJson(row);
}

/** Before the schema of the body: a stranger learns nothing of it. */
function guardPage(deps: Deps): MiddlewareHandler<AppEnv>[] {
  return [
    guard('write', 'page'),
    async (c, next) => {
      const session = requireSession(c);
      const [id = '', reportId] = [c.req.param('id'), c.req.param('report_id')];
      await loadOwnPage(deps, session, id);
      if (reportId !== undefined) await one(deps, session.account.id, { id, report_id: reportId });
      await next();
    },
  ];
}

function addReports(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}/reports',
      tags,
      summary: 'Reports of a status page, the one that began last first',
      middleware: guard('read', 'page'),
      request: {
        params: pageParams,
        query: pageQuery(50).extend({ state: z.enum(['draft', 'open', 'past']).optional() }),
      },
      responses: { 200: answer('A page of reports', listOf(Report)), ...problems(401, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { account } = session;
      const { id } = c.req.valid('param');
      const { cursor, limit, state } = c.req.valid('query');
      await loadOwnPage(deps, session, id);
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const rows = await listReports(deps.db.read, account.id, id, { state, before, limit: limit + 1 });
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.started_at, last.id]) : null;
      return c.json({ data: shown.map(reportJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/reports',
      tags,
      summary: 'Write a report with its first update',
      middleware: guardPage(deps),
      request: { params: pageParams, body: body(ReportInput) },
      responses: { 201: answer('The new report', Report), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      const report_id = await createReport(deps, actorOf(session), id, c.req.valid('json'));
      c.header('Location', `/api/status-pages/${id}/reports/${report_id}`);
      return c.json(await one(deps, session.account.id, { id, report_id }), 201);
    },
  );
}

function addOne(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/status-pages/{id}/reports/{report_id}',
      tags,
      summary: 'One report',
      middleware: guard('read', 'page'),
      request: { params },
      responses: { 200: answer('The report', Report), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(deps, requireSession(c).account.id, c.req.valid('param')), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/status-pages/{id}/reports/{report_id}',
      tags,
      summary: 'Change what a report is about',
      middleware: guard('write', 'page'),
      request: { params, body: body(ReportPatch) },
      responses: { 200: answer('The changed report', Report), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const at = c.req.valid('param');
      await changeReport(deps, actorOf(session), at.id, at.report_id, c.req.valid('json'));
      return c.json(await one(deps, session.account.id, at), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/status-pages/{id}/reports/{report_id}',
      tags,
      summary: 'Delete a report with its updates',
      middleware: guard('write', 'page'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      const { id, report_id } = c.req.valid('param');
      await deleteReport(deps, actorOf(requireSession(c)), id, report_id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/reports/{report_id}/publish',
      tags,
      summary: 'Publish a draft',
      middleware: guard('write', 'page'),
      request: { params, body: body(PublishInput) },
      responses: { 200: answer('The published report', Report), ...problems(400, 401, 403, 404, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const at = c.req.valid('param');
      await publishReport(deps, actorOf(session), at.id, at.report_id, c.req.valid('json'));
      return c.json(await one(deps, session.account.id, at), 200);
    },
  );
}

function addUpdates(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/{id}/reports/{report_id}/updates',
      tags,
      summary: 'Say the next thing in a report; `resolved` ends it',
      middleware: guardPage(deps),
      request: { params, body: body(UpdateInput) },
      responses: { 201: answer('The report with its update', Report), ...problems(400, 401, 403, 404, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const at = c.req.valid('param');
      await postUpdate(deps, actorOf(session), at.id, at.report_id, c.req.valid('json'));
      return c.json(await one(deps, session.account.id, at), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/status-pages/{id}/reports/{report_id}/updates/{update_id}',
      tags,
      summary: 'Correct an update; nobody is told again',
      middleware: guard('write', 'page'),
      request: { params: updateParams, body: body(UpdatePatch) },
      responses: { 200: answer('The report as it stands then', Report), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { update_id, ...at } = c.req.valid('param');
      await changeUpdate(deps, actorOf(session), at.id, at.report_id, update_id, c.req.valid('json'));
      return c.json(await one(deps, session.account.id, at), 200);
    },
  );
}
