import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { buildOnce, openPlace, type Place, type Started } from './support/process.ts';
import { targetThatCanFail } from './support/servers.ts';
import { type SmtpSink, smtpSink } from './support/smtp.ts';

// The whole road with nothing faked: the built product in a process of its own, a browser, a mail server, a website.

let place: Place;
let product: Started;
let mail: SmtpSink;
let site: Awaited<ReturnType<typeof targetThatCanFail>>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mail = await smtpSink();
  site = await targetThatCanFail();
  buildOnce();
  place = openPlace();
  product = await place.start({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mail.port),
    SMTP_USE_TLS: 'false',
    DEFAULT_PLAN: 'business',
    ALLOW_PRIVATE_TARGETS: 'true',
  });
  browser = await launchBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(90_000);
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
  await site?.close();
  await mail?.stop();
});

test('sign up, watch a site, be told when it fails and when it is back, show the world', async () => {
  await page.goto(`${product.url}/`);
  await page.getByRole('link', { name: 'Start free' }).first().click();
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByLabel('Address of your status page').fill('ada-shops');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/dashboard');

  // Alerts wait for the address to be confirmed, and every page says so.
  expect(await page.getByText('Confirm your e-mail address').isVisible()).toBe(true);
  await mail.waitFor(1);
  const link = mail.mails[0]?.text?.match(/http:\/\/localhost:\d+\/verify\/\S+/)?.[0];
  await page.goto(link ?? '');
  await page.getByRole('button', { name: /confirm/i }).click();
  await page.waitForURL((address) => !address.pathname.startsWith('/verify/'));
  await page.goto(`${product.url}/dashboard`);
  expect(await page.getByText('Confirm your e-mail address').isVisible()).toBe(false);

  await page.goto(`${product.url}/monitors/new`);
  await page.locator('[name=target]').fill(site.url);
  await page.locator('[name=name]').fill('Checkout');
  await page.locator('[name=interval_seconds]').selectOption('30');
  await page.locator('[name=failure_threshold]').fill('2');
  await page.locator('[name=timeout_seconds]').fill('5');
  const isPublic = page.locator('input[type=checkbox][name=public]');
  if (!(await isPublic.isChecked())) await isPublic.check();
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForURL(/\/monitors\/mon_|\/dashboard/);

  await page.goto(`${product.url}/dashboard`);
  await page.locator('tr', { hasText: 'Checkout' }).getByText('Up', { exact: true }).waitFor();

  // The page is open while the site breaks: it turns red by itself, without a reload.
  site.down();
  await checkNow();
  await page.getByRole('heading', { name: /Checkout is down/ }).waitFor();
  await mail.waitFor((m) => m.subject?.startsWith('Down: Checkout') ?? false);
  const down = mail.mails.find((m) => m.subject?.startsWith('Down: Checkout'));
  expect(down?.text).toContain('503');
  expect(down?.envelopeTo).toEqual(['ada@example.com']);

  const visitor = await browser.newPage({ javaScriptEnabled: false });
  await visitor.goto(`${product.url}/s/ada-shops`);
  expect(await visitor.locator('main').innerText()).toMatch(/outage/i);
  expect(await visitor.content()).not.toContain(String(site.port));

  site.up();
  await checkNow();
  await page.locator('tr', { hasText: 'Checkout' }).getByText('Up', { exact: true }).waitFor();
  await mail.waitFor((m) => m.subject?.startsWith('Up again: Checkout') ?? false);
  const up = mail.mails.find((m) => m.subject?.startsWith('Up again: Checkout'));
  expect(up?.references).toBe(down?.references ?? down?.inReplyTo);
  await visitor.reload();
  expect(await visitor.locator('main').innerText()).toMatch(/operational/i);
  expect(mail.mails.filter((m) => m.subject?.includes('Checkout'))).toHaveLength(2);

  await page.goto(`${product.url}/incidents`);
  await page
    .getByRole('link', { name: /Checkout/ })
    .first()
    .click();
  expect(await page.locator('main').innerText()).toMatch(/Confirmed by 2 failed checks/);
});

async function checkNow(): Promise<void> {
  await page.getByRole('button', { name: 'Check Checkout now' }).click();
  await page.waitForURL('**/dashboard*');
}
