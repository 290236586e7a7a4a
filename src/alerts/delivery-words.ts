import { EXPIRY_EVENTS } from '../core/alert.ts';
import { LATE_MS } from '../core/backoff.ts';
import { mayReplay } from './delivery-actions.ts';
import { eventWord } from './event-words.ts';
import type { DeliveryRow } from './log-queries.ts';

/** Not sent, not given up: it will leave by itself. */
function isWaiting({ state }: DeliveryRow): boolean {
  return state === 'queued' || state === 'failed' || state === 'sending';
}

/** Whether it left long after it was queued, or still has not. */
export function isLate(row: DeliveryRow, now: number): boolean {
  if (row.state === 'dead' || row.state === 'cancelled') return false;
  return (row.sent_at ?? now) - row.created_at > LATE_MS;
}

/** A delivery as log and page show it. `hold` says in words what it waits for, `until` when that ends. */
export function deliveryLine(row: DeliveryRow, now: number) {
  const waiting = isWaiting(row);
  const hold = waiting ? holdWords(row) : null;
  const next = waiting && row.next_attempt_at !== null && row.next_attempt_at > now ? row.next_attempt_at : null;
  const others = row.batched_with ?? 0;
  return {
    id: row.id,
    at: row.created_at,
    what: eventWord(row.event),
    monitor: row.monitor_name,
    monitorId: row.monitor_id,
    incidentId: row.incident_id,
    isHook: row.hook_id !== null,
    href: linkOf(row),
    about: row.hook_id !== null ? 'The record' : row.incident_id ? 'The incident' : 'Certificates and domains',
    channel: row.channel_name,
    // What the filter of the log calls the receiver.
    channelId: row.channel_id ?? row.hook_id,
    recipient: row.recipient,
    state: row.state,
    attempts: row.attempts,
    hold,
    until: hold ? next : null,
    error: row.state === 'sent' ? null : row.last_error,
    answer: row.state === 'sent' ? row.answer : null,
    nextAt: hold ? null : next,
    sentAt: row.sent_at,
    late: isLate(row, now),
    batch:
      others === 0
        ? null
        : `${row.state === 'sent' ? 'Sent' : 'Leaves'} with ${others === 1 ? 'one other' : `${others} others`}`,
    retry: row.event !== 'test' && (row.state === 'dead' || row.state === 'failed'),
    replay: mayReplay(row),
  };
}

function holdWords({ held_for: why, recipient, next_attempt_at: next }: DeliveryRow): string | null {
  switch (why) {
    case 'verification':
      return `Waits until ${recipient ?? 'the address'} is confirmed.`;
    case 'quiet':
      return 'Waits for the end of quiet hours';
    case 'maintenance':
      return 'Waits for the end of planned work';
    case 'parent':
      return 'Waits while the monitor it depends on is looked at';
    default:
      return next === null ? 'Waits until the address is confirmed.' : null;
  }
}

/** The page about what a delivery tells of, as long as there is one. */
function linkOf(row: DeliveryRow): string | null {
  if (row.event === 'change') return '/settings/audit';
  if (EXPIRY_EVENTS.some((event) => event === row.event)) return '/certificates';
  return row.incident_id && row.monitor_id ? `/incidents/${row.incident_id}` : null;
}
