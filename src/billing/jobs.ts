import { DAY, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Job } from '../engine/jobs.ts';
import { CustomerGone, followStripe } from './follow-actions.ts';
import { createProvider, isAway, type Provider, stripeFault } from './provider.ts';
import { listOverdue, listUnheard } from './queries.ts';

/** Accounts compared in one day; with more, those wait that were heard of last. */
const A_DAY = 5_000;
const OVERDUE = 100;
/** Stripe takes 25 questions a second with its test keys; half of the pace is left for people. */
const PAUSE_MS = 100;
/** While Stripe is away it is not asked every minute. */
const REST_MS = 10 * MINUTE;

/** Ends plans that were not paid for in time, and once a day and at the start makes up for events that never came. */
export function billingJobs(deps: Deps, pauseMs = PAUSE_MS): Job[] {
  const { stripe } = deps.config;
  if (!stripe) return [];
  const run = createReconciler(deps, createProvider(deps, stripe), pauseMs);
  return [{ name: 'billing', pattern: '50 * * * * *', run }];
}

function createReconciler(deps: Deps, provider: Provider, pauseMs: number): () => Promise<void> {
  let comparedAt: number | null = null;
  let restUntil = 0;
  /** Accounts whose customer Stripe does not have: they are not asked for again today. */
  const gone = new Set<string>();

  /** False when Stripe is away: then the rest is left as it is. */
  async function follow(accountIds: readonly string[]): Promise<boolean> {
    for (const accountId of accountIds) {
      try {
        await followStripe(deps, provider, accountId);
      } catch (error) {
        if (error instanceof CustomerGone) gone.add(accountId);
        const away = isAway(error) || stripeFault(error) === 'StripeAuthenticationError';
        const reason = error instanceof CustomerGone ? 'Stripe has no such customer' : (error as Error).message;
        deps.log.warn(
          { account: accountId, reason },
          'how a subscription stands could not be asked; nothing is changed',
        );
        if (away) return false;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return true;
  }

  return async () => {
    const now = deps.clock.now();
    if (now < restUntil && restUntil - now <= REST_MS) return;
    const due = comparedAt === null || now - comparedAt >= DAY || comparedAt > now;
    if (due) gone.clear();
    const overdue = (await listOverdue(deps.db.read, now, OVERDUE)).filter((id) => !gone.has(id));
    const reached = (await follow(overdue)) && (!due || (await follow(await listUnheard(deps.db.read, A_DAY))));
    if (!reached) {
      restUntil = now + REST_MS;
      return;
    }
    if (!due) return;
    comparedAt = now;
  };
}
