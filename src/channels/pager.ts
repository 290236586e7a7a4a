import type { AlertEvent, AlertMessage } from '../core/alert.ts';
import type { Parcel } from './channel.ts';

/** What becomes of the alert that a pager keeps. */
export type PagerStep = 'open' | 'acknowledge' | 'close';

/** A test opens and closes at once, so that nobody stays paged by it. */
export function pagerSteps(event: AlertEvent): readonly PagerStep[] {
  switch (event) {
    case 'up':
      return ['close'];
    case 'acknowledged':
      return ['acknowledge'];
    case 'test':
      return ['open', 'close'];
    case 'down':
    case 'reminder':
    case 'degraded':
    case 'ssl_expiring':
    case 'domain_expiring':
      return ['open'];
  }
}

/**
 * What the pager knows an alert by. It is the monitor's, not the incident's: a monitor has one open incident at most,
 * and unrest that began with one incident ends with another (core/flap.ts).
 */
export function pagerKey({ id, alerts: [{ alert }] }: Pick<Parcel, 'id' | 'alerts'>): string {
  if (alert.event === 'test') return `statusping:${id}`;
  return `statusping:${alert.incident === null ? alert.expiry.subject : alert.monitor.id || alert.incident.id}`.slice(
    0,
    255,
  );
}

/** How much it matters, from people being turned away now to a mere note. */
export function urgency({ event, ...alert }: AlertMessage): 'outage' | 'warning' | 'note' {
  if (event === 'down' || event === 'reminder') return 'outage';
  if (event === 'degraded') return 'warning';
  return 'expiry' in alert && alert.expiry.threshold >= 0 ? 'warning' : 'note';
}
