import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type Stripe from 'stripe';
import { AppError, notFound } from '../core/errors.ts';
import { withoutOrigin } from '../db/origin.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { CustomerGone, followStripe } from './follow-actions.ts';
import { stripeFault } from './provider.ts';
import { findAccountOfCustomer, hasEvent } from './queries.ts';
import type { Till } from './till.ts';

/** Stripe's largest events are a tenth of it. */
const MAX_BODY = 262_144;

/** What makes us look how a subscription stands. README names them for whoever sets the webhook up. */
export const HEARD_EVENTS = [
  'checkout.session.completed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
] as const;

/**
 * `POST /billing/stripe`: Stripe tells that something happened. Its signature is the authority, so there is neither
 * session nor origin. 200 is "taken, or none of ours", 400 "not signed by Stripe", and after any other answer Stripe
 * sends the event again for three days.
 */
export function stripeWebhook(deps: Deps, till: Till): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const tooLarge = () => {
    throw new HTTPException(413, { message: `The request is too large: ${MAX_BODY / 1_024} KiB at most.` });
  };
  routes.post('/billing/stripe', bodyLimit({ maxSize: MAX_BODY, onError: tooLarge }), async (c) => {
    if (!till) throw notFound();
    const event = await till.provider.readEvent(await c.req.text(), c.req.header('stripe-signature') ?? '');
    if (!event) throw new HTTPException(400, { message: 'This is not signed by Stripe, or not lately.' });
    return c.json({ received: await withoutOrigin(() => take(deps, till, event)) });
  });
  return routes;
}

/** What became of it, in a word for whoever reads Stripe's log. */
async function take(deps: Deps, till: NonNullable<Till>, { id, type, data }: Stripe.Event): Promise<string> {
  if (!HEARD_EVENTS.some((heard) => heard === type)) return 'ignored';
  const customer = customerOf(data.object);
  const accountId = customer && (await findAccountOfCustomer(deps.db.read, customer));
  if (!accountId) {
    // Another installation's, or somebody paid for an account that was deleted meanwhile: its id says which.
    const { client_reference_id: account = null } = data.object as { client_reference_id?: string | null };
    deps.log.warn({ event: id, type, customer, account }, 'Stripe tells of a customer that is none of ours');
    return 'unknown customer';
  }
  return till.inTurn(accountId, async (provider) => {
    if (await hasEvent(deps.db.read, id)) return 'known';
    try {
      await followStripe(deps, provider, accountId, { id, type });
      return 'taken';
    } catch (error) {
      if (error instanceof CustomerGone) return 'unknown customer';
      const fault = stripeFault(error);
      if (fault === null) throw error;
      deps.log.warn({ event: id, type, fault, reason: (error as Error).message }, 'Stripe could not be asked back');
      throw new AppError('unavailable', 'Stripe could not be asked back. Send it again.');
    }
  });
}

function customerOf(object: object): string | null {
  const { customer } = object as { customer?: string | { id: string } | null };
  return (typeof customer === 'string' ? customer : customer?.id) ?? null;
}
