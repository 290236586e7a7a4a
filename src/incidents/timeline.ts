import { listIncidentDeliveries } from '../alerts/log-queries.ts';
import type { Db } from '../db/client.ts';
import { listEvents } from './queries.ts';

/** One line of an incident's story. */
export interface TimelineEntry {
  at: number;
  kind: Awaited<ReturnType<typeof listEvents>>[number]['kind'] | 'delivery';
  text: string;
  /** Address of the person who did it; null is the product. */
  by: string | null;
  /** State of a notification. */
  delivery: { id: string; state: string; error: string | null; attempts: number } | null;
}

const EVENT_WORDS: Record<string, string> = {
  down: 'Alert',
  up: 'Recovery notice',
  reminder: 'Reminder',
  degraded: 'Notice that it keeps changing',
};

/** Everything that happened in an incident and everybody who was told of it, oldest first. */
export async function loadTimeline(db: Db, accountId: string, incidentId: string): Promise<TimelineEntry[]> {
  const [events, deliveries] = await Promise.all([
    listEvents(db, incidentId),
    listIncidentDeliveries(db, accountId, incidentId),
  ]);
  const told = deliveries.map((one) => ({
    at: one.created_at,
    kind: 'delivery' as const,
    text: `${EVENT_WORDS[one.event] ?? one.event} to ${one.channel_name}`,
    by: null,
    delivery: { id: one.id, state: one.state, error: one.last_error, attempts: one.attempts },
  }));
  const happened = events.map(({ at, kind, text, email }) => ({ at, kind, text, by: email, delivery: null }));
  // Sorting keeps the order of equals: what happened comes before those who were told.
  return [...happened, ...told].toSorted((a, b) => a.at - b.at);
}
