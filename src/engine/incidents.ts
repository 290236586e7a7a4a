import { cancelKeptBack, cancelOfMonitor } from '../alerts/delivery-queries.ts';
import { cancelWarnings } from '../alerts/warning-queries.ts';
import type { IncidentMessage } from '../core/alert.ts';
import type { IncidentEvent } from '../core/incident.ts';
import { duration, SECOND } from '../core/time.ts';
import type { Reason } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { countMutedBy, hasAlert, heldUntil } from '../incidents/dependency-queries.ts';
import {
  closeIncident,
  countTimeline,
  findNewestIncident,
  findOpenIncident,
  type IncidentRow,
  insertIncident,
  insertTimeline,
  readMessage,
} from '../incidents/machine-queries.ts';
import { forgetCertificate } from '../monitors/certificate-queries.ts';
import { resetState } from '../monitors/ingest-queries.ts';
import { reportEnded, reportOpened } from './auto-report.ts';
import { forgetReleased, HOLD_MS, muteBelow, releaseBelow, standBehind } from './dependencies.ts';
import { tell, tellDown, type Telling } from './telling.ts';

/** A failure that keeps changing its face must not fill the timeline. */
const MAX_REASON_CHANGES = 20;

/** What the machine did with one result, for the incident's rows and its alerts. */
export interface Happening {
  monitorNo: number;
  accountId: string;
  incidentId: string;
  event: IncidentEvent | { type: 'reason_changed' | 'unstable' | 'settled'; at: number };
  /** The incident is recorded, and nobody is told (R-IN-11). */
  silent: boolean;
  /** It depends on another monitor. */
  hasParent: boolean;
  /** When people may be told, epoch ms: the end of planned work (R-IN-8). */
  notBefore: number | undefined;
  badRun: number;
  reason: Reason;
  message: string;
  now: number;
}

/** Writes what happened to an incident and queues its alerts; returns how many deliveries were queued. */
export async function recordHappening(tx: Tx, happening: Happening): Promise<number> {
  const { event } = happening;
  switch (event.type) {
    case 'opened':
      return open(tx, happening, event);
    case 'resolved':
      return resolve(tx, happening, event);
    case 'reminded':
      return remind(tx, happening);
    case 'reason_changed':
      return changeReason(tx, happening);
    case 'unstable':
      return tellOfUnrest(tx, happening, 'degraded');
    case 'settled':
      return tellOfUnrest(tx, happening, 'rest');
  }
}

async function open(tx: Tx, happening: Happening, event: { startedAt: number; at: number }): Promise<number> {
  const { monitorNo, incidentId, reason, message, badRun } = happening;
  await insertIncident(tx, {
    id: incidentId,
    account_id: happening.accountId,
    monitor_no: monitorNo,
    reason,
    message,
    started_at: event.startedAt,
    opened_at: event.at,
  });
  const first = (await readMessage(tx, monitorNo, Math.floor(event.startedAt / SECOND))) ?? message;
  const confirmed = badRun === 1 ? message : `Confirmed by ${badRun} failed checks in a row. ${message}`;
  await insertTimeline(tx, incidentId, [
    { at: event.startedAt, kind: 'first_failure', text: first },
    { at: event.at, kind: 'opened', text: confirmed },
  ]);
  const mutedBelow = await muteBelow(tx, { monitorNo, incidentId }, happening.now);
  const standing = happening.hasParent ? await standBehind(tx, monitorNo, incidentId, happening.now) : null;
  if (happening.silent) return 0;
  const explained = standing?.by === 'muted';
  const { accountId, now } = happening;
  await reportOpened(tx, { accountId, monitorNo, incidentId, reason, startedAt: event.startedAt, explained, now });
  if (explained) return 0;
  const incident = { id: incidentId, reason, message, startedAt: event.startedAt, resolvedAt: null };
  const held = standing?.by === 'held' ? ({ notBefore: standing.until, heldFor: 'parent' } as const) : {};
  const besides = mutedBelow > 0 ? { muted: { count: mutedBelow } } : undefined;
  return tellDown(tx, { ...about(happening), incident, besides, ...held });
}

async function resolve(tx: Tx, happening: Happening, event: { endedAt: number; announced: boolean }): Promise<number> {
  const { monitorNo, now } = happening;
  const incident = await findOpenIncident(tx, monitorNo);
  if (!incident) return 0;
  // The wall clock may have been set back during the incident: no negative durations (R-IN-12).
  const endedAt = Math.max(event.endedAt, incident.started_at);
  await closeIncident(tx, incident.id, endedAt, 'recovered');
  const text = `Answers again after ${duration(endedAt - incident.started_at)}.`;
  await insertTimeline(tx, incident.id, [{ at: endedAt, kind: 'resolved', text }]);
  // While it keeps changing its report stays open: it ends where the monitor comes to rest.
  if (!happening.silent) await reportEnded(tx, { monitorNo, cause: 'recovered', endedAt, now });
  if (happening.hasParent) await forgetReleased(tx, incident.id, now);
  const queued = await releaseBelow(tx, monitorNo, now);
  if (!event.announced || happening.silent) return queued;
  // "Up" does not overtake a "down" that is kept back.
  const until = happening.hasParent ? await heldUntil(tx, incident.id) : null;
  const held = until === null ? {} : ({ notBefore: until + 1, heldFor: 'parent' } as const);
  return queued + (await tell(tx, { ...about(happening), event: 'up', incident: told(incident, endedAt), ...held }));
}

async function changeReason(tx: Tx, happening: Happening): Promise<number> {
  const { incidentId, event, message } = happening;
  if ((await countTimeline(tx, incidentId, 'reason_changed')) < MAX_REASON_CHANGES) {
    await insertTimeline(tx, incidentId, [{ at: event.at, kind: 'reason_changed', text: message }]);
  }
  return 0;
}

async function remind(tx: Tx, happening: Happening): Promise<number> {
  const incident = await findOpenIncident(tx, happening.monitorNo);
  if (!incident || happening.silent || incident.muted_by !== null) return 0;
  const reminder = (await countTimeline(tx, incident.id, 'reminded')) + 1;
  const lasted = duration(happening.event.at - incident.started_at);
  const text = `Reminder ${reminder}: down for ${lasted}. ${happening.message}`;
  await insertTimeline(tx, incident.id, [{ at: happening.event.at, kind: 'reminded', text }]);
  const muted = { count: await countMutedBy(tx, happening.monitorNo, incident.id) };
  const besides = { reminder, ...(muted.count > 0 ? { muted } : {}) };
  return tell(tx, { ...about(happening), event: 'reminder', incident: told(incident, null), besides });
}

/** Once that a monitor keeps changing, and once where it came to rest: its newest incident says both. */
async function tellOfUnrest(tx: Tx, happening: Happening, what: 'degraded' | 'rest'): Promise<number> {
  const { monitorNo, now, hasParent } = happening;
  const newest = await findNewestIncident(tx, monitorNo);
  if (!newest) return 0;
  const telling = { ...about(happening), incident: told(newest, newest.resolved_at) };
  const open = newest.resolved_at === null;
  if (what === 'degraded') {
    // The unrest may be that of what it depends on.
    if (newest.muted_by !== null) return 0;
    if (hasParent) await cancelKeptBack(tx, newest.id);
    const held = open && hasParent ? ({ notBefore: now + HOLD_MS, heldFor: 'parent' } as const) : {};
    return tell(tx, { ...telling, event: 'degraded', toAll: true, ...held });
  }
  if (open) {
    const explained = newest.muted_by !== null;
    const { id: incidentId, reason, started_at: startedAt } = newest;
    const { accountId } = happening;
    await reportOpened(tx, { accountId, monitorNo, incidentId, reason, startedAt, explained, now });
    if (explained || (await hasAlert(tx, newest.id))) return 0;
    return tellDown(tx, { ...telling, dedupLabel: 'rest' });
  }
  await reportEnded(tx, { monitorNo, cause: 'recovered', endedAt: newest.resolved_at ?? now, now });
  return tell(tx, { ...telling, event: 'up', toAll: true });
}

function told(incident: IncidentRow, resolvedAt: number | null): IncidentMessage['incident'] {
  const { id, reason, message, started_at } = incident;
  return { id, reason, message, startedAt: started_at, resolvedAt };
}

function about({ now, accountId, monitorNo, notBefore }: Happening): Omit<Telling, 'event' | 'incident'> {
  const heldFor = notBefore === undefined ? undefined : 'maintenance';
  return { now, accountId, monitorNo, notBefore, heldFor };
}

/** What the timeline says of an end that no result brought. */
export const CLOSED_BECAUSE = {
  paused: 'Closed because the monitor was paused.',
  changed: 'Closed because what the monitor checks was changed.',
  deleted: 'Closed because the monitor was deleted.',
} as const;

/**
 * Part of pausing, resuming, changing what is checked, and deleting: an open incident is closed without a recovery
 * alert, alerts that have not left never leave, and the monitor starts anew (R-IN-7, R-IN-9, R-IN-10). What it kept
 * muted is told from then on.
 * Results of checks that were under way do not count if `config_version` was raised.
 */
export async function closeOpenIncident(
  tx: Tx,
  { monitorNo, cause, now }: { monitorNo: number; cause: keyof typeof CLOSED_BECAUSE; now: number },
): Promise<void> {
  const incident = await findOpenIncident(tx, monitorNo);
  if (incident) {
    const endedAt = Math.max(now, incident.started_at);
    await closeIncident(tx, incident.id, endedAt, cause);
    await insertTimeline(tx, incident.id, [{ at: endedAt, kind: 'resolved', text: CLOSED_BECAUSE[cause] }]);
  }
  await reportEnded(tx, { monitorNo, cause, endedAt: now, now });
  await cancelOfMonitor(tx, monitorNo);
  if (cause === 'deleted') await cancelWarnings(tx, monitorNo);
  await releaseBelow(tx, monitorNo, now);
  if (cause === 'changed') await forgetCertificate(tx, monitorNo);
  await resetState(tx, monitorNo, now);
}
