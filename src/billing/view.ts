import { PLAN, type Plan, PLANS } from '../core/plan.ts';
import { planTable } from '../core/plan-table.ts';
import type { SubscriptionRow } from './queries.ts';

interface Around {
  /** The plan the account has. */
  plan: Plan;
  used: { monitors: number; pages: number };
  /** Whether plans are sold here, and whether this person may buy. */
  sold: boolean;
  decides: boolean;
  /** The plan that was chosen before coming here; anything else counts for nothing. */
  wanted: string | undefined;
}

/** What the billing page shows. */
export function billingView(row: SubscriptionRow | null, { plan, used, sold, decides, wanted }: Around) {
  const living = row?.subscription_id != null;
  const settled = row?.status === 'active' || row?.status === 'trialing';
  const offers = PLANS.map((one) => ({
    plan: one,
    label: PLAN[one].label,
    price: PLAN[one].price,
    mine: one === plan,
    does: sold && decides ? offerOf(one, plan, living ? row : null, settled) : null,
  }));
  return {
    sold,
    decides,
    plan: { label: PLAN[plan].label, price: PLAN[plan].price },
    usage: [
      { label: 'Monitors', text: room(used.monitors, PLAN[plan].monitors, 'active') },
      { label: 'Status pages', text: room(used.pages, PLAN[plan].pages, 'in use') },
    ],
    state: sold ? stateOf(row) : null,
    otherwise: sold && living && row.plan !== null && row.plan !== plan,
    manages: sold && decides && row !== null && row.status !== null,
    owes: living && !settled,
    table: planTable(),
    offers,
    chosen: offers.find((one) => one.plan === wanted && one.does === 'choose') ?? null,
  };
}

/** What the button under a plan does. While something is owed there is one way: to settle it. */
function offerOf(
  one: Plan,
  plan: Plan,
  row: SubscriptionRow | null,
  settled: boolean,
): 'choose' | 'change' | 'cancel' | null {
  // Nobody is offered to pay for less than what they were given.
  if (row === null) return PLANS.indexOf(one) > PLANS.indexOf(plan) ? 'choose' : null;
  if (!settled || one === row.plan) return null;
  if (one !== 'free') return 'change';
  return row.cancel_at_period_end ? null : 'cancel';
}

interface State {
  tone: 'up' | 'degraded' | 'down' | 'idle';
  /** Words around the date; `at` is null when there is none to say. */
  head: string;
  lead: string;
  at: number | null;
  rest: string;
}

/** How it stands with the payments, in words. */
function stateOf(row: SubscriptionRow | null): State {
  if (row?.subscription_id == null) {
    const lead = row?.status === 'canceled' ? 'The subscription has ended.' : 'Nothing is paid for this account.';
    return { tone: 'idle', head: 'No subscription', lead, at: null, rest: '' };
  }
  const ends = row.period_ends_at;
  switch (row.status) {
    case 'active':
    case 'trialing': {
      if (row.cancel_at_period_end) {
        const rest = 'Until then everything stays as it is, and after that the account is on the Free plan.';
        return { tone: 'degraded', head: 'Ending', lead: 'Ends on', at: ends, rest };
      }
      const [head, lead] = row.status === 'active' ? ['Paid', 'Renews on'] : ['Trial', 'The first payment is due on'];
      return { tone: 'up', head, lead, at: ends, rest: '' };
    }
    case 'past_due':
    case 'unpaid':
      if (row.plan === 'free') {
        const lead = 'The last payment failed and was not made up for in time.';
        const rest = 'The account is on the Free plan; once it is paid, the plan is back and its monitors run again.';
        return { tone: 'down', head: 'Not paid', lead, at: null, rest };
      }
      return {
        tone: 'down',
        head: 'Payment failed',
        lead: 'Everything goes on until',
        at: row.grace_until,
        rest: 'A new card, or the old one again, settles it.',
      };
    case 'paused':
      return { tone: 'degraded', head: 'Paused', lead: 'Nothing is paid while it is paused.', at: null, rest: '' };
    default:
      return {
        tone: 'degraded',
        head: 'Waiting',
        lead: 'The first payment is not through yet.',
        at: null,
        rest: 'The plan begins as soon as it is.',
      };
  }
}

function room(used: number, most: number, word: string): string {
  return Number.isFinite(most) ? `${used} of ${most} ${word}` : `${used} ${word}, no limit`;
}
