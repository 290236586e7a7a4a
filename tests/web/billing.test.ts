import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { runCommand } from '../../src/console.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type BillingWorld, billingWorld } from '../support/billing-world.ts';
import { PRICES } from '../support/stripe.ts';
import { addMember, world } from '../support/world.ts';

let b: BillingWorld;
beforeEach(async () => {
  b = await billingWorld();
});
afterEach(() => b.close());

const page = async (person = b.alice) => (await person.browser.get('/settings/billing')).text();
const made = (path: string) => b.stripe.calls.filter(({ method, path: p }) => method === 'POST' && p === path);

describe('buying a plan', () => {
  test('the owner is sent to Stripe, pays, and the plan follows its event', async () => {
    expect(await page()).toMatch(/Choose<span class="sr-only"> Pro[\s\S]*Choose<span class="sr-only"> Business/);
    const url = await b.checkout('pro');
    const [sent] = made('/v1/checkout/sessions').map((call) => call.sent);
    expect(sent).toMatchObject({
      mode: 'subscription',
      client_reference_id: b.alice.accountId,
      'metadata[account_id]': b.alice.accountId,
      'line_items[0][price]': PRICES.pro,
      success_url: 'http://localhost:8000/billing/done',
      cancel_url: 'http://localhost:8000/settings/billing',
    });
    expect(await b.plan()).toBe('free');
    const one = b.stripe.pay(url);
    const answer = await b.tell('checkout.session.completed', { customer: one.customer });
    expect([answer.status, await answer.json()]).toEqual([200, { received: 'taken' }]);
    expect(await b.plan()).toBe('pro');
    const text = await page();
    expect(text).toMatch(/Paid\.<\/b> Renews on[\s\S]*20 Dec 2026/);
    expect(text).toContain('Change<span class="sr-only"> to Business');
    expect(text).not.toContain('Choose<');
    expect(await b.audit()).toEqual(['billing.customer_made', 'plan.changed', 'billing.started']);
  });

  test('only this page may send a form to Stripe', async () => {
    const policy = async (path: string) =>
      (await b.alice.browser.get(path)).headers.get('content-security-policy')?.match(/form-action [^;]*/)?.[0];
    expect(await policy('/settings/billing')).toBe(`form-action 'self' https: ${b.stripe.settings.apiUrl}`);
    expect(await policy('/settings')).toBe("form-action 'self'");
  });

  test('coming back from Stripe before its event is enough', async () => {
    b.stripe.pay(await b.checkout('business'));
    const back = await b.alice.browser.get('/billing/done');
    expect([back.status, back.headers.get('location')]).toEqual([303, '/settings/billing']);
    expect(await b.plan()).toBe('business');
    expect(await page()).toContain('The account is on the Business plan now.');
  });

  test('two presses at once open one page, and one customer is made', async () => {
    const urls = await Promise.all(Array.from({ length: 8 }, () => b.checkout('pro')));
    expect(new Set(urls).size).toBe(1);
    expect(b.stripe.customers.size).toBe(1);
    expect(b.stripe.sessions.size).toBe(1);
  });

  test('another plan closes the page of the first', async () => {
    const [first, second] = [await b.checkout('pro'), await b.checkout('business')];
    expect(() => b.stripe.pay(first)).toThrow('closed');
    b.stripe.pay(second);
    expect([...b.stripe.sessions.values()].map(({ status }) => status)).toEqual(['expired', 'complete']);
  });

  test('who has a subscription that we have not heard of changes it instead of buying a second', async () => {
    b.stripe.pay(await b.checkout('pro'));
    expect(await b.checkout('business')).toContain('/portal/');
    expect(b.stripe.subscriptions.size).toBe(1);
    expect(await b.plan()).toBe('pro');
    expect(made('/v1/billing_portal/sessions').at(-1)?.sent).toMatchObject({
      'flow_data[type]': 'subscription_update_confirm',
      'flow_data[subscription_update_confirm][items][0][price]': PRICES.business,
    });
  });

  test('a second one that was paid all the same is ended with credit for its days', async () => {
    const first = await b.buy('pro');
    const second = b.stripe.subscribe(first.customer, PRICES.business, { metadata: { account_id: b.alice.accountId } });
    expect((await b.tell('customer.subscription.created', second)).status).toBe(200);
    expect([first.status, second.status]).toEqual(['active', 'canceled']);
    expect(await b.plan()).toBe('pro');
    const ended = b.stripe.calls.find(({ method }) => method === 'DELETE');
    expect(ended?.sent).toEqual({ invoice_now: 'true', prorate: 'true' });
    expect((await b.row())?.subscription_id).toBe(first.id);
  });

  test('what somebody made by hand at Stripe is not ended, and what is sold beside the plans is not looked at', async () => {
    const first = await b.buy('pro');
    const [byHand, other] = [PRICES.business, 'price_of_a_mug'].map((p) => b.stripe.subscribe(first.customer, p));
    await b.tell('customer.subscription.created', byHand as object);
    expect([byHand?.status, other?.status]).toEqual(['active', 'active']);
    expect(await b.plan()).toBe('pro');
  });

  test('a portal that does not let people change says so beside the buttons', async () => {
    await b.buy('pro');
    b.stripe.state.portalChanges = false;
    const answer = await b.alice.browser.post('/billing/checkout', { plan: 'business' });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('Stripe does not let people change the plan here yet.');
  });

  test.each(['free', 'gold', ''])('the plan "%s" is not for sale', async (plan) => {
    expect((await b.alice.browser.post('/billing/checkout', { plan })).status).toBe(422);
    expect(b.stripe.calls).toEqual([]);
  });

  test('a customer that Stripe does not know, as after a change to live keys, is made anew', async () => {
    await b.checkout('pro');
    const [old] = b.stripe.customers.keys();
    b.stripe.customers.clear();
    const one = b.stripe.pay(await b.checkout('pro'));
    expect(one.customer).not.toBe(old);
    expect((await b.row())?.customer_id).toBe(one.customer);
  });
});

describe('the portal', () => {
  test('opens for the owner, and at the end of the subscription when that is asked for', async () => {
    const one = await b.buy('pro');
    const answer = await b.alice.browser.post('/billing/portal');
    expect(answer.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/portal\//);
    await b.alice.browser.post('/billing/portal', { to: 'cancel' });
    const [plain, cancel] = made('/v1/billing_portal/sessions').map(({ sent }) => sent);
    expect(plain).toEqual({ customer: one.customer, return_url: 'http://localhost:8000/billing/done' });
    expect(cancel).toMatchObject({
      'flow_data[type]': 'subscription_cancel',
      'flow_data[subscription_cancel][subscription]': one.id,
    });
  });

  test('has nothing to show to who never paid', async () => {
    const answer = await b.alice.browser.post('/billing/portal');
    expect([answer.status, b.stripe.calls]).toEqual([409, []]);
  });

  test('an end that is set shows, and the end itself pauses monitors and deletes none', async () => {
    const one = await b.buy('pro');
    const many = Array.from({ length: 7 }, (_, i) => ({ name: `Shop ${i}`, type: 'http', url: 'http://127.0.0.1:9/' }));
    for (const monitor of many) await b.alice.browser.json('POST', '/api/monitors', monitor);
    // With "flexible" billing the end is a date alone.
    one.cancel_at = Math.floor((b.clock.now() + 2 * DAY) / 1_000);
    await b.tell('customer.subscription.updated', one);
    expect(await page()).toMatch(/Ending\.<\/b> Ends on[\s\S]*Until then everything stays as it is/);
    expect(await b.plan()).toBe('pro');
    b.clock.advance(2 * DAY);
    one.status = 'canceled';
    await b.tell('customer.subscription.deleted', one);
    expect(await b.plan()).toBe('free');
    const rows = await b.it.deps.db.read.all<{ paused: string | null }>(
      sql`select paused_by as paused from monitors where deleted_at is null order by no`,
    );
    expect(rows.map(({ paused }) => paused)).toEqual([null, null, null, null, null, 'plan', 'plan']);
    expect(await page()).toContain('The subscription has ended.');
    expect(await b.mails('alice@example.com')).toEqual(['plan_ended']);
    expect(await b.audit()).toContain('billing.stops');
  });
});

describe('a payment that fails', () => {
  test('is told once to those who look after the account, and the plan stays for fourteen days', async () => {
    const admin = await b.member('admin@example.com', 'admin');
    const one = await b.buy('business');
    one.status = 'past_due';
    await b.tell('invoice.payment_failed', { customer: one.customer });
    b.clock.advance(3 * DAY);
    await b.tell('invoice.payment_failed', { customer: one.customer });
    await b.tell('customer.subscription.updated', one);
    expect(await b.plan()).toBe('business');
    expect(await b.mails('alice@example.com')).toEqual(['payment_failed']);
    expect(await b.mails('admin@example.com')).toEqual(['payment_failed']);
    expect(await b.mails('bob@example.com')).toEqual([]);
    expect(await page()).toMatch(/Payment failed\.<\/b> Everything goes on until[\s\S]*Settle it at Stripe/);
    expect(await page()).not.toContain('Change<');
    const banner = /The last payment failed\.<\/b> Everything goes on until <time[^>]*>4 Dec 2026/;
    expect(await (await b.alice.browser.get('/dashboard')).text()).toMatch(banner);
    expect(await (await admin.browser.get('/dashboard')).text()).toMatch(banner);
    expect(await (await b.w.bob.browser.get('/dashboard')).text()).not.toMatch(banner);
    expect(await (await b.w.mallory.browser.get('/dashboard')).text()).not.toMatch(banner);

    one.status = 'active';
    await b.tell('invoice.paid', { customer: one.customer });
    expect(await b.row()).toMatchObject({ status: 'active', grace_until: null });
    expect(await (await b.alice.browser.get('/dashboard')).text()).not.toMatch(banner);
    expect(await b.audit()).toEqual([
      'billing.customer_made',
      'plan.changed',
      'billing.started',
      'billing.payment_failed',
      'billing.paid',
    ]);
  });

  test('in the next year is told again', async () => {
    const one = await b.buy('pro');
    for (const status of ['past_due', 'active', 'past_due']) {
      one.status = status;
      await b.tell('customer.subscription.updated', one);
      b.clock.advance(180 * DAY);
    }
    // Nothing was sent in between here, so the later mail stands in the place of the earlier one.
    expect((await b.audit()).filter((action) => action === 'billing.payment_failed')).toHaveLength(2);
  });
});

describe('who may', () => {
  test('an admin sees the page and decides nothing; members, viewers and strangers are kept out', async () => {
    await b.buy('business');
    const admin = await b.member('admin@example.com', 'admin');
    const text = await page(admin);
    expect(text).toContain('The owner of the account chooses its plan.');
    expect(text).not.toContain('action="/billing/');
    const before = b.stripe.calls.length;
    for (const person of [admin, await b.member('member@example.com', 'member'), b.w.bob]) {
      for (const path of ['/billing/checkout', '/billing/portal']) {
        expect((await person.browser.post(path, { plan: 'pro' })).status).toBe(403);
      }
    }
    expect((await b.w.bob.browser.get('/settings/billing')).status).toBe(403);
    expect(b.stripe.calls).toHaveLength(before);
  });

  test('an API token opens none of it', async () => {
    await b.buy('business');
    const make = await b.alice.browser.json('POST', '/api/tokens', { name: 'Deploy', scopes: ['write'] });
    const { token } = (await make.json()) as { token: string };
    const program = b.it.visitor();
    for (const path of ['/billing/checkout', '/billing/portal']) {
      const answer = await program.request(path, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      expect(answer.headers.get('location') ?? `${answer.status}`).toMatch(/^(\/login\?|401$)/);
    }
  });

  test('Mallory neither sees nor moves what is Alice’s', async () => {
    const one = await b.buy('pro');
    const mallory = await page(b.w.mallory);
    expect(mallory).toContain('Nothing is paid for this account.');
    for (const secret of [one.id, one.customer, 'Renews on']) expect(mallory).not.toContain(secret);
    await b.w.mallory.browser.get('/billing/done');
    await b.checkout('business', b.w.mallory);
    expect((await b.row(b.w.mallory))?.customer_id).not.toBe(one.customer);
    expect([await b.plan(), await b.plan(b.w.mallory)]).toEqual(['pro', 'free']);
  });

  test('a form of another site buys nothing', async () => {
    const answer = await b.alice.browser.post(
      '/billing/checkout',
      { plan: 'pro' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    );
    expect([answer.status, b.stripe.calls]).toEqual([403, []]);
  });
});

describe('while Stripe is down', () => {
  test('the page is there, the buttons say why nothing happens, and nothing is half written', async () => {
    b.stripe.state.down = true;
    expect(await page()).toContain('Choose<span class="sr-only"> Pro');
    const answer = await b.alice.browser.post('/billing/checkout', { plan: 'pro' });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('Stripe cannot be reached just now. Nothing was changed');
    expect(await b.row()).toBeNull();
    expect((await b.alice.browser.get('/billing/done')).status).toBe(303);
    b.stripe.state.down = false;
    expect(await b.checkout('pro')).toContain('/pay/');
  });

  test('a customer who was made and not remembered is the same at the next try', async () => {
    const { deps } = b.it;
    const write = deps.db.write.bind(deps.db);
    deps.db.write = (name, change) =>
      name === 'remember customer' ? Promise.reject(new Error('killed')) : write(name, change);
    expect((await b.alice.browser.post('/billing/checkout', { plan: 'pro' })).status).toBe(500);
    deps.db.write = write;
    await b.checkout('pro');
    expect(b.stripe.customers.size).toBe(1);
  });

  test('the key and the secret stand in no page and in no log, even when Stripe refuses the key', async () => {
    const { secretKey, webhookSecret } = b.stripe.settings;
    await b.buy('pro');
    b.stripe.settings.secretKey = 'sk_another';
    const answer = await b.alice.browser.post('/billing/portal');
    expect(answer.status).toBe(503);
    const said = `${await answer.text()}${await page()}${JSON.stringify(b.it.logged)}`;
    expect(said).toContain('StripeAuthenticationError');
    for (const secret of [secretKey, webhookSecret]) expect(said).not.toContain(secret);
  });
});

test('the account cannot be deleted while it is paid for', async () => {
  const one = await b.buy('pro');
  const { name } = (
    await b.it.deps.db.read.all<{ name: string }>(sql`select name from accounts where id = ${b.alice.accountId}`)
  )[0] ?? { name: '' };
  const remove = () => b.alice.browser.post('/settings/delete', { name, password: 'correct horse battery' });
  const refused = await remove();
  expect([refused.status, /Cancel the plan first/.test(await refused.text())]).toEqual([409, true]);
  one.status = 'canceled';
  await b.tell('customer.subscription.deleted', one);
  expect((await remove()).headers.get('location')).toBe('/no-account');
});

test('what is paid at a page left open while the account was deleted is ended', async () => {
  const url = await b.checkout('pro');
  await b.it.deps.db.write('arrange', (tx) =>
    tx.run(sql`update accounts set deleted_at = ${b.clock.now()} where id = ${b.alice.accountId}`),
  );
  const one = b.stripe.pay(url);
  expect((await b.tell('checkout.session.completed', { customer: one.customer })).status).toBe(200);
  expect([one.status, await b.plan()]).toEqual(['canceled', 'free']);
});

test('the operator’s plan stays until Stripe has news, and both pages say so', async () => {
  const one = await b.buy('pro');
  await b.it.deps.db.write('arrange', async (tx) => {
    await setAccountPlan(tx, b.alice.accountId, 'business', null);
    await tx.run(sql`update users set operator = 1 where id = ${b.alice.userId}`);
  });
  await b.alice.browser.get('/billing/done');
  expect(await b.plan()).toBe('business');
  expect(await page()).toContain('gave the account the Business plan');
  const operator = await (await b.alice.browser.get(`/operator/accounts/${b.alice.accountId}`)).text();
  expect(operator).toContain('What Stripe says next decides over what you choose here.');
  await b.tell('customer.subscription.updated', one);
  expect(await b.plan()).toBe('pro');
});

test('the command line says that Stripe has the next word', async () => {
  const setPlan = () => runCommand(b.it.deps, { command: 'user set-plan', args: [b.alice.email, 'business'] });
  expect(JSON.stringify(await setPlan())).not.toContain('Stripe');
  const one = await b.buy('pro');
  expect(JSON.stringify(await setPlan())).toContain('What Stripe says next decides over it.');
  one.status = 'canceled';
  await b.tell('customer.subscription.deleted', one);
  expect(JSON.stringify(await setPlan())).not.toContain('Stripe');
});

test('presses are counted', async () => {
  for (let i = 0; i < 30; i++) await b.alice.browser.post('/billing/portal');
  expect((await b.alice.browser.post('/billing/portal')).status).toBe(429);
  b.clock.advance(11 * MINUTE);
  expect((await b.alice.browser.post('/billing/portal')).status).toBe(409);
});

describe('where nothing is sold', () => {
  let plain: TestApp;
  beforeEach(async () => {
    plain = await testApp();
  });
  afterEach(() => plain.close());

  test('the page says who sets the plan and offers no button, and Stripe’s address is not there', async () => {
    const { alice } = await world(plain, { plan: 'business' });
    const admin = await addMember(plain, alice, 'admin@example.com', 'admin');
    for (const person of [alice, admin]) {
      const text = await (await person.browser.get('/settings/billing')).text();
      expect(text).toMatch(/whoever runs this StatusPing sets them[\s\S]*statusping user set-plan/);
      expect(text).not.toContain('action="/billing/');
    }
    expect((await alice.browser.post('/billing/checkout', { plan: 'pro' })).status).toBe(409);
    expect((await plain.visitor().request('/billing/stripe', { method: 'POST', body: '{}' })).status).toBe(404);
  });
});
