import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { billingJobs } from '../../src/billing/jobs.ts';
import { GRACE_MS } from '../../src/billing/seen.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { createHistory } from '../../src/engine/history.ts';
import { type BillingWorld, billingWorld } from '../support/billing-world.ts';
import { PRICES } from '../support/stripe.ts';

let b: BillingWorld;
let run: () => Promise<void>;
beforeEach(async () => {
  b = await billingWorld();
  run = start();
});
afterEach(() => b.close());

/** As after a start of the server. */
function start(): () => Promise<void> {
  const [job] = billingJobs(b.it.deps, 0);
  if (!job) throw new Error('there is no job');
  return job.run;
}

const asked = () => b.stripe.calls.filter(({ path }) => path === '/v1/subscriptions').length;
const monitors = async () =>
  b.it.deps.db.read.all<{ paused: string | null; deleted: number | null }>(
    sql`select paused_by as paused, deleted_at as deleted from monitors order by no`,
  );

describe('events that never came', () => {
  test('are made up for at the start: bought, changed, ended', async () => {
    const one = b.stripe.pay(await b.checkout('pro'));
    await run();
    expect(await b.plan()).toBe('pro');
    one.items.data[0]!.price.id = PRICES.business;
    await start()();
    expect(await b.plan()).toBe('business');
    one.status = 'canceled';
    await start()();
    expect([await b.plan(), await b.mails('alice@example.com')]).toEqual(['free', ['plan_ended']]);
  });

  test('and once a day', async () => {
    const one = await b.buy('pro');
    await run();
    one.items.data[0]!.price.id = PRICES.business;
    const before = asked();
    b.clock.advance(DAY - MINUTE);
    await run();
    expect([asked(), await b.plan()]).toEqual([before, 'pro']);
    b.clock.advance(MINUTE);
    await run();
    expect(await b.plan()).toBe('business');
  });

  test('a plan the operator gave stays while Stripe has no news', async () => {
    await b.buy('pro');
    await b.it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'business'
      where id = ${b.alice.accountId}`),
    );
    await run();
    expect(await b.plan()).toBe('business');
  });

  test('an account that Stripe was never asked about is left alone', async () => {
    await b.it.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'business'`));
    await b.checkout('pro', b.w.mallory);
    await run();
    expect([await b.plan(), await b.plan(b.w.mallory)]).toEqual(['business', 'business']);
  });
});

describe('while Stripe is away', () => {
  test('nothing is changed, it is asked again after ten minutes, and not about everybody', async () => {
    const one = await b.buy('pro');
    b.stripe.pay(await b.checkout('pro', b.w.mallory));
    one.status = 'canceled';
    b.stripe.state.down = true;
    const before = asked();
    await run();
    // The SDK tries once more by itself.
    expect(asked() - before).toBe(2);
    await run();
    expect(asked() - before).toBe(2);
    expect([await b.plan(), await b.plan(b.w.mallory)]).toEqual(['pro', 'free']);
    b.stripe.state.down = false;
    b.clock.advance(10 * MINUTE);
    await run();
    expect([await b.plan(), await b.plan(b.w.mallory)]).toEqual(['free', 'pro']);
  });

  test('a key that Stripe refuses, or that belongs to another shop, ends no plan', async () => {
    await b.buy('pro');
    const { secretKey } = b.stripe.settings;
    Object.assign(b.stripe.settings, { secretKey: 'sk_test_of_somebody_else' });
    await run();
    expect(await b.plan()).toBe('pro');
    Object.assign(b.stripe.settings, { secretKey });
    b.stripe.customers.clear();
    await start()();
    expect(await b.plan()).toBe('pro');
    expect(b.it.logged.some(({ reason }) => reason === 'Stripe has no such customer')).toBe(true);
  });
});

describe('grace', () => {
  beforeEach(async () => {
    const one = await b.buy('pro');
    for (let i = 0; i < 8; i++) {
      const monitor = { name: `Shop ${i}`, type: 'http', url: 'http://127.0.0.1:9/', interval_seconds: 60 };
      expect((await b.alice.browser.json('POST', '/api/monitors', monitor)).status).toBe(201);
    }
    one.status = 'past_due';
    await b.tell('invoice.payment_failed', { customer: one.customer });
  });

  test('that is over puts the account on Free: monitors are paused, none is deleted, and paying wakes them', async () => {
    await run();
    b.clock.advance(GRACE_MS - 1);
    await run();
    expect(await b.plan()).toBe('pro');
    b.clock.advance(1);
    await run();
    expect([await b.plan(), (await b.row())?.subscription_id]).toEqual(['free', expect.stringMatching(/^sub_/)]);
    const paused = [null, null, null, null, null, 'plan', 'plan', 'plan'];
    expect(await monitors()).toEqual(paused.map((by) => ({ paused: by, deleted: null })));
    expect(await b.mails('alice@example.com')).toEqual(['payment_failed', 'plan_ended']);
    await run();
    b.clock.advance(DAY);
    await run();
    expect(await b.mails('alice@example.com')).toEqual(['payment_failed', 'plan_ended']);

    const [one] = [...b.stripe.subscriptions.values()];
    one!.status = 'active';
    await b.tell('invoice.paid', { customer: one!.customer });
    expect(await b.plan()).toBe('pro');
    expect((await monitors()).every(({ paused: by }) => by === null)).toBe(true);
  });

  test('is looked at with Stripe first: who paid meanwhile keeps the plan', async () => {
    await run();
    const [one] = [...b.stripe.subscriptions.values()];
    one!.status = 'active';
    b.clock.advance(GRACE_MS);
    await run();
    expect([await b.plan(), (await b.row())?.grace_until]).toEqual(['pro', null]);
    expect(await b.mails('alice@example.com')).toEqual(['payment_failed']);
  });

  test('does not end while Stripe cannot say', async () => {
    b.clock.advance(GRACE_MS);
    b.stripe.state.down = true;
    await run();
    expect(await b.plan()).toBe('pro');
  });
});

test('events are forgotten after sixty days', async () => {
  await b.buy('pro');
  const count = async () =>
    (await b.it.deps.db.read.all<{ n: number }>(sql`select count(*) as n from billing_events`))[0]?.n;
  b.clock.advance(60 * DAY);
  await createHistory(b.it.deps).run();
  expect(await count()).toBe(1);
  b.clock.advance(DAY);
  await createHistory(b.it.deps).run();
  expect(await count()).toBe(0);
});

test('where nothing is sold there is no job', () => {
  const { deps } = b.it;
  expect(billingJobs({ ...deps, config: { ...deps.config, stripe: null } })).toEqual([]);
});
