import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { isFresh } from '../engine/confirm.ts';
import type { AppEnv } from '../web/env.ts';
import { type Refusal, refusal, setFlash } from '../web/forms.ts';
import { hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { requireSession } from '../web/session.ts';
import { identityPages } from './identity-pages.ts';
import { findIdentityOf } from './identity-queries.ts';
import { insiderOf } from './insider.ts';
import type { Provider } from './oidc-provider.ts';
import { passkeyPages } from './passkey-pages.ts';
import { listPasskeys, MOST_PASSKEYS } from './passkey-queries.ts';
import { findUser } from './queries.ts';
import { countRecoveryCodes } from './second-factor-queries.ts';
import { endOtherSessions, endOwnSession } from './session-actions.ts';
import { clientName, sessionPage } from './session-list.ts';
import { totpPages } from './totp-pages.ts';

const SESSIONS_SHOWN = 50;

/** `/settings/security`: two-step log-in, passkeys and sessions of the person, whatever their role. */
export function securityPages(deps: Deps, views: Views, provider: Provider | null): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const draw = async (c: Context<AppEnv>, no?: Refusal) =>
    views.page(c, 'users/security', { ...(await securityData(deps, c, provider)), ...no }, no?.status ?? 200);

  routes.get('/', (c) => draw(c));

  routes.post('/sessions', async (c) => {
    const ended = await endOtherSessions(deps, insiderOf(c));
    setFlash(c, 'good', ended === 1 ? 'One other session has ended.' : `${ended} other sessions have ended.`);
    return c.redirect('/settings/security', 303);
  });

  routes.post('/sessions/:id/end', async (c) => {
    const insider = insiderOf(c);
    const id = c.req.param('id');
    await endOwnSession(deps, insider, id);
    if (id === insider.sessionId) return c.redirect('/login', 303);
    setFlash(c, 'good', 'That session has ended.');
    return c.redirect('/settings/security', 303);
  });

  routes.route(
    '/',
    totpPages(deps, views, async (c, error) => draw(c, refusal(error))),
  );
  routes.route('/passkeys', passkeyPages(deps, views));
  routes.route(
    '/identity',
    identityPages(deps, views, provider, (c, error) => draw(c, refusal(error))),
  );
  return routes;
}

async function securityData(deps: Deps, c: Context<AppEnv>, provider: Provider | null) {
  const insider = insiderOf(c);
  const { userId, sessionId } = insider;
  const user = await findUser(deps.db.read, userId);
  const sessions = await sessionPage(deps, userId, SESSIONS_SHOWN, c.req.query('cursor'));
  const passkeys = await listPasskeys(deps.db.read, userId);
  const identity = provider && (await findIdentityOf(deps.db.read, userId, provider.issuer));
  return {
    errors: {},
    problem: null,
    hasPassword: await hasPassword(deps, requireSession(c)),
    asksPassword: !(await isFresh(deps, insider)),
    provider: provider && { name: provider.name, since: identity?.created_at ?? null },
    totpSince: user?.totp_since ?? null,
    codesLeft: await countRecoveryCodes(deps.db.read, userId),
    passkeys: passkeys.map(({ id, ...key }) => ({ ...key, href: `/settings/security/passkeys/${id}` })),
    roomForPasskeys: passkeys.length < MOST_PASSKEYS,
    others: sessions.rows.some(({ id }) => id !== sessionId),
    sessions: sessions.rows.map((row) => ({ ...row, what: clientName(row), current: row.id === sessionId })),
    pager: {
      next: sessions.next && `/settings/security?cursor=${sessions.next}`,
      first: c.req.query('cursor') === undefined ? null : '/settings/security',
      text: '',
    },
  };
}
