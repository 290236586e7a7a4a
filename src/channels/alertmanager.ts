import { z } from 'zod';
import { type AlertMessage, oneLine } from '../core/alert.ts';
import { DAY, iso, MINUTE } from '../core/time.ts';
import { factsOf } from './card.ts';
import { type Channel, type Parcel, PermanentFailure, ReceiverGone, type Told } from './channel.ts';
import { authorization, login, loginFields, loginSecrets, ownServer } from './credentials.ts';
import { urgency } from './pager.ts';
import { type Answer, judge, post } from './post.ts';

/**
 * Alertmanager takes an alert for over when it is not heard of within minutes, unless it was told an end. Every message
 * sets the end this far off, the recovery sets it to the moment it came.
 */
const FIRING_MS = 7 * DAY;
const EXPIRY_MS = DAY;
const MOST_LABELS = 20;

const labels = z.preprocess(
  (value) => (typeof value === 'string' ? fromLines(value) : (value ?? {})),
  z
    .record(
      z.string().regex(/^[A-Za-z_]\w{0,99}$/, 'A label has letters, digits and underscores, and begins with no digit.'),
      z
        .string('Must be text.')
        .trim()
        .min(1, 'A label without a value says nothing.')
        .max(200, 'At most 200 characters.'),
      'Write one label a line, as team=ops.',
    )
    .refine((given) => Object.keys(given).length <= MOST_LABELS, `At most ${MOST_LABELS} labels.`)
    .refine(
      (given) => !Object.keys(given).some((name) => OURS.includes(name)),
      'The labels alertname, monitor_id, subject and type are set by StatusPing.',
    ),
);
const OURS: readonly string[] = ['alertname', 'monitor_id', 'subject', 'type'];

/** Config of an Alertmanager channel. */
export const alertmanagerConfig = z
  .strictObject({ url: ownServer('Give the address of the Alertmanager.'), labels, ...login })
  .refine(({ username, password }) => password === null || username !== null, {
    path: ['username'],
    message: 'A password needs a user name.',
  });
export type AlertmanagerConfig = z.infer<typeof alertmanagerConfig>;

/** Prometheus Alertmanager by its API v2: alerts take part in the routes, silences and inhibitions that are there. */
export const alertmanager: Channel<AlertmanagerConfig> = {
  kind: 'alertmanager',
  label: 'Alertmanager',
  receiver: 'The Alertmanager',
  feature: 'webhook',
  about: 'Alerts for the Alertmanager of Prometheus, which routes them on.',
  steps: [
    'Give the address your Prometheus uses for the Alertmanager, such as https://alertmanager.example.com; /api/v2/alerts is added here.',
    'Alerts have the labels alertname (StatusPingMonitorDown, StatusPingCertificateExpiring, StatusPingDomainExpiring), monitor_id, type and severity, and those you add here. Route by them.',
    'Send a test: an alert named StatusPingTest fires and is over after a minute.',
  ],
  config: alertmanagerConfig,
  fields: [
    { name: 'url', label: 'Address', type: 'text', placeholder: 'https://alertmanager.example.com' },
    {
      name: 'labels',
      label: 'Labels',
      type: 'headers',
      placeholder: 'team: ops',
      help: 'One a line, added to every alert.',
    },
    ...loginFields,
  ],
  place: ({ url }) => {
    const { host, pathname } = new URL(url);
    return { field: 'url', whole: url, shown: `${host}${pathname === '/' ? '' : pathname}`.slice(0, 80) };
  },
  secrets: loginSecrets,
  merges: false,
  async send(parcel, config, context) {
    const body = parcel.alerts.map((told) => alertOf(told, parcel, config));
    const request = { url: `${config.url}/api/v2/alerts`, headers: authorization(config), body };
    return judgeAlertmanager(await post({ ...request, secrets: loginSecrets(config) }, context), parcel.now);
  },
};

const NAMES = { ssl_expiring: 'StatusPingCertificateExpiring', domain_expiring: 'StatusPingDomainExpiring' } as const;

/** The labels are the alert's identity, so nothing that may change while it lasts is among them. */
function alertOf({ alert }: Told, parcel: Parcel, config: AlertmanagerConfig): Record<string, unknown> {
  const { words, now, createdAt } = parcel;
  const startedAt = alert.incident?.startedAt ?? createdAt;
  return {
    labels: { severity: severityOf(alert), ...config.labels, ...identityOf(alert), type: alert.monitor.kind },
    annotations: {
      summary: oneLine(words.headline, 500),
      description: factsOf(words)
        .map(({ label, value }) => `${label}: ${value}`)
        .join('\n'),
      monitor: oneLine(alert.monitor.name, 200),
      target: oneLine(alert.monitor.target, 500),
      ...(parcel.acknowledge === null ? {} : { acknowledge_url: parcel.acknowledge }),
    },
    startsAt: iso(startedAt),
    endsAt: iso(Math.max(startedAt, endOf(alert, now))),
    generatorURL: parcel.link,
  };
}

function identityOf(alert: AlertMessage): Record<string, string> {
  if (alert.incident === null) return { alertname: NAMES[alert.event], subject: alert.expiry.subject };
  if (alert.event === 'test') return { alertname: 'StatusPingTest' };
  return { alertname: 'StatusPingMonitorDown', monitor_id: alert.monitor.id || alert.incident.id };
}

/** The same for the whole course of an outage, unrest included. */
function severityOf(alert: AlertMessage): string {
  if (alert.incident === null) return urgency(alert) === 'warning' ? 'warning' : 'info';
  return alert.event === 'test' ? 'info' : 'critical';
}

function endOf(alert: AlertMessage, now: number): number {
  if (alert.incident === null) return now + EXPIRY_MS;
  if (alert.event === 'test') return now + MINUTE;
  return alert.event === 'up' ? (alert.incident.resolvedAt ?? now) : now + FIRING_MS;
}

/** 401 and 403 refuse the login, 400 the alert. */
function judgeAlertmanager(answer: Answer, now: number): string {
  const { status, words: said } = answer;
  if (status === 401 || status === 403) throw new ReceiverGone(said);
  if (status === 400) throw new PermanentFailure(said);
  return judge(answer, now);
}

/** `team=ops` or `team: ops`, one a line. */
function fromLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => /^\s*([^:=\s]+)\s*[:=](.*)$/.exec(line));
  if (pairs.includes(null)) return text; // refused by the record, with its sentence
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', (pair?.[2] ?? '').trim()]));
}
