import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { launchBrowser, launchPacked } from './support/browser.ts';

async function draw(browser: Browser) {
  const page = await browser.newPage({ colorScheme: 'dark' });
  await page.setContent(
    '<h1>StatusPing</h1><script>document.title = matchMedia("(prefers-color-scheme: dark)").matches</script>',
  );
  const seen = [await page.title(), await page.locator('h1').innerText()];
  const { width = 0 } = (await page.locator('h1').boundingBox()) ?? {};
  await browser.close();
  return { seen, drawn: width > 0 };
}

test('the browser that is found on this machine works', async () => {
  expect(await draw(await launchBrowser())).toEqual({ seen: ['true', 'StatusPing'], drawn: true });
});

test('so does the one of the npm package, for machines without any', async () => {
  expect(await draw(await launchPacked())).toEqual({ seen: ['true', 'StatusPing'], drawn: true });
});
