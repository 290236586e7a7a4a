import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import type { TestApp } from '../support/app.ts';
import { AGREED, HOSTILE } from '../support/agreement.ts';
import { AXE, serveTestApp, type Served } from '../support/browser.ts';
import { plantState } from '../support/page-states.ts';

// What other sites put into their pages, in a real browser and on another origin.

let t: TestApp;
let browser: Browser;
let served: Served;
let ours: string;
let server: Server;
let theirs: string;
let body = '';

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, browser, origin: ours } = served);
  server = createServer((_request, answer) => {
    answer.setHeader('content-type', 'text/html; charset=utf-8');
    // As strict a site as can show it at all.
    answer.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src ${ours}; connect-src ${ours}; frame-src ${ours}; img-src ${ours}`,
    );
    answer.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>${body}</main></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  theirs = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await served?.close();
  server?.close();
});

async function open() {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.clock.install();
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('console', (line) => {
    if (line.type() === 'error') faults.push(line.text());
  });
  await tab.goto(theirs);
  return { context, tab, faults };
}

test('the script puts a line in its place, follows what happens, keeps nothing', async () => {
  const { accountId } = await plantState(t.deps.db, t.clock.now(), 'acme', AGREED['all-up'] ?? { lines: [] });
  body = `<p id="here">Status: <script src="${ours}/s/acme/embed.js" async></script></p>
    <div id="bar"><script src="${ours}/s/acme/embed.js" data-style="banner" data-theme="dark" async></script></div>`;
  const { context, tab, faults } = await open();
  const line = tab.locator('#here a');
  await line.waitFor();
  expect(await line.textContent()).toContain('All systems operational');
  expect(await line.getAttribute('href')).toBe(`${ours}/s/acme`);
  await tab.locator('#bar a').waitFor({ state: 'attached' });
  expect(await tab.locator('#bar a').isVisible()).toBe(false);

  await t.deps.db.write('break', (tx) => tx.run(sql`update monitor_states set status = 'down', phase = 'down'`));
  t.deps.live.publish({ accountId, type: 'state', monitorIds: [] });
  await tab.clock.runFor(MINUTE);
  await tab.locator('#here', { hasText: 'Major outage' }).waitFor();
  await tab.locator('#bar a').waitFor();

  expect(await context.cookies()).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

test.each(['all-up', 'degraded', 'one-down', 'maintenance', 'empty', 'hostile'])(
  '%s: frame and badges show on a strict site, and read well',
  async (name) => {
    const slug = `in-${name}`;
    await plantState(t.deps.db, t.clock.now(), slug, AGREED[name] ?? { lines: [] });
    const at = `${ours}/s/${slug}`;
    body = `<iframe src="${at}/embed" title="Status" width="320" height="64"></iframe>
    <img alt="" src="${at}/og.png"><img alt="Status" src="${at}/badge.svg"><img alt="Uptime" src="${at}/badge.svg?type=uptime&amp;style=compact">
    ${HOSTILE.map((label) => `<img alt="" src="${at}/badge.svg?label=${encodeURIComponent(label.slice(0, 40))}">`).join('')}`;
    const { context, tab, faults } = await open();
    const headline = tab.frameLocator('iframe').locator('strong');
    await headline.waitFor();
    const { headline: said } = (await (await t.app.request(`/s/${slug}/embed.json`)).json()) as { headline: string };
    expect(await headline.textContent()).toBe(said);
    const sizes = await tab.evaluate<number[]>(
      `Promise.all([...document.images].map((one) => one.decode().then(() => one.naturalWidth)))`,
    );
    expect(sizes[0]).toBe(1_200);
    for (const width of sizes) expect(width).toBeGreaterThan(40);
    expect(faults).toEqual([]);
    await context.close();

    for (const colorScheme of ['light', 'dark'] as const) {
      const own = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 320, height: 64 } });
      const frame = await own.newPage();
      await frame.goto(`${at}/embed`);
      await frame.evaluate(AXE);
      const found = await frame.evaluate<string[]>(
        `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations.map(({ id }) => id))`,
      );
      // It must go on by itself: its reader cannot ask for a new one.
      expect(found.filter((id) => id !== 'meta-refresh')).toEqual([]);
      expect(await frame.evaluate<boolean>('document.documentElement.scrollWidth <= 320')).toBe(true);
      await own.close();
    }
  },
);
