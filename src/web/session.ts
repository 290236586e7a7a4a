import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { type Ability, type Area, demand, type Scope, scopeAllows } from '../core/access.ts';
import { AppError, notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { DAY, MINUTE } from '../core/time.ts';
import { isApiToken } from '../db/api-token.ts';
import type { Deps } from '../deps.ts';
import { findSession } from '../users/session-queries.ts';
import { createLastUse, openApiToken } from './api-token.ts';
import { type AppEnv, type Session, whoIs } from './env.ts';
import { insider } from './inside.ts';
import { type Claims, readToken, signToken } from './jwt.ts';
import { createLastSeen } from './last-seen.ts';

/** A browser that has logged in once is known for a year: see `knownDevice`. */
const DEVICE_MS = 365 * DAY;
/** How long a log-in without an account counts. */
const BETWEEN_MS = 30 * MINUTE;

/** Decides who is asking: `c.var.session`, or null. The row behind the token is read each time, so ending it is immediate. */
export function sessionMiddleware(deps: Deps): MiddlewareHandler<AppEnv> {
  const noteUse = createLastUse(deps);
  const noteSeen = createLastSeen(deps);
  return async (c, next) => {
    const inside = insider(c);
    const session = inside ?? (await readSession(deps, c));
    c.set('session', session);
    await next();
    if (inside || !session) return;
    if (session.via === 'token') noteUse(session.id);
    else noteSeen(session.id);
  };
}

/** Whose token or cookie came with the request; for routes before the middleware, which must not set anything. */
export async function readSession(deps: Deps, c: Context): Promise<Session | null> {
  const bearer = bearerToken(c);
  if (bearer?.startsWith('sp_')) return isForTokens(c) ? openApiToken(deps, bearer) : null;
  const token = bearer ?? getCookie(c, cookieName(deps, 'sp_session'));
  return token ? openSession(deps, token, bearer === null ? 'cookie' : 'bearer') : null;
}

/** Schemes that browsers use by themselves, for a proxy before us or a status page with a password: no word of a program. */
const OF_BROWSERS = /^(?:basic|digest|negotiate|ntlm)\b/i;

/** The token of `Authorization: Bearer`, or null. With that header present no cookie counts. */
export function bearerToken(c: Context): string | null {
  const header = c.req.header('authorization');
  if (header === undefined || OF_BROWSERS.test(header)) return null;
  return header.match(/^bearer +(\S+)$/i)?.[1] ?? '-';
}

/**
 * Where API tokens count: the JSON API, and where a program asks who it is. One that also stands in the address has
 * been written to logs on its way and opens nothing (R-TK-4).
 */
function isForTokens(c: Context): boolean {
  const { path, method } = c.req;
  return (
    (path.startsWith('/api/') || (path === '/auth/me' && (method === 'GET' || method === 'HEAD'))) &&
    !hasTokenInAddress(c)
  );
}

function hasTokenInAddress(c: Context): boolean {
  return Object.values(c.req.queries()).flat().some(isApiToken);
}

async function openSession(deps: Deps, token: string, via: 'cookie' | 'bearer'): Promise<Session | null> {
  const claims = await readToken(deps, via === 'cookie' ? 'session' : 'access', token);
  const row = claims && (await findSession(deps.db.read, claims.sessionId, deps.clock.now()));
  if (!row || row.user_id !== claims.userId || row.token_version !== claims.tokenVersion) return null;
  if (row.kind !== (via === 'cookie' ? 'browser' : 'token')) return null;
  return { id: row.id, ...whoIs(row, row.operator), via, scopes: null };
}

/** The session, or `AppError` `unauthorised`: a page then leads to the log-in, an API answers 401. */
export function requireAnyone(c: Context<AppEnv>): Session {
  const session = c.get('session');
  if (session) {
    if (session.via === 'token') demandApi(session);
    return session;
  }
  throw new AppError('unauthorised', whyNobody(c));
}

/** What is unknown, has ended and was revoked sounds alike. */
function whyNobody(c: Context): string {
  if (c.req.path.startsWith('/api/') && hasTokenInAddress(c)) {
    return 'A token in an address ends up in logs, so it is not taken there. Revoke it, and send the new one as "Authorization: Bearer …".';
  }
  if (c.req.header('authorization') === undefined) return 'Log in to see this.';
  return 'This token is not known here, has ended or was revoked. It goes into the header as "Authorization: Bearer …".';
}

/**
 * The same, of a person. A token is let through only where `requireAbility` has found it good for the route, so a route
 * that asks for nobody in particular is closed to tokens by itself (R-TK-2).
 */
export function requireSession(c: Context<AppEnv>): Session {
  const session = requireAnyone(c);
  if (session.via !== 'token' || c.get('scoped')) return session;
  throw new AppError('forbidden', 'API tokens cannot do this, whatever their scopes. Log in instead.');
}

/**
 * The session of a person who runs the installation, at their own browser and with a verified address; with `programs`
 * also by an access token of theirs, never by an API token. For everybody else these addresses are not there; a program
 * whose token has run out learns that it must log in.
 */
export function requireOperator(c: Context<AppEnv>, { programs = false } = {}): Session {
  const session = programs ? (c.get('session') ?? requireAnyone(c)) : c.get('session');
  const inPerson = session?.via === 'cookie' || (programs && session?.via === 'bearer');
  if (session && inPerson && session.user.operator && session.user.email_verified) return session;
  throw notFound();
}

/** The session if its role, and the scopes of its token, may do that in this part of the API; or `forbidden`. */
export function requireAbility(c: Context<AppEnv>, ability: Ability, area: Area = 'account'): Session {
  const session = requireAnyone(c);
  demand(session.role, ability);
  if (session.scopes) {
    demandScope(session.scopes, ability, area);
    c.set('scoped', true);
  }
  return session;
}

/** E80, E81: the tokens of an account whose plan has lost them wait until it has them again. */
function demandApi({ account }: Session): void {
  if (allows(account.plan, 'api')) return;
  const opens = PLAN[planFor('api')].label;
  throw new AppError(
    'limit',
    `This account's plan has no API access any more; its tokens work again in the ${opens} plan.`,
  );
}

function demandScope(scopes: readonly Scope[], ability: Ability, area: Area): void {
  if (scopeAllows(scopes, ability, area)) return;
  if (ability === 'manage' || ability === 'own') {
    throw new AppError('forbidden', 'API tokens cannot do this, whatever their scopes. Log in instead.');
  }
  const missing = area === 'account' ? `"${ability}"` : `"${area}" or "${ability}"`;
  throw new AppError('forbidden', `This token lacks the scope ${missing}. It has: ${scopes.join(', ') || 'none'}.`);
}

/** Hands the browser its session cookie, and the one by which it is known at the next log-in unless that is `device: false`. */
export async function setSessionCookie(
  deps: Deps,
  c: Context,
  claims: Claims,
  expiresAt: number,
  { device = true }: { device?: boolean } = {},
): Promise<void> {
  setOwnCookie(deps, c, 'sp_session', await signToken(deps, 'session', claims, expiresAt), expiresAt);
  if (device) await setDeviceCookie(deps, c, claims.userId);
  dropBetween(deps, c);
}

export async function setDeviceCookie(deps: Deps, c: Context, userId: string): Promise<void> {
  const until = deps.clock.now() + DEVICE_MS;
  const claims = { userId, sessionId: '', tokenVersion: 0 };
  setOwnCookie(deps, c, 'sp_device', await signToken(deps, 'device', claims, until), until);
}

/** Names a log-in that still wants its second step; see `users/second-step.ts`. */
export function setFactorCookie(deps: Deps, c: Context, token: string, expiresAt: number): void {
  setOwnCookie(deps, c, 'sp_factor', token, expiresAt);
}

export function readFactorCookie(deps: Deps, c: Context): string | null {
  return getCookie(c, cookieName(deps, 'sp_factor')) ?? null;
}

export function dropFactorCookie(deps: Deps, c: Context): void {
  deleteCookie(c, cookieName(deps, 'sp_factor'), { path: '/', secure: secure(deps) });
}

/** Names a sign-in that waits for its provider's answer; see `users/oidc-actions.ts`. */
export function setOidcCookie(deps: Deps, c: Context, token: string, expiresAt: number): void {
  setOwnCookie(deps, c, 'sp_oidc', token, expiresAt);
}

export function readOidcCookie(deps: Deps, c: Context): string | null {
  return getCookie(c, cookieName(deps, 'sp_oidc')) ?? null;
}

export function dropOidcCookie(deps: Deps, c: Context): void {
  deleteCookie(c, cookieName(deps, 'sp_oidc'), { path: '/', secure: secure(deps) });
}

/** Somebody who has logged in and belongs to no account is known for half an hour: time to make one or to join one. */
export async function setBetweenCookie(
  deps: Deps,
  c: Context,
  { userId, tokenVersion }: Omit<Claims, 'sessionId'>,
  startedAt = deps.clock.now(),
): Promise<void> {
  const until = deps.clock.now() + BETWEEN_MS;
  setOwnCookie(
    deps,
    c,
    'sp_between',
    await signToken(deps, 'between', { userId, tokenVersion, sessionId: String(startedAt) }, until),
    until,
  );
}

/** Who that is, with the `token_version` they logged in at and when they did (`startedAt`, epoch ms), or null. */
export async function readBetween(deps: Deps, c: Context) {
  const token = getCookie(c, cookieName(deps, 'sp_between'));
  const claims = token ? await readToken(deps, 'between', token) : null;
  return claims && { ...claims, startedAt: Number(claims.sessionId) };
}

/** The account this browser worked in last: where its next log-in leads while the person still belongs to it. */
export function setLastAccount(deps: Deps, c: Context, accountId: string): void {
  setOwnCookie(deps, c, 'sp_account', accountId, deps.clock.now() + DEVICE_MS);
}

/** Whoever comes in or goes out is between accounts no more. */
function dropBetween(deps: Deps, c: Context): void {
  const name = cookieName(deps, 'sp_between');
  if (getCookie(c, name) !== undefined) deleteCookie(c, name, { path: '/', secure: secure(deps) });
}

export function readLastAccount(deps: Deps, c: Context): string | null {
  return getCookie(c, cookieName(deps, 'sp_account')) ?? null;
}

export function dropSessionCookie(deps: Deps, c: Context): void {
  deleteCookie(c, cookieName(deps, 'sp_session'), { path: '/', secure: secure(deps) });
  dropBetween(deps, c);
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
