import { z } from 'zod';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { refuseHeader } from '../net/request.ts';
import { headerAssertions, jsonAssertions } from './assertions.ts';
import type { Field } from '../core/field.ts';
import { choice, flag, noSuchSetting, optionalText, optionalWhole, whole } from '../core/config-values.ts';
import { ipFamily, ipFamilyField, verifyTlsField } from './connection-fields.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const MIB = 1024 * 1024;

const method = z.preprocess(
  (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
  choice(METHODS, 'GET'),
);

/** "200-399", "200, 301", "2xx", a number, or a list of these; kept as "200-399,404". */
const expectedStatus = z.preprocess(
  (value) => (Array.isArray(value) ? value.join(',') : typeof value === 'number' ? String(value) : value),
  z
    .string('Must be text such as 200-399.')
    .max(200, 'Must be at most 200 characters.')
    .default('')
    .transform((text, ctx) => {
      const ranges = text.split(/[\s,]+/).filter(Boolean);
      const wrong = ranges.find((range) => statusRange(range) === null);
      if (wrong !== undefined) {
        ctx.addIssue({
          code: 'custom',
          message: `"${wrong.slice(0, 40)}" is not a status from 100 to 599. Write for example 200-399, or 200,404.`,
        });
        return z.NEVER;
      }
      return ranges.join(',').toLowerCase() || '200-399';
    }),
);

/** First and last status of "200", "200-299" or "2xx"; null for anything else. */
function statusRange(text: string): [number, number] | null {
  const group = /^([1-5])xx$/i.exec(text);
  if (group) return [Number(group[1]) * 100, Number(group[1]) * 100 + 99];
  const match = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text);
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first <= last ? [first, last] : null;
}

/** Whether a status is among the expected ones, written as the config keeps them. */
export function isExpected(status: number, expected: string): boolean {
  return expected.split(',').some((text) => {
    const range = statusRange(text);
    return range !== null && status >= range[0] && status <= range[1];
  });
}

/** An object of names and values, the same as JSON text, or one "Name: value" a line. */
const headers = z.preprocess(
  (value, ctx) => {
    if (typeof value !== 'string') return value ?? {};
    if (!value.trimStart().startsWith('{')) return fromLines(value);
    const fault = jsonFault(value);
    if (fault === null) return JSON.parse(value) as unknown;
    ctx.issues.push({ code: 'custom', message: fault, input: value });
    return z.NEVER;
  },
  z
    .record(z.string(), z.string('Must be text.').max(8_192, 'Must be at most 8,192 characters.'), {
      error: 'Write one header a line, as "Name: value".',
    })
    .superRefine((given, ctx) => {
      const names = Object.keys(given);
      if (names.length > 50) ctx.addIssue({ code: 'custom', message: 'At most 50 headers can be sent.' });
      for (const name of names) {
        const refusal = refuseHeader(name, given[name] ?? '');
        if (refusal) ctx.addIssue({ code: 'custom', message: refusal });
      }
    }),
);

/** Where JSON text stops being JSON, in words; null when it is sound. */
function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const at = position === undefined ? text.length : Number(position);
    const line = text.slice(0, at).split('\n').length;
    const column = at - text.lastIndexOf('\n', at - 1);
    return `This is not JSON: it breaks off at line ${line}, character ${column}.`;
  }
}

function fromLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => line.indexOf(':') < 1)) return text; // refused by the record, with its sentence
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

/** `{username, password}`, or "username:password" on one line. */
const basicAuth = z.preprocess(
  (value) => {
    if (typeof value !== 'string') return value ?? null;
    if (value.trim() === '') return null;
    const colon = value.indexOf(':');
    return colon < 0 ? value : { username: value.slice(0, colon), password: value.slice(colon + 1) };
  },
  z
    .strictObject(
      { username: z.string('Must be text.').max(256), password: z.string('Must be text.').max(1024) },
      'Write it as username:password.',
    )
    .nullable()
    .default(null),
);

/** Everything an HTTP check can be told, as `config` of the API names it. Unknown names are refused. */
export const httpConfig = z
  .strictObject(
    {
      method,
      headers,
      body: optionalText(65_536),
      expected_status: expectedStatus,
      keyword: optionalText(512),
      keyword_absent: optionalText(512),
      keyword_case_sensitive: flag(true),
      json_assertions: jsonAssertions,
      header_assertions: headerAssertions,
      invert: flag(false),
      follow_redirects: flag(true),
      max_redirects: whole(0, 20, 10),
      verify_tls: flag(true),
      degraded_over_ms: optionalWhole(1, 60_000),
      ip_family: ipFamily,
      basic_auth: basicAuth,
      bearer_token: optionalText(8_192),
      client_cert: optionalText(32_768),
      client_key: optionalText(16_384),
      max_body_bytes: whole(1_024, 10 * MIB, MIB),
    },
    {
      error: noSuchSetting('An HTTP check'),
    },
  )
  .superRefine((config, ctx) => {
    if (config.basic_auth && config.bearer_token) {
      ctx.addIssue({ code: 'custom', path: ['bearer_token'], message: 'Use either basic auth or a bearer token.' });
    }
    if (/[^\u0021-\u007e]/.test(config.bearer_token ?? '')) {
      ctx.addIssue({
        code: 'custom',
        path: ['bearer_token'],
        message: 'A token has no spaces and no special letters.',
      });
    }
    const wrong = clientFault(config.client_cert, config.client_key);
    if (wrong) ctx.addIssue({ code: 'custom', path: [wrong.path], message: wrong.message });
    if (config.method === 'HEAD' && config.json_assertions.length > 0) {
      ctx.addIssue({ code: 'custom', path: ['method'], message: 'HEAD has no body to look into; use GET.' });
    }
    if (config.method === 'HEAD' && (config.keyword || config.keyword_absent)) {
      ctx.addIssue({ code: 'custom', path: ['method'], message: 'HEAD has no body to search for a keyword; use GET.' });
    }
  });

/** What is wrong with a client certificate and its key, and in which of the two fields. */
function clientFault(cert: string | null, key: string | null): { path: string; message: string } | null {
  if (cert === null && key === null) return null;
  if (cert === null) return { path: 'client_cert', message: 'The certificate of this key is missing.' };
  if (key === null) return { path: 'client_key', message: 'The private key of this certificate is missing.' };
  try {
    const shown = new X509Certificate(cert);
    const fits = fitsKey(shown, key);
    return fits ? null : { path: 'client_key', message: 'This is not the unencrypted PEM key of the certificate.' };
  } catch {
    return { path: 'client_cert', message: 'This is not a certificate in PEM form.' };
  }
}

function fitsKey(cert: X509Certificate, key: string): boolean {
  try {
    return cert.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

export type HttpConfig = z.infer<typeof httpConfig>;

const same = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: value }));

/** The form, in the order it is drawn. */
export const httpFields: Field[] = [
  { name: 'keyword', label: 'Page must contain', type: 'text', help: 'Down when this text is missing.' },
  { name: 'keyword_absent', label: 'Page must not contain', type: 'text', help: 'Down when this text is there.' },
  {
    name: 'json_assertions',
    label: 'JSON rules',
    type: 'textarea',
    placeholder: '$.status equals ok',
    help: 'One a line: path operator value. Operators: equals, not_equals, contains, not_contains, gt, gte, lt, lte, exists, not_exists, matches.',
    advanced: true,
  },
  {
    name: 'header_assertions',
    label: 'Header rules',
    type: 'textarea',
    placeholder: 'content-type contains json',
    help: 'One a line: name operator value, as above.',
    advanced: true,
  },
  { name: 'keyword_case_sensitive', label: 'Upper and lower case matter', type: 'checkbox', advanced: true },
  {
    name: 'expected_status',
    label: 'Expected status',
    type: 'text',
    placeholder: '200-399',
    help: 'Codes and ranges, for example 200-299, 404.',
  },
  {
    name: 'degraded_over_ms',
    label: 'Slow above',
    type: 'number',
    unit: 'ms',
    help: 'Slower answers count as degraded, not down.',
  },
  { name: 'method', label: 'Method', type: 'select', options: same(METHODS), advanced: true },
  {
    name: 'headers',
    label: 'Headers',
    type: 'headers',
    placeholder: 'X-Api-Version: 2',
    help: 'One a line, or a JSON object. Not sent on to another site after a redirect.',
    advanced: true,
  },
  { name: 'body', label: 'Body', type: 'textarea', help: 'Sent with the request.', advanced: true },
  {
    name: 'basic_auth',
    label: 'Basic auth',
    type: 'password',
    placeholder: 'username:password',
    help: 'Kept secret; never shown again.',
    secret: true,
    advanced: true,
  },
  {
    name: 'bearer_token',
    label: 'Bearer token',
    type: 'password',
    help: 'Kept secret; never shown again.',
    secret: true,
    advanced: true,
  },
  {
    name: 'client_cert',
    label: 'Client certificate',
    type: 'textarea',
    placeholder: '-----BEGIN CERTIFICATE-----',
    help: 'PEM, with the certificates between it and its authority.',
    advanced: true,
  },
  {
    name: 'client_key',
    label: 'Key of the client certificate',
    type: 'password',
    placeholder: '-----BEGIN PRIVATE KEY-----',
    help: 'PEM without a passphrase. Kept secret; never shown again.',
    secret: true,
    advanced: true,
  },
  {
    name: 'invert',
    label: 'Turn the result round',
    type: 'checkbox',
    help: 'Up when the check would be down: for what must not be reachable.',
    advanced: true,
  },
  { name: 'follow_redirects', label: 'Follow redirects', type: 'checkbox', advanced: true },
  { name: 'max_redirects', label: 'Redirects at most', type: 'number', placeholder: '10', advanced: true },
  verifyTlsField,
  ipFamilyField(),
  {
    name: 'max_body_bytes',
    label: 'Read at most',
    type: 'number',
    unit: 'bytes',
    placeholder: '1048576',
    help: 'A keyword is searched in this much of the page.',
    advanced: true,
  },
];
