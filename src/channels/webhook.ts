import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type AlertMessage, alertWords, oneLine } from '../core/alert.ts';
import { HOOK_DEADLINE_MS } from '../core/backoff.ts';
import { iso, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { exchange } from '../net/fetch.ts';
import { headerOf, type HeaderList } from '../net/http1.ts';
import { refuseHeader } from '../net/request.ts';
import { type Outgoing, PermanentFailure, ReceiverGone, RetryLater, type Sender } from './channel.ts';

const SECRET_PREFIX = 'whsec_';
/** Of an answer this much is read, and this much shown (R-WH-2, R-AL-11). */
const ANSWER_BYTES = 64 * 1024;
const SHOWN_CHARS = 500;
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

/** Names in the config whose value is masked wherever it is shown. */
export const WEBHOOK_SECRETS = {
  fields: [
    { name: 'secret', type: 'password', secret: true },
    { name: 'headers', type: 'headers' },
  ],
} as const;

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
export function createWebhookChannel(deps: Pick<Deps, 'config' | 'outbound' | 'clock'>): Sender {
  return {
    deadlineMs: HOOK_DEADLINE_MS,
    async alert(message, stored, outgoing) {
      const parsed = webhookConfig.safeParse(stored);
      if (!parsed.success) throw new PermanentFailure('The settings of this webhook are not valid any more.');
      const config = parsed.data;
      const body = webhookBody(message, outgoing, deps.config.baseUrl);
      const { response, failure } = await exchange(
        {
          method: config.method,
          url: new URL(config.url),
          headers: { ...config.headers, ...signedHeaders(config.secret, outgoing, body) },
          body,
          redirects: null,
          verifyTls: true,
          family: 'any',
          maxBodyBytes: ANSWER_BYTES,
          keepBody: false,
          headFallback: false,
        },
        {
          clock: deps.clock,
          outbound: deps.outbound,
          timeoutMs: config.timeout_seconds * SECOND,
          signal: outgoing.signal,
        },
      );
      if (!response) {
        const why = failure?.message ?? 'There was no answer.';
        throw failure?.reason === 'target_blocked' ? new PermanentFailure(why) : new Error(why);
      }
      const said = answerWords(response.status, response.statusText, response.body?.bytes, config);
      return judge(response.status, said, response.headers, outgoing.now);
    },
  };
}

/** 2xx is delivered, 404 and 410 are for good, everything else is tried again (R-AL-4). */
function judge(status: number, said: string, answered: HeaderList, now: number): string {
  if (status >= 200 && status < 300) return said;
  if (status === 404 || status === 410) throw new ReceiverGone(said);
  if (status >= 300 && status < 400) throw new Error(`Redirects are not followed: ${said}`);
  const patience = retryAfter(headerOf(answered, 'retry-after'), now);
  throw patience === null ? new Error(said) : new RetryLater(said, patience);
}

/** Milliseconds a `Retry-After` asks for, as seconds or as a date; null when it says nothing of use. */
function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function answerWords(status: number, statusText: string, body: Buffer | undefined, config: WebhookConfig): string {
  const text = oneLine(hide((body ?? Buffer.alloc(0)).toString('utf8'), config), SHOWN_CHARS);
  const phrase = oneLine(hide(statusText, config), 80);
  return `${status}${phrase ? ` ${phrase}` : ''}${text ? `: ${text}` : ''}`;
}

/** An answer may repeat what it was sent: what opens doors does not come back in it. */
function hide(text: string, config: WebhookConfig): string {
  const secrets = [config.secret, ...Object.values(config.headers)].filter((value) => value.length >= 4);
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text);
}

/** The three headers of Standard Webhooks, and the type of the body. The id is the same on every try. */
function signedHeaders(secret: string, { id, now }: Outgoing, body: string): Record<string, string> {
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
export function webhookBody(alert: AlertMessage, { id, createdAt }: Outgoing, baseUrl: string): string {
  const { event, monitor, incident } = alert;
  const words = alertWords(alert, createdAt, createdAt);
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
