import { setEscalation, stepsOf } from '../alerts/escalation-queries.ts';
import type { IncidentMessage } from '../core/alert.ts';
import { startEscalation } from '../core/escalation.ts';
import type { Tx } from '../db/client.ts';
import { readAlertSubject } from '../incidents/machine-queries.ts';
import { enqueueIncident } from './outbox.ts';

/** What people are to be told about an incident. */
export interface Telling {
  event: 'down' | 'up' | 'reminder' | 'degraded';
  now: number;
  accountId: string;
  monitorNo: number;
  incident: IncidentMessage['incident'];
  /** Not before this instant, epoch ms, and why. */
  notBefore?: number | undefined;
  heldFor?: 'maintenance' | 'parent' | undefined;
  /** Only these channels; else those of the monitor. */
  channelIds?: readonly string[] | undefined;
  /** The fact, where it is not the event itself: the same fact is told once. */
  dedupLabel?: string | undefined;
  /** About an unstable time: a recovery then goes to whoever heard last that the monitor is not well. */
  toAll?: boolean | undefined;
  /** What else the message says. */
  besides?: Pick<IncidentMessage, 'reminder' | 'escalation' | 'muted'> | undefined;
}

/** Queues a message about an incident and returns for how many receivers. */
export async function tell(tx: Tx, telling: Telling): Promise<number> {
  const { besides, incident, ...alert } = telling;
  const subject = await readAlertSubject(tx, telling.monitorNo);
  if (!subject) return 0;
  const message = { event: telling.event, ...subject, incident, ...besides };
  return enqueueIncident(tx, { ...alert, incidentId: incident.id, alert: message });
}

/** Tells the first ones of a failure; from then on its policy counts, if it has one. */
export async function tellDown(tx: Tx, telling: Omit<Telling, 'event'>): Promise<number> {
  const queued = await tell(tx, { ...telling, event: 'down' });
  const steps = await stepsOf(tx, telling.monitorNo);
  const toldAt = Math.max(telling.now, telling.notBefore ?? telling.now);
  if (steps.length > 0) await setEscalation(tx, telling.incident.id, startEscalation(steps, toldAt));
  return queued;
}
