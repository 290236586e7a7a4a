import { listIncidentDeliveries } from '../alerts/log-queries.ts';
import type { Db } from '../db/client.ts';
import type { ResultRow } from '../monitors/result-queries.ts';
import { COUNT_LIMIT, countChecks, readChecksAround } from '../monitors/story-queries.ts';
import { type IncidentRow, listEvents } from './queries.ts';
import { chooseChecks, gapsBetween, wholeSecond } from './told-checks.ts';

type EventKind = Awaited<ReturnType<typeof listEvents>>[number]['kind'];
type Delivery = Awaited<ReturnType<typeof listIncidentDeliveries>>[number];

/** One line of an incident's story. */
export interface TimelineEntry {
  at: number;
  /** `check` is one check, `checks` are many that were folded, `delivery` is a notification; the rest are steps. */
  kind: EventKind | 'check' | 'checks' | 'delivery';
  text: string;
  /** Address of the person who did it, or the link it came through; null is the product. */
  by: string | null;
  /** The check that this line tells of. */
  check: ResultRow | null;
  folded: { count: number; failed: number; until: number; more: boolean } | null;
  delivery: Delivery | null;
}

const EVENT_WORDS: Record<string, string> = {
  down: 'Alert',
  up: 'Recovery notice',
  reminder: 'Reminder',
  degraded: 'Notice that it keeps changing',
  acknowledged: 'Acknowledgement',
};

/** Steps that the product takes at the moment of a check. */
const BY_CHECK: ReadonlySet<EventKind> = new Set(['first_failure', 'opened', 'reason_changed', 'resolved']);

/**
 * Everything that happened in an incident, oldest first: the checks around it, what was made of them, everybody who was
 * told, and what people did. What an answer said is left out unless `evidence` is asked for (R-SS-10).
 */
export async function loadTimeline(
  db: Db,
  accountId: string,
  incident: IncidentRow,
  { evidence }: { evidence: boolean },
): Promise<TimelineEntry[]> {
  const [events, deliveries] = await Promise.all([
    listEvents(db, incident.id),
    listIncidentDeliveries(db, accountId, incident.id),
  ]);
  const steps = events.filter(({ kind }) => BY_CHECK.has(kind)).map(({ at }) => at);
  const stretch = { startedAt: incident.started_at, endedAt: incident.resolved_at, moments: steps };
  const rows = await readChecksAround(db, incident.monitor_no, stretch);
  const shown = chooseChecks(rows, incident, steps).map((row) => (evidence ? row : { ...row, evidence: null }));
  const acts = events.filter(({ kind }) => !BY_CHECK.has(kind)).map(({ at }) => at);
  const gaps = gapsBetween(
    shown.map(({ at }) => at),
    acts,
  );
  const counts = await countChecks(db, incident.monitor_no, gaps);

  const left = new Map(shown.map((row) => [row.at, row]));
  const happened = events.map(({ at, kind, text, by }) => {
    const second = wholeSecond(at);
    const check = BY_CHECK.has(kind) ? (left.get(second) ?? null) : null;
    if (check) left.delete(second);
    return { ...NOTHING, at, kind, text, by, check };
  });
  const checked = [...left.values()].map((check) => {
    return { ...NOTHING, at: check.at, kind: 'check' as const, text: check.message ?? '', check };
  });
  const folds = counts.flatMap((counted, i) => {
    if (!counted) return [];
    const { all: count, failed, from, to } = counted;
    const more = count === COUNT_LIMIT;
    const folded = { count, failed, until: more ? (gaps[i]?.[1] ?? to) : to, more };
    return [{ ...NOTHING, at: from, kind: 'checks' as const, text: foldWords(folded), folded }];
  });
  const told = deliveries.map((one) => {
    const text = `${EVENT_WORDS[one.event] ?? one.event} to ${receiver(one)}`;
    return { ...NOTHING, at: one.created_at, kind: 'delivery' as const, text, delivery: one };
  });
  // Sorting keeps the order of equals: what happened comes before those who were told.
  return [...checked, ...happened, ...folds, ...told].toSorted((a, b) => a.at - b.at);
}

const NOTHING = { by: null, check: null, folded: null, delivery: null };

/** A channel by its name, with the one address a message went to where it has several. */
function receiver({ channel_name, recipient }: Delivery): string {
  return recipient === null || recipient === channel_name ? channel_name : `${channel_name} (${recipient})`;
}

function foldWords({ count, failed, more }: { count: number; failed: number; more: boolean }): string {
  const number = `${more ? 'At least ' : ''}${count.toLocaleString('en-US')}`;
  const checks = count === 1 ? 'check' : 'checks';
  if (failed === count) return `${number} more failed ${checks}`;
  return failed === 0 ? `${number} more ${checks}` : `${number} more ${checks}, ${failed} of them failed`;
}

/** How fast an incident was noticed, told and taken up, in ms; null for what did not happen. */
export interface IncidentFacts {
  detectionMs: number;
  /** From the opening to the first alert that a receiver has taken. */
  firstAlertMs: number | null;
  acknowledgeMs: number | null;
}

export function incidentFacts(incident: IncidentRow, timeline: readonly TimelineEntry[]): IncidentFacts {
  const { started_at, opened_at, acknowledged_at } = incident;
  const alerts = timeline.flatMap(({ delivery }) => (delivery?.event === 'down' ? [delivery.sent_at] : []));
  const sent = alerts.filter((at) => at !== null);
  return {
    detectionMs: since(started_at, opened_at),
    firstAlertMs: sent.length === 0 ? null : since(opened_at, Math.min(...sent)),
    acknowledgeMs: acknowledged_at === null ? null : since(opened_at, acknowledged_at),
  };
}

/** Never negative: the wall clock may have been set back in between. */
function since(from: number, to: number): number {
  return Math.max(0, to - from);
}
