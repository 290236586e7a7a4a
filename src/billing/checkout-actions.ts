import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { findUser } from '../users/queries.ts';
import { CustomerGone, followStripe } from './follow-actions.ts';
import { type Provider, stripeFault } from './provider.ts';
import { findSubscription, insertCustomer, replaceCustomer } from './queries.ts';
import type { Seen } from './seen.ts';

/** A plan that is paid for. */
export type PaidPlan = Exclude<Plan, 'free'>;

/**
 * The address at which the owner pays for a plan. An account that has a subscription changes it there, and what that
 * costs or gives back is Stripe's to say: there is never a second one. Calls for one account must take turns.
 */
export async function startCheckout(deps: Deps, provider: Provider, actor: Actor, plan: PaidPlan): Promise<string> {
  demand(actor.role, 'own');
  const { accountId } = actor;
  const known = (await findSubscription(deps.db.read, accountId))?.customer_id ?? null;
  return withCustomer(deps, provider, actor, known, async (customer) => {
    const has = await followStripe(deps, provider, accountId);
    return has ? changePlan(deps, provider, customer, has, plan) : provider.openCheckout({ accountId, customer, plan });
  });
}

/** The address at which the owner minds cards and invoices, or goes straight to ending the subscription. */
export async function openPortal(deps: Deps, provider: Provider, actor: Actor, step: 'cancel' | null): Promise<string> {
  demand(actor.role, 'own');
  const row = await findSubscription(deps.db.read, actor.accountId);
  if (!row) throw new AppError('conflict', 'Nothing was ever paid for this account, so there is nothing to manage.');
  const { customer_id: customer, subscription_id: subscription } = row;
  return provider.openPortal(customer, step && subscription ? { do: step, subscription } : null);
}

async function changePlan(
  deps: Deps,
  provider: Provider,
  customer: string,
  has: Seen,
  plan: PaidPlan,
): Promise<string> {
  // What is owed comes first, and a plan that runs out is renewed at the same place.
  const settled = has.status === 'active' || has.status === 'trialing';
  if (!settled || has.plan === plan || has.itemId === null) return provider.openPortal(customer);
  try {
    return await provider.openPortal(customer, { do: 'change', subscription: has.id, item: has.itemId, plan });
  } catch (error) {
    if (stripeFault(error) !== 'StripeInvalidRequestError') throw error;
    deps.log.error({ reason: (error as Error).message }, 'the portal at Stripe does not let people change the plan');
    throw new AppError(
      'conflict',
      'Stripe does not let people change the plan here yet. Whoever runs this StatusPing finds the reason in its log.',
    );
  }
}

/** Does it for the customer that stands for the account; for a new one if there is none, or none any more. */
async function withCustomer(
  deps: Deps,
  provider: Provider,
  actor: Actor,
  known: string | null,
  work: (customer: string) => Promise<string>,
): Promise<string> {
  if (known === null) return work(await makeCustomer(deps, provider, actor, null));
  try {
    return await work(known);
  } catch (error) {
    if (!(error instanceof CustomerGone)) throw error;
    return work(await makeCustomer(deps, provider, actor, known));
  }
}

async function makeCustomer(
  deps: Deps,
  provider: Provider,
  { accountId, userId }: Actor,
  gone: string | null,
): Promise<string> {
  const email = (await findUser(deps.db.read, userId))?.email ?? '';
  const made = await provider.makeCustomer({ accountId, email, instead: gone });
  const at = deps.clock.now();
  return deps.db.write('remember customer', async (tx) => {
    const ours =
      gone === null ? await insertCustomer(tx, accountId, made) : await replaceCustomer(tx, accountId, gone, made);
    if (ours) await insertAudit(tx, { accountId, userId, at, action: 'billing.customer_made', subject: made });
    return (await findSubscription(tx, accountId))?.customer_id ?? made;
  });
}
