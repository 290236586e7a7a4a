import { ALERT_EVENTS, type AlertEvent, type ChannelEvent } from '../core/alert.ts';

const EVENTS: Record<AlertEvent, string> = {
  down: 'Down',
  up: 'Up again',
  reminder: 'Still down',
  degraded: 'Unstable',
  acknowledged: 'Acknowledged',
  ssl_expiring: 'Certificate',
  domain_expiring: 'Domain',
  test: 'Test',
};

/** The word for an event in the log; one that is not known any more stands for itself. */
export function eventWord(event: string): string {
  if (event === 'change') return 'Change';
  const known = ALERT_EVENTS.find((one) => one === event);
  return known ? EVENTS[known] : event;
}

/** What a channel may be told of, as its form names it. */
export const EVENT_CHOICES: Record<ChannelEvent, { label: string; help: string }> = {
  down: { label: 'Down', help: 'A monitor has failed.' },
  up: { label: 'Up again', help: 'It is back, and how long it was away.' },
  degraded: { label: 'Unstable', help: 'It keeps going down and coming back.' },
  reminder: { label: 'Still down', help: 'Reminders, and the later steps of an escalation.' },
  ssl_expiring: { label: 'Certificates', help: 'One ends soon, or was replaced early.' },
  domain_expiring: { label: 'Domains', help: 'A registration ends soon.' },
};
