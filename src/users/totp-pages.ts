import { type Context, Hono } from 'hono';
import { renderSVG } from 'uqr';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { givenPassword, hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { requireSession, setSessionCookie } from '../web/session.ts';
import { countPassword, insiderOf } from './insider.ts';
import { countCode } from './second-step.ts';
import { totpUri } from './totp.ts';
import { confirmTotp, findPendingTotp, renewRecoveryCodes, startTotp, switchOffTotp } from './totp-actions.ts';

const code = z.string('Give the code.').trim().min(1, 'Give the code.').max(100, 'That is too long.');
const passwordInput = z.object({ password: givenPassword });
const codeInput = z.object({ code });
const bothInput = z.object({ password: givenPassword, code });
const HOME = '/settings/security';

/** Setting up an authenticator app, new recovery codes, switching off. `refuse` draws the page all of it starts from. */
export function totpPages(
  deps: Deps,
  views: Views,
  refuse: (c: Context<AppEnv>, error: unknown) => Promise<Response>,
): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/totp', async (c) => {
    try {
      const insider = await countPassword(deps, c);
      await startTotp(deps, insider, parseInput(passwordInput, await readForm(c)).password);
    } catch (error) {
      return refuse(c, error);
    }
    return c.redirect(`${HOME}/totp`, 303);
  });

  routes.get('/totp', (c) => drawSetUp(deps, views, c));

  routes.post('/totp/confirm', async (c) => {
    const insider = insiderOf(c);
    try {
      await countCode(deps, c, insider.userId);
      const { codes, session } = await confirmTotp(deps, insider, parseInput(codeInput, await readForm(c)).code);
      await setSessionCookie(deps, c, session, session.expiresAt);
      return showCodes(views, c, codes, 'Two-step log-in is on');
    } catch (error) {
      return drawSetUp(deps, views, c, refusal(error));
    }
  });

  routes.get('/totp/off', (c) => ask(deps, views, c, 'off'));

  routes.post('/totp/off', async (c) => {
    try {
      const insider = await countPassword(deps, c);
      await countCode(deps, c, insider.userId);
      const session = await switchOffTotp(deps, insider, parseInput(bothInput, await readForm(c)));
      await setSessionCookie(deps, c, session, session.expiresAt);
    } catch (error) {
      return ask(deps, views, c, 'off', refusal(error));
    }
    setFlash(c, 'good', 'Two-step log-in is off, and every other session has ended.');
    return c.redirect(HOME, 303);
  });

  routes.get('/recovery-codes', (c) => ask(deps, views, c, 'codes'));

  routes.post('/recovery-codes', async (c) => {
    const insider = insiderOf(c);
    try {
      await countCode(deps, c, insider.userId);
      const codes = await renewRecoveryCodes(deps, insider, parseInput(codeInput, await readForm(c)).code);
      return showCodes(views, c, codes, 'New recovery codes');
    } catch (error) {
      return ask(deps, views, c, 'codes', refusal(error));
    }
  });

  return routes;
}

/** The picture for the app and the field for its first code. */
async function drawSetUp(deps: Deps, views: Views, c: Context<AppEnv>, no?: Refusal): Promise<Response> {
  const pending = await findPendingTotp(deps, insiderOf(c));
  if (!pending) {
    setFlash(c, 'info', no?.problem ?? 'Start the set-up here.');
    return c.redirect(HOME, 303);
  }
  const host = new URL(deps.config.baseUrl).hostname;
  const picture = renderSVG(totpUri(pending.secret, pending.user.email, host), { border: 3 });
  const secret = pending.secret.replace(/(.{4})(?=.)/g, '$1 ');
  return views.page(c, 'users/totp', { errors: {}, problem: null, picture, secret, ...no }, no?.status ?? 200);
}

function showCodes(views: Views, c: Context<AppEnv>, codes: readonly string[], title: string): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  return views.page(c, 'users/recovery-codes', { title, codes, text: codes.join('\n') });
}

/** The two pages that ask for a code before they do something. */
async function ask(
  deps: Deps,
  views: Views,
  c: Context<AppEnv>,
  what: 'off' | 'codes',
  no?: Refusal,
): Promise<Response> {
  const session = requireSession(c);
  const off = what === 'off';
  const title = off ? 'Switch two-step log-in off' : 'New recovery codes';
  const asksPassword = off && (await hasPassword(deps, session));
  const data = { off, title, asksPassword, errors: {}, problem: null };
  return views.page(c, 'users/second-factor', { ...data, ...no }, no?.status ?? 200);
}
