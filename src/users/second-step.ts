import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { MINUTE } from '../core/time.ts';
import { entryWords } from '../core/words/entry/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { forgiveTries, limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import {
  dropFactorCookie,
  knownDevice,
  readFactorCookie,
  readLastAccount,
  setFactorCookie,
  setSessionCookie,
} from '../web/session.ts';
import { askedTail, drawEntry, entryLanguage } from './entry.ts';
import { askSecondStep, enter, findSecondStep } from './login-actions.ts';
import type { User } from './queries.ts';

/** R-AU-14. Three codes of a million are right at a time. */
const CODE_TRIES = { max: 5, windowMs: 5 * MINUTE };

const codeInput = z.object({
  code: z.string('Give the code.').trim().min(1, 'Give the code.').max(100, 'That is too long.'),
});

/** `/login/code`: the second step of a log-in whose password was right. */
export function secondStepPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/login/code', async (c) => {
    if (!(await whoWaits(deps, c))) return backToStart(c);
    return drawEntry(views, c, 'users/code', { errors: {}, problem: null });
  });

  routes.post('/auth/code', async (c) => {
    const form = await readForm(c);
    const waiting = await whoWaits(deps, c);
    if (!waiting) return backToStart(c);
    try {
      await logInByCode(deps, c, waiting, form);
    } catch (error) {
      return showAgain(c, views, error);
    }
    return c.redirect(waiting.next, 303);
  });

  return routes;
}

/** Sends a browser whose password was right to the page that asks for the code. */
export async function askForCode(
  deps: Deps,
  c: Context<AppEnv>,
  user: User,
  onward: { next: string; counted: string[] },
  tail = askedTail(c),
): Promise<Response> {
  const { token, expiresAt } = await askSecondStep(deps, user, onward);
  setFactorCookie(deps, c, token, expiresAt);
  return c.redirect(`/login/code${tail}`, 303);
}

/** Counts a try at the second step, before the code is looked at; over the limit it is `AppError` `rate_limited`. */
export async function countCode(deps: Deps, c: Context<AppEnv>, userId: string): Promise<string> {
  const key = await codeKey(deps, c, userId);
  await limitRate(deps, key, CODE_TRIES);
  return key;
}

/** A browser its owner has used before counts for itself: whoever knows the password cannot lock them out of it. */
export async function codeKey(deps: Deps, c: Context<AppEnv>, userId: string): Promise<string> {
  return `code:${(await knownDevice(deps, c)) === userId ? 'known' : 'new'}:${userId}`;
}

async function whoWaits(deps: Deps, c: Context<AppEnv>) {
  const token = readFactorCookie(deps, c);
  return token === null ? null : findSecondStep(deps, token);
}

type Waiting = NonNullable<Awaited<ReturnType<typeof whoWaits>>>;

async function logInByCode(deps: Deps, c: Context<AppEnv>, waiting: Waiting, form: Form): Promise<void> {
  const { code } = parseInput(codeInput, form);
  const key = await countCode(deps, c, waiting.user.id);
  const { session } = await enter(deps, waiting.user, {
    kind: 'browser',
    userAgent: c.req.header('user-agent') ?? '',
    second: { code },
    lastAccount: readLastAccount(deps, c),
    challenge: waiting.hash,
  });
  await forgiveTries(deps, [...waiting.counted, key]);
  await setSessionCookie(deps, c, session, session.expiresAt);
  dropFactorCookie(deps, c);
}

function backToStart(c: Context<AppEnv>): Response {
  setFlash(c, 'info', entryWords(entryLanguage(c)).code.late);
  return c.redirect(`/login${askedTail(c)}`, 303);
}

function showAgain(c: Context<AppEnv>, views: Views, error: unknown): Promise<Response> {
  const wrong = error instanceof AppError && error.code === 'unauthorised';
  const shown = wrong
    ? { status: 422 as const, problem: error.message, errors: { code: error.message } }
    : { ...refusal(error) };
  if (error instanceof AppError && error.retryAfterSeconds !== null) {
    c.header('Retry-After', String(error.retryAfterSeconds));
  }
  return drawEntry(views, c, 'users/code', shown, shown.status);
}
