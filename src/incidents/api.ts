import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { Incident, incidentJson } from '../web/incident-shape.ts';
import { answer, createApi, guard, listOf, packCursor, pageQuery, problems, unpackCursor } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { acknowledgeIncident } from './actions.ts';
import { findIncident, INCIDENT_STATUSES, listIncidents } from './queries.ts';
import { loadTimeline } from './timeline.ts';

const tags = ['Incidents'];
const params = z.object({ id: z.string().openapi({ example: 'inc_0123456789abcdef' }) });
const time = z.string().openapi({ format: 'date-time' });

const TimelineEntry = z
  .object({
    at: time,
    kind: z
      .enum([
        'first_failure',
        'opened',
        'acknowledged',
        'snoozed',
        'muted',
        'unmuted',
        'escalated',
        'note',
        'reminded',
        'reason_changed',
        'resolved',
        'delivery',
      ])
      .openapi({ description: '`delivery` is a notification; the rest are steps of the incident.' }),
    text: z.string(),
    by: z.string().nullable(),
    delivery_id: z.string().nullable(),
    delivery_state: z.string().nullable(),
  })
  .openapi('TimelineEntry');
const IncidentWithTimeline = Incident.extend({ timeline: z.array(TimelineEntry) }).openapi('IncidentWithTimeline');

/** `/api/incidents`: the account's outages. */
export function incidentApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/incidents',
      tags,
      summary: 'Incidents, the newest first',
      middleware: guard('read'),
      request: {
        query: pageQuery(50).extend({
          status: z.enum(INCIDENT_STATUSES, `Must be one of: ${INCIDENT_STATUSES.join(', ')}.`).optional(),
          monitor_id: z.string().max(60).optional(),
        }),
      },
      responses: { 200: answer('A page of incidents', listOf(Incident)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit, status, monitor_id } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const filter = { status, monitorId: monitor_id, before, limit: limit + 1 };
      const rows = await listIncidents(deps.db.read, requireSession(c).account.id, filter);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const next_cursor = last ? packCursor([last.started_at, last.id]) : null;
      const now = deps.clock.now();
      return c.json({ data: shown.map((row) => incidentJson(row, now)), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/incidents/{id}',
      tags,
      summary: 'One incident with its timeline',
      middleware: guard('read'),
      request: { params },
      responses: { 200: answer('The incident', IncidentWithTimeline), ...problems(401, 404) },
    }),
    async (c) => c.json(await loadIncident(deps, requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/incidents/{id}/acknowledge',
      tags,
      summary: 'Say that somebody is on it',
      middleware: guard('write'),
      request: { params },
      responses: { 200: answer('The incident', IncidentWithTimeline), ...problems(401, 403, 404) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await acknowledgeIncident(deps, actorOf(session), id);
      return c.json(await loadIncident(deps, session.account.id, id), 200);
    },
  );

  return api;
}

async function loadIncident(deps: Deps, accountId: string, id: string): Promise<z.infer<typeof IncidentWithTimeline>> {
  const row = await findIncident(deps.db.read, accountId, id);
  if (!row) throw notFound();
  const timeline = await loadTimeline(deps.db.read, accountId, id);
  return {
    ...incidentJson(row, deps.clock.now()),
    timeline: timeline.map(({ at, kind, text, by, delivery }) => ({
      at: iso(at),
      kind,
      text,
      by,
      delivery_id: delivery?.id ?? null,
      delivery_state: delivery?.state ?? null,
    })),
  };
}
