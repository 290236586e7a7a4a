import { type Context, Hono } from 'hono';
import { AppError, NoAccount, notFound } from '../core/errors.ts';
import { HOUR } from '../core/time.ts';
import type { Language } from '../core/language.ts';
import { entryWords, translated } from '../core/words/entry/index.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { setFlash } from '../web/forms.ts';
import { limitAddress } from '../web/limits.ts';
import { dropOidcCookie, readLastAccount, readOidcCookie, setBetweenCookie, setSessionCookie } from '../web/session.ts';
import { signupsClosed } from './actions.ts';
import { askedTail, entryLanguage } from './entry.ts';
import { connectIdentity } from './identity-actions.ts';
import { sendToProvider } from './identity-pages.ts';
import { insiderOf } from './insider.ts';
import { enter } from './login-actions.ts';
import { localPath } from './next.ts';
import { findSignedIn, takeSignIn, type Waiting } from './oidc-actions.ts';
import { CALLBACK, type Claimed, OidcRefusal, type Provider } from './oidc-provider.ts';
import type { User } from './queries.ts';
import { askForCode } from './second-step.ts';

const PER_ADDRESS = { max: 120, windowMs: HOUR };

/** `/auth/oidc`: the way to the identity provider and back. Nothing but 404 where none is configured. */
export function oidcPages(deps: Deps, provider: Provider | null): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  // A link, not a form: the page's policy would hold a form to our own origin, wherever the provider sends people on.
  routes.get('/auth/oidc', async (c) => {
    if (!provider) throw notFound();
    const next = localPath(c.req.query('next'));
    if (c.get('session')) return c.redirect(next, 303);
    try {
      await limitAddress(deps, 'oidc', c.get('clientIp'), PER_ADDRESS);
      const url = await sendToProvider(deps, c, provider, { next, tail: askedTail(c) });
      return c.redirect(url.href, 303);
    } catch (error) {
      return refuse(c, error, askedTail(c));
    }
  });

  routes.get(CALLBACK, async (c) => {
    if (!provider) throw notFound();
    let asked: Waiting | null = null;
    try {
      await limitAddress(deps, 'oidc', c.get('clientIp'), PER_ADDRESS);
      asked = await takeSignIn(deps, readOidcCookie(deps, c) ?? '', c.req.query('state'));
      dropOidcCookie(deps, c);
      const who = await provider.claim(new URL(c.req.url).search, asked);
      if (asked.session !== null) return await connect(c, asked.session, who);
      return await letIn(c, await findSignedIn(deps, who, asked.next), asked);
    } catch (error) {
      if (asked?.session) return refuseConnecting(c, error);
      return refuse(c, error, asked?.tail ?? askedTail(c));
    }
  });

  return routes;

  /** The provider stands for the password: whoever has a second step is asked for it. */
  async function letIn(c: Context<AppEnv>, user: User, { next, tail }: Waiting): Promise<Response> {
    if (user.totp_since !== null) return askForCode(deps, c, user, { next, counted: [] }, tail);
    const userAgent = c.req.header('user-agent') ?? '';
    try {
      const how = { kind: 'browser' as const, userAgent, lastAccount: readLastAccount(deps, c) };
      const { session } = await enter(deps, user, how);
      await setSessionCookie(deps, c, session, session.expiresAt);
    } catch (error) {
      if (!(error instanceof NoAccount)) throw error;
      await setBetweenCookie(deps, c, error);
      return c.redirect(next.startsWith('/invite/') ? next : `/no-account${tail}`, 303);
    }
    return c.redirect(next, 303);
  }

  /** Only in the session that asked for it: nobody is connected by an answer that another page or person fetched. */
  async function connect(c: Context<AppEnv>, sessionId: string, who: Claimed): Promise<Response> {
    const session = c.get('session');
    if (session?.id !== sessionId || session.via !== 'cookie') throw new OidcRefusal('late');
    await connectIdentity(deps, insiderOf(c), who);
    setFlash(c, 'good', `Connected. You can log in with ${provider?.name} from now on.`);
    return c.redirect('/settings/security', 303);
  }

  function refuse(c: Context<AppEnv>, error: unknown, tail: string): Response {
    if (!(error instanceof OidcRefusal) && !(error instanceof AppError)) throw error;
    if (error instanceof AppError && error.code === 'rate_limited') throw error;
    setFlash(c, 'bad', sentenceOf(error, entryLanguage(c, tail)));
    return c.redirect(`/login${tail}`, 303);
  }

  function refuseConnecting(c: Context<AppEnv>, error: unknown): Response {
    if (!(error instanceof OidcRefusal) && !(error instanceof AppError)) throw error;
    setFlash(c, 'bad', sentenceOf(error, 'en'));
    return c.redirect('/settings/security', 303);
  }

  function sentenceOf(error: OidcRefusal | AppError, language: Language): string {
    if (error instanceof AppError) return translated(error.message, language);
    if (error.reason === 'signups') return translated(signupsClosed(deps) ?? '', language);
    return entryWords(language).provider.refused[error.reason];
  }
}
