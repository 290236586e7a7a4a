import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { PLAN, PLANS } from '../core/plan.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { answer, body, createApi, guardPerson, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { openPortal, startCheckout } from './checkout-actions.ts';
import { inWords } from './fault-words.ts';
import { planInput, STRIPE_CALLS } from './billing-input.ts';
import { countUsed, findSubscription } from './queries.ts';
import { requireTill, type Till } from './till.ts';

const tags = ['Billing'];
const time = z.iso.datetime().nullable();

const room = z.object({
  used: z.int(),
  most: z.int().nullable().openapi({ description: 'Null is no limit.' }),
});

const Billing = z
  .object({
    plan: z.enum(PLANS),
    sold: z.boolean().openapi({ description: 'Whether plans are bought here; else whoever runs this sets them.' }),
    monitors: room.openapi({ description: 'Active ones.' }),
    status_pages: room,
    subscription: z
      .object({
        status: z.string().nullable().openapi({ description: 'As Stripe calls it.' }),
        plan: z.enum(PLANS).nullable(),
        period_ends_at: time,
        cancel_at_period_end: z.boolean(),
        grace_until: time.openapi({ description: 'Until when the plan stays although a payment failed.' }),
      })
      .nullable()
      .openapi({ description: 'Null when nobody was ever asked to pay.' }),
  })
  .openapi('Billing');

const Checkout = planInput.strict().openapi('CheckoutInput');
const Portal = z
  .object({ cancel: z.boolean().default(false).openapi({ description: 'Straight to the end of the subscription.' }) })
  .strict()
  .openapi('PortalInput');
const Link = z
  .object({ url: z.url().openapi({ description: 'Open it in a browser; it is good once, and soon over.' }) })
  .openapi('BillingLink');

/** `/api/billing`: the plan, what is used of it, and the way to Stripe, where paying itself is done in a browser. */
export function billingApi(deps: Deps, till: Till): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/billing',
      tags,
      summary: 'The plan of the account, what is used of it and how it is paid',
      middleware: guardPerson('manage'),
      responses: { 200: answer('How it stands', Billing), ...problems(401, 403) },
    }),
    async (c) => {
      const { id, plan } = requireSession(c).account;
      const [row, used] = [await findSubscription(deps.db.read, id), await countUsed(deps.db.read, id)];
      return c.json(
        {
          plan,
          sold: till !== null,
          monitors: { used: used.monitors, most: mostOf(PLAN[plan].monitors) },
          status_pages: { used: used.pages, most: mostOf(PLAN[plan].pages) },
          subscription: row && {
            status: row.status,
            plan: row.plan,
            period_ends_at: iso(row.period_ends_at),
            cancel_at_period_end: row.cancel_at_period_end,
            grace_until: iso(row.grace_until),
          },
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/billing/checkout',
      operationId: 'startCheckout',
      tags,
      summary: 'Where the owner pays for a plan, or changes the one that is paid',
      middleware: guardPerson('own'),
      request: { body: body(Checkout) },
      responses: { 200: answer('An address at Stripe', Link), ...problems(400, 401, 403, 409, 422, 429, 503) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { plan } = c.req.valid('json');
      const url = await atStripe(session.account.id, ({ inTurn }) =>
        inTurn(session.account.id, (provider) => startCheckout(deps, provider, actorOf(session), plan)),
      );
      return c.json({ url }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/billing/portal',
      operationId: 'openBillingPortal',
      tags,
      summary: 'Where the owner minds cards and invoices, or ends the subscription',
      middleware: guardPerson('own'),
      request: { body: body(Portal) },
      responses: { 200: answer('An address at Stripe', Link), ...problems(400, 401, 403, 409, 422, 429, 503) },
    }),
    async (c) => {
      const session = requireSession(c);
      const step = c.req.valid('json').cancel ? 'cancel' : null;
      const url = await atStripe(session.account.id, ({ provider }) =>
        openPortal(deps, provider, actorOf(session), step),
      );
      return c.json({ url }, 200);
    },
  );

  async function atStripe(accountId: string, work: (open: NonNullable<Till>) => Promise<string>): Promise<string> {
    const open = requireTill(till);
    await limitRate(deps, `billing:${accountId}`, STRIPE_CALLS);
    try {
      return await work(open);
    } catch (error) {
      throw inWords(deps, accountId, error);
    }
  }

  return api;
}

function mostOf(limit: number): number | null {
  return Number.isFinite(limit) ? limit : null;
}
