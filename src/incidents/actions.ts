import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, can } from '../core/access.ts';
import { utc } from '../core/alert.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { LONGEST_SNOOZE_MS } from '../core/snooze.ts';
import { MINUTE } from '../core/time.ts';
import { cleanMessage } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { enqueueAcknowledgement } from '../engine/outbox.ts';
import { isChannelOpen } from './link-queries.ts';
import {
  acknowledger,
  countNotes,
  findIncident,
  type IncidentRow,
  insertPersonEvent,
  setAcknowledged,
  setSnoozed,
  setUnacknowledged,
} from './queries.ts';

const MOST_NOTES = 200;
export const LONGEST_NOTE = 2_000;

/** Whoever holds a link that was sent to a channel of the account. */
export interface LinkHolder {
  accountId: string;
  channelId: string;
  channelName: string;
}
export type Doer = Actor | LinkHolder;

/** Says that somebody is on it, with a reason or without. A second time, or once it is over, changes nothing. */
export async function acknowledgeIncident(deps: Deps, who: Doer, id: string, note = ''): Promise<void> {
  const reason = cleanNote(note);
  await change(deps, who, id, 'acknowledge incident', async (tx, incident, now) => {
    if (!(await setAcknowledged(tx, id, idOf(who), now))) return;
    const by = (await acknowledger(tx, id)) ?? 'somebody';
    await enqueueAcknowledgement(tx, { accountId: who.accountId, incidentId: id, now, by });
    await record(tx, who, now, 'acknowledged', incident, reason || 'Reminders and escalation have stopped.');
  });
}

/** Nobody is on it any more: reminders go on, and escalation where it stood. */
export async function unacknowledgeIncident(deps: Deps, who: Doer, id: string): Promise<void> {
  await change(deps, who, id, 'unacknowledge incident', async (tx, incident, now) => {
    if (!(await setUnacknowledged(tx, id))) return;
    await record(tx, who, now, 'unacknowledged', incident, 'Reminders and escalation go on.');
  });
}

/** No reminder and no escalation before `until` (epoch ms), a week from now at most. Once it is over nothing changes. */
export async function snoozeIncident(deps: Deps, who: Doer, id: string, until: number, note = ''): Promise<void> {
  const reason = cleanNote(note);
  const ahead = until - deps.clock.now();
  if (ahead < MINUTE) throw invalidField('until', 'Choose a time that is still to come.');
  if (ahead > LONGEST_SNOOZE_MS) throw invalidField('until', 'An incident can be snoozed for a week at most.');
  await change(deps, who, id, 'snooze incident', async (tx, incident, now) => {
    if (!(await setSnoozed(tx, id, until))) return;
    await record(tx, who, now, 'snoozed', incident, [`Until ${utc(until)}.`, reason].filter(Boolean).join(' '));
  });
}

/** Ends a snooze before its time. */
export async function unsnoozeIncident(deps: Deps, who: Doer, id: string): Promise<void> {
  await change(deps, who, id, 'unsnooze incident', async (tx, incident, now) => {
    if (incident.snoozed_until === null || incident.snoozed_until <= now || !(await setSnoozed(tx, id, null))) return;
    await record(tx, who, now, 'unsnoozed', incident, 'Reminders and escalation go on.');
  });
}

/** Adds a line of a person's own to the timeline; it is not shown in public. */
export async function noteIncident(deps: Deps, who: Doer, id: string, note: string): Promise<void> {
  const text = cleanNote(note);
  if (text === '') throw invalidField('note', 'Write what you found or did.');
  await change(deps, who, id, 'note incident', async (tx, incident, now) => {
    if ((await countNotes(tx, id)) >= MOST_NOTES) {
      throw invalidField('note', `An incident has at most ${MOST_NOTES} notes.`);
    }
    await record(tx, who, now, 'note', incident, text);
  });
}

function cleanNote(note: string): string {
  if (note.length > LONGEST_NOTE) throw invalidField('note', `A note has at most ${LONGEST_NOTE} characters.`);
  return cleanMessage(note);
}

async function change(
  deps: Deps,
  who: Doer,
  id: string,
  name: string,
  work: (tx: Tx, incident: IncidentRow, now: number) => Promise<void>,
): Promise<void> {
  if ('role' in who && !can(who.role, 'write')) {
    throw new AppError('forbidden', `Your role in this account (${who.role}) does not allow this.`);
  }
  const now = deps.clock.now();
  const incident = await deps.db.write(name, async (tx) => {
    const found = await findIncident(tx, who.accountId, id);
    if (!found || ('channelId' in who && !(await isChannelOpen(tx, who.accountId, who.channelId)))) throw notFound();
    await work(tx, found, now);
    return found;
  });
  deps.live.publish({ accountId: who.accountId, type: 'state', monitorIds: [incident.monitor_id] });
  deps.wake.outbox();
}

type Did = Parameters<typeof insertPersonEvent>[1]['kind'];

async function record(tx: Tx, who: Doer, at: number, kind: Did, incident: IncidentRow, text: string): Promise<void> {
  await insertPersonEvent(tx, { incidentId: incident.id, at, kind, text, by: idOf(who) });
  const through = 'channelName' in who ? { through: who.channelName } : {};
  await insertAudit(tx, {
    accountId: who.accountId,
    userId: 'userId' in who ? who.userId : null,
    at,
    action: kind === 'note' ? 'incident.noted' : `incident.${kind}`,
    subject: incident.id,
    detail: { monitor: incident.monitor_id, name: incident.monitor_name, ...through },
  });
}

function idOf(who: Doer): string {
  return 'userId' in who ? who.userId : who.channelId;
}
