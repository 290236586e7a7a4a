import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { type Ability, can } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../users/session-queries.ts';
import type { AppEnv, Session } from './env.ts';
import { type Claims, readToken, signToken } from './jwt.ts';

/** A browser that has logged in once is known for a year: see `knownDevice`. */
const DEVICE_MS = 365 * DAY;

/** Decides who is asking: `c.var.session`, or null. The row behind the token is read each time, so ending it is immediate. */
export function sessionMiddleware(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set('session', await readSession(deps, c));
    await next();
  };
}

/** Whose token or cookie came with the request; for routes before the middleware, which must not set anything. */
export async function readSession(deps: Deps, c: Context): Promise<Session | null> {
  const bearer = bearerToken(c);
  const token = bearer ?? getCookie(c, cookieName(deps, 'sp_session'));
  return token ? openSession(deps, token, bearer === null ? 'cookie' : 'bearer') : null;
}

/** The token of `Authorization: Bearer`, or null. With that header present no cookie counts. */
export function bearerToken(c: Context): string | null {
  const header = c.req.header('authorization');
  return header === undefined ? null : (header.match(/^bearer +(\S+)$/i)?.[1] ?? '-');
}

async function openSession(deps: Deps, token: string, via: Session['via']): Promise<Session | null> {
  const claims = await readToken(deps, via === 'cookie' ? 'session' : 'access', token);
  const row = claims && (await findSession(deps.db.read, claims.sessionId, deps.clock.now()));
  if (!row || row.user_id !== claims.userId || row.token_version !== claims.tokenVersion) return null;
  if (row.kind !== (via === 'cookie' ? 'browser' : 'token')) return null;
  return {
    id: row.id,
    user: {
      id: row.user_id,
      email: row.email,
      name: row.user_name,
      email_verified: row.email_verified_at !== null,
      operator: row.operator,
    },
    account: {
      id: row.account_id,
      name: row.account_name,
      slug: row.slug,
      plan: row.plan,
      downgraded_from: row.downgraded_from,
    },
    role: row.role,
    via,
    scopes: null,
  };
}

/** The session, or `AppError` `unauthorised`: a page then leads to the log-in, an API answers 401. */
export function requireSession(c: Context<AppEnv>): Session {
  const session = c.get('session');
  if (!session) throw new AppError('unauthorised', 'Log in to see this.');
  return session;
}

/** The session if its role may do that, or `AppError` `forbidden`. */
export function requireAbility(c: Context<AppEnv>, ability: Ability): Session {
  const session = requireSession(c);
  if (can(session.role, ability)) return session;
  throw new AppError('forbidden', `Your role in this account (${session.role}) does not allow this.`);
}

/** Hands the browser its session cookie, and the one by which it is known at the next log-in. */
export async function setSessionCookie(deps: Deps, c: Context, claims: Claims, expiresAt: number): Promise<void> {
  setOwnCookie(deps, c, 'sp_session', await signToken(deps, 'session', claims, expiresAt), expiresAt);
  await setDeviceCookie(deps, c, claims.userId);
}

export async function setDeviceCookie(deps: Deps, c: Context, userId: string): Promise<void> {
  const until = deps.clock.now() + DEVICE_MS;
  const claims = { userId, sessionId: '', tokenVersion: 0 };
  setOwnCookie(deps, c, 'sp_device', await signToken(deps, 'device', claims, until), until);
}

export function dropSessionCookie(deps: Deps, c: Context): void {
  deleteCookie(c, cookieName(deps, 'sp_session'), { path: '/', secure: secure(deps) });
}

/**
 * The user this browser has logged in as before, or null. Others' wrong guesses then cannot lock the owner out:
 * a known browser has a counter of its own (R-AU-2).
 */
export async function knownDevice(deps: Deps, c: Context): Promise<string | null> {
  const token = getCookie(c, cookieName(deps, 'sp_device'));
  return token ? ((await readToken(deps, 'device', token))?.userId ?? null) : null;
}

/** Host-only and out of scripts' reach; `__Host-` on https, where browsers then insist on both (R-AU-7). */
function setOwnCookie(deps: Deps, c: Context, name: string, value: string, expiresAt: number): void {
  setCookie(c, cookieName(deps, name), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: secure(deps),
    maxAge: Math.floor((expiresAt - deps.clock.now()) / 1_000),
  });
}

export function cookieName(deps: Deps, name: string): string {
  return secure(deps) ? `__Host-${name}` : name;
}

function secure(deps: Deps): boolean {
  return deps.config.baseUrl.startsWith('https:');
}
