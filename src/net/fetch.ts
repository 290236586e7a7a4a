import { isUtf8 } from 'node:buffer';
import { type Failure, NO_PHASES, type Phases } from '../core/verdict.ts';
import { LOOP_HEADER } from '../core/loop.ts';
import type { Clock } from '../core/time.ts';
import { Body } from './body.ts';
import { Deadline } from './deadline.ts';
import { converse } from './converse.ts';
import { type Connection, dial, type Trip } from './dial.ts';
import { asFailure, NetFailure } from './failure.ts';
import type { Outbound } from './guard.ts';
import { type Head, headerOf, type HeaderList } from './http1.ts';
import { requestBytes } from './request.ts';
import type { IpFamily } from './resolve.ts';
import type { ClientCertificate, TlsFacts } from './tls.ts';

/** What a caller lends an exchange. `signal` ends it early; the time limit is kept here. */
export interface NetContext {
  clock: Clock;
  outbound: Outbound;
  /** Milliseconds for everything: resolve, connect, TLS, head, body, redirects. */
  timeoutMs: number;
  signal: AbortSignal;
}

export interface HttpRequest {
  method: string;
  /** http or https; a user name or password in it is never sent. */
  url: URL;
  /** Sent to this origin only: a redirect to another one goes without. */
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  /** How many redirects to follow; null takes the first answer as it is. */
  redirects: number | null;
  verifyTls: boolean;
  /** Shown to this origin only, when it asks for one. */
  clientCertificate?: ClientCertificate | null;
  family: IpFamily;
  /** Decoded bytes to read at most. */
  maxBodyBytes: number;
  /** false counts the body, checks that it is whole and keeps its first KiB. */
  keepBody: boolean;
  /** Ask again with GET when HEAD is answered 405 or 501. */
  headFallback: boolean;
}

export interface HttpResponse {
  status: number;
  statusText: string;
  headers: HeaderList;
  /** Where the answer came from, after redirects. */
  url: URL;
  /** null for an answer whose body was not asked for. */
  body: Body | null;
  tls: TlsFacts | null;
  /** What a person should know although it worked. */
  notes: string[];
}

/** Both may be set: an answer whose body broke off has a status and a failure. */
export interface Exchange {
  response: HttpResponse | null;
  failure: Failure | null;
  /** From the first look-up to the last byte; null when nothing answered. */
  responseTimeMs: number | null;
  phases: Phases;
}

/**
 * One guarded HTTP exchange on fresh connections, redirects included, over within `timeoutMs` whatever the other side
 * does. Never throws for the target's sake.
 */
export async function exchange(request: HttpRequest, context: NetContext): Promise<Exchange> {
  const { clock, outbound, timeoutMs, signal } = context;
  const start = clock.monotonic();
  const deadline = new Deadline(timeoutMs, signal);
  const trip: Trip = { clock, outbound, deadline, phases: { ...NO_PHASES } };
  const seen: Seen = { response: null };
  let failure: Failure | null = null;
  try {
    await follow(request, trip, seen);
  } catch (error) {
    failure = deadline.ended === 'stopped' ? STOPPED : asFailure(error);
  } finally {
    deadline.release();
  }
  const responseTimeMs = seen.response ? clock.monotonic() - start : null;
  return { response: seen.response, failure, responseTimeMs, phases: trip.phases };
}

const STOPPED: Failure = { reason: 'internal', message: 'The check was stopped before it was over.' };

/** The answer as far as it has come, so that a failure in its body does not hide its head. */
interface Seen {
  response: HttpResponse | null;
}

/** One request of the chain. What must not cross to another origin is in `headers`. */
interface Hop {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: Buffer | null;
}

async function follow(request: HttpRequest, trip: Trip, seen: Seen): Promise<void> {
  const { method, url, headers } = request;
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body && Buffer.from(request.body);
  let hop: Hop = { method, url, headers, body };
  const notes: string[] = [];
  let redirects = 0;
  for (;;) {
    const response = await askOnce(hop, request, trip, seen, redirects > 0);
    const step = leadsOn(hop, response.status, request);
    if (step === null) {
      response.notes.unshift(...notes);
      return;
    }
    const next: Hop = step === 'get' ? { ...hop, method: 'GET' } : redirect(hop, response);
    if (step === 'redirect') redirects += 1;
    if (redirects > (request.redirects ?? 0)) {
      throw new NetFailure(
        'redirect_loop',
        `More than ${request.redirects} redirects, the last to ${shown(next.url)}.`,
      );
    }
    if (hop.url.protocol === 'https:' && next.url.protocol === 'http:') {
      notes.push(`A redirect leads from https to plain http (${shown(next.url)}).`);
    }
    hop = next;
  }
}

/** Whether this status asks for another request; its body is of no interest then. */
function leadsOn(hop: Hop, status: number, request: HttpRequest): 'redirect' | 'get' | null {
  if (request.headFallback && hop.method === 'HEAD' && (status === 405 || status === 501)) return 'get';
  return request.redirects !== null && REDIRECTS.has(status) ? 'redirect' : null;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The request a redirect asks for (Fetch standard, "HTTP-redirect fetch"). */
function redirect(hop: Hop, { status, headers }: HttpResponse): Hop {
  const url = redirectUrl(headerOf(headers, 'location'), hop.url, status);
  const rewritten = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  return {
    method: rewritten ? 'GET' : hop.method,
    url,
    headers: crossing(hop.headers, url.origin === hop.url.origin, rewritten),
    body: rewritten ? null : hop.body,
  };
}

/** Another origin gets no header of the caller's but the type of a body that goes along. */
function crossing(headers: Record<string, string>, same: boolean, bodyless: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => (name.toLowerCase() === 'content-type' ? !bodyless : same)),
  );
}

function redirectUrl(location: string | null, base: URL, status: number): URL {
  if (location === null || location === '') {
    throw new NetFailure('redirect_invalid', `The answer ${status} names no address to go to.`);
  }
  const bytes = Buffer.from(location, 'latin1');
  const text = isUtf8(bytes) ? bytes.toString('utf8') : location;
  if (!URL.canParse(text, base.href)) throw new NetFailure('redirect_invalid', 'A redirect leads to no valid address.');
  const url = new URL(text, base.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new NetFailure('redirect_invalid', `A redirect leads to ${url.protocol} instead of http or https.`);
  }
  return url;
}

/** Host and path: a query may carry secrets. */
function shown(url: URL): string {
  return `${url.host}${url.pathname}`.slice(0, 200);
}

async function askOnce(
  hop: Hop,
  request: HttpRequest,
  trip: Trip,
  seen: Seen,
  redirected: boolean,
): Promise<HttpResponse> {
  const secure = hop.url.protocol === 'https:';
  seen.response = null;
  const connection = await dial(
    {
      host: hop.url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(hop.url.port) || (secure ? 443 : 80),
      secure,
      verifyTls: request.verifyTls,
      clientCertificate: hop.url.origin === request.url.origin ? (request.clientCertificate ?? null) : null,
      family: request.family,
    },
    trip,
  ).catch((error: unknown) => {
    const blocked = redirected && error instanceof NetFailure && error.reason === 'target_blocked';
    throw blocked ? new NetFailure('redirect_blocked', `A redirect was not followed. ${error.message}`) : error;
  });
  try {
    return await speak(hop, request, connection, trip, seen);
  } finally {
    // Destroyed, never ended politely: a close that the other side must confirm could hang.
    connection.socket.destroy();
  }
}

/** A request that comes back to us, by whatever name and proxy, is known by it. */
function loopMark({ own }: Outbound): Record<string, string> {
  return own ? { [LOOP_HEADER]: own.id } : {};
}

async function speak(
  hop: Hop,
  request: HttpRequest,
  { socket, tls, note }: Connection,
  trip: Trip,
  seen: Seen,
): Promise<HttpResponse> {
  const headers = { 'User-Agent': trip.outbound.userAgent ?? 'StatusPing', ...hop.headers, ...loopMark(trip.outbound) };
  const onHead = (head: Head): Body | null => {
    const wanted = leadsOn(hop, head.status, request) === null;
    const encoding = headerOf(head.headers, 'content-encoding');
    const body = wanted ? new Body(encoding, request.maxBodyBytes, request.keepBody) : null;
    seen.response = { ...head, url: hop.url, body, tls, notes: note === null ? [] : [note] };
    return body;
  };
  await converse(
    socket,
    requestBytes(hop.method, hop.url, Object.entries(headers), hop.body),
    hop.method,
    onHead,
    trip,
  );
  if (!seen.response) throw new NetFailure('internal', 'An answer without a head was taken for complete.');
  return seen.response;
}
