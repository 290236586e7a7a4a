import type { Parcel, SendContext, Told } from '../../src/channels/channel.ts';
import { MailLines } from '../../src/channels/mail-lines.ts';
import { groupWords } from '../../src/core/alert-group.ts';
import { type AlertMessage, alertWords, type IncidentMessage } from '../../src/core/alert.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Outbound } from '../../src/net/guard.ts';

/** When the alerts of these tests were queued. */
export const NOON = Date.UTC(2026, 10, 20, 12);
export const BASE_URL = 'https://status.example.com';

type Overrides = Partial<Omit<IncidentMessage, 'monitor' | 'incident'>> & {
  monitor?: Partial<IncidentMessage['monitor']>;
  incident?: Partial<IncidentMessage['incident']>;
};

/** A monitor that is down, or what else is said of it. */
export function alertOf({ monitor, incident, ...rest }: Overrides = {}): IncidentMessage {
  return {
    event: 'down',
    accountName: 'Acme',
    ...rest,
    monitor: { id: 'mon_1', name: 'Shop', kind: 'http', target: 'https://shop.example/?a=1&b=<2>', ...monitor },
    incident: {
      id: 'inc_9',
      reason: 'bad_status',
      message: 'The server answered 503.',
      startedAt: NOON,
      resolvedAt: null,
      ...incident,
    },
  };
}

let count = 0;

/** A message as the outbox hands it to a channel: one alert, or several that were merged. */
export function parcelOf(alerts: AlertMessage | AlertMessage[] = alertOf(), given: Partial<Parcel> = {}): Parcel {
  count += 1;
  const id = `dlv_${count}`;
  const now = given.now ?? NOON;
  const told = [alerts].flat().map((alert, n): Told => ({ id: `${id}_${n}`, createdAt: NOON, alert }));
  const [first, ...others] = told;
  if (!first) throw new Error('a message tells of something');
  const words = others.length === 0 ? alertWords(first.alert, NOON, now) : groupWords(told, now);
  return {
    id,
    createdAt: NOON,
    now,
    alerts: [first, ...others],
    words,
    link: `${BASE_URL}${words.path}`,
    acknowledge: `${BASE_URL}/a/token`,
    recipient: 'alice@example.com',
    ...given,
  };
}

/** What a channel may use; `close` ends the conversations it keeps. */
export function mailContext(
  smtp: SendContext['config']['smtp'],
  { outbound, ms = 60_000 }: { outbound?: Partial<Outbound>; ms?: number } = {},
) {
  const mail = new MailLines();
  return {
    clock: systemClock,
    outbound: { allowPrivate: true, resolvers: [], ...outbound },
    config: { baseUrl: BASE_URL, smtp, telegram: { botToken: '', apiUrl: '' } },
    mail,
    get signal() {
      return AbortSignal.timeout(ms);
    },
    close: () => mail.close(),
  } satisfies SendContext & { close(): void };
}
