import { oneLine } from '../core/alert.ts';
import { MASK } from '../core/secrets.ts';
import { SECOND } from '../core/time.ts';
import { exchange } from '../net/fetch.ts';
import { headerOf, type HeaderList } from '../net/http1.ts';
import { PermanentFailure, ReceiverGone, RetryLater, type SendContext } from './channel.ts';

/** Of an answer this much is read, and this much shown (R-WH-2, R-AL-11). */
const ANSWER_BYTES = 64 * 1024;
const SHOWN_CHARS = 500;
const TIMEOUT_MS = 10 * SECOND;

/** A request to a receiver. `body` is serialised as JSON unless it is text already. */
export interface Post {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body: unknown;
  timeoutMs?: number;
  /** Values that must not come back in what is shown of the answer. */
  secrets: readonly string[];
}

/** A receiver's answer. `words` is it in one line, without secrets; `text` is it as it came, for the kind to read. */
export interface Answer {
  status: number;
  headers: HeaderList;
  text: string;
  words: string;
}

/**
 * One guarded request without redirects. Returns any answer; throws `PermanentFailure` for an address that may not be
 * asked, `Error` when nothing came back in time.
 */
export async function post(
  request: Post,
  { clock, outbound, signal }: Omit<SendContext, 'config' | 'mail'>,
): Promise<Answer> {
  const { method = 'POST', headers = {}, body, timeoutMs = TIMEOUT_MS, secrets } = request;
  const json: Record<string, string> = typeof body === 'string' ? {} : { 'Content-Type': 'application/json' };
  const { response, failure } = await exchange(
    {
      method,
      url: new URL(request.url),
      headers: { ...json, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      redirects: null,
      verifyTls: true,
      family: 'any',
      maxBodyBytes: ANSWER_BYTES,
      keepBody: true,
      headFallback: false,
    },
    { clock, outbound, timeoutMs, signal },
  );
  if (!response) {
    const why = hide(failure?.message ?? 'There was no answer.', secrets);
    throw failure?.reason === 'target_blocked' ? new PermanentFailure(why) : new Error(why);
  }
  const text = response.body?.bytes.toString('utf8') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    words: words(response.status, response.statusText, text, secrets),
  };
}

/** The answer's JSON object; empty when it is none. */
export function objectIn({ text }: Pick<Answer, 'text'>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * What every receiver of JSON has in common: 2xx is delivered and returns the words, a redirect is not followed,
 * `Retry-After` is believed, anything else is tried again. 404 and 410 mean that the address is gone (R-AL-4).
 */
export function judge(answer: Answer, now: number): string {
  const { status, words: said } = answer;
  if (status >= 200 && status < 300) return said;
  if (status === 404 || status === 410) throw new ReceiverGone(said);
  if (status >= 300 && status < 400) throw new Error(`Redirects are not followed: ${said}`);
  const patience = retryAfter(headerOf(answer.headers, 'retry-after'), now);
  throw patience === null ? new Error(said) : new RetryLater(said, patience);
}

/** Milliseconds a `Retry-After` asks for, as seconds or as a date; null when it says nothing of use (RFC 9110, 10.2.3). */
export function retryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function words(status: number, statusText: string, text: string, secrets: readonly string[]): string {
  const phrase = oneLine(hide(statusText, secrets), 80);
  const said = oneLine(hide(text, secrets), SHOWN_CHARS);
  return `${status}${phrase ? ` ${phrase}` : ''}${said ? `: ${said}` : ''}`;
}

/** An answer may repeat what it was sent: what opens doors does not come back in it, in none of its spellings. */
export function hide(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, secret.replaceAll('/', '\\/'), encodeURIComponent(secret.replace(/\p{Cs}/gu, ''))])
    .toSorted((a, b) => b.length - a.length) // a part must not break the whole that holds it
    .reduce((shown, secret) => shown.replaceAll(secret, MASK), text);
}
