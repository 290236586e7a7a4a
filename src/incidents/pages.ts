import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { findAccount } from '../accounts/queries.ts';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { SNOOZE_WORDS, SNOOZES, snoozeEnd } from '../core/snooze.ts';
import type { Deps } from '../deps.ts';
import { listReportedOn } from '../statuspages/report-queries.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { incidentLasted, incidentStatus, snoozedUntil } from '../web/incident-shape.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import {
  acknowledgeIncident,
  type Doer,
  noteIncident,
  snoozeIncident,
  unacknowledgeIncident,
  unsnoozeIncident,
} from './actions.ts';
import { entryView } from './entry-view.ts';
import { addIncidentLists } from './list-pages.ts';
import { acknowledger, findIncident } from './queries.ts';
import { incidentFacts, loadTimeline, type TimelineEntry } from './timeline.ts';

const Said = z.object({
  note: z.string().catch(''),
  for: z.enum(SNOOZES, 'Choose for how long.').catch('1h'),
});
type Said = z.infer<typeof Said>;

/** The account's outages, the story of each, and what people may say to it. */
export function incidentPages(deps: Deps, views: Views): Hono<AppEnv> {
  const pages = new Hono<AppEnv>();
  addIncidentLists(pages, deps, views);

  pages.get('/incidents/:id', async (c) => {
    const session = requireAbility(c, 'read');
    return views.page(c, 'incidents/show', await loadOne(deps, session, c.req.param('id')));
  });

  pages.post('/incidents/:id/acknowledge', (c) =>
    act(c, 'Acknowledged. Everyone who opens this page sees that you are on it.', (who, id, { note }) =>
      acknowledgeIncident(deps, who, id, note),
    ),
  );

  pages.post('/incidents/:id/unacknowledge', (c) =>
    act(c, 'Taken back. Reminders and escalation go on.', (who, id) => unacknowledgeIncident(deps, who, id)),
  );

  pages.post('/incidents/:id/snooze', (c) =>
    act(c, 'Snoozed. Until then nobody is reminded and nobody else is called.', async (who, id, said) => {
      const zone = (await findAccount(deps.db.read, who.accountId))?.timezone ?? 'UTC';
      await snoozeIncident(deps, who, id, snoozeEnd(said.for, deps.clock.now(), zone), said.note);
    }),
  );

  pages.post('/incidents/:id/unsnooze', (c) =>
    act(c, 'The snooze has ended. Reminders and escalation go on.', (who, id) => unsnoozeIncident(deps, who, id)),
  );

  pages.post('/incidents/:id/notes', (c) => act(c, 'Noted.', (who, id, { note }) => noteIncident(deps, who, id, note)));

  /** Does it and leads back to the incident, or shows beside the note why it cannot be. */
  async function act(
    c: Context<AppEnv>,
    done: string,
    work: (who: Doer, id: string, said: Said) => Promise<void>,
  ): Promise<Response> {
    const session = requireAbility(c, 'write');
    const id = c.req.param('id') ?? '';
    const said = Said.parse(await readForm(c));
    try {
      await work(actorOf(session), id, said);
    } catch (error) {
      const refused = refusal(error);
      return views.page(c, 'incidents/show', await loadOne(deps, session, id, { said, refused }), refused.status);
    }
    setFlash(c, 'good', done);
    return c.redirect(`/incidents/${id}`, 303);
  }

  return pages;
}

async function loadOne(deps: Deps, session: Session, id: string, attempt?: { said: Said; refused: Refusal }) {
  const now = deps.clock.now();
  const accountId = session.account.id;
  const row = await findIncident(deps.db.read, accountId, id);
  if (!row) throw notFound();
  const mayWrite = can(session.role, 'write');
  const timeline = await loadTimeline(deps.db.read, accountId, row, { evidence: mayWrite });
  const isLater = ({ kind, at }: TimelineEntry) => kind === 'check' && at > row.opened_at;
  const latest = row.resolved_at === null ? timeline.findLast(isLater) : undefined;
  const deliveries = timeline.filter(({ kind }) => kind === 'delivery');
  return {
    now,
    incident: { ...row, status: incidentStatus(row), lasted: incidentLasted(row, now) },
    snoozed: snoozedUntil(row, now),
    escalatesAt: row.resolved_at === null && row.acknowledged_at === null ? row.next_escalation_at : null,
    takenBy: row.acknowledged_at === null ? null : await acknowledger(deps.db.read, id),
    facts: incidentFacts(row, timeline),
    told: deliveries.length > 0,
    reported: await listReportedOn(deps.db.read, accountId, id),
    timeline: timeline.map((entry) => entryView(entry, row, latest)),
    mayWrite,
    snoozes: SNOOZES.map((value) => ({
      value,
      words: SNOOZE_WORDS[value],
      chosen: value === (attempt?.said.for ?? '1h'),
    })),
    note: attempt?.said.note ?? '',
    noteError: attempt && (attempt.refused.errors['note'] ?? attempt.refused.problem),
  };
}
