import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { mailboxKey } from '../core/email.ts';
import { AppError } from '../core/errors.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import { entryWords } from '../core/words/entry/index.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { readForm, refusal, setFlash } from '../web/forms.ts';
import { limitAddress, limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { setDeviceCookie } from '../web/session.ts';
import { accountsPages } from './account-pages.ts';
import { closePages } from './close-pages.ts';
import { signupsClosed } from './actions.ts';
import { verifyByLink } from './address-actions.ts';
import { askedTail, drawEntry, entryLanguage } from './entry.ts';
import { invitePages } from './invite-pages.ts';
import { findLink } from './link-queries.ts';
import { LINKS_PER_ADDRESS } from './links.ts';
import { localPath, wantedPlan } from './next.ts';
import { oidcPages } from './oidc-pages.ts';
import { createProvider } from './oidc-provider.ts';
import { askReset, resetByLink } from './password-actions.ts';
import { profilePages } from './profile.ts';
import { secondStepPages } from './second-step.ts';
import { securityPages } from './security-pages.ts';

const RESET_PER_ADDRESS = { max: 20, windowMs: HOUR };
const RESET_PER_MAILBOX = { max: 3, windowMs: 15 * MINUTE };
/** A known address costs a few statements more; both answers leave at the same time (R-AU-1). */
const RESET_ANSWER_MS = 150;

/** Sign-up, log-in, reset and verification pages, and the person's own settings. */
export function userPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const provider = createProvider(deps);

  routes.get('/signup', async (c) => {
    const plan = wantedPlan(deps, c.req.query('plan'));
    const session = c.get('session');
    if (session) return c.redirect(plan && can(session.role, 'manage') ? plan.buyAt : '/dashboard', 303);
    const values = { email: '', name: '', slug: '' };
    return drawEntry(views, c, 'users/signup', {
      values,
      plan,
      errors: {},
      problem: null,
      closed: signupsClosed(deps),
    });
  });

  routes.get('/login', async (c) => {
    const next = localPath(c.req.query('next'));
    if (c.get('session')) return c.redirect(next, 303);
    return drawEntry(views, c, 'users/login', { values: { email: '', next }, errors: {}, problem: null });
  });

  routes.get('/reset', (c) =>
    drawEntry(views, c, 'users/reset', { values: { email: '' }, problem: null, sent: false }),
  );

  routes.post('/reset', async (c) => {
    const { email } = await readForm(c);
    const values = { email: String(email ?? '') };
    const soonest = new Promise((resolve) => setTimeout(resolve, RESET_ANSWER_MS));
    try {
      await limitAddress(deps, 'reset', c.get('clientIp'), RESET_PER_ADDRESS);
      await askUnlessTooOften(deps, values.email);
    } catch (error) {
      const no = refusal(error);
      if (error instanceof AppError) c.header('Retry-After', String(error.retryAfterSeconds ?? 60));
      return drawEntry(views, c, 'users/reset', { values, sent: false, ...no }, no.status);
    }
    await soonest;
    return drawEntry(views, c, 'users/reset', { values, problem: null, sent: true });
  });

  routes.get('/reset/:token', async (c) => {
    const link = await readLink(deps, c, 'reset');
    return drawEntry(views, c, 'users/reset-token', { link, errors: {}, problem: null }, link ? 200 : 404);
  });

  routes.post('/reset/:token', async (c) => {
    const { password } = await readForm(c);
    try {
      await limitAddress(deps, 'link', c.get('clientIp'), LINKS_PER_ADDRESS);
      const userId = await resetByLink(deps, c.req.param('token'), String(password ?? ''));
      await setDeviceCookie(deps, c, userId);
    } catch (error) {
      const no = refusal(error);
      const link = await readLink(deps, c, 'reset');
      return drawEntry(views, c, 'users/reset-token', { link, ...no }, no.status);
    }
    setFlash(c, 'good', entryWords(entryLanguage(c)).newPassword.changed);
    return c.redirect(`/login${askedTail(c)}`, 303);
  });

  routes.get('/verify/:token', async (c) => {
    const link = await readLink(deps, c, 'verify');
    return drawEntry(views, c, 'users/verify', { link, problem: null }, link ? 200 : 404);
  });

  routes.post('/verify/:token', async (c) => {
    try {
      await limitAddress(deps, 'link', c.get('clientIp'), LINKS_PER_ADDRESS);
      const { email } = await verifyByLink(deps, c.req.param('token'));
      // The dashboard, where those who are logged in go on, speaks English.
      setFlash(c, 'good', entryWords(c.get('session') ? 'en' : entryLanguage(c)).verify.done(email));
    } catch (error) {
      const no = refusal(error);
      return drawEntry(views, c, 'users/verify', { link: null, ...no }, no.status);
    }
    return c.redirect(c.get('session') ? '/dashboard' : `/login${askedTail(c)}`, 303);
  });

  routes.route('/', secondStepPages(deps, views));
  routes.route('/', accountsPages(deps, views));
  routes.route('/', invitePages(deps, views));
  routes.route('/', closePages(deps, views));
  routes.route('/settings/profile', profilePages(deps, views));
  routes.route('/settings/security', securityPages(deps, views, provider));
  routes.route('/', oidcPages(deps, provider));
  return routes;
}

/** A mailbox that is asked for over and over gets no more mails, and nobody learns it from the answer. */
async function askUnlessTooOften(deps: Deps, email: string): Promise<void> {
  try {
    await limitRate(deps, `reset:box:${mailboxKey(email)}`.slice(0, 400), RESET_PER_MAILBOX);
  } catch (error) {
    if (error instanceof AppError) return;
    throw error;
  }
  await askReset(deps, email);
}

/** The link of the address if it still works. Its token must not leave by a Referer, a cache or an index (R-AU-11). */
async function readLink(deps: Deps, c: Context<AppEnv, '/:token'>, purpose: 'verify' | 'reset') {
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cache-Control', 'no-store');
  c.header('X-Robots-Tag', 'noindex');
  const token = c.req.param('token');
  const link = await findLink(deps.db.read, purpose, tokenHash(token), deps.clock.now());
  return link && { email: link.email, action: `/${purpose}/${encodeURIComponent(token)}` };
}
