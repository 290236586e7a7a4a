import { sql } from 'drizzle-orm';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putAsset } from '../../src/statuspages/asset-actions.ts';
import type { TestApp } from '../support/app.ts';
import { AXE, serveTestApp, type Served } from '../support/browser.ts';
import { plantMonitors } from '../support/pages.ts';
import { type Person, signUp } from '../support/world.ts';

// Pages that look as their owners wish, and those that ask who is there, in a real browser.

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40"><path d="M0 0h160v40H0z" fill="#e4572e"/></svg>';
let t: TestApp;
let alice: Person;
let browser: Browser;
let served: Served;
let origin: string;
let page: string;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, browser, origin } = served);
  alice = await signUp(t, 'alice@example.com', 'acme', { plan: 'pro' });
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${alice.accountId}`,
  );
  page = rows[0]?.id ?? '';
  await plantMonitors(t.deps.db, t.clock.now(), alice.accountId, page, [{ name: 'Website' }, { name: 'API' }]);
});
afterAll(() => served?.close());

async function change(input: object): Promise<void> {
  const answer = await alice.browser.json('PATCH', `/api/status-pages/${page}`, input);
  expect(answer.status, await answer.clone().text()).toBe(200);
}

/** Faults of one page: what axe finds, what the console says, whether it scrolls sideways. */
async function faultsOf(path: string, options: { dark?: boolean; width?: number; member?: boolean } = {}) {
  const how: BrowserContextOptions = {
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    bypassCSP: true,
  };
  const context = await (options.member ? served.windowOf(alice, how) : browser.newContext(how));
  const tab = await context.newPage();
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('console', (line) => {
    // A browser notes each 401 itself.
    if (line.type() === 'error' && !line.text().includes('401')) faults.push(line.text());
  });
  await tab.goto(`${origin}${path}`);
  await tab.evaluate(AXE);
  const found = await tab.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id} ${n.html}`)))',
  );
  const wide = await tab.evaluate<number>('document.documentElement.scrollWidth');
  const logo = await tab.evaluate<number | null>(
    'document.querySelector(".logo img")?.getBoundingClientRect().width ?? null',
  );
  await context.close();
  return { faults: [...faults, ...found, ...(wide > (options.width ?? 1280) ? [`${wide} wide`] : [])], logo };
}

test.each(['#ffff00', '#000000', '#ffffff', '#777777', '#e4572e'])(
  'a page with the accent %s can be read, by day and by night',
  async (accent) => {
    await change({
      visibility: 'public',
      appearance: { accent, header_links: [{ label: 'Home', url: 'https://example.com' }] },
    });
    for (const path of ['/s/acme', '/s/acme/subscribe']) {
      for (const dark of [false, true]) expect((await faultsOf(path, { dark })).faults, `${path} ${dark}`).toEqual([]);
    }
  },
);

test.each(['light', 'dark'])('always %s: readable on either screen', async (theme) => {
  await change({ visibility: 'public', appearance: { theme, accent: '#3355ff' } });
  for (const dark of [false, true]) expect((await faultsOf('/s/acme', { dark })).faults).toEqual([]);
});

test('a drawing without a size of its own is seen', async () => {
  const actor = { accountId: alice.accountId, userId: alice.userId, role: 'owner' } as const;
  await putAsset(t.deps, actor, page, 'logo', new TextEncoder().encode(LOGO));
  await change({ visibility: 'public', appearance: {} });
  for (const width of [360, 1280]) expect(await faultsOf('/s/acme', { width })).toEqual({ faults: [], logo: 192 });
});

test.each([
  [false, 1280],
  [true, 360],
])('the pages that ask who is there, and the tabs that decide it: dark %s, %d wide', async (dark, width) => {
  for (const tab of ['look', 'access']) {
    expect((await faultsOf(`/status-pages/${page}/${tab}`, { dark, width, member: true })).faults).toEqual([]);
  }
  await change({ visibility: 'password', password: 'open sesame now' });
  expect((await faultsOf('/s/acme', { dark, width })).faults).toEqual([]);
  await change({ visibility: 'members' });
  expect((await faultsOf('/s/acme', { dark, width })).faults).toEqual([]);
});
