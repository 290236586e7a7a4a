import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { PLAN } from '../core/plan.ts';
import { DAY, HOUR, iso, SECOND } from '../core/time.ts';
import { chartGrain, SLOT_SECONDS } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import { listIncidents } from '../incidents/queries.ts';
import type { AppEnv } from '../web/env.ts';
import { Incident, incidentJson } from '../web/incident-shape.ts';
import { answer, guard, listOf, packCursor, pageQuery, problems, unpackCursor, wholeQuery } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { findMonitor } from './queries.ts';
import { listResults } from './result-queries.ts';
import { HistorySlot, pointJson, ResponsePoint, Result, resultJson, slotJson, UptimeAnswer } from './shapes.ts';
import { historyReach, loadHistory, loadSeries, loadUptime } from './statistics.ts';

const tags = ['Readings'];
const params = z.object({ id: z.string() });
const middleware = guard('read');
const YEAR_HOURS = 366 * 24;
const instant = z.iso.datetime({ error: 'Must be an instant like 2026-11-21T10:00:00Z.', offset: true }).optional();

/** What was seen of a monitor: results, history, uptime, response times, incidents. The plan decides how far back. */
export function addReadings(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}/results',
      tags,
      summary: 'Every check, the newest first',
      middleware,
      request: {
        params,
        query: pageQuery(50).extend({
          hours: wholeQuery(1, YEAR_HOURS, YEAR_HOURS),
          since: instant,
          until: instant,
        }),
      },
      responses: { 200: answer('A page of results', listOf(Result)), ...problems(401, 404, 422) },
    }),
    async (c) => {
      const { row, now, plan, mayWrite } = await mine(deps, c, c.req.valid('param').id);
      const { cursor, limit, hours, since, until } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int()]))?.[0];
      const oldest = now - Math.min(hours * HOUR, PLAN[plan].retention);
      const sinceMs = Math.max(oldest, since === undefined ? 0 : Date.parse(since));
      const untilMs = until === undefined ? undefined : Date.parse(until);
      const range = { before, sinceMs, untilMs, limit: limit + 1 };
      const results = await listResults(deps.db.read, row.no, range);
      const shown = results.slice(0, limit);
      const last = results.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.at / SECOND]) : null;
      return c.json({ data: shown.map((result) => resultJson(row.id, result, mayWrite)), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}/history',
      tags,
      summary: 'The state in hourly slots, oldest first',
      middleware,
      request: { params, query: z.object({ hours: wholeQuery(1, YEAR_HOURS, 72) }) },
      responses: {
        200: answer('Slots', listOf(HistorySlot).extend({ slot_seconds: z.int() })),
        ...problems(401, 404, 422),
      },
    }),
    async (c) => {
      const { row, now, plan } = await mine(deps, c, c.req.valid('param').id);
      const hours = Math.min(c.req.valid('query').hours, historyReach(plan) / HOUR);
      const slots = await loadHistory(deps.db.read, row, hours, now);
      return c.json({ data: slots.map(slotJson), next_cursor: null, slot_seconds: SLOT_SECONDS[1] }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}/uptime',
      tags,
      summary: 'Uptime over the standard windows, response times of the last day',
      middleware,
      request: { params },
      responses: { 200: answer('Figures', UptimeAnswer), ...problems(401, 404) },
    }),
    async (c) => {
      const { row, now, plan } = await mine(deps, c, c.req.valid('param').id);
      return c.json(await loadUptime(deps.db.read, row, plan, now), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}/response-times',
      tags,
      summary: 'Response times in even steps, oldest first; steps without an answer are null',
      middleware,
      request: { params, query: z.object({ hours: wholeQuery(1, YEAR_HOURS, 24) }) },
      responses: {
        200: answer('Points', listOf(ResponsePoint).extend({ step_seconds: z.int(), from: z.string() })),
        ...problems(401, 404, 422),
      },
    }),
    async (c) => {
      const { row, now, plan } = await mine(deps, c, c.req.valid('param').id);
      const length = Math.min(c.req.valid('query').hours * HOUR, historyReach(plan));
      const series = await loadSeries(deps.db.read, row.no, { length, grain: chartGrain(length), step: 1 }, now);
      const around = { next_cursor: null, step_seconds: series.step / SECOND, from: iso(series.from) };
      return c.json({ data: series.points.map(pointJson), ...around }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/monitors/{id}/incidents',
      tags,
      summary: 'Incidents of the last days, the newest first',
      middleware,
      request: { params, query: pageQuery(50).extend({ days: wholeQuery(1, 366, 30) }) },
      responses: { 200: answer('A page of incidents', listOf(Incident)), ...problems(401, 404, 422) },
    }),
    async (c) => {
      const { row, now } = await mine(deps, c, c.req.valid('param').id);
      const { cursor, limit, days } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const filter = { monitorId: row.id, sinceMs: now - days * DAY, before, limit: limit + 1 };
      const rows = await listIncidents(deps.db.read, row.account_id, filter);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.started_at, last.id]) : null;
      return c.json({ data: shown.map((incident) => incidentJson(incident, now)), next_cursor }, 200);
    },
  );
}

/** The caller's monitor, with the time, plan and right that bound what is shown of it. */
async function mine(deps: Deps, c: Context<AppEnv>, id: string) {
  const { account, role } = requireSession(c);
  const now = deps.clock.now();
  const row = await findMonitor(deps.db.read, account.id, id, now);
  if (!row) throw notFound();
  return { row, now, plan: account.plan, mayWrite: can(role, 'write') };
}
