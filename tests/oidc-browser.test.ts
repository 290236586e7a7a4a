import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApp } from './support/app.ts';
import { serveTestApp, type Served } from './support/browser.ts';
import { startProvider } from './support/oidc.ts';
import { PASSWORD, signUp } from './support/world.ts';

// The whole way to a real provider and back in a real browser, whose rules for forms, cookies and redirects apply.

let t: TestApp;
let browser: Browser;
let served: Served;
let there: Awaited<ReturnType<typeof startProvider>>;
let origin: string;

beforeAll(async () => {
  const people = { alice: { email: 'alice@example.com', email_verified: true }, ghost: { email: 'g@example.com' } };
  served = await serveTestApp(async (baseUrl) => {
    there = await startProvider(people, { baseUrl });
    return { config: { oidc: there.oidc } };
  });
  ({ t, browser, origin } = served);
  await signUp(t, 'alice@example.com', 'alice-shop');
  await signUp(t, 'bob@example.com', 'bob-shop');
});
afterAll(async () => {
  await served?.close();
  await there?.close();
});

async function signInAs(page: Page, name: string): Promise<void> {
  await page.waitForURL((url) => url.origin === there.oidc.issuer);
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'anything');
  await page.click('button[type=submit]');
  await page.waitForSelector('input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
}

test('the button leads there and back in, to where the person was going', async () => {
  const page = await browser.newPage();
  await page.goto(`${origin}/channels`);
  await page.getByRole('link', { name: 'Log in at Example Ltd' }).click();
  await signInAs(page, 'alice');
  await page.waitForURL(`${origin}/channels`);
  const cookies = await page.context().cookies(origin);
  expect(cookies.map(({ name }) => name)).toContain('sp_session');
  expect(cookies.map(({ name }) => name)).not.toContain('sp_oidc');
  await page.close();
});

test('a refusal is read on the log-in page, whose address keeps nothing of the answer', async () => {
  const context = await browser.newContext({ locale: 'de' });
  const page = await context.newPage();
  await page.goto(`${origin}/login`);
  await page.getByRole('link', { name: 'Über Example Ltd anmelden' }).click();
  await signInAs(page, 'ghost');
  await page.waitForURL(`${origin}/login`);
  await page.getByText('Der Anmeldedienst hat Ihre E-Mail-Adresse nicht bestätigt.').waitFor();
  await context.close();
});

test('connecting from the settings', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/login`);
  await page.fill('input[name=email]', 'bob@example.com');
  await page.fill('input[name=password]', PASSWORD);
  await page.click('button[type=submit]');
  await page.waitForURL(`${origin}/dashboard`);
  await page.goto(`${origin}/settings/security`);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await signInAs(page, 'bob-there');
  await page.waitForURL(`${origin}/settings/security`);
  await page.getByText('Connected. You can log in with Example Ltd from now on.').waitFor();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Not connected').waitFor();
  await context.close();
});
