import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, can } from '../core/access.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { cleanMessage } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { countNotes, findIncident, type IncidentRow, insertPersonEvent, setAcknowledged } from './queries.ts';

const MOST_NOTES = 200;
const LONGEST_NOTE = 2_000;

/** Says that somebody is on it. A second time, or once it is over, changes nothing. */
export async function acknowledgeIncident(deps: Deps, actor: Actor, id: string): Promise<void> {
  await change(deps, actor, id, 'acknowledge incident', async (tx, incident, now) => {
    if (!(await setAcknowledged(tx, id, actor.userId, now))) return;
    const text = 'Somebody is on it.';
    await insertPersonEvent(tx, { incidentId: id, at: now, kind: 'acknowledged', text, userId: actor.userId });
    await audit(tx, actor, now, 'incident.acknowledged', incident);
  });
}

/** Adds a line of a person's own to the timeline; it is not shown in public. */
export async function noteIncident(deps: Deps, actor: Actor, id: string, note: string): Promise<void> {
  const text = cleanMessage(note);
  if (text === '') throw invalidField('note', 'Write what you found or did.');
  if (note.length > LONGEST_NOTE) throw invalidField('note', `A note has at most ${LONGEST_NOTE} characters.`);
  await change(deps, actor, id, 'note incident', async (tx, incident, now) => {
    if ((await countNotes(tx, id)) >= MOST_NOTES) {
      throw invalidField('note', `An incident has at most ${MOST_NOTES} notes.`);
    }
    await insertPersonEvent(tx, { incidentId: id, at: now, kind: 'note', text, userId: actor.userId });
    await audit(tx, actor, now, 'incident.noted', incident);
  });
}

async function change(
  deps: Deps,
  actor: Actor,
  id: string,
  name: string,
  work: (tx: Tx, incident: IncidentRow, now: number) => Promise<void>,
): Promise<void> {
  if (!can(actor.role, 'write')) {
    throw new AppError('forbidden', `Your role in this account (${actor.role}) does not allow this.`);
  }
  const now = deps.clock.now();
  const incident = await deps.db.write(name, async (tx) => {
    const found = await findIncident(tx, actor.accountId, id);
    if (!found) throw notFound();
    await work(tx, found, now);
    return found;
  });
  deps.live.publish({ accountId: actor.accountId, type: 'state', monitorIds: [incident.monitor_id] });
}

async function audit(tx: Tx, actor: Actor, at: number, action: string, incident: IncidentRow): Promise<void> {
  const { accountId, userId } = actor;
  await insertAudit(tx, {
    accountId,
    userId,
    at,
    action,
    subject: incident.id,
    detail: { monitor: incident.monitor_id },
  });
}
