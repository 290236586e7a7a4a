import { createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { HOOK_DEADLINE_MS } from '../core/backoff.ts';
import { choice, optionalText, whole } from '../core/config-values.ts';
import type { Field } from '../core/field.ts';
import { DAY, iso, SECOND } from '../core/time.ts';
import { refuseHeader } from '../net/request.ts';
import type { Channel, Parcel } from './channel.ts';
import { judge, post } from './post.ts';
import { kumaBody, plainBody } from './webhook-body.ts';
import { CONTENT_TYPES, type ContentType, PLACEHOLDERS, renderTemplate, templateFault } from './webhook-template.ts';

const SECRET_PREFIX = 'whsec_';
const MOST_HEADERS = 20;
const LONGEST_HEADER = 1_024;
const LONGEST_TEMPLATE = 16_384;
/** How long the former secret signs beside the new one. */
export const OVERLAP_MS = DAY;

export const webhookUrl = z
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

/** A signing secret: what its receiver has to know to check a signature. */
const secret = z
  .string('A channel has a signing secret.')
  .regex(/^whsec_[\w+/-]{32,200}={0,2}$/, 'This is not a signing secret made by StatusPing.');

/** Config of a webhook channel, complete, as it is stored. Its secrets sign what is sent and are never shown again. */
export const webhookConfig = z
  .strictObject({
    url: webhookUrl,
    method: z.preprocess(
      (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
      choice(['POST', 'PUT', 'PATCH'], 'POST'),
    ),
    headers,
    timeout_seconds: whole(1, HOOK_DEADLINE_MS / SECOND, HOOK_DEADLINE_MS / SECOND),
    format: choice(['statusping', 'kuma', 'template'], 'statusping'),
    content_type: choice(['json', 'text', 'form'], 'json'),
    template: optionalText(LONGEST_TEMPLATE),
    secret,
    /** The secret before the last change; it still signs until then, ISO 8601. */
    previous_secret: secret.nullable().default(null),
    previous_until: z.iso.datetime('Must be an instant, as 2026-11-21T10:00:00Z.').nullable().default(null),
  })
  .superRefine(({ format, template, content_type: type }, ctx) => {
    if (format !== 'template') {
      const message = 'Choose the template here, or empty it: this body has no use for one.';
      if (template !== null) ctx.addIssue({ code: 'custom', path: ['format'], message });
      return;
    }
    const message = template === null ? 'Write the template.' : templateFault(template, type);
    if (message !== null) ctx.addIssue({ code: 'custom', path: ['template'], message });
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

const FIELDS: readonly Field[] = [
  {
    name: 'url',
    label: 'Address',
    type: 'text',
    placeholder: 'https://example.com/hook',
    help: 'It answers 2xx when it has taken the alert. Redirects are not followed; 404 and 410 switch the channel off.',
  },
  { name: 'method', label: 'Method', type: 'select', options: options(['POST', 'PUT', 'PATCH']) },
  {
    name: 'timeout_seconds',
    label: 'Time limit',
    type: 'number',
    unit: 'seconds',
    placeholder: '30',
    help: 'From 1 to 30. Who has not answered by then is asked again later.',
  },
  {
    name: 'headers',
    label: 'Headers',
    type: 'headers',
    placeholder: 'Authorization: Bearer …',
    help: 'One a line. Secrets are shown as ******** later; leave that to keep them.',
  },
  {
    name: 'format',
    label: 'Body',
    type: 'select',
    options: [
      { value: 'statusping', label: 'StatusPing (JSON)' },
      { value: 'kuma', label: 'As Uptime Kuma sends it (JSON)' },
      { value: 'template', label: 'A template of your own' },
    ],
    advanced: true,
  },
  {
    name: 'content_type',
    label: 'Template is',
    type: 'select',
    options: [
      { value: 'json', label: 'JSON' },
      { value: 'text', label: 'Plain text' },
      { value: 'form', label: 'A form (name=value&…)' },
    ],
    advanced: true,
  },
  {
    name: 'template',
    label: 'Template',
    type: 'textarea',
    placeholder: '{"text": "{{monitor}}: {{details}}", "seconds": {{duration_seconds}}}',
    help: `Placeholders: ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(' ')}. Values are escaped for you.`,
    advanced: true,
  },
  { name: 'secret', label: 'Signing secret', type: 'password', secret: true, advanced: true },
  { name: 'previous_secret', label: 'Former signing secret', type: 'password', secret: true, advanced: true },
];

function options(values: readonly string[]): { value: string; label: string }[] {
  return values.map((value) => ({ value, label: value }));
}

/** Alerts as signed JSON, or as its owner's own text, to an address of their choice, guarded like every check. */
export const webhook: Channel<WebhookConfig> = {
  kind: 'webhook',
  label: 'Webhook',
  receiver: 'The receiver',
  feature: 'webhook',
  about: 'One signed request for each alert, to a server of yours.',
  steps: [
    'Give the address of a program that takes the alerts. It answers 2xx within the time limit when it has one.',
    'After saving, copy the signing secret: it is shown once.',
    'Check each request by the rules of Standard Webhooks: the header webhook-signature over webhook-id, webhook-timestamp and the body. Refuse what is older than five minutes.',
    'A message that comes twice has the same webhook-id both times.',
  ],
  config: webhookConfig,
  fields: FIELDS,
  place: ({ url }) => {
    const { href, host, pathname } = new URL(url);
    return { field: 'url', whole: href, shown: `${host}${pathname}`.slice(0, 80) };
  },
  secrets: (config) => {
    const { secret, previous_secret: previous, headers: own } = config;
    return [
      secret,
      ...(previous === null ? [] : [previous]),
      ...Object.values(own).flatMap(partsOf),
      ...queryOf(config.url),
    ];
  },
  create: () => ({ secret: newWebhookSecret(), previous_secret: null, previous_until: null }),
  rotate: (config, now) => ({
    ...config,
    secret: newWebhookSecret(),
    previous_secret: config.secret,
    previous_until: iso(now + OVERLAP_MS),
  }),
  merges: true,
  deadlineMs: ({ timeout_seconds: seconds }) => seconds * SECOND,
  async send(parcel, config, context) {
    const { body, type } = written(parcel, config, context.config.baseUrl);
    const answer = await post(
      {
        method: config.method,
        url: config.url,
        headers: { ...config.headers, 'Content-Type': CONTENT_TYPES[type], ...signature(config, parcel, body) },
        body,
        timeoutMs: config.timeout_seconds * SECOND,
        secrets: webhook.secrets(config),
      },
      context,
    );
    return judge(answer, parcel.now);
  },
};

function written(parcel: Parcel, config: WebhookConfig, baseUrl: string): { body: string; type: ContentType } {
  const { format, template, content_type: type } = config;
  if (format === 'template') return { body: renderTemplate(template ?? '', type, parcel, baseUrl), type };
  return { body: format === 'kuma' ? kumaBody(parcel, baseUrl) : plainBody(parcel, baseUrl), type: 'json' };
}

/**
 * The headers of Standard Webhooks, and which secrets signed. The id is the same on every try. For a day after a
 * change of the secret both sign, so that the receiver can change its own when it likes.
 */
function signature(config: WebhookConfig, { id, now }: Parcel, body: string): Record<string, string> {
  const { secret, previous_secret: previous, previous_until: until } = config;
  const old = previous !== null && until !== null && now < Date.parse(until) ? [previous] : [];
  return standardHeaders([secret, ...old], { id, now }, body);
}

/** The headers of Standard Webhooks: `id` is the same on every try, each of the secrets signs. */
export function standardHeaders(
  secrets: readonly string[],
  { id, now }: Pick<Parcel, 'id' | 'now'>,
  body: string,
): Record<string, string> {
  const seconds = String(Math.floor(now / SECOND));
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map((key) => `v1,${sign(key, `${id}.${seconds}.${body}`)}`).join(' '),
    'webhook-key-id': secrets.map(webhookKeyId).join(' '),
  };
}

function sign(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}

/** Names a secret without telling it: the beginning of its hash. */
export function webhookKeyId(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}

/** A header's value, and its words that may be a key: "Bearer" in front of one is none. */
function partsOf(value: string): string[] {
  return [value, ...value.split(/\s+/).filter((word) => word.length >= 8)];
}

function queryOf(address: string): string[] {
  return [...new URL(address).searchParams.values()].filter((value) => value.length >= 8);
}
