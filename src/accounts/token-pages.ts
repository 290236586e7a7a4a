import { type Context, Hono } from 'hono';
import { can, type Scope, SCOPES } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility, requireSession } from '../web/session.ts';
import { createToken, MOST_TOKENS, revokeToken } from './token-actions.ts';
import { EXPIRIES, inputOfForm, SCOPE_WORDS, TokenInput } from './token-input.ts';
import { findToken, listTokens, type TokenRow } from './token-queries.ts';

/** A token whose end is this near stands out in the list. */
const SOON = 7 * DAY;

/** What the form shows at first. */
const BLANK: Form = { name: '', scopes: ['read'], expiry: '90', until: '' };

/** `/settings/tokens`: what programs log in with. */
export function tokenPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/tokens', (c) => draw(c, BLANK));

  routes.post('/settings/tokens', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    try {
      const input = parseInput(TokenInput, inputOfForm(form, deps.clock.now()));
      const { token, name, scopes, expires_at } = await createToken(deps, actorOf(session), input);
      // Shown in the answer itself: on its way through a redirect it would lie in a cookie. Nothing keeps the page.
      c.header('Cache-Control', 'private, no-store');
      return await views.page(c, 'accounts/token-made', { token, name, scopes: scopes.map(scopeLine), expires_at });
    } catch (error) {
      return draw(c, form, refusal(error));
    }
  });

  routes.get('/settings/tokens/:id/revoke', async (c) => {
    const { account, user, role } = requireSession(c);
    const row = await findToken(deps.db.read, account.id, c.req.param('id'));
    if (!row || (row.user_id !== user.id && !can(role, 'manage'))) throw notFound();
    return views.page(c, 'accounts/token-revoke', { token: row });
  });

  routes.post('/settings/tokens/:id/revoke', async (c) => {
    await revokeToken(deps, actorOf(requireSession(c)), c.req.param('id'));
    setFlash(c, 'good', 'The token is revoked. Its next request is refused.');
    return c.redirect('/settings/tokens', 303);
  });

  async function draw(c: Context<AppEnv>, values: Form, no?: Refusal): Promise<Response> {
    const { account, user, role } = requireAbility(c, 'read');
    const all = can(role, 'manage');
    const rows = await listTokens(deps.db.read, account.id, { userId: all ? null : user.id, limit: MOST_TOKENS });
    const chosen = [values['scopes'] ?? []].flat();
    const view = {
      tokens: rows.map((row) => tokenLine(row, deps.clock.now())),
      all,
      values,
      scopes: SCOPES.map((scope) => ({ ...scopeLine(scope), chosen: chosen.includes(scope) })),
      expiries: EXPIRIES,
      opens: allows(account.plan, 'api') ? null : PLAN[planFor('api')].label,
      mayMake: can(role, 'write'),
      full: rows.length >= MOST_TOKENS,
      role,
      errors: no?.errors ?? {},
      problem: no && Object.keys(no.errors).length === 0 ? no.problem : null,
    };
    return views.page(c, 'accounts/tokens', view, no?.status ?? 200);
  }

  return routes;
}

function scopeLine(scope: Scope) {
  return { scope, words: SCOPE_WORDS[scope] };
}

function tokenLine(row: TokenRow, now: number) {
  const { expires_at: end } = row;
  const state = end === null || end > now + SOON ? 'fine' : end <= now ? 'expired' : 'soon';
  return { ...row, who: row.user_name ?? row.email, state };
}
