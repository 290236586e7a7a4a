import type { Plan } from '../core/plan.ts';
import { DAY } from '../core/time.ts';

/** How long the plan stays after a payment has failed. */
export const GRACE_MS = 14 * DAY;

/** A subscription as Stripe has it now. */
export interface Seen {
  id: string;
  status: string;
  /** What is paid for; null when the price is none of ours. */
  plan: Plan | null;
  /** The line of the subscription that a change of plan changes. */
  itemId: string | null;
  /** When what is paid for runs out, epoch ms. */
  endsAt: number | null;
  /** It is not renewed then. */
  ends: boolean;
  /** Epoch ms. */
  createdAt: number;
  /** Made by a checkout of this account, and so ours to cancel. */
  made: boolean;
}

/** What is kept of it. */
export interface Standing {
  /** Null before the first payment, and again once it has ended. */
  subscription_id: string | null;
  status: string | null;
  /** The plan that follows: `free` while nothing is paid, null without a subscription. */
  plan: Plan | null;
  period_ends_at: number | null;
  cancel_at_period_end: boolean;
  grace_until: number | null;
}

/** What people are told, and what goes on record. */
export type News = 'started' | 'payment_failed' | 'paid' | 'ended' | 'stops' | 'goes_on';

export interface Followed {
  standing: Standing;
  /** The plan the account is to have; null for whatever it has. */
  entitled: Plan | null;
  news: News | null;
}

const OVER = new Set(['canceled', 'incomplete_expired']);
/** The better one counts when there are several; one whose first payment is not through comes last. */
const RANK: Partial<Record<string, number>> = { active: 0, trialing: 0, past_due: 1, unpaid: 2, paused: 3 };
const LAST = 4;

/**
 * Of an account's subscriptions the one that counts, and those beside it. What has ended is left out, and so is what is
 * paid for something else than a plan.
 */
export function chooseSeen(all: readonly Seen[], known: string | null): { counts: Seen | null; extra: Seen[] } {
  const living = all.filter((one) => !OVER.has(one.status) && (one.plan !== null || one.id === known));
  const rank = ({ status }: Seen) => RANK[status] ?? LAST;
  const [counts = null, ...extra] = living.toSorted(
    (a, b) => rank(a) - rank(b) || Number(b.id === known) - Number(a.id === known) || a.createdAt - b.createdAt,
  );
  return { counts, extra };
}

/** What follows for an account from what Stripe says now; `was` is what followed before. */
export function followSeen(was: Standing, seen: Seen | null, now: number): Followed {
  if (seen === null) return afterEnd(was);
  const before = seen.id === was.subscription_id ? was : null;
  const base = {
    subscription_id: seen.id,
    status: seen.status,
    period_ends_at: seen.endsAt,
    cancel_at_period_end: seen.ends,
  };
  const plan = seen.plan ?? before?.plan ?? null;
  switch (seen.status) {
    case 'active':
    case 'trialing':
      return { standing: { ...base, plan, grace_until: null }, entitled: plan, news: newsOfPaid(before, seen) };
    case 'past_due':
    case 'unpaid': {
      const until = before?.grace_until ?? now + GRACE_MS;
      if (now >= until || before?.plan === 'free') return lapsed(was, base, until);
      // A larger plan that was chosen meanwhile has not been paid for.
      const kept = before?.plan ?? plan;
      const first = before === null || before.grace_until === null;
      return {
        standing: { ...base, plan: kept, grace_until: until },
        entitled: kept,
        news: first ? 'payment_failed' : null,
      };
    }
    case 'paused':
      return lapsed(was, base, null);
    default: {
      // The first payment is not through: nothing begins, and what was before it is over.
      const standing = { ...base, plan: before?.plan ?? null, grace_until: before?.grace_until ?? null };
      const lost = before === null && holds(was);
      return { standing, entitled: lost ? 'free' : null, news: lost ? 'ended' : null };
    }
  }
}

function newsOfPaid(before: Standing | null, seen: Seen): News | null {
  if (before === null || before.plan === null) return 'started';
  if (before.grace_until !== null || before.plan === 'free') return 'paid';
  if (before.cancel_at_period_end === seen.ends) return null;
  return seen.ends ? 'stops' : 'goes_on';
}

type Base = Omit<Standing, 'plan' | 'grace_until'>;

/** It lives on at Stripe, and nothing is paid. */
function lapsed(was: Standing, base: Base, until: number | null): Followed {
  const standing = { ...base, plan: 'free' as const, grace_until: until };
  return { standing, entitled: was.plan === null ? null : 'free', news: holds(was) ? 'ended' : null };
}

function afterEnd(was: Standing): Followed {
  if (was.subscription_id === null) return { standing: was, entitled: null, news: null };
  const standing = {
    subscription_id: null,
    status: 'canceled',
    plan: null,
    period_ends_at: null,
    cancel_at_period_end: false,
    grace_until: null,
  };
  // Whoever held nothing by it loses nothing: the operator may have given a plan meanwhile.
  return { standing, entitled: holds(was) ? 'free' : null, news: holds(was) ? 'ended' : null };
}

function holds({ plan }: Standing): boolean {
  return plan !== null && plan !== 'free';
}
