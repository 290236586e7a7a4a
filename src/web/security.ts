import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { AppError } from '../core/errors.ts';
import { cameFrom, LOOP_HEADER } from '../core/loop.ts';
import { newToken } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from './env.ts';
import { insider } from './inside.ts';
import { bearerToken } from './session.ts';

/** Largest request body, in bytes. */
const MAX_BODY = 1_048_576;
/** Of what programs send, settings files, imports and whole status pages aside. */
const MAX_SMALL = 262_144;
const SMALL = /^\/(api|auth)\/(?!import|manifest|status-pages)/;
/** Photographs as cameras make them arrive, to be refused beside the field. */
const MAX_UPLOAD = 16 * 1_048_576;
const UPLOADS = /^\/status-pages\/\w+\/look\/\w+$/;
/** A database of another product, and what a form puts around it. */
const MAX_IMPORT = 65 * 1_048_576;
const IMPORTS = /^\/settings\/import$/;

/** `c.var.requestId` and `c.var.clientIp`; the id goes out as `X-Request-Id`. */
export function requestFacts(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const id = newToken().slice(0, 16);
    c.set('requestId', id);
    c.set('clientIp', clientIp(c, deps.config.trustedProxies));
    c.header('X-Request-Id', id);
    await next();
  };
}

/**
 * A check of ours that reached us, by a domain of a tenant or through a proxy, is answered 508 before anything is done
 * for it (R-SS-7). Where private targets are allowed an operator may watch their own installation.
 */
export function refuseLoops({ outbound }: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { own, allowPrivate } = outbound;
    const looped = own && !allowPrivate && cameFrom(own.id, c.req.header(LOOP_HEADER));
    return looped ? c.text('This installation does not check itself.', 508) : next();
  };
}

/**
 * Bodies over 1 MiB are 413, over 256 KiB where an API takes no more, whether announced or streamed (R-DO-1); where
 * pictures are uploaded, the form says what is too large.
 */
export function limitBody(): MiddlewareHandler<AppEnv> {
  const [small, usual, upload] = [atMost(MAX_SMALL), atMost(MAX_BODY), atMost(MAX_UPLOAD)];
  const database = atMost(MAX_IMPORT);
  return (c, next) => {
    if (SMALL.test(c.req.path)) return small(c, next);
    // A length that is announced is judged without reading; who streams gets no room before anybody knows who it is.
    if (IMPORTS.test(c.req.path) && c.req.header('content-length') !== undefined) return database(c, next);
    return (UPLOADS.test(c.req.path) ? upload : usual)(c, next);
  };
}

function atMost(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      const most = maxSize < MAX_BODY ? `${maxSize / 1_024} KiB` : `${maxSize / MAX_BODY} MiB`;
      throw new HTTPException(413, { message: `The request is too large: ${most} at most.` });
    },
  });
}

/**
 * The policy of pages. Styles written into a page need their hash here (`styleHash`); inline scripts and `style`
 * attributes are refused throughout.
 */
export function contentPolicy(
  more: { styleHashes?: string[]; frameAncestors?: string; frames?: string; formAction?: string } = {},
): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    ["style-src 'self'", ...(more.styleHashes ?? [])].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    ...(more.frames === undefined ? [] : [`frame-src ${more.frames}`]),
    "base-uri 'none'",
    ["form-action 'self'", more.formAction ?? ''].join(' ').trim(),
    `frame-ancestors ${more.frameAncestors ?? "'none'"}`,
  ].join('; ');
}

/** The source expression that lets exactly this `<style>` text through. */
export function styleHash(css: string): string {
  return `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
}

/** Headers of every answer; a handler that sets one of them itself keeps its own. */
export function secureHeaders(deps: Deps): MiddlewareHandler<AppEnv> {
  const headers: [string, string][] = [
    ['Content-Security-Policy', contentPolicy()],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
  ];
  if (deps.config.baseUrl.startsWith('https:')) headers.push(['Strict-Transport-Security', 'max-age=31536000']);
  return async (c, next) => {
    await next();
    const own = c.res.headers;
    // The policy of a page that may be framed already says by whom.
    const framed = own.get('Content-Security-Policy')?.includes('frame-ancestors') ?? false;
    for (const [name, value] of headers) {
      if (!own.has(name) && !(framed && name === 'X-Frame-Options')) own.set(name, value);
    }
    if (c.get('session') && !own.has('Cache-Control')) own.set('Cache-Control', 'private, no-store');
  };
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A change that a browser sends, or that rides on a cookie, must prove that one of our own pages sent it (R-AU-8),
 * log-in, sign-up and log-out included. Every browser names its origin in such a request, so one without a cookie,
 * `Origin` and `Sec-Fetch-Site` comes from a program. A bearer token is proof enough, for no browser adds one by itself.
 * Addresses under `exempt` take no cookie at all.
 */
export function sameOrigin(deps: Deps, exempt: string[] = []): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (SAFE.has(c.req.method) || exempt.some((prefix) => c.req.path.startsWith(prefix))) return next();
    if (bearerToken(c) !== null || insider(c) !== null) return next();
    const site = c.req.header('sec-fetch-site');
    const origin = c.req.header('origin');
    const browser = site !== undefined || origin !== undefined;
    const rides = c.req.header('cookie') !== undefined;
    if ((browser || rides) && !isOurs(deps, c, origin, site)) {
      throw new AppError(
        'forbidden',
        `This request did not come from a page of this site, so nothing was changed. Open ${deps.config.baseUrl} and try again.`,
      );
    }
    return next();
  };
}

/** Pages behind the links of mails; they send `Referrer-Policy: no-referrer`. */
const MAILED = /^\/(verify|reset|invite)\/[\w-]{20,}$/;

/** Whether a script of another site asks: browsers then name its origin. */
export function fromElsewhere(deps: Deps, c: Context): boolean {
  const origin = c.req.header('origin');
  return origin !== undefined && !isOurs(deps, c, origin, c.req.header('sec-fetch-site'));
}

function isOurs(deps: Deps, c: Context, origin: string | undefined, site: string | undefined): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site === 'same-origin';
  // A page that sends no referrer posts with the origin "null"; over plain http no other word comes with it, and there
  // the token in the path is the proof.
  if (origin === 'null') return site === 'same-origin' || (site === undefined && MAILED.test(c.req.path));
  if (origin === deps.config.baseUrl) return true;
  // Opened under another name than BASE_URL, as 127.0.0.1 for localhost: the browser itself vouches for "same".
  return site === 'same-origin' && URL.canParse(origin) && new URL(origin).host === c.req.header('host');
}

/**
 * The visitor's address: the socket's, or what trusted proxies say, read from the right so that a forged entry on the
 * left is never reached.
 */
export function clientIp(c: Context, trusted: BlockList): string {
  let ip = socketIp(c);
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => plainIp(hop.trim()));
  while (isTrusted(ip, trusted)) {
    const hop = hops.pop();
    if (!hop || isIP(hop) === 0) break;
    ip = hop;
  }
  return ip;
}

/** Who is at the other end of the connection, proxies included. */
export function socketIp(c: Context): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return plainIp(env?.incoming?.socket?.remoteAddress ?? '0.0.0.0');
}

export function isTrusted(ip: string, trusted: BlockList): boolean {
  const family = isIP(ip);
  return family !== 0 && trusted.check(ip, family === 6 ? 'ipv6' : 'ipv4');
}

/** `::ffff:1.2.3.4` is `1.2.3.4`; brackets and a port of some proxies' spelling go. */
function plainIp(ip: string): string {
  const bare = ip.match(/^\[(.+)\](?::\d+)?$/)?.[1] ?? ip.match(/^(\d+\.\d+\.\d+\.\d+):\d+$/)?.[1] ?? ip;
  return bare.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)?.[1] ?? bare;
}
