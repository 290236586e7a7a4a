import { Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { incidentLasted, incidentStatus } from '../web/incident-shape.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { acknowledgeIncident, noteIncident } from './actions.ts';
import { findIncident, type IncidentRow, incidentTally, listIncidents } from './queries.ts';
import { loadTimeline, type TimelineEntry } from './timeline.ts';

const ROWS = 30;
const FILTERS = [
  { status: undefined, word: 'All' },
  { status: 'ongoing', word: 'Open' },
  { status: 'resolved', word: 'Resolved' },
] as const;

const ListQuery = z.object({
  status: z.enum(['ongoing', 'resolved']).optional().catch(undefined),
  before: z.string().max(200).optional().catch(undefined),
});

/** The account's outages, and the story of each. */
export function incidentPages(deps: Deps, views: Views): Hono<AppEnv> {
  const pages = new Hono<AppEnv>();

  pages.get('/incidents', async (c) => {
    const session = requireAbility(c, 'read');
    const query = ListQuery.parse(c.req.query());
    return views.page(c, 'incidents/index', await loadList(deps, session, query));
  });

  pages.get('/incidents/:id', async (c) => {
    const session = requireAbility(c, 'read');
    return views.page(c, 'incidents/show', await loadOne(deps, session, c.req.param('id')));
  });

  pages.post('/incidents/:id/acknowledge', async (c) => {
    const id = c.req.param('id');
    await acknowledgeIncident(deps, actorOf(requireAbility(c, 'write')), id);
    setFlash(c, 'good', 'Acknowledged. Everyone who opens this page sees that you are on it.');
    return c.redirect(`/incidents/${id}`, 303);
  });

  pages.post('/incidents/:id/notes', async (c) => {
    const session = requireAbility(c, 'write');
    const id = c.req.param('id');
    const note = [(await readForm(c))['note'] ?? ''].flat().at(-1) ?? '';
    try {
      await noteIncident(deps, actorOf(session), id, note);
      return c.redirect(`/incidents/${id}`, 303);
    } catch (error) {
      const refused = refusal(error);
      return views.page(c, 'incidents/show', await loadOne(deps, session, id, { note, refused }), refused.status);
    }
  });

  return pages;
}

async function loadList(deps: Deps, session: Session, { status, before }: z.infer<typeof ListQuery>) {
  const now = deps.clock.now();
  const accountId = session.account.id;
  const position = unpackCursor(before, z.tuple([z.int(), z.string()]));
  const [rows, tally] = await Promise.all([
    listIncidents(deps.db.read, accountId, { status, before: position, limit: ROWS + 1 }),
    incidentTally(deps.db.read, accountId),
  ]);
  const shown = rows.slice(0, ROWS);
  const last = rows.length > ROWS ? shown.at(-1) : undefined;
  return {
    now,
    status,
    tally,
    filters: FILTERS.map((one) => ({ ...one, href: address({ status: one.status }), current: one.status === status })),
    incidents: shown.map((row) => incidentView(row, now)),
    next: last ? address({ status, before: packCursor([last.started_at, last.id]) }) : null,
    first: position ? address({ status }) : null,
  };
}

async function loadOne(deps: Deps, session: Session, id: string, attempt?: { note: string; refused: Refusal }) {
  const now = deps.clock.now();
  const row = await findIncident(deps.db.read, session.account.id, id);
  if (!row) throw notFound();
  const timeline = await loadTimeline(deps.db.read, session.account.id, id);
  return {
    now,
    incident: incidentView(row, now),
    timeline: timeline.map(entryView),
    mayWrite: can(session.role, 'write'),
    note: {
      name: 'note',
      label: 'Note',
      type: 'textarea',
      rows: 2,
      maxlength: 2000,
      placeholder: 'What you found, what you did',
      value: attempt?.note ?? '',
      error: attempt?.refused.errors['note'],
    },
  };
}

function incidentView(row: IncidentRow, now: number) {
  return { ...row, status: incidentStatus(row), lasted: incidentLasted(row, now) };
}

const TITLES: Record<TimelineEntry['kind'], { title: string; tone: string }> = {
  first_failure: { title: 'First failed check', tone: 'tone-degraded' },
  opened: { title: 'Confirmed: incident opened', tone: 'tone-down' },
  acknowledged: { title: 'Acknowledged', tone: 'tone-accent' },
  snoozed: { title: 'Snoozed', tone: 'tone-accent' },
  muted: { title: 'Nobody is told', tone: 'tone-unknown' },
  unmuted: { title: 'Alerts are on again', tone: 'tone-down' },
  escalated: { title: 'Escalated', tone: 'tone-down' },
  note: { title: 'Note', tone: 'tone-accent' },
  reminded: { title: 'Still down: reminder', tone: 'tone-down' },
  reason_changed: { title: 'It fails differently now', tone: 'tone-degraded' },
  resolved: { title: 'Resolved', tone: 'tone-up' },
  delivery: { title: 'Notification', tone: '' },
};

function entryView(entry: TimelineEntry) {
  return { ...entry, ...TITLES[entry.kind] };
}

function address(query: { status?: string | undefined; before?: string }): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? '/incidents' : `/incidents?${new URLSearchParams(given).toString()}`;
}
