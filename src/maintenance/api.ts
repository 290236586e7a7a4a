import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { invalidField, notFound } from '../core/errors.ts';
import { MOST_OCCURRENCES, type Occurrence, occurrences } from '../core/maintenance.ts';
import { DAY, iso } from '../core/time.ts';
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
import { changeWindow, createWindow, deleteWindow, endWindow, windowState } from './actions.ts';
import { findWindow, listWindows, scheduleIn, type WindowRow } from './queries.ts';
import { WindowInput, WindowPatch } from './window-input.ts';

const tags = ['Maintenance'];
const params = z.object({ id: z.string() });
const time = z.iso.datetime();

const Window = z
  .object({
    id: z.string(),
    title: z.string(),
    body: z.string().nullable(),
    monitor_ids: z.array(z.string()),
    status_page_ids: z.array(z.string()),
    state: z.enum(['scheduled', 'active', 'completed']),
    timezone: z.string(),
    starts_at: time.nullable(),
    ends_at: time.nullable(),
    cron: z.string().nullable(),
    duration_seconds: z.int().nullable(),
    created_at: time,
  })
  .openapi('Maintenance');

const Span = z.object({ starts_at: time, ends_at: time }).openapi('MaintenanceOccurrence');

/** How far ahead occurrences are listed when nothing is said. */
const AHEAD_MS = 90 * DAY;

/** `/api/maintenance`: planned work, during which nobody is alerted. Mounted at `/api`. */
export function maintenanceApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  addWindows(api, deps);
  addOne(api, deps);
  return api;
}

async function one(deps: Deps, accountId: string, id: string): Promise<WindowRow> {
  const row = await findWindow(deps.db.read, accountId, id);
  if (!row) throw notFound();
  return row;
}

function addWindows(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/maintenance',
      tags,
      summary: 'Maintenance windows, the one made last first',
      middleware: guard('read'),
      request: { query: pageQuery(50) },
      responses: { 200: answer('A page of windows', listOf(Window)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const rows = await listWindows(deps.db.read, requireSession(c).account.id, before, limit + 1);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: shown.map((row) => windowJson(row, deps.clock.now())), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/maintenance',
      tags,
      summary: 'Plan a window, once or repeating',
      middleware: guard('write'),
      request: { body: body(WindowInput) },
      responses: { 201: answer('The new window', Window), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createWindow(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/maintenance/${id}`);
      return c.json(windowJson(await one(deps, session.account.id, id), deps.clock.now()), 201);
    },
  );
}

function addOne(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/maintenance/{id}',
      tags,
      summary: 'One window',
      middleware: guard('read'),
      request: { params },
      responses: { 200: answer('The window', Window), ...problems(401, 404) },
    }),
    async (c) => {
      const row = await one(deps, requireSession(c).account.id, c.req.valid('param').id);
      return c.json(windowJson(row, deps.clock.now()), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/maintenance/{id}',
      tags,
      summary: 'Change the given parts of a window',
      middleware: guard('write'),
      request: { params, body: body(WindowPatch) },
      responses: { 200: answer('The changed window', Window), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await changeWindow(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(windowJson(await one(deps, session.account.id, id), deps.clock.now()), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/maintenance/{id}',
      tags,
      summary: 'Delete a window; one that is on ends',
      middleware: guard('write'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deleteWindow(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/maintenance/{id}/end',
      tags,
      summary: 'End a window that is on, before its time',
      middleware: guard('write'),
      request: { params },
      responses: { 200: answer('The window', Window), ...problems(401, 403, 404, 409) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await endWindow(deps, actorOf(session), id);
      return c.json(windowJson(await one(deps, session.account.id, id), deps.clock.now()), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/maintenance/{id}/occurrences',
      tags,
      summary: `When it happens; the coming 90 days unless said otherwise, at most ${MOST_OCCURRENCES}`,
      middleware: guard('read'),
      request: {
        params,
        query: z.object({
          from: z.iso.datetime({ offset: true, error: 'Write it as 2026-11-21T02:00:00Z.' }).optional(),
          until: z.iso.datetime({ offset: true, error: 'Write it as 2026-11-21T02:00:00Z.' }).optional(),
        }),
      },
      responses: { 200: answer('Its windows in that time', listOf(Span)), ...problems(401, 404, 422) },
    }),
    async (c) => {
      const row = await one(deps, requireSession(c).account.id, c.req.valid('param').id);
      const query = c.req.valid('query');
      const from = query.from === undefined ? deps.clock.now() : Date.parse(query.from);
      const until = query.until === undefined ? from + AHEAD_MS : Date.parse(query.until);
      if (until <= from) throw invalidField('until', 'It must be later than from.');
      const data = listOccurrences(row, from, until).map(({ startsAt, endsAt }) => ({
        starts_at: iso(startsAt),
        ends_at: iso(endsAt),
      }));
      return c.json({ data, next_cursor: null }, 200);
    },
  );
}

/** The occurrences of a window; one that a person ended early ends there. */
export function listOccurrences(row: WindowRow, from: number, until: number, limit?: number): Occurrence[] {
  return occurrences(scheduleIn(row), from, until, limit)
    .map((each) =>
      each.startsAt === row.current_starts_at && row.current_ends_at !== null
        ? { ...each, endsAt: Math.min(each.endsAt, row.current_ends_at) }
        : each,
    )
    .filter((each) => each.endsAt > from);
}

function windowJson(row: WindowRow, now: number): z.infer<typeof Window> {
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    monitor_ids: row.monitors.map(([id]) => id),
    status_page_ids: row.page_ids,
    state: windowState(row, now),
    timezone: row.timezone,
    starts_at: iso(row.starts_at),
    ends_at: iso(row.ends_at),
    cron: row.cron,
    duration_seconds: row.duration_seconds,
    created_at: iso(row.created_at),
  };
}
