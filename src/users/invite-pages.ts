import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { findInvitationByHash, type OpenInvitation } from '../accounts/invitation-queries.ts';
import { emailKey } from '../core/email.ts';
import { entryWords } from '../core/words/entry/index.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { limitAddress } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { setLastAccount, setSessionCookie } from '../web/session.ts';
import { whoIsBetween } from './between.ts';
import { askedTail, drawEntry, entryLanguage } from './entry.ts';
import { type Joined, joinByInvitation, signUpByInvitation } from './join-actions.ts';
import { LINKS_PER_ADDRESS } from './links.ts';
import { findUserByEmail } from './queries.ts';

const signUpInput = z.object({
  name: z.string('A name is a text.').max(80, 'Use at most 80 characters.').default(''),
  password: z.string('Choose a password.').max(1_000, 'That is too long.'),
});

/** Who opens an invitation, as far as this browser tells. */
interface Opener {
  userId: string;
  sessionId: string | null;
  startedAt?: number;
  tokenVersion?: number;
  email: string;
}

/** `/invite/{token}`: the link of an invitation. Looking at it does nothing; its button joins. */
export function invitePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/invite/:token', (c) => draw(c, {}));

  routes.post('/invite/:token', async (c) => {
    const form = await readForm(c);
    try {
      await limitAddress(deps, 'link', c.get('clientIp'), LINKS_PER_ADDRESS);
      await settle(c, await join(c, c.req.param('token'), form));
    } catch (error) {
      return draw(c, form, refusal(error));
    }
    return c.redirect('/dashboard', 303);
  });

  return routes;

  async function join(c: Context<AppEnv>, token: string, form: Form): Promise<Joined> {
    const userAgent = c.req.header('user-agent') ?? '';
    const opener = await whoOpens(c);
    if (opener) return joinByInvitation(deps, { ...opener, kind: 'browser', userAgent }, token);
    return signUpByInvitation(deps, token, parseInput(signUpInput, form), userAgent);
  }

  async function settle(c: Context<AppEnv>, { session, accountId, account }: Joined): Promise<void> {
    await setSessionCookie(deps, c, session, session.expiresAt);
    setLastAccount(deps, c, accountId);
    setFlash(c, 'good', `Welcome to ${account}.`);
  }

  async function whoOpens(c: Context<AppEnv>): Promise<Opener | null> {
    const session = c.get('session');
    if (session) return { userId: session.user.id, sessionId: session.id, email: session.user.email };
    const user = await whoIsBetween(deps, c);
    if (!user) return null;
    const { id: userId, startedAt, token_version: tokenVersion, email } = user;
    return { userId, sessionId: null, startedAt, tokenVersion, email };
  }

  /** Its token must not leave by a Referer, a cache or an index (R-AU-11). */
  async function draw(c: Context<AppEnv, '/:token'>, typed: Form, no?: Refusal): Promise<Response> {
    c.header('Cache-Control', 'no-store');
    c.header('X-Robots-Tag', 'noindex');
    const token = c.req.param('token');
    const invitation = await findInvitationByHash(deps.db.read, tokenHash(token), deps.clock.now());
    const path = `/invite/${encodeURIComponent(token)}`;
    const tail = askedTail(c);
    const onward = [new URLSearchParams({ next: path + tail }).toString(), tail.slice(1)].filter(Boolean).join('&');
    const opener = await whoOpens(c);
    const step = invitation && (await stepOf(invitation, opener));
    // Without a referrer its log-out would come from the origin "null", which over plain http is nobody's.
    c.header('Referrer-Policy', step === 'other' ? 'same-origin' : 'no-referrer');
    const data = {
      invitation: invitation && {
        account: invitation.account,
        role: invitation.role,
        email: invitation.email,
        by: invitation.inviter_name ?? invitation.inviter ?? entryWords(entryLanguage(c)).invite.somebody,
      },
      step,
      me: opener?.email ?? null,
      action: path + tail,
      signIn: `/auth/oidc?${onward}`,
      login: `/login?${onward}`,
      values: { name: typed['name'] ?? '' },
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return drawEntry(views, c, 'users/invite', data, no?.status ?? (invitation ? 200 : 404));
  }

  async function stepOf(invitation: OpenInvitation, opener: Opener | null) {
    if (opener) return emailKey(opener.email) === invitation.email_key ? 'join' : 'other';
    return (await findUserByEmail(deps.db.read, invitation.email_key)) ? 'login' : 'signup';
  }
}
