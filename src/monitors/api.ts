import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MONITOR_STATUSES } from '../core/monitor.ts';
import { notFound } from '../core/errors.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
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
import {
  checkNow,
  createMonitor,
  deleteMonitor,
  pauseMonitor,
  resumeMonitor,
  testMonitor,
  updateMonitor,
} from './actions.ts';
import { addBulkApi } from './bulk-api.ts';
import { findMonitor, listMonitors } from './queries.ts';
import { addReadings } from './readings-api.ts';
import { addRuleApi } from './rule-api.ts';
import { MonitorInput } from './settings.ts';
import { Monitor, monitorsJson, TestResult, verdictJson } from './shapes.ts';

const tags = ['Monitors'];
const params = z.object({ id: z.string().openapi({ example: 'mon_0123456789abcdef' }) });
const read = guard('read');
const write = guard('write');

/** Checks by hand reach out at once, so an account may ask for so many only. */
export const HAND_CHECKS = { max: 60, windowMs: MINUTE };

/** `/api/monitors`: monitors and what was seen of them. */
export function monitorApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const one = (session: Session, id: string) => loadMonitor(deps, session, id);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors',
      tags,
      summary: 'Your monitors, in the order they were made',
      middleware: read,
      request: {
        query: pageQuery(50).extend({
          status: z.enum(MONITOR_STATUSES, `Must be one of: ${MONITOR_STATUSES.join(', ')}.`).optional(),
          tag: z.string().max(40).optional(),
          q: z.string().max(100).optional().openapi({ description: 'Part of a name or target.' }),
        }),
      },
      responses: { 200: answer('A page of monitors', listOf(Monitor)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit, ...filter } = c.req.valid('query');
      const after = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const now = deps.clock.now();
      const session = requireSession(c);
      const rows = await listMonitors(deps.db.read, session.account.id, { ...filter, now, after, limit: limit + 1 });
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: await monitorsJson(deps, session, shown), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors',
      tags,
      summary: 'Watch something',
      middleware: write,
      request: { body: body(MonitorInput) },
      responses: { 201: answer('The new monitor', Monitor), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createMonitor(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/monitors/${id}`);
      return c.json(await one(session, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors/test',
      tags,
      summary: 'Check settings once without saving them',
      middleware: write,
      request: { body: body(MonitorInput) },
      responses: { 200: answer('What was seen', TestResult), ...problems(400, 401, 403, 422, 429) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      await limitRate(deps, `test:${actor.accountId}`, HAND_CHECKS);
      return c.json(verdictJson(await testMonitor(deps, actor, c.req.valid('json'))), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}',
      tags,
      summary: 'One monitor',
      middleware: read,
      request: { params },
      responses: { 200: answer('The monitor', Monitor), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c), c.req.valid('param').id), 200),
  );

  for (const [method, mode, summary] of [
    ['put', 'replace', 'Replace the settings: what is left out goes back to its preset'],
    ['patch', 'merge', 'Change the given settings only'],
  ] as const) {
    api.openapi(
      createRoute({
        method,
        path: '/monitors/{id}',
        tags,
        summary,
        middleware: write,
        request: { params, body: body(MonitorInput) },
        responses: { 200: answer('The changed monitor', Monitor), ...problems(400, 401, 403, 404, 422) },
      }),
      async (c) => {
        const session = requireSession(c);
        const { id } = c.req.valid('param');
        await updateMonitor(deps, actorOf(session), id, c.req.valid('json'), mode);
        return c.json(await one(session, id), 200);
      },
    );
  }

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/monitors/{id}',
      tags,
      summary: 'Delete a monitor with its results',
      middleware: write,
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deleteMonitor(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors/{id}/test',
      tags,
      summary: 'Check a monitor once without storing the result',
      description: 'A body, if there is one, is laid over the stored settings.',
      middleware: write,
      request: { params, body: { content: { 'application/json': { schema: MonitorInput } } } },
      responses: { 200: answer('What was seen', TestResult), ...problems(400, 401, 403, 404, 422, 429) },
    }),
    async (c) => {
      const actor = actorOf(requireSession(c));
      await limitRate(deps, `test:${actor.accountId}`, HAND_CHECKS);
      const verdict = await testMonitor(deps, actor, c.req.valid('json'), c.req.valid('param').id);
      return c.json(verdictJson(verdict), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/monitors/{id}/check',
      tags,
      summary: 'Start a real check now',
      middleware: write,
      request: { params },
      responses: { 202: answer('It starts within a second', Monitor), ...problems(401, 403, 404, 409, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await limitRate(deps, `check:${session.account.id}`, HAND_CHECKS);
      await checkNow(deps, actorOf(session), id);
      return c.json(await one(session, id), 202);
    },
  );

  for (const [path, change, summary] of [
    ['/monitors/{id}/pause', pauseMonitor, 'Stop the checks; an open incident ends without a recovery alert'],
    ['/monitors/{id}/resume', resumeMonitor, 'Start the checks again'],
  ] as const) {
    api.openapi(
      createRoute({
        method: 'post',
        path,
        tags,
        summary,
        middleware: write,
        request: { params },
        responses: { 200: answer('The monitor', Monitor), ...problems(401, 403, 404) },
      }),
      async (c) => {
        const session = requireSession(c);
        const { id } = c.req.valid('param');
        await change(deps, actorOf(session), id);
        return c.json(await one(session, id), 200);
      },
    );
  }

  addBulkApi(api, deps);
  addRuleApi(api, deps);
  addReadings(api, deps);
  return api;
}

async function loadMonitor(deps: Deps, session: Session, id: string): Promise<Monitor> {
  const row = await findMonitor(deps.db.read, session.account.id, id, deps.clock.now());
  const [monitor] = row ? await monitorsJson(deps, session, [row]) : [];
  if (!monitor) throw notFound();
  return monitor;
}
