import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireSession, setSessionCookie } from '../web/session.ts';
import { changeEmail, rename } from './address-actions.ts';
import { endOtherSessions } from './login-actions.ts';
import { changePassword } from './password-actions.ts';
import { listSessions } from './session-queries.ts';
import { browserName } from './browser-name.ts';

/** Guesses at the password by somebody at an unlocked screen. */
const PASSWORD_TRIES = { max: 10, windowMs: 15 * MINUTE };

const nameInput = z.object({ name: z.string('A name is a text.').max(80, 'Use at most 80 characters.') });
const emailInput = z.object({
  email: z.string('Give the new address.').max(320, 'That is not an e-mail address.'),
  email_password: z.string('Give your password.').max(1_000, 'That is not your password.'),
});
const passwordInput = z.object({
  current: z.string('Give your present password.').max(1_000, 'That is not your present password.'),
  password: z.string('Choose a password.').max(1_000, 'That is too long.'),
});

/** `/settings/profile`: name, address, password and sessions of the person, whatever their role. */
export function profilePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/', async (c) => views.page(c, 'users/profile', await profileData(deps, c, {})));

  routes.post('/name', (c) =>
    change(deps, views, c, async (form) => {
      const { user, account } = requireSession(c);
      await rename(deps, { userId: user.id, accountId: account.id }, parseInput(nameInput, form).name);
      return 'Your name is saved.';
    }),
  );

  routes.post('/email', (c) =>
    change(deps, views, c, async (form) => {
      const { email, email_password: current } = parseInput(emailInput, form);
      const actor = await passwordAsker(deps, c);
      const session = await changeEmail(deps, actor, { email, current });
      await setSessionCookie(deps, c, session, session.expiresAt);
      return 'Your address is changed. Open the link we sent to it; until then alerts wait.';
    }),
  );

  routes.post('/password', (c) =>
    change(deps, views, c, async (form) => {
      const session = await changePassword(deps, await passwordAsker(deps, c), parseInput(passwordInput, form));
      await setSessionCookie(deps, c, session, session.expiresAt);
      return 'Your password is changed and every other session has ended.';
    }),
  );

  routes.post('/sessions', (c) =>
    change(deps, views, c, async () => {
      const { id, user, account } = requireSession(c);
      const ended = await endOtherSessions(deps, { userId: user.id, accountId: account.id, sessionId: id });
      return ended === 1 ? 'One other session has ended.' : `${ended} other sessions have ended.`;
    }),
  );

  return routes;
}

/** One of the page's forms: done and back with a sentence, or the page again with what was typed. */
async function change(
  deps: Deps,
  views: Views,
  c: Context<AppEnv>,
  act: (form: Form) => Promise<string>,
): Promise<Response> {
  requireSession(c);
  const form = await readForm(c);
  try {
    setFlash(c, 'good', await act(form));
    return c.redirect('/settings/profile', 303);
  } catch (error) {
    const no = refusal(error);
    return views.page(c, 'users/profile', { ...(await profileData(deps, c, form)), ...no }, no.status);
  }
}

/** Who is here, after the try at the password was counted. */
async function passwordAsker(deps: Deps, c: Context<AppEnv>) {
  const { user, account } = requireSession(c);
  await limitRate(deps, `password:${user.id}`, PASSWORD_TRIES);
  return { userId: user.id, accountId: account.id, userAgent: c.req.header('user-agent') ?? '' };
}

async function profileData(deps: Deps, c: Context<AppEnv>, typed: Form) {
  const session = requireSession(c);
  const sessions = await listSessions(deps.db.read, session.user.id, deps.clock.now());
  return {
    values: { name: typed['name'] ?? session.user.name ?? '', email: typed['email'] ?? '' },
    errors: {},
    problem: null,
    sessions: sessions.map(({ id, kind, created_at, expires_at, user_agent }) => ({
      what: kind === 'token' ? 'Program with a token' : browserName(user_agent),
      current: id === session.id,
      created_at,
      expires_at,
    })),
  };
}
