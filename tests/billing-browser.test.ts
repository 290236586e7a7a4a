import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccount } from '../src/accounts/queries.ts';
import { type TestApp, testApp } from './support/app.ts';
import { launchBrowser } from './support/browser.ts';
import { fakeClock } from './support/clock.ts';
import { startStripe, type StripeServer } from './support/stripe.ts';
import { type Person, signUp } from './support/world.ts';

// Chromium holds the address that a form's answer leads to against the policy of the page, which no request can show.

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let stripe: StripeServer;
let t: TestApp;
let alice: Person;
let server: ServerType;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const clock = fakeClock();
  stripe = await startStripe(clock);
  const origin = await new Promise<string>((resolve) => {
    server = serve({ fetch: (request, env) => t.app.fetch(request, env), port: 0, hostname: '127.0.0.1' }, () =>
      resolve(`http://localhost:${(server.address() as AddressInfo).port}`),
    );
  });
  t = await testApp({ clock, config: { baseUrl: origin, stripe: stripe.settings } });
  alice = await signUp(t, 'alice@example.com', 'alice-shop');
  browser = await launchBrowser();
  context = await browser.newContext({ baseURL: origin, javaScriptEnabled: false });
  await context.addCookies([...alice.browser.cookies].map(([name, value]) => ({ name, value, url: origin })));
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  await t?.close();
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
