import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Role } from '../../src/core/access.ts';
import type { Plan } from '../../src/core/plan.ts';
import { findAccount } from '../../src/accounts/queries.ts';
import { findSubscription } from '../../src/billing/queries.ts';
import { type TestApp, testApp } from './app.ts';
import { type FakeClock, fakeClock } from './clock.ts';
import { type FakeSubscription, startStripe, type StripeServer } from './stripe.ts';
import { addMember, type Person, type World, world } from './world.ts';

export type BillingWorld = Awaited<ReturnType<typeof billingWorld>>;

/** An installation that sells its plans at a Stripe of the test's own. Alice is on Free. */
export async function billingWorld() {
  const clock: FakeClock = fakeClock();
  const stripe: StripeServer = await startStripe(clock);
  const it: TestApp = await testApp({ clock, config: { stripe: stripe.settings } });
  const w: World = await world(it);
  const { alice } = w;
  const send = (request: RequestInit) => it.visitor().request('/billing/stripe', request);

  return {
    it,
    w,
    alice,
    clock,
    stripe,
    send,
    member: (email: string, role: Role): Promise<Person> => addMember(it, alice, email, role),
    /** Stripe tells of it. */
    tell: async (type: string, object: object, id?: string): Promise<Response> =>
      send(stripe.signed(stripe.event(type, object, id))),
    plan: async (person: Person = alice): Promise<Plan | undefined> =>
      (await findAccount(it.deps.db.read, person.accountId))?.plan,
    row: (person: Person = alice) => findSubscription(it.deps.db.read, person.accountId),
    /** The owner presses the button under a plan; the address of Stripe's page. */
    async checkout(plan = 'pro', person: Person = alice): Promise<string> {
      const answer = await person.browser.post('/billing/checkout', { plan });
      expect(answer.status, await answer.clone().text()).toBe(303);
      return answer.headers.get('location') ?? '';
    },
    /** Bought, paid and told of. */
    async buy(plan = 'pro'): Promise<FakeSubscription> {
      const one = stripe.pay(await this.checkout(plan));
      expect((await this.tell('checkout.session.completed', { customer: one.customer })).status).toBe(200);
      return one;
    },
    audit: async (person: Person = alice): Promise<string[]> => {
      const rows = await it.deps.db.read.all<{ action: string }>(sql`select action from audit_log
        where account_id = ${person.accountId} and (action like 'billing.%' or action = 'plan.changed') order by id`);
      return rows.map(({ action }) => action);
    },
    mails: async (to: string): Promise<string[]> =>
      (await it.accountMails(to)).map(({ event }) => event).filter((event) => /^(payment|plan)_/.test(event)),
    async close(): Promise<void> {
      await it.close();
      await stripe.close();
    },
  };
}
