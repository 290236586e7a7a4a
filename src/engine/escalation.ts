import { type DueEscalation, listDueEscalations, readEscalation, setEscalation } from '../alerts/escalation-queries.ts';
import { type EscalationMove, nextStep } from '../core/escalation.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { insertTimeline } from '../incidents/machine-queries.ts';
import { tell } from './telling.ts';

/** Incidents looked at in one run; each has a transaction of its own. */
const BATCH = 100;

/** A job that takes the next step of each incident that nobody acknowledged in time. */
export function escalationJob(deps: Deps): () => Promise<void> {
  return async () => {
    const now = deps.clock.now();
    let queued = 0;
    for (const id of await listDueEscalations(deps.db.read, now, BATCH)) {
      const taken = await deps.db.write('escalate incident', (tx) => escalate(tx, id, now));
      if (!taken) continue;
      queued += taken.queued;
      deps.live.publish({ accountId: taken.accountId, type: 'state', monitorIds: [taken.monitorId] });
    }
    if (queued > 0) deps.wake.outbox();
  };
}

/** Looks at one incident at its time; what it took is returned, or null when it took no step. */
async function escalate(tx: Tx, incidentId: string, now: number) {
  const incident = await readEscalation(tx, incidentId);
  if (!incident) return null;
  const move = nextStep(incident.steps, incident, now);
  if (move.do === 'stop') {
    await setEscalation(tx, incidentId, { next_escalation_at: null });
    return null;
  }
  if (move.do === 'rest') return null;
  const works = incident.windows.filter(([from, to]) => from <= now && now < to).map(([, to]) => to);
  if (works.length === 0) return takeStep(tx, incident, move, now);
  // Planned work: nobody is woken for it, and the step is taken if it is still needed afterwards.
  await setEscalation(tx, incidentId, { next_escalation_at: Math.max(...works) });
  return null;
}

async function takeStep(
  tx: Tx,
  incident: DueEscalation,
  { step, number, nextAt }: Extract<EscalationMove, { do: 'take' }>,
  now: number,
) {
  const { id, account_id: accountId, monitor_no: monitorNo, reason, message, started_at: startedAt } = incident;
  const channels = incident.channels.filter((channel) => step.channel_ids.includes(channel.id));
  const telling = {
    now,
    accountId,
    monitorNo,
    incident: { id, reason, message, startedAt, resolvedAt: null },
    dedupLabel: `step-${number}`,
    besides: { escalation: { step: number, minutes: step.after_minutes } },
  };
  const told = channels.filter((channel) => incident.told.includes(channel.id));
  const untold = channels.filter((channel) => !incident.told.includes(channel.id));
  let queued = 0;
  for (const [event, some] of [
    ['reminder', told],
    ['down', untold],
  ] as const) {
    if (some.length > 0) queued += await tell(tx, { ...telling, event, channelIds: some.map((channel) => channel.id) });
  }
  await setEscalation(tx, id, { escalation_step: number, next_escalation_at: nextAt });
  const names = channels.map(({ name }) => name).join(', ');
  const whom = channels.length === 0 ? 'has no channel left to tell.' : `tells ${names}.`;
  const text = `Nobody acknowledged it for ${minutes(step.after_minutes)}: step ${number} of the policy ${whom}`;
  await insertTimeline(tx, id, [{ at: now, kind: 'escalated', text }]);
  return { queued, accountId, monitorId: incident.monitor_id };
}

function minutes(count: number): string {
  return count === 1 ? 'a minute' : `${count} minutes`;
}
