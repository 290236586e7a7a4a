import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/core/language.ts';
import { entryWords } from '../../src/core/words/entry/index.ts';
import { testApp } from '../support/app.ts';
import { type BillingWorld, billingWorld } from '../support/billing-world.ts';
import { PRICES } from '../support/stripe.ts';
import { PASSWORD } from '../support/world.ts';

const form = (more: Record<string, string> = {}) => ({
  email: 'carol@example.org',
  password: PASSWORD,
  slug: 'carol-shop',
  ...more,
});

describe('signing up for a plan', () => {
  let b: BillingWorld;
  beforeEach(async () => {
    b = await billingWorld();
  });
  afterEach(() => b.close());

  test('leads from the pricing page to where that plan is paid', async () => {
    const visitor = b.it.visitor();
    const pricing = await (await visitor.get('/pricing')).text();
    expect(pricing).toContain('href="/signup?plan=pro"');
    expect(pricing).toContain('href="/signup?plan=business"');
    const page = await (await visitor.get('/signup?plan=business')).text();
    expect(page).toContain('<input type="hidden" name="plan" value="business">');
    expect(page).toContain('Next step: pay for the Business plan.');
    expect(page).toContain('href="/login?next=%2Fsignup%3Fplan%3Dbusiness"');

    // What was wrong the first time does not lose it.
    const again = await visitor.post('/auth/signup', form({ plan: 'business', slug: 'a--b' }));
    expect(again.status).toBe(422);
    expect(await again.text()).toContain('<input type="hidden" name="plan" value="business">');

    const made = await visitor.post('/auth/signup', form({ plan: 'business' }));
    expect([made.status, made.headers.get('location')]).toEqual([303, '/settings/billing?plan=business']);
    const billing = await (await visitor.get('/settings/billing?plan=business')).text();
    expect(billing).toContain('You chose Business');
    const paying = await visitor.post('/billing/checkout', { plan: 'business' });
    expect(paying.status).toBe(303);
    const sent = b.stripe.calls.find(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions')?.sent;
    expect(sent).toMatchObject({ 'line_items[0][price]': PRICES.business });
  });

  test.each(LANGUAGES)('is said in %s, and another language keeps it', async (language) => {
    const page = await (await b.it.visitor().get('/signup?plan=pro', { 'accept-language': language })).text();
    expect(page).toContain(entryWords(language).signUp.plan('Pro'));
    expect(page).toContain('href="?lang=ja&amp;plan=pro"');
  });

  test.each(['', 'free', 'gold', 'PRO', 'pro%20', '//evil.example', '__proto__'])(
    'what is no paid plan counts for nothing: %s',
    async (plan) => {
      const visitor = b.it.visitor();
      const page = await (await visitor.get(`/signup?plan=${plan}`)).text();
      expect(page).not.toContain('name="plan"');
      const made = await visitor.post('/auth/signup', form({ plan: decodeURIComponent(plan) }));
      expect(made.headers.get('location')).toBe('/dashboard');
      expect(await (await visitor.get(`/settings/billing?plan=${plan}`)).text()).not.toContain('You chose');
    },
  );

  test('nobody is offered what they have, what is less, or what is not theirs to buy', async () => {
    const billing = async (plan: string, person = b.alice) =>
      (await person.browser.get(`/settings/billing?plan=${plan}`)).text();
    expect(await billing('pro')).toContain('You chose Pro');
    await b.buy('pro');
    expect(await billing('pro')).not.toContain('You chose');
    const admin = await b.member('admin@example.com', 'admin');
    expect(await billing('business', admin)).not.toContain('You chose');
    const viewer = await b.member('viewer@example.com', 'viewer');
    expect((await viewer.browser.get('/signup?plan=pro')).headers.get('location')).toBe('/dashboard');
    expect((await b.alice.browser.get('/signup?plan=pro')).headers.get('location')).toBe('/settings/billing?plan=pro');
  });

  test('a program gets its tokens as always', async () => {
    const answer = await b.it.visitor().json('POST', '/auth/signup', form({ plan: 'pro' }));
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ account: { plan: 'free' } });
  });
});

test('where plans are not sold, nothing is different', async () => {
  const it = await testApp();
  const visitor = it.visitor();
  expect(await (await visitor.get('/pricing')).text()).not.toContain('plan=pro');
  const page = await (await visitor.get('/signup?plan=pro')).text();
  expect(page).not.toContain('name="plan"');
  expect(page).toContain('href="/login"');
  const made = await visitor.post('/auth/signup', form({ plan: 'pro' }));
  expect(made.headers.get('location')).toBe('/dashboard');
  expect(await (await visitor.get('/settings/billing?plan=pro')).text()).not.toContain('You chose');
  expect((await visitor.get('/signup?plan=pro')).headers.get('location')).toBe('/dashboard');
  await it.close();
});
