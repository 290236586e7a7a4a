import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { emailKey, mailboxKey } from '../core/email.ts';
import { AppError } from '../core/errors.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, isJson, parseInput, readInput, refusal, setFlash } from '../web/forms.ts';
import { addressKey, forgiveTries, limitAddress, limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import {
  bearerToken,
  dropSessionCookie,
  knownDevice,
  readLastAccount,
  requireAnyone,
  requireSession,
  setLastAccount,
  setSessionCookie,
} from '../web/session.ts';
import { openAccount } from './account-actions.ts';
import { signUp, signupsClosed } from './actions.ts';
import { resendVerification } from './address-actions.ts';
import { drawEntry } from './entry.ts';
import { enter, provePassword, refreshSession } from './login-actions.ts';
import { localPath, wantedPlan } from './next.ts';
import { passkeyRoutes } from './passkeys.ts';
import { findUserByEmail } from './queries.ts';
import { askForCode, codeKey, countCode } from './second-step.ts';
import { endSession } from './session-actions.ts';
import type { NewSession } from './sessions.ts';
import { pairOf } from './token-pair.ts';

/** R-AU-2: tries of one visitor in an hour, of one mailbox in a quarter. */
const LOGIN_PER_ADDRESS = { max: 20, windowMs: HOUR };
const LOGIN_PER_MAILBOX = { max: 10, windowMs: 15 * MINUTE };
const SIGNUP_PER_ADDRESS = { max: 20, windowMs: HOUR };
const RESEND_PER_USER = { max: 3, windowMs: 15 * MINUTE };
const REFRESH_PER_ADDRESS = { max: 300, windowMs: HOUR };

const text = (missing: string) => z.string(missing);
export const signUpInput = z.object({
  email: text('Give your e-mail address.').max(320, 'That is not an e-mail address.'),
  password: text('Choose a password.').max(1_000, 'That is too long.'),
  slug: text('Choose an address for your page.').max(200, 'Use at most 40 characters.'),
  name: text('A name is a text.').max(80, 'Use at most 80 characters.').nullish(),
});
export const logInInput = z.object({
  email: text('Give your e-mail address.').max(1_000, 'That is not an e-mail address.'),
  password: text('Give your password.').max(10_000, 'That is too long.'),
  /** Of those with two-step log-in; the form asks for it on a page of its own. */
  code: z.string('A code is a text.').max(100, 'That is too long.').optional(),
  next: z.string().max(2_000).optional().catch(undefined),
});
export const switchInput = z.object({
  account_id: text('Say which account: account_id.').max(100, 'There is no such account.'),
});
export const refreshInput = z.object({
  refresh_token: text('Give your refresh token.').max(2_000, 'This is no token of ours.'),
});

/** `/auth/…`: each route takes a form (answers with a page or a redirect) or JSON (answers with JSON). */
export function authRoutes(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/signup', async (c) => {
    const input = await readInput(c);
    const plan = isJson(c) ? null : wantedPlan(deps, (input as Form)['plan']);
    try {
      await limitAddress(deps, 'signup', c.get('clientIp'), SIGNUP_PER_ADDRESS);
      const wanted = parseInput(signUpInput, input);
      const made = await signUp(deps, { ...wanted, name: wanted.name ?? undefined }, kindOf(c), userAgent(c));
      await setAside(deps, c, made.session);
      if (!isJson(c)) return c.redirect(plan?.buyAt ?? '/dashboard', 303);
      const user = { ...made.user, email_verified: false };
      return c.json({ user, account: { ...made.account, role: 'owner' }, ...(await pairOf(deps, made.session)) }, 201);
    } catch (error) {
      if (isJson(c)) throw error;
      return showAgain(c, views, 'users/signup', input, error, { plan, closed: signupsClosed(deps) });
    }
  });

  routes.post('/login', async (c) => {
    const input = await readInput(c);
    try {
      const wanted = parseInput(logInInput, input);
      const counted = await countLogin(deps, c, wanted.email);
      const proved = await provePassword(deps, wanted);
      const twoSteps = proved.totp_since !== null;
      if (twoSteps && !isJson(c)) return askForCode(deps, c, proved, { next: localPath(wanted.next), counted });
      const second = twoSteps ? { code: await countGivenCode(deps, c, proved.id, wanted.code) } : undefined;
      const how = {
        kind: kindOf(c),
        userAgent: userAgent(c),
        lastAccount: readLastAccount(deps, c),
        ...(second && { second }),
      };
      const { user, account, session } = await enter(deps, proved, how);
      await forgiveTries(deps, twoSteps ? [...counted, await codeKey(deps, c, proved.id)] : counted);
      await setAside(deps, c, session);
      if (!isJson(c)) return c.redirect(localPath(wanted.next), 303);
      return c.json({ user, account, ...(await pairOf(deps, session)) });
    } catch (error) {
      if (isJson(c)) throw error;
      return showAgain(c, views, 'users/login', input, error);
    }
  });

  routes.post('/refresh', async (c) => {
    await limitAddress(deps, 'refresh', c.get('clientIp'), REFRESH_PER_ADDRESS);
    const { refresh_token: refreshToken } = parseInput(refreshInput, await readInput(c));
    return c.json(await pairOf(deps, await refreshSession(deps, refreshToken)));
  });

  routes.post('/switch', async (c) => {
    const { id: sessionId, user, via } = requireSession(c);
    const { account_id: accountId } = parseInput(switchInput, await readInput(c));
    const kind = via === 'cookie' ? 'browser' : 'token';
    const opened = await openAccount(deps, { userId: user.id, sessionId, kind, userAgent: userAgent(c) }, accountId);
    await setAside(deps, c, opened);
    if (kind === 'token') return c.json(await pairOf(deps, opened));
    setLastAccount(deps, c, accountId);
    return c.body(null, 204);
  });

  routes.post('/logout', async (c) => {
    const session = c.get('session');
    if (session) await endSession(deps, session.id);
    dropSessionCookie(deps, c);
    // A program whose token has ended already has what it asks for.
    return asksAsProgram(c) ? c.body(null, 204) : c.redirect('/login', 303);
  });

  routes.post('/verification', async (c) => {
    const { user } = requireSession(c);
    await limitRate(deps, `verify:${user.id}`, RESEND_PER_USER);
    await resendVerification(deps, user.id);
    if (asksAsProgram(c)) return c.body(null, 202);
    setFlash(c, 'good', `Another mail is on its way to ${user.email}.`);
    return c.redirect('/dashboard', 303);
  });

  routes.get('/me', (c) => {
    const { user, account, role } = requireAnyone(c);
    const { id, name, slug, plan } = account;
    c.header('Cache-Control', 'private, no-store');
    return c.json({ user: pick(user), account: { id, name, slug, plan, role } });
  });

  routes.route('/passkeys', passkeyRoutes(deps));
  return routes;
}

function pick({
  id,
  email,
  name,
  email_verified,
}: {
  id: string;
  email: string;
  name: string | null;
  email_verified: boolean;
}) {
  return { id, email, name, email_verified };
}

const kindOf = (c: Context): NewSession['kind'] => (isJson(c) ? 'token' : 'browser');

/** For requests without a body, which have no type either: whoever sends a token is a program. */
const asksAsProgram = (c: Context): boolean => isJson(c) || bearerToken(c) !== null;

export const userAgent = (c: Context): string => c.req.header('user-agent') ?? '';

/** Browsers get their cookie; programs take the tokens from the body. */
async function setAside(deps: Deps, c: Context, session: NewSession): Promise<void> {
  if (session.kind === 'browser') await setSessionCookie(deps, c, session, session.expiresAt);
  c.header('Cache-Control', 'private, no-store');
}

/**
 * Counts a try against the visitor and against the mailbox, before any hashing; returns the keys so that a rightful
 * log-in takes them back. A browser its owner has used before counts for itself, whatever others do to the mailbox.
 */
async function countLogin(deps: Deps, c: Context<AppEnv>, email: string): Promise<string[]> {
  const ip = c.get('clientIp');
  const owner = await findUserByEmail(deps.db.read, emailKey(email));
  // Read whoever it is: a visitor with a device cookie of their own must not see by the time that an address is known.
  const device = await knownDevice(deps, c);
  const known = device !== null && device === owner?.id;
  const mailbox = `login:${known ? 'known' : 'box'}:${mailboxKey(email)}`.slice(0, 400);
  await limitAddress(deps, 'login', ip, LOGIN_PER_ADDRESS);
  await limitRate(deps, mailbox, LOGIN_PER_MAILBOX);
  return [addressKey('login', ip), mailbox];
}

/** The code a program sent along, its try counted; without one it learns that it must ask the person. */
async function countGivenCode(deps: Deps, c: Context<AppEnv>, userId: string, code: string | undefined) {
  if (code === undefined || code.trim() === '') {
    const sentence = 'The password is right. This log-in needs a code as well: send it as "code".';
    throw new AppError('second_factor_required', sentence);
  }
  await countCode(deps, c, userId);
  return code;
}

/** The form again with the person's own values, never the password. */
async function showAgain(
  c: Context<AppEnv>,
  views: Views,
  view: string,
  input: unknown,
  error: unknown,
  more: object = {},
): Promise<Response> {
  const wrong = error instanceof AppError && error.code === 'unauthorised';
  const no = refusal(wrong ? new AppError('invalid', error.message) : error);
  if (error instanceof AppError && error.retryAfterSeconds !== null) {
    c.header('Retry-After', String(error.retryAfterSeconds));
  }
  const { password: _, ...values } = input as Record<string, unknown>;
  return drawEntry(views, c, view, { values, ...more, ...no }, no.status);
}
