import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { requireSession, setSessionCookie } from '../web/session.ts';
import { changeEmail, rename } from './address-actions.ts';
import { countPassword } from './insider.ts';
import { changePassword } from './password-actions.ts';
import { emailInput, nameInput, passwordInput } from './profile-input.ts';

/** `/settings/profile`: name, address and password of the person, whatever their role. */
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
      const actor = await countPassword(deps, c);
      const session = await changeEmail(deps, actor, { email, current, field: 'email_password' });
      await setSessionCookie(deps, c, session, session.expiresAt);
      return 'Your address is changed. Open the link we sent to it; until then alerts wait.';
    }),
  );

  routes.post('/password', (c) =>
    change(deps, views, c, async (form) => {
      const session = await changePassword(deps, await countPassword(deps, c), parseInput(passwordInput, form));
      await setSessionCookie(deps, c, session, session.expiresAt);
      return 'Your password is changed and every other session has ended.';
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

async function profileData(deps: Deps, c: Context<AppEnv>, typed: Form) {
  const session = requireSession(c);
  const values = { name: typed['name'] ?? session.user.name ?? '', email: typed['email'] ?? '' };
  return { values, hasPassword: await hasPassword(deps, session), errors: {}, problem: null };
}
