import {
  cleanEvidence,
  cleanMessage,
  failureStatus,
  type Observation,
  type Reason,
  type Verdict,
} from '../core/verdict.ts';
import { type Exchange, exchange } from '../net/fetch.ts';
import { headerOf, type HeaderList } from '../net/http1.ts';
import type { TlsFacts } from '../net/tls.ts';
import { judgeHeader, judgeJson } from './assertions.ts';
import type { Check, ProbeContext } from './check.ts';
import { isSensitive, MASK } from '../core/secrets.ts';
import { type HttpConfig, httpConfig, httpFields, isExpected } from './http-config.ts';

/** What an HTTP check saw. `text` is there only when a rule asks for it. */
export interface HttpFacts {
  status: number;
  statusText: string;
  text: string | null;
  /** The first KiB of the body as text, '' when there was none that can be read. */
  beginning: string;
  headers: HeaderList;
  /** The text is only the first `max_body_bytes`. */
  capped: boolean;
  /** Content encodings that were not undone, or null. */
  undecoded: string | null;
  tls: TlsFacts | null;
  notes: string[];
}

export const http: Check<HttpConfig, HttpFacts> = {
  kind: 'http',
  label: 'Website or API',
  config: httpConfig,
  fields: httpFields,
  parseTarget,
  probe,
  judge,
};

/** A URL without a name and password in it; "example.com" is taken as https. */
function parseTarget(target: string): { target: string } | { problem: string } {
  const typed = target.trim();
  if (typed === '') return { problem: 'Enter the address to watch, for example https://example.com.' };
  if (typed.length > 2048) return { problem: 'The address is longer than 2,048 characters.' };
  if (/[\u0000-\u0020\u007f]/.test(typed)) return { problem: 'The address has a space or control character in it.' };
  // "localhost:3000" has a port where "mailto:x" has a scheme.
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(typed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return { problem: `Only http and https can be checked, not ${scheme.slice(0, 20)}.` };
  }
  const full = scheme === undefined ? `https://${typed}` : typed;
  if (!URL.canParse(full)) return { problem: 'This is not a valid address. Write for example https://example.com.' };
  const url = new URL(full);
  if (url.username !== '' || url.password !== '') {
    return { problem: 'Leave the user name and password out of the address and use the basic auth setting.' };
  }
  url.hash = '';
  const bare = url.pathname === '/' && url.search === '' && !typed.endsWith('/');
  return { target: bare ? url.origin : url.href };
}

async function probe(target: string, config: HttpConfig, ctx: ProbeContext): Promise<Observation<HttpFacts>> {
  const seen = await exchange(
    {
      method: config.method,
      url: new URL(target),
      headers: requestHeaders(config),
      body: config.body,
      redirects: config.follow_redirects ? config.max_redirects : null,
      verifyTls: config.verify_tls,
      clientCertificate: clientCertificate(config),
      family: config.ip_family,
      maxBodyBytes: config.max_body_bytes,
      keepBody: hasContentRule(config),
      headFallback: config.method === 'HEAD',
    },
    ctx,
  );
  const { failure, responseTimeMs, phases } = seen;
  return { failure, responseTimeMs, phases, facts: readFacts(seen, config) };
}

function requestHeaders(config: HttpConfig): Record<string, string> {
  const { username, password } = config.basic_auth ?? {};
  const given = new Set(Object.keys(config.headers).map((name) => name.toLowerCase()));
  const headers = { ...config.headers };
  if (config.bearer_token && !given.has('authorization')) headers.Authorization = `Bearer ${config.bearer_token}`;
  if (config.basic_auth && !given.has('authorization')) {
    headers.Authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  if (config.body !== null && !given.has('content-type')) headers['Content-Type'] = bodyType(config.body);
  return headers;
}

function bodyType(body: string): string {
  return /^\s*[{[]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8';
}

function clientCertificate({ client_cert: cert, client_key: key }: HttpConfig): { cert: string; key: string } | null {
  return cert !== null && key !== null ? { cert, key } : null;
}

function hasContentRule(config: HttpConfig): boolean {
  return config.keyword !== null || config.keyword_absent !== null || config.json_assertions.length > 0;
}

function readFacts({ response }: Exchange, config: HttpConfig): HttpFacts | null {
  if (!response) return null;
  const { status, statusText, headers, body, tls, notes } = response;
  return {
    status,
    statusText,
    text: body && hasContentRule(config) ? decodeText(body.bytes, headers) : null,
    beginning: body && body.undecoded === null ? decodeText(body.bytes.subarray(0, 1024), headers) : '',
    headers,
    capped: body?.capped ?? false,
    undecoded: body?.undecoded ?? null,
    tls,
    notes,
  };
}

/** A byte order mark first, then the charset of the header, then UTF-8; bytes that do not fit are replaced. */
export function decodeText(bytes: Buffer, headers: HeaderList): string {
  const named = /charset\s*=\s*["']?([^"';\s]+)/i.exec(headerOf(headers, 'content-type') ?? '')?.[1];
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  try {
    return new TextDecoder(marked ?? named ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a charset nobody knows
  }
}

function judge(config: HttpConfig, seen: Observation<HttpFacts>): Verdict {
  const straight = judgeStraight(config, seen);
  const verdict = config.invert ? inverted(straight) : straight;
  const { facts } = seen;
  const evidence = verdict.status === 'down' && facts ? cleanEvidence(withoutSecrets(facts.beginning, config)) : '';
  const certificate = facts?.tls?.certificate;
  return {
    ...verdict,
    message: verdict.message === null ? null : cleanMessage(withoutSecrets(verdict.message, config)),
    ...(certificate || evidence
      ? { found: { ...(certificate && { certificate }), ...(evidence && { evidence }) } }
      : {}),
  };
}

/** A target that echoes its request must not bring our credentials to a page (R-CK-20). */
function withoutSecrets(text: string, { basic_auth, bearer_token, headers }: HttpConfig): string {
  const pair = basic_auth ? `${basic_auth.username}:${basic_auth.password}` : '';
  const telling = Object.entries(headers).filter(([name]) => isSensitive(name));
  const secrets = [
    bearer_token ?? '',
    pair === '' ? '' : Buffer.from(pair).toString('base64'),
    pair,
    basic_auth?.password ?? '',
    ...telling.map(([, value]) => value),
  ];
  // One of three letters is no secret, and would tear ordinary words.
  return secrets
    .filter((secret) => secret.length > 3)
    .reduce((rest, secret) => withoutTail(rest.replaceAll(secret, MASK), secret), text);
}

/** Without the beginning of a secret that the end of the text cuts off. */
function withoutTail(text: string, secret: string): string {
  const start = text.indexOf(secret.slice(0, 4), Math.max(0, text.length - secret.length));
  return start !== -1 && secret.startsWith(text.slice(start)) ? text.slice(0, start) + MASK : text;
}

/** Our own refusals and faults say nothing about the target, so there is nothing to turn round. */
function inverted(verdict: Verdict): Verdict {
  if (verdict.status === 'down') {
    return { ...verdict, status: 'up', reason: null, message: `Down, as it should be: ${verdict.message ?? ''}` };
  }
  if (verdict.status !== 'up' && verdict.status !== 'degraded') return verdict;
  return { ...verdict, status: 'down', reason: 'bad_status', message: 'It answers well, and it should not.' };
}

function judgeStraight(config: HttpConfig, seen: Observation<HttpFacts>): Verdict {
  const { responseTimeMs, phases, facts } = seen;
  const verdict = (status: Verdict['status'], reason: Reason | null, message: string | null): Verdict => ({
    status,
    reason,
    message,
    responseTimeMs,
    statusCode: facts?.status ?? null,
    phases,
  });
  // A wrong status says more than a body that broke off after it.
  const fault =
    (facts && statusFault(config, facts, seen)) ??
    seen.failure ??
    (facts && (headerFault(config, facts) ?? contentFault(config, facts)));
  if (fault) return verdict(failureStatus(fault.reason), fault.reason, fault.message);
  if (facts?.tls && /^(TLSv1|TLSv1\.1|SSLv3)$/.test(facts.tls.protocol)) {
    return verdict('degraded', 'tls_handshake', `The server speaks only ${facts.tls.protocol}, which browsers refuse.`);
  }
  if (config.degraded_over_ms !== null && (responseTimeMs ?? 0) > config.degraded_over_ms) {
    const words = `Answered in ${Math.round(responseTimeMs ?? 0)} ms, slower than ${config.degraded_over_ms} ms.`;
    return verdict('degraded', 'slow', words);
  }
  return verdict('up', null, facts?.notes.join(' ') || null);
}

interface Fault {
  reason: Reason;
  message: string;
}

/** Faults that come after a good head and make no difference to what its status says. */
const BODY_FAULTS: readonly Reason[] = ['truncated', 'decode_error', 'timeout_body'];

function statusFault(config: HttpConfig, facts: HttpFacts, { failure }: Observation<HttpFacts>): Fault | null {
  if (failure && !BODY_FAULTS.includes(failure.reason)) return null;
  if (isExpected(facts.status, config.expected_status)) return null;
  const status = `${facts.status} ${facts.statusText.slice(0, 80)}`.trim();
  return { reason: 'bad_status', message: `${status}, expected ${config.expected_status.replaceAll(',', ', ')}` };
}

function headerFault(config: HttpConfig, { headers }: HttpFacts): Fault | null {
  for (const rule of config.header_assertions) {
    const message = judgeHeader(rule, headerOf(headers, rule.name.toLowerCase()));
    if (message) return { reason: 'header_mismatch', message };
  }
  return null;
}

function jsonFault(config: HttpConfig, { text, capped }: HttpFacts): Fault | null {
  if (config.json_assertions.length === 0) return null;
  if (capped) {
    const bytes = config.max_body_bytes.toLocaleString('en');
    return {
      reason: 'json_mismatch',
      message: `The body is larger than the ${bytes} bytes that are read, so its JSON cannot be judged.`,
    };
  }
  const message = judgeJson(text ?? '', config.json_assertions);
  return message === null ? null : { reason: 'json_mismatch', message };
}

function contentFault(config: HttpConfig, facts: HttpFacts): Fault | null {
  if (!hasContentRule(config)) return null;
  if (facts.undecoded !== null) {
    return { reason: 'decode_error', message: `The page is encoded as ${facts.undecoded}, which cannot be searched.` };
  }
  const text = facts.text ?? '';
  const where = facts.capped ? ` in the first ${config.max_body_bytes.toLocaleString('en')} bytes of the page` : '';
  const has = (word: string): boolean => contains(text, word, config.keyword_case_sensitive);
  if (config.keyword !== null && !has(config.keyword)) {
    return { reason: 'keyword_missing', message: `"${config.keyword}" was not found${where}` };
  }
  if (config.keyword_absent !== null && has(config.keyword_absent)) {
    return { reason: 'keyword_present', message: `"${config.keyword_absent}" was found${where}` };
  }
  return jsonFault(config, facts);
}

/** A pattern instead of two lower-case copies: a large page is not held three times over. */
function contains(text: string, word: string, exact: boolean): boolean {
  if (exact) return text.includes(word);
  return new RegExp(word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'), 'i').test(text);
}
