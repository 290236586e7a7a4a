import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { listKeepers } from '../alerts/sending-queries.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { enqueueAccountMail } from '../engine/outbox.ts';
import { setPlanIn, tellPlanChange } from '../engine/plans.ts';
import type { Provider } from './provider.ts';
import { findSubscription, insertEvent, type SubscriptionRow, updateSubscription } from './queries.ts';
import { chooseSeen, type Followed, followSeen, type Seen, type Standing } from './seen.ts';

/** Stripe does not know the customer: it was deleted there, or made with the key of another Stripe account. */
export class CustomerGone extends Error {}

/** What made us ask. Each event counts once. */
export interface Reason {
  id: string;
  type: string;
}

/** How often what was asked may be overtaken by what somebody else asked. */
const MOST_TRIES = 5;

/**
 * Asks Stripe how an account's subscription stands now and lets the plan follow. Events only make us ask: so their order
 * does not matter, and one that is lost is made up for by the next. Resolves to the subscription that counts, or null.
 * Throws Stripe's errors, and then nothing was changed.
 */
export async function followStripe(
  deps: Deps,
  provider: Provider,
  accountId: string,
  reason: Reason | null = null,
): Promise<Seen | null> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await findSubscription(deps.db.read, accountId);
    if (!before) return null;
    const counts = await ask(deps, provider, before, reason);
    const now = deps.clock.now();
    const done = await deps.db.write('follow Stripe', (tx) => takeIn(deps, tx, { before, counts, reason, now }));
    if (done === 'overtaken') continue;
    if (done === 'changed') {
      tellPlanChange(deps, accountId);
      deps.wake.outbox();
    }
    return counts;
  }
  throw new Error('what Stripe says was overtaken again and again');
}

/** The subscription that counts. Ends others that a checkout of ours made, so that nobody pays twice. */
async function ask(
  deps: Deps,
  provider: Provider,
  { account_id: accountId, customer_id: customer, subscription_id: known }: SubscriptionRow,
  reason: Reason | null,
): Promise<Seen | null> {
  const all = await provider.listSubscriptions(accountId, customer);
  // With the customer goes the subscription, and this is how Stripe says so.
  if (all === null && reason?.type === 'customer.subscription.deleted') return null;
  if (all === null) throw new CustomerGone(customer);
  const { counts, extra } = chooseSeen(all, known);
  const closed = ((await findAccount(deps.db.read, accountId))?.deleted_at ?? null) !== null;
  if (counts && counts.plan === null) {
    deps.log.warn({ account: accountId, subscription: counts.id }, 'a price at Stripe is none of ours; the plan stays');
  }
  for (const one of closed && counts ? [counts, ...extra] : extra) {
    const said = closed ? 'the account is closed' : 'the account has another one';
    deps.log.warn({ account: accountId, subscription: one.id, ended: one.made }, `a subscription too many: ${said}`);
    if (one.made) await provider.cancel(one.id);
  }
  return closed && counts?.made ? null : counts;
}

interface Taken {
  before: SubscriptionRow;
  counts: Seen | null;
  reason: Reason | null;
  now: number;
}

/** Between the question and this, somebody else may have had a newer answer: then ours is not taken. */
async function takeIn(deps: Deps, tx: Tx, taken: Taken): Promise<'overtaken' | 'changed' | 'same'> {
  const { before, counts, reason, now } = taken;
  const accountId = before.account_id;
  const row = await findSubscription(tx, accountId);
  if (row?.heard_at !== before.heard_at || row.customer_id !== before.customer_id) return 'overtaken';
  if (reason && !(await insertEvent(tx, { ...reason, at: now }))) return 'same';
  const followed = followSeen(row, counts, now);
  const differs = JSON.stringify(standingOf(row)) !== JSON.stringify(standingOf(followed.standing));
  await updateSubscription(tx, accountId, {
    ...standingOf(followed.standing),
    // Grows even while the clock stands or goes back: it tells an old answer from a new one.
    heard_at: Math.max(now, row.heard_at + 1),
  });
  // Without news a plan that the operator gave stays.
  if (!differs && reason === null) return 'same';
  const account = await findAccount(tx, accountId);
  const { entitled } = followed;
  const moves = account !== null && account.deleted_at === null && entitled !== null && entitled !== account.plan;
  if (moves) await setPlanIn(tx, { accountId, plan: entitled, userId: null, now });
  if (followed.news && account) await record(deps, tx, { row, account, followed, now });
  return moves || differs ? 'changed' : 'same';
}

/** The columns that follow from Stripe, always in the same order. */
function standingOf(one: Standing): Standing {
  const { subscription_id, status, plan, period_ends_at, cancel_at_period_end, grace_until } = one;
  return { subscription_id, status, plan, period_ends_at, cancel_at_period_end, grace_until };
}

interface Told {
  row: SubscriptionRow;
  account: { name: string };
  followed: Followed;
  now: number;
}

async function record(deps: Deps, tx: Tx, { row, account, followed, now }: Told): Promise<void> {
  const { account_id: accountId } = row;
  const { standing, news } = followed;
  const subject = standing.subscription_id ?? row.subscription_id ?? row.customer_id;
  const detail = { plan: standing.plan ?? row.plan };
  await insertAudit(tx, { accountId, userId: null, at: now, action: `billing.${news}`, subject, detail });
  const event = news === 'payment_failed' ? news : news === 'ended' ? 'plan_ended' : null;
  if (event === null) return;
  const until = standing.grace_until ?? undefined;
  const data = {
    account: account.name,
    link: `${deps.config.baseUrl}/settings/billing`,
    ...(event === 'payment_failed' && until !== undefined ? { until } : {}),
  };
  for (const { id: userId, email: to } of await listKeepers(tx, accountId)) {
    await enqueueAccountMail(tx, { event, now, userId, to, data, about: accountId });
  }
}
