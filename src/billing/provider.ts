import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Config } from '../config.ts';
import { AppError } from '../core/errors.ts';
import { PLANS, type Plan } from '../core/plan.ts';
import { HOUR, MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Seen } from './seen.ts';

type Settings = NonNullable<Config['stripe']>;
export type Provider = ReturnType<typeof createProvider>;

const TIMEOUT_MS = 10 * SECOND;
/** Stripe's own advice; an event is signed anew each time it is sent. */
const TOLERANCE_SECONDS = 300;
/** How long a page at which one pays stays open. */
const OPEN_MS = HOUR;
/** One that closes sooner is not shown again. */
const NEAR_MS = 10 * MINUTE;

/** What is used of Stripe. Every call goes to the network but `readEvent`; faults are Stripe's errors (`stripeFault`). */
export function createProvider({ config, clock }: Deps, settings: Settings) {
  let client: Promise<Stripe> | undefined;
  const stripe = () => (client ??= connect(settings));
  const back = `${config.baseUrl}/billing/done`;
  return {
    /** The customer that stands for an account. Asked again within a day, it is the same; `instead` of one that is gone. */
    async makeCustomer(one: { accountId: string; email: string; instead: string | null }): Promise<string> {
      const { accountId, email, instead } = one;
      const print = createHash('sha256')
        .update(JSON.stringify([accountId, email, instead]))
        .digest('hex');
      const customer = { email, metadata: { account_id: accountId } };
      const made = await (await stripe()).customers.create(customer, { idempotencyKey: `customer-${print}` });
      return made.id;
    },

    /** Every subscription of a customer, ended ones too; null when Stripe has no such customer. */
    async listSubscriptions(accountId: string, customer: string): Promise<Seen[] | null> {
      try {
        const found = await (await stripe()).subscriptions.list({ customer, status: 'all', limit: 100 });
        return found.data.map((one) => seen(settings, accountId, one));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },

    /** Ends a subscription at once; what was paid for the rest is the customer's credit. */
    async cancel(id: string): Promise<void> {
      await (await stripe()).subscriptions.cancel(id, { invoice_now: true, prorate: true });
    },

    /** The address at which the account pays for a plan. There is one open at a time, so nobody pays twice. */
    async openCheckout(one: { accountId: string; customer: string; plan: Exclude<Plan, 'free'> }): Promise<string> {
      const { accountId, customer, plan } = one;
      const sessions = (await stripe()).checkout.sessions;
      const [price, now] = [settings.prices[plan], clock.now()];
      for (const open of (await sessions.list({ customer, status: 'open', limit: 100 })).data) {
        const fits = open.metadata?.['price'] === price && open.expires_at * SECOND > now + NEAR_MS;
        if (fits && open.url) return outside(open.url);
        await sessions.expire(open.id).catch((error: unknown) => {
          if (stripeFault(error) !== 'StripeInvalidRequestError') throw error;
          throw new AppError('conflict', 'A payment for this account is just being made. Look again in a minute.');
        });
      }
      const made = await sessions.create({
        mode: 'subscription',
        customer,
        client_reference_id: accountId,
        metadata: { account_id: accountId, price },
        subscription_data: { metadata: { account_id: accountId } },
        line_items: [{ price, quantity: 1 }],
        success_url: back,
        cancel_url: `${config.baseUrl}/settings/billing`,
        expires_at: Math.floor((now + OPEN_MS) / SECOND),
      });
      return outside(made.url);
    },

    /** The address at which a customer minds cards and invoices, or goes straight to ending or changing a subscription. */
    async openPortal(customer: string, to: PortalStep | null = null): Promise<string> {
      const sessions = (await stripe()).billingPortal.sessions;
      const flow_data = to && flow(settings, to, back);
      const made = await sessions.create({ customer, return_url: back, ...(flow_data ? { flow_data } : {}) });
      return outside(made.url);
    },

    /** The event in a request of Stripe's, or null when it is not signed by it within the last five minutes. */
    async readEvent(body: string, signature: string): Promise<Stripe.Event | null> {
      const { webhooks } = await stripe();
      const { webhookSecret } = settings;
      return webhooks
        .constructEventAsync(body, signature, webhookSecret, TOLERANCE_SECONDS, undefined, clock.now())
        .catch(() => null);
    },
  };

  /** Only where people are to pay does the browser go: Stripe, or in its place the server named in the settings. */
  function outside(address: string | null): string {
    const url = address !== null && URL.canParse(address) ? new URL(address) : null;
    if (url && (url.protocol === 'https:' || url.origin === settings.apiUrl)) return url.href;
    throw new Error('the payment provider answered with an address that people must not be sent to');
  }
}

/** Where in the portal somebody goes first. */
export type PortalStep =
  | { do: 'cancel'; subscription: string }
  | { do: 'change'; subscription: string; item: string; plan: Exclude<Plan, 'free'> };

async function connect({ secretKey, apiUrl }: Settings): Promise<Stripe> {
  // Twenty megabytes that an installation which sells nothing does without.
  const { default: Client } = await import('stripe');
  const { protocol, hostname, port } = new URL(apiUrl);
  const encrypted = protocol === 'https:';
  return new Client(secretKey, {
    protocol: encrypted ? 'https' : 'http',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || (encrypted ? 443 : 80),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
  });
}

function seen({ prices }: Settings, accountId: string, one: Stripe.Subscription): Seen {
  const [item] = one.items.data;
  const plan = PLANS.find((name) => name !== 'free' && prices[name] === item?.price.id) ?? null;
  // With "flexible" billing the end has a date and the flag stays down.
  const endsAt = one.cancel_at ?? item?.current_period_end;
  return {
    id: one.id,
    status: one.status,
    plan,
    itemId: item?.id ?? null,
    endsAt: endsAt == null ? null : endsAt * SECOND,
    ends: one.cancel_at_period_end || one.cancel_at !== null,
    createdAt: one.created * SECOND,
    made: one.metadata['account_id'] === accountId,
  };
}

function flow({ prices }: Settings, to: PortalStep, back: string) {
  const after_completion = { type: 'redirect', redirect: { return_url: back } } as const;
  const { subscription } = to;
  if (to.do === 'cancel')
    return { type: 'subscription_cancel', subscription_cancel: { subscription }, after_completion };
  const items = [{ id: to.item, price: prices[to.plan], quantity: 1 }];
  return {
    type: 'subscription_update_confirm',
    subscription_update_confirm: { subscription, items },
    after_completion,
  };
}

/** The name of Stripe's kind of error; null when it is none of Stripe's. */
export function stripeFault(error: unknown): string | null {
  const type = error instanceof Error && 'type' in error ? error.type : null;
  return typeof type === 'string' && type.startsWith('Stripe') ? type : null;
}

/** Whether Stripe was not reached or could not answer, so that another try makes sense. */
export function isAway(error: unknown): boolean {
  return /^Stripe(Connection|API|RateLimit)Error$/.test(stripeFault(error) ?? '');
}

function isMissing(error: unknown): boolean {
  return (
    stripeFault(error) === 'StripeInvalidRequestError' && (error as { code?: unknown }).code === 'resource_missing'
  );
}
