import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { can } from '../core/access.ts';
import { invalidField, notFound } from '../core/errors.ts';
import { LONGEST_SNOOZE_MS } from '../core/snooze.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { Incident, incidentJson } from '../web/incident-shape.ts';
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
  acknowledgeIncident,
  LONGEST_NOTE,
  noteIncident,
  snoozeIncident,
  unacknowledgeIncident,
  unsnoozeIncident,
} from './actions.ts';
import { findIncident, INCIDENT_STATUSES, listIncidents } from './queries.ts';
import { loadTimeline } from './timeline.ts';
import { IncidentWithTimeline, storyJson } from './timeline-shape.ts';

const tags = ['Incidents'];
const params = z.object({ id: z.string().openapi({ example: 'inc_0123456789abcdef' }) });
const instant = z.iso.datetime({ offset: true, error: 'Write a time such as 2026-11-21T10:00:00Z.' });
const note = z.string().max(LONGEST_NOTE, `A note has at most ${LONGEST_NOTE} characters.`).optional();
const MOST_MINUTES = LONGEST_SNOOZE_MS / MINUTE;
const minutes = z
  .int('Must be a whole number of minutes.')
  .min(1, 'Must be at least 1 minute.')
  .max(MOST_MINUTES, `Must be at most ${MOST_MINUTES} minutes, a week.`);

const Snooze = z
  .strictObject({ minutes: minutes.optional(), until: instant.optional(), note })
  .openapi('Snooze', { description: 'Either for how many minutes, or until when.' });

const Note = z
  .strictObject({
    note: z.string('Write what you found or did.').max(LONGEST_NOTE, `A note has at most ${LONGEST_NOTE} characters.`),
  })
  .openapi('IncidentNote', { example: { note: 'The load balancer had lost its peer.' } });

/** `/api/incidents`: the account's outages. */
export function incidentApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const own = [guard('write'), guardIncident(deps)];

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
          since: instant.optional().openapi({ description: 'Only what was going on at this time or later.' }),
          until: instant.optional().openapi({ description: 'Only what began before this time.' }),
        }),
      },
      responses: { 200: answer('A page of incidents', listOf(Incident)), ...problems(401, 422) },
    }),
    async (c) => {
      const { cursor, limit, status, monitor_id, since, until } = c.req.valid('query');
      const before = unpackCursor(cursor, z.tuple([z.int(), z.string()]));
      const [sinceMs, untilMs] = [since, until].map((text) => (text === undefined ? undefined : Date.parse(text)));
      const filter = { status, monitorId: monitor_id, sinceMs, untilMs, before, limit: limit + 1 };
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
    async (c) => c.json(await loadIncident(deps, requireSession(c), c.req.valid('param').id), 200),
  );

  api.openapi(
    change(
      own,
      'acknowledge',
      'Say that somebody is on it',
      optionalBody(z.strictObject({ note }).openapi('Acknowledgement')),
    ),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await acknowledgeIncident(deps, actorOf(session), id, c.req.valid('json').note);
      return c.json(await loadIncident(deps, session, id), 200);
    },
  );

  api.openapi(change(own, 'unacknowledge', 'Say that nobody is on it any more', undefined), async (c) => {
    const session = requireSession(c);
    const { id } = c.req.valid('param');
    await unacknowledgeIncident(deps, actorOf(session), id);
    return c.json(await loadIncident(deps, session, id), 200);
  });

  api.openapi(change(own, 'snooze', 'No reminder and no escalation for a while', body(Snooze)), async (c) => {
    const session = requireSession(c);
    const { id } = c.req.valid('param');
    const { minutes: length, until, note: reason } = c.req.valid('json');
    if ((length === undefined) === (until === undefined)) {
      throw invalidField('minutes', 'Say either for how many minutes, or until when.');
    }
    const end = until === undefined ? deps.clock.now() + (length ?? 0) * MINUTE : Date.parse(until);
    await snoozeIncident(deps, actorOf(session), id, end, reason);
    return c.json(await loadIncident(deps, session, id), 200);
  });

  api.openapi(change(own, 'unsnooze', 'End a snooze before its time', undefined), async (c) => {
    const session = requireSession(c);
    const { id } = c.req.valid('param');
    await unsnoozeIncident(deps, actorOf(session), id);
    return c.json(await loadIncident(deps, session, id), 200);
  });

  api.openapi(change(own, 'notes', 'Write a note for whoever reads the incident', body(Note)), async (c) => {
    const session = requireSession(c);
    const { id } = c.req.valid('param');
    await noteIncident(deps, actorOf(session), id, c.req.valid('json').note);
    return c.json(await loadIncident(deps, session, id), 200);
  });

  return api;
}

function optionalBody<T extends z.ZodType>(schema: T) {
  return { required: false, content: { 'application/json': { schema } } };
}

/** `POST /incidents/{id}/<what>`, answered with the incident as it then is. */
function change<W extends string, B extends ReturnType<typeof optionalBody> | undefined>(
  middleware: MiddlewareHandler<AppEnv>[],
  what: W,
  summary: string,
  sent: B,
) {
  return createRoute({
    method: 'post',
    path: `/incidents/{id}/${what}` as const,
    tags,
    summary,
    middleware,
    request: { params, body: sent },
    responses: { 200: answer('The incident', IncidentWithTimeline), ...problems(401, 403, 404, 422) },
  });
}

/** Before the body is looked at: an incident of another account is as unknown as one that never was. */
function guardIncident(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { account } = requireSession(c);
    if (!(await findIncident(deps.db.read, account.id, c.req.param('id') ?? ''))) throw notFound();
    await next();
  };
}

async function loadIncident(deps: Deps, session: Session, id: string): Promise<z.infer<typeof IncidentWithTimeline>> {
  const row = await findIncident(deps.db.read, session.account.id, id);
  if (!row) throw notFound();
  const evidence = can(session.role, 'write');
  const timeline = await loadTimeline(deps.db.read, session.account.id, row, { evidence });
  return storyJson(row, timeline, deps.clock.now());
}
