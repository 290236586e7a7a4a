import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AlertMessage } from '../core/alert.ts';
import { HOOK_DEADLINE_MS } from '../core/backoff.ts';
import { iso, SECOND } from '../core/time.ts';
import { refuseHeader } from '../net/request.ts';
import type { Channel, Parcel } from './channel.ts';
import { judge, post } from './post.ts';

const SECRET_PREFIX = 'whsec_';
const MOST_HEADERS = 20;
const LONGEST_HEADER = 1_024;

const url = z
  .string('Give the address that takes the alerts.')
  .trim()
  .max(2_048, 'This is longer than any address: 2048 characters at most.')
  .refine(
    (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    'Write a whole address, as https://example.com/hook.',
  )
  .refine(
    (text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''),
    'Put no user name or password into the address; use a header.',
  );

const headers = z.preprocess(
  (value) => (typeof value === 'string' ? fromLines(value) : (value ?? {})),
  z
    .record(z.string(), z.string('Must be text.'), 'Write one header a line, as "Name: value".')
    .superRefine((given, ctx) => {
      const sentences = Object.entries(given).map(([name, value]) => refuse(name, value));
      if (sentences.length > MOST_HEADERS) sentences.unshift(`At most ${MOST_HEADERS} headers can be sent.`);
      for (const message of sentences) if (message !== null) ctx.addIssue({ code: 'custom', message });
    }),
);

/** Config of a webhook channel, complete, as it is stored. `secret` signs what is sent and is never shown again. */
export const webhookConfig = z.strictObject({
  url,
  method: z.preprocess(
    (value) => (typeof value === 'string' ? value.trim().toUpperCase() || undefined : value),
    z.enum(['POST', 'PUT'], 'Must be POST or PUT.').default('POST'),
  ),
  headers,
  timeout_seconds: z.preprocess(
    (value) => (typeof value === 'string' ? (value.trim() === '' ? undefined : Number(value)) : value),
    z
      .int('Must be a whole number of seconds.')
      .min(1, 'Must be at least 1 second.')
      .max(HOOK_DEADLINE_MS / SECOND, `Must be at most ${HOOK_DEADLINE_MS / SECOND} seconds.`)
      .default(10),
  ),
  secret: z.string(),
});
export type WebhookConfig = z.infer<typeof webhookConfig>;

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString('base64');
}

/** Why this header cannot be the owner's choice, or null: the signature and the type of the body are ours. */
function refuse(name: string, value: string): string | null {
  if (/^(host|content-type|webhook-.*)$/i.test(name)) return `The header ${name} is set by StatusPing itself.`;
  if (name.length + value.length > LONGEST_HEADER) return `A header has at most ${LONGEST_HEADER} characters.`;
  return refuseHeader(name, value);
}

function fromLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => line.indexOf(':') < 1)) return text; // refused by the record, with its sentence
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

/** Alerts as signed JSON to an address of the owner's choice, guarded like every check. */
export const webhook: Channel<WebhookConfig> = {
  kind: 'webhook',
  label: 'Webhook',
  receiver: 'The receiver',
  feature: 'webhook',
  about: 'One signed request when a monitor goes down, one when it is back.',
  steps: [],
  config: webhookConfig,
  fields: [
    {
      name: 'url',
      label: 'Address',
      type: 'text',
      placeholder: 'https://example.com/hook',
      help: 'It answers 2xx when it has taken the alert. Redirects are not followed; 404 and 410 switch the channel off.',
    },
    {
      name: 'method',
      label: 'Method',
      type: 'select',
      options: [
        { value: 'POST', label: 'POST' },
        { value: 'PUT', label: 'PUT' },
      ],
    },
    { name: 'timeout_seconds', label: 'Time limit', type: 'number', unit: 'seconds', help: 'From 1 to 30.' },
    {
      name: 'headers',
      label: 'Headers',
      type: 'headers',
      placeholder: 'Authorization: Bearer …',
      help: 'One a line. Secrets are shown as ******** later; leave that to keep them.',
    },
    { name: 'secret', label: 'Signing secret', type: 'password', secret: true, advanced: true },
  ],
  place: ({ url }) => {
    const { href, host, pathname } = new URL(url);
    return { field: 'url', whole: href, shown: `${host}${pathname}`.slice(0, 80) };
  },
  secrets: ({ secret, headers: own }) => [secret, ...Object.values(own)],
  create: () => ({ secret: newWebhookSecret() }),
  merges: true,
  deadlineMs: ({ timeout_seconds: seconds }) => seconds * SECOND,
  async send(parcel, config, context) {
    const body = webhookBody(parcel, context.config.baseUrl);
    const answer = await post(
      {
        method: config.method,
        url: config.url,
        headers: { ...config.headers, ...signedHeaders(config.secret, parcel, body) },
        body,
        timeoutMs: config.timeout_seconds * SECOND,
        secrets: webhook.secrets(config),
      },
      context,
    );
    return judge(answer, parcel.now);
  },
};

/** The three headers of Standard Webhooks, and the type of the body. The id is the same on every try. */
function signedHeaders(secret: string, { id, now }: Parcel, body: string): Record<string, string> {
  const seconds = String(Math.floor(now / SECOND));
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
}

/** The body: the same bytes on every try. Names from people go in as they are; the serialiser keeps them in their strings. */
export function webhookBody({ id, alerts: [{ alert, createdAt }], words }: Parcel, baseUrl: string): string {
  const { event, monitor, incident } = alert;
  const resolvedAt = incident?.resolvedAt ?? null;
  const told = incident
    ? { details: incident.message, reason: incident.reason, started_at: iso(incident.startedAt) }
    : {
        details: alert.expiry?.note ?? words.headline,
        reason: event === 'ssl_expiring' ? 'certificate_expiring' : 'domain_expiring',
        started_at: iso(createdAt),
      };
  return JSON.stringify({
    id,
    event,
    monitor: monitor.name,
    type: monitor.kind,
    target: monitor.target,
    details: told.details,
    timestamp: iso(createdAt),
    monitor_id: monitor.id || null,
    incident_id: incident?.id || null,
    status: statusOf(alert),
    reason: event === 'test' ? null : told.reason,
    started_at: told.started_at,
    resolved_at: iso(resolvedAt),
    duration_seconds: incident && resolvedAt !== null ? Math.round((resolvedAt - incident.startedAt) / SECOND) : null,
    url: `${baseUrl}${words.path}`,
  });
}

/** The state the monitor is in by this message. */
function statusOf({ event }: AlertMessage): 'up' | 'down' | 'degraded' {
  if (event === 'up' || event === 'test') return 'up';
  return event === 'down' || event === 'reminder' ? 'down' : 'degraded';
}
