import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccount } from '../src/accounts/queries.ts';
import type { TestApp } from './support/app.ts';
import { AXE, serveTestApp, type Served } from './support/browser.ts';
import { fakeClock } from './support/clock.ts';
import { startStripe, type StripeServer } from './support/stripe.ts';
import { type Person, signUp } from './support/world.ts';

// Chromium holds the address that a form's answer leads to against the policy of the page, which no request can show.

let stripe: StripeServer;
let t: TestApp;
let alice: Person;
let served: Served;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const clock = fakeClock();
  stripe = await startStripe(clock);
  served = await serveTestApp(() => ({ clock, config: { stripe: stripe.settings } }));
  ({ t, browser } = served);
  alice = await signUp(t, 'alice@example.com', 'alice-shop');
  context = await served.windowOf(alice, { baseURL: served.origin, javaScriptEnabled: false });
});
afterAll(async () => {
  await served?.close();
  await stripe?.close();
});

test('a plan is bought by keyboard and without scripts: to Stripe, back, and it is there', async () => {
  const tab = await context.newPage();
  await tab.goto('/settings/billing');
  await tab.getByRole('button', { name: 'Choose Pro' }).focus();
  await tab.keyboard.press('Enter');
  await tab.waitForURL(/\/pay\//);
  stripe.pay(tab.url());
  await tab.getByRole('link', { name: 'Back to the shop' }).click();
  await tab.waitForURL('/settings/billing');
  expect(await tab.getByText('The account is on the Pro plan now.').count()).toBe(1);
  expect((await findAccount(t.deps.db.read, alice.accountId))?.plan).toBe('pro');

  await tab.getByRole('button', { name: 'Card and invoices' }).click();
  await tab.waitForURL(/\/portal\//);
  await tab.goBack();
  await tab.getByRole('button', { name: 'Change to Business' }).click();
  await tab.waitForURL(/\/portal\//);
  await tab.close();
});

test.each([
  [1440, 'light'],
  [1440, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const)('%i px, %s: nothing overflows and axe finds nothing, paid or owed', async (width, colorScheme) => {
  const wide = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
  await wide.addCookies(
    (await context.cookies()).map(({ name, value }) => ({ name, value, url: t.deps.config.baseUrl })),
  );
  const tab = await wide.newPage();
  const [one] = stripe.subscriptions.values();
  for (const status of ['active', 'past_due']) {
    if (one) one.status = status;
    await tab.goto(`${t.deps.config.baseUrl}/billing/done`);
    for (const path of ['/settings/billing', '/settings']) {
      await tab.goto(`${t.deps.config.baseUrl}${path}`);
      const over = await tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect([path, status, over]).toEqual([path, status, 0]);
      await tab.evaluate(AXE);
      const faults = await tab.evaluate<string[]>(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`))",
      );
      expect(faults).toEqual([]);
    }
  }
  await wide.close();
});
