import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { HEARD_EVENTS } from '../../src/billing/webhook.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { healthyAt } from '../support/app.ts';
import { type BillingWorld, billingWorld } from '../support/billing-world.ts';
import { type FakeSubscription, PRICES } from '../support/stripe.ts';

let b: BillingWorld;
beforeEach(async () => {
  b = await billingWorld();
});
afterEach(() => b.close());

const said = async (answer: Response) => ((await answer.json()) as { received: string }).received;
const taken = async () =>
  (await b.it.deps.db.read.all<{ id: string }>(sql`select id from billing_events order by id`)).map(({ id }) => id);
const plansChanged = async () => (await b.audit()).filter((action) => action === 'plan.changed').length;

describe('who it is from', () => {
  let one: FakeSubscription;
  let event: object;
  beforeEach(async () => {
    one = b.stripe.pay(await b.checkout('pro'));
    event = b.stripe.event('customer.subscription.created', one);
  });

  const signedAt = (ms: number) => b.stripe.signed(event, { at: Math.floor((b.clock.now() + ms) / SECOND) });

  test.each([
    ['with another secret', () => b.stripe.signed(event, { secret: 'whsec_of_somebody_else' })],
    ['more than five minutes ago', () => signedAt(-5 * MINUTE - SECOND)],
    ['not at all', () => ({ method: 'POST', body: JSON.stringify(event) })],
    ['for another body', () => ({ ...b.stripe.signed(event), body: JSON.stringify({ ...event, id: 'evt_forged' }) })],
    ['in a way that nobody reads', () => ({ ...b.stripe.signed(event), headers: { 'stripe-signature': 't=,v1=zz' } })],
    ['with a scheme that is not v1', () => downgraded()],
  ])('signed %s, it is refused and changes nothing', async (_, request) => {
    const before = b.stripe.calls.length;
    expect((await b.send(request())).status).toBe(400);
    expect([await b.plan(), await taken(), b.stripe.calls.length]).toEqual(['free', [], before]);
  });

  function downgraded() {
    const request = b.stripe.signed(event);
    const header = request.headers['stripe-signature'].replace(',v1=', ',v0=');
    return { ...request, headers: { 'stripe-signature': header } };
  }

  test('one that was signed four minutes ago is taken, whatever cookies and origin come with it', async () => {
    const request = signedAt(-4 * MINUTE);
    const headers = { ...request.headers, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await b.alice.browser.request('/billing/stripe', { ...request, headers })).status).toBe(200);
    expect(await b.plan()).toBe('pro');
  });

  test('while the secret is being changed two signatures come, and one that fits is enough', async () => {
    const request = b.stripe.signed(event);
    const header = request.headers['stripe-signature'].replace('v1=', `v1=${'0'.repeat(64)},v1=`);
    expect((await b.send({ ...request, headers: { 'stripe-signature': header } })).status).toBe(200);
  });

  test('a body of more than 256 KiB is not read', async () => {
    const large = b.stripe.signed({ ...event, filler: 'x'.repeat(262_145) });
    expect((await b.send(large)).status).toBe(413);
  });
});

describe('once', () => {
  test('the same event twenty times at the same time has one effect', async () => {
    const one = b.stripe.pay(await b.checkout('pro'));
    const request = b.stripe.signed(b.stripe.event('customer.subscription.created', one, 'evt_same'));
    const answers = await Promise.all(Array.from({ length: 20 }, () => b.send(request)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const words = await Promise.all(answers.map(said));
    expect(words.filter((word) => word === 'taken')).toHaveLength(1);
    expect([await b.plan(), await taken(), await plansChanged()]).toEqual(['pro', ['evt_same'], 1]);
  });

  test('even when two processes are told at once', async () => {
    const other = buildApp(b.it.deps, () => healthyAt(b.clock.now()));
    const one = b.stripe.pay(await b.checkout('pro'));
    const request = b.stripe.signed(b.stripe.event('customer.subscription.created', one, 'evt_same'));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        Promise.resolve(i % 2 ? b.send(request) : other.request('/billing/stripe', request)),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await b.plan(), await taken(), await plansChanged()]).toEqual(['pro', ['evt_same'], 1]);
  });

  test('an event replayed after its effect was undone does nothing', async () => {
    const one = await b.buy('pro');
    const old = b.stripe.signed(b.stripe.event('customer.subscription.updated', one, 'evt_old'));
    await b.send(old);
    one.status = 'canceled';
    await b.tell('customer.subscription.deleted', one);
    expect(await said(await b.send(old))).toBe('known');
    expect(await b.plan()).toBe('free');
  });

  test('all events of a purchase at once, each told twice, buy one plan', async () => {
    const one = b.stripe.pay(await b.checkout('business'));
    const events = HEARD_EVENTS.filter((type) => !type.endsWith('deleted')).map((type) =>
      b.stripe.signed(b.stripe.event(type, { customer: one.customer })),
    );
    const answers = await Promise.all([...events, ...events].map((request) => b.send(request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await b.plan(), await plansChanged()]).toEqual(['business', 1]);
  });
});

describe('in any order', () => {
  test('an older event that comes late does not bring back what it tells of', async () => {
    const one = await b.buy('pro');
    const active = b.stripe.event('customer.subscription.updated', { ...one });
    one.items.data[0]!.price.id = PRICES.business;
    const larger = b.stripe.event('customer.subscription.updated', structuredClone(one));
    one.status = 'canceled';
    const ended = b.stripe.event('customer.subscription.deleted', structuredClone(one));
    for (const event of [ended, larger, active]) expect((await b.send(b.stripe.signed(event))).status).toBe(200);
    expect([await b.plan(), (await b.row())?.subscription_id]).toEqual(['free', null]);
    expect(await b.mails('alice@example.com')).toEqual(['plan_ended']);
  });

  test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'whatever happens at Stripe, and however its events arrive, the last state counts (%i)',
    async (seed) => {
      const random = dice(seed);
      const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T;
      const one = await b.buy('pro');
      const waiting: object[] = [];
      for (let step = 0; step < 6; step++) {
        one.status = pick(['active', 'active', 'trialing', 'paused', ...(step === 5 ? ['canceled'] : [])]);
        one.items.data[0]!.price.id = pick([PRICES.pro, PRICES.business]);
        waiting.push(b.stripe.event('customer.subscription.updated', structuredClone(one)));
        // Some arrive now, some late, some twice; the last one never before it has happened.
        if (random() < 0.5) await b.send(b.stripe.signed(pick(waiting)));
      }
      const late = [...waiting, pick(waiting), pick(waiting)]
        .map((event) => ({ event, at: random() }))
        .toSorted((a, c) => a.at - c.at);
      const answers = await Promise.all(late.map(({ event }) => b.send(b.stripe.signed(event))));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const paid = one.status === 'active' || one.status === 'trialing';
      const bought = one.items.data[0]!.price.id === PRICES.business ? 'business' : 'pro';
      expect(await b.plan()).toBe(paid ? bought : 'free');
    },
  );

  test('an answer of Stripe that was overtaken by a newer one is asked for again', async () => {
    const one = await b.buy('pro');
    let release = () => {};
    b.stripe.state.hold = new Promise((resolve) => {
      release = resolve;
    });
    // Its question is answered as of now, and that answer stays on its way.
    const asked = b.stripe.calls.length;
    const slow = b.tell('customer.subscription.updated', one);
    await expect.poll(() => b.stripe.calls.length).toBe(asked + 1);
    b.stripe.state.hold = null;
    one.items.data[0]!.price.id = PRICES.business;
    const other = await overtake(one);
    release();
    expect((await slow).status).toBe(200);
    expect([other, await b.plan(), (await b.row())?.plan]).toEqual(['business', 'business', 'business']);
  });

  /** As a second process, or a job, would: past the queue of this one. */
  async function overtake(one: FakeSubscription) {
    const { createProvider } = await import('../../src/billing/provider.ts');
    const { followStripe } = await import('../../src/billing/follow-actions.ts');
    await followStripe(b.it.deps, createProvider(b.it.deps, b.stripe.settings), b.alice.accountId);
    expect(one.status).toBe('active');
    return b.plan();
  }
});

describe('what is none of ours', () => {
  test('is answered 200, so that Stripe does not send it again', async () => {
    const one = await b.buy('pro');
    expect(await said(await b.tell('charge.refunded', { customer: one.customer }))).toBe('ignored');
    expect(await said(await b.tell('invoice.paid', { customer: 'cus_of_another_shop' }))).toBe('unknown customer');
    expect(await said(await b.tell('invoice.paid', { customer: null }))).toBe('unknown customer');
    expect(await said(await b.tell('invoice.paid', { customer: { id: one.customer } }))).toBe('taken');
    expect(b.it.logged.filter(({ customer }) => customer === 'cus_of_another_shop')).toHaveLength(1);
  });

  test('a price that is none of ours leaves a known plan as it is and is logged', async () => {
    const one = await b.buy('pro');
    one.items.data[0]!.price.id = 'price_of_last_year';
    await b.tell('customer.subscription.updated', one);
    expect(await b.plan()).toBe('pro');
    expect(b.it.logged.some(({ msg }) => /price at Stripe is none of ours/.test(String(msg)))).toBe(true);
  });

  test('a customer that was deleted at Stripe ends with the subscription', async () => {
    const one = await b.buy('pro');
    b.stripe.customers.get(one.customer)!.gone = true;
    expect(await said(await b.tell('customer.subscription.updated', one))).toBe('unknown customer');
    expect(await b.plan()).toBe('pro');
    expect(await said(await b.tell('customer.subscription.deleted', one))).toBe('taken');
    expect(await b.plan()).toBe('free');
  });
});

describe('a failure', () => {
  test('of Stripe is answered so that the event comes again, and then it is taken', async () => {
    const one = b.stripe.pay(await b.checkout('pro'));
    const request = b.stripe.signed(b.stripe.event('customer.subscription.created', one));
    b.stripe.state.down = true;
    expect((await b.send(request)).status).toBe(503);
    expect([await b.plan(), await taken()]).toEqual(['free', []]);
    b.stripe.state.down = false;
    expect(await said(await b.send(request))).toBe('taken');
    expect(await b.plan()).toBe('pro');
  });

  test('of ours between question and commit leaves nothing, and the same event is taken later', async () => {
    const one = b.stripe.pay(await b.checkout('pro'));
    const request = b.stripe.signed(b.stripe.event('customer.subscription.created', one));
    const { db } = b.it.deps;
    const write = db.write.bind(db);
    db.write = (name, change) =>
      name === 'follow Stripe'
        ? write(name, async (tx) => {
            await change(tx);
            throw new Error('the disk is full');
          })
        : write(name, change);
    expect((await b.send(request)).status).toBe(500);
    db.write = write;
    expect([await b.plan(), await taken(), await b.audit()]).toEqual(['free', [], ['billing.customer_made']]);
    expect(await said(await b.send(request))).toBe('taken');
    expect([await b.plan(), await plansChanged()]).toEqual(['pro', 1]);
  });
});

test('grace that ran out while nobody looked ends with the next event', async () => {
  const one = await b.buy('pro');
  one.status = 'past_due';
  await b.tell('invoice.payment_failed', { customer: one.customer });
  b.clock.advance(14 * DAY + HOUR);
  one.status = 'unpaid';
  await b.tell('customer.subscription.updated', one);
  expect(await b.plan()).toBe('free');
  expect(await b.mails('alice@example.com')).toEqual(['payment_failed', 'plan_ended']);
});

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
