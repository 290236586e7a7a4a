import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AXE, serveTestApp, type Served } from './support/browser.ts';
import { type FollowerWorld, followerWorld } from './support/followers.ts';
import { type SmtpSink, smtpSink } from './support/smtp.ts';

// The road of somebody who follows a page, in a real browser whose scripts are off, on a phone in the dark.

let sink: SmtpSink;
let world: FollowerWorld;
let served: Served;
let browser: Browser;
let url: string;

beforeAll(async () => {
  sink = await smtpSink();
  served = await serveTestApp(() => ({ config: { smtp: sink.smtp } }));
  ({ browser, origin: url } = served);
  world = await followerWorld(sink.smtp, { ...served.t, close: () => served.close() });
});
afterAll(async () => {
  await world?.close();
  await sink?.stop();
});

function link(purpose: string): string {
  const text = sink.mails.at(-1)?.text ?? '';
  return new RegExp(`${url}\\S+/${purpose}/\\S+`).exec(text)?.[0] ?? '';
}

async function fits(page: Page): Promise<boolean> {
  const box = await page.locator('body').boundingBox();
  return (box?.width ?? 0) <= 360;
}

test('subscribe, confirm, choose and leave without a script', async () => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  await page.goto(`${url}/s/alice-shop`);
  await page.getByRole('link', { name: 'Get updates' }).click();
  await page.getByLabel('E-mail address').fill('reader@example.org');
  await page.getByLabel('Only these').check();
  await page.getByLabel('API').check();
  expect(await fits(page)).toBe(true);
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();

  await world.run();
  await page.goto(link('confirm'));
  expect(await page.locator('dl').innerText()).toContain('API');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('link', { name: 'Change what you hear of' }).click();
  await page.getByLabel('All components').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  expect(await world.followers()).toMatchObject([{ component_ids: null }]);

  await world.publish([world.lines.shop]);
  await world.run();
  await page.goto(link('unsubscribe'));
  expect(await world.followers()).toHaveLength(1);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  expect(await world.followers()).toEqual([]);
  await context.close();
});

test.each(['light', 'dark'] as const)('axe finds nothing on the owner’s pages, %s', async (colorScheme) => {
  await world.follow('email', `ann-${colorScheme}@example.org`);
  const context = await served.windowOf(world.alice, { colorScheme, bypassCSP: true });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  for (const path of ['', '/import']) {
    await page.goto(`${url}/status-pages/${world.pageId}/subscribers${path}`);
    await page.addScriptTag({ content: AXE });
    const found = await page.evaluate(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
    );
    expect(found).toEqual([]);
  }
  expect(problems).toEqual([]);
  await context.close();
});
