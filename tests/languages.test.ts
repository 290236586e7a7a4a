import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LANGUAGE_TAG, LANGUAGES } from '../src/core/language.ts';
import type { TestApp } from './support/app.ts';
import { AXE, serveTestApp, type Served } from './support/browser.ts';
import { plantSpokenPage } from './support/spoken-page.ts';

// A status page in every language in a real browser: long words and square signs must fit, and axe must find nothing.

const FAULTS = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 160)))`;
let t: TestApp;
let served: Served;
let browser: Browser;
let url: string;
let paths: string[];

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, browser, origin: url } = served);
  const { incidentId, reportId } = await plantSpokenPage(t.deps);
  paths = ['', '/history', `/incidents/${incidentId}`, `/incidents/${reportId}`, '/subscribe'].map(
    (path) => `/s/acme${path}`,
  );
});

afterAll(() => served?.close());

test.each(LANGUAGES)('in %s nothing overflows, axe finds nothing, the console stays empty', async (language) => {
  for (const [width, colorScheme] of [
    [360, 'light'],
    [1440, 'dark'],
  ] as const) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
      locale: LANGUAGE_TAG[language],
    });
    const page = await context.newPage();
    const found: string[] = [];
    page.on('pageerror', (error) => found.push(`${page.url()} ${error.message}`));
    page.on('console', (line) => {
      // The font belongs to the build, which is not made here.
      if (line.type() === 'error' && !line.location().url.includes('/assets/build/')) {
        found.push(`${page.url()} ${line.text()}`);
      }
    });
    for (const path of paths) {
      expect((await page.goto(url + path))?.status()).toBe(200);
      expect(await page.locator('html').getAttribute('lang')).toBe(LANGUAGE_TAG[language]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      if (Number(wide) > 0) found.push(`${path} at ${width} px scrolls sideways by ${String(wide)} px`);
      await page.evaluate(AXE);
      found.push(...(await page.evaluate<string[]>(FAULTS)).map((fault) => `${path} ${colorScheme} ${fault}`));
    }
    await context.close();
    expect(found).toEqual([]);
  }
});

test('another language is one click away and stays while one walks about', async () => {
  const context = await browser.newContext({ locale: 'de' });
  const page = await context.newPage();
  await page.goto(`${url}/s/acme`);
  await page.getByRole('link', { name: '日本語' }).click();
  expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  await page.locator('a[href*="/history"]').last().click();
  expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  expect(await context.cookies()).toEqual([]);
  await context.close();
});

test('what the script writes is in the language of the page too', async () => {
  const context = await browser.newContext({ locale: 'de', timezoneId: 'Asia/Tokyo' });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${url}/s/acme`);
  expect(await page.locator('[data-zone]').innerText()).toBe('Zeiten in Asia/Tokyo. Die Balken zeigen Tage in UTC.');
  await page.locator('[data-runs]').first().focus();
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('.tip').innerText()).toMatch(/^20\. Nov\.: kein Ausfall$/);
  expect(await page.locator('main time').first().innerText()).toMatch(/^20\. Nov\., 21:00/);
  await page.route('**/s/acme', (route) => route.abort());
  await page.clock.runFor(120_000);
  await expect.poll(() => page.locator('[data-stale]').innerText()).toMatch(/^Diese Seite konnte seit 2 Minuten nicht/);
  await context.close();
});
