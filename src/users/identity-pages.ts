import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError, notFound } from '../core/errors.ts';
import { entryWords } from '../core/words/entry/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { parseInput, readForm, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { setOidcCookie } from '../web/session.ts';
import { confirmConnecting, disconnectIdentity } from './identity-actions.ts';
import { countPassword } from './insider.ts';
import { beginSignIn } from './oidc-actions.ts';
import { OidcRefusal, type Provider } from './oidc-provider.ts';
import { givenPassword } from '../web/proof.ts';

const passwordInput = z.object({
  identity_password: givenPassword,
});

/**
 * `/settings/security/identity`: connects the person with who they are at the provider, and ends that. `showAgain` draws
 * the page its forms stand on.
 */
export function identityPages(
  deps: Deps,
  views: Views,
  provider: Provider | null,
  showAgain: (c: Context<AppEnv>, error: unknown) => Promise<Response>,
): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/', async (c) => {
    const actor = await countPassword(deps, c);
    if (!provider) throw notFound();
    const form = await readForm(c);
    try {
      await confirmConnecting(deps, actor, parseInput(passwordInput, form).identity_password);
      const onward = { next: '/settings/security', tail: '', connects: actor };
      const { href } = await sendToProvider(deps, c, provider, onward);
      // A page between: a form may lead to our own origin only, and a redirect would be the form's.
      c.header('Refresh', `0; url=${href}`);
      return await views.page(c, 'users/onward', { name: provider.name, href });
    } catch (error) {
      const away = error instanceof OidcRefusal && new AppError('conflict', entryWords('en').provider.refused.away);
      return showAgain(c, away || error);
    }
  });

  routes.post('/remove', async (c) => {
    const actor = await countPassword(deps, c);
    if (!provider) throw notFound();
    const form = await readForm(c);
    try {
      await disconnectIdentity(deps, provider, actor, parseInput(passwordInput, form).identity_password);
    } catch (error) {
      return showAgain(c, error);
    }
    setFlash(c, 'good', `${provider.name} opens this log-in no more, and every other session has ended.`);
    return c.redirect('/settings/security', 303);
  });

  return routes;
}

/** Where to send the browser, which now holds the token of its sign-in. */
export async function sendToProvider(
  deps: Deps,
  c: Context,
  provider: Provider,
  onward: Parameters<typeof beginSignIn>[2],
): Promise<URL> {
  const { url, token, expiresAt } = await beginSignIn(deps, provider, onward);
  setOidcCookie(deps, c, token, expiresAt);
  c.header('Cache-Control', 'private, no-store');
  return url;
}
