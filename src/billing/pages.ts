import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { PLAN } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { findAccount } from '../accounts/queries.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { contentPolicy } from '../web/security.ts';
import { requireAbility } from '../web/session.ts';
import { planInput, STRIPE_CALLS } from './billing-input.ts';
import { openPortal, startCheckout } from './checkout-actions.ts';
import { inWords } from './fault-words.ts';
import { followStripe } from './follow-actions.ts';
import { countUsed, findSubscription } from './queries.ts';
import { requireTill, type Till } from './till.ts';
import { billingView } from './view.ts';

const portalInput = z.object({ to: z.enum(['', 'cancel'], 'That is not a part of it.').default('') });

/** `/settings/billing`: the plan, what is used of it and how it is paid. */
export function billingPages(deps: Deps, views: Views, till: Till): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/billing', (c) => draw(c));

  routes.post('/billing/checkout', async (c) => {
    const session = requireAbility(c, 'own');
    return leave(c, async () => {
      const { plan } = parseInput(planInput, await readForm(c));
      return till
        ? till.inTurn(session.account.id, (provider) => startCheckout(deps, provider, actorOf(session), plan))
        : null;
    });
  });

  routes.post('/billing/portal', async (c) => {
    const session = requireAbility(c, 'own');
    return leave(c, async () => {
      const { to } = parseInput(portalInput, await readForm(c));
      return till ? openPortal(deps, till.provider, actorOf(session), to === '' ? null : to) : null;
    });
  });

  // Back from Stripe, whose word may be faster here than its event.
  routes.get('/billing/done', async (c) => {
    const { account } = requireAbility(c, 'manage');
    const asked = await look(account.id);
    const plan = (await findAccount(deps.db.read, account.id))?.plan ?? account.plan;
    if (plan !== account.plan) setFlash(c, 'good', `The account is on the ${PLAN[plan].label} plan now.`);
    else if (!asked) setFlash(c, 'info', 'Stripe has not answered yet. What you changed there shows here soon.');
    return c.redirect('/settings/billing', 303);
  });

  return routes;

  async function look(accountId: string): Promise<boolean> {
    if (!till) return true;
    try {
      await limitRate(deps, `billing:${accountId}`, STRIPE_CALLS);
      await till.inTurn(accountId, (provider) => followStripe(deps, provider, accountId));
      return true;
    } catch (error) {
      deps.log.warn({ account: accountId, reason: (error as Error).message }, 'Stripe could not be asked');
      return false;
    }
  }

  /** Sends the browser to where Stripe wants it, or says beside the buttons why it stays. */
  async function leave(c: Context<AppEnv>, work: () => Promise<string | null>): Promise<Response> {
    const { account } = requireAbility(c, 'own');
    try {
      requireTill(till);
      await limitRate(deps, `billing:${account.id}`, STRIPE_CALLS);
      return c.redirect((await work()) ?? '/settings/billing', 303);
    } catch (error) {
      return draw(c, refusal(inWords(deps, account.id, error)));
    }
  }

  async function draw(c: Context<AppEnv>, no?: Refusal): Promise<Response> {
    const { account, role } = requireAbility(c, 'manage');
    const row = await findSubscription(deps.db.read, account.id);
    const view = billingView(row, {
      plan: account.plan,
      used: await countUsed(deps.db.read, account.id),
      sold: till !== null,
      decides: can(role, 'own'),
      wanted: c.req.query('plan'),
    });
    // Chromium holds the answer to a form against the policy too, and Stripe may pay at a domain of the seller's own.
    const formAction = till === null ? '' : `https: ${deps.config.stripe?.apiUrl ?? ''}`.trim();
    c.header('Content-Security-Policy', contentPolicy({ formAction }));
    return views.page(c, 'billing/show', { ...view, problem: no?.problem ?? null }, no?.status ?? 200);
  }
}
