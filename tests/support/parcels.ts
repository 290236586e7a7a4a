import type { Parcel, Told } from '../../src/channels/channel.ts';
import { type AlertEvent, type AlertMessage, alertWords } from '../../src/core/alert.ts';
import { groupWords } from '../../src/core/alert-group.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';

export const BASE_URL = 'https://status.example.com';
/** When the alerts of these tests were queued. */
export const QUEUED_AT = Date.UTC(2026, 10, 21, 10, 0, 0);

interface Wanted {
  event?: AlertEvent;
  name?: string;
  target?: string;
  details?: string;
  account?: string;
  no?: number;
}

/** One alert, `no` telling its incident and monitor from others. */
export function told(wanted: Wanted = {}): Told {
  const { event = 'down', name = 'Shop', target = 'https://shop.example', account = 'Alice', no = 1 } = wanted;
  const { details = 'The server answered 503.' } = wanted;
  const about = { accountName: account, monitor: { id: `mon_${no}`, name, kind: 'http', target } } as const;
  const id = `dlv_${no}`;
  return { id, createdAt: QUEUED_AT, alert: alertOf(event, about, details, no) };
}

function alertOf(
  event: AlertEvent,
  about: Pick<AlertMessage, 'accountName' | 'monitor'>,
  details: string,
  no: number,
): AlertMessage {
  if (event === 'ssl_expiring' || event === 'domain_expiring') {
    const expiresAt = QUEUED_AT + 6 * DAY;
    const expiry = { host: about.monitor.name, expiresAt, daysLeft: 6, threshold: 7, note: null };
    return { event, ...about, incident: null, expiry: { subject: `cert:${no}`, ...expiry } };
  }
  const startedAt = QUEUED_AT - 10 * MINUTE;
  const resolvedAt = event === 'up' ? QUEUED_AT : null;
  const incident = { id: `inc_${no}`, reason: 'bad_status' as const, message: details, startedAt, resolvedAt };
  return { event, ...about, incident };
}

/** What the outbox hands to a channel: one alert, or several merged ones. */
export function parcelOf(first: Told, ...others: Told[]): Parcel {
  const now = QUEUED_AT + 1_000;
  const words = others.length > 0 ? groupWords([first, ...others], now) : alertWords(first.alert, first.createdAt, now);
  const open = first.alert.incident !== null && first.alert.event !== 'up' && first.alert.event !== 'test';
  return {
    id: others.length > 0 ? 'bat_1' : first.id,
    createdAt: QUEUED_AT,
    now,
    alerts: [first, ...others],
    words,
    link: BASE_URL + words.path,
    acknowledge: open ? `${BASE_URL}/a/${'x'.repeat(90)}` : null,
    recipient: null,
  };
}

/** A storm: `count` monitors that went down together, each with the name that `nameOf` gives it. */
export function stormOf(count: number, nameOf = (no: number) => `Shop ${no} of the north`): Parcel {
  const [first = told(), ...others] = Array.from({ length: count }, (_, i) => told({ no: i + 1, name: nameOf(i + 1) }));
  return parcelOf(first, ...others);
}
