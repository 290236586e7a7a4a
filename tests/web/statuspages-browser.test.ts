import { sql } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { AXE, serveTestApp, type Served } from '../support/browser.ts';
import { plantMonitors } from '../support/pages.ts';
import { signUp, type Person } from '../support/world.ts';

// The editor of a page as people use it: by keyboard, by pointer, without scripts.

let t: TestApp;
let alice: Person;
let served: Served;
let origin: string;
let page: string;
let turn = 0;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, origin } = served);
});
afterAll(() => served?.close());

beforeEach(async () => {
  turn += 1;
  alice = await signUp(t, `alice${turn}@example.com`, `alice-shop-${turn}`, { plan: 'pro' });
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${alice.accountId}`,
  );
  page = rows[0]?.id ?? '';
  const monitors = ['Website', 'API', 'Mail', 'Docs'].map((name) => ({ name }));
  await plantMonitors(t.deps.db, t.clock.now(), alice.accountId, page, monitors);
});

async function open(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; tab: Page; faults: string[] }> {
  const context = await served.windowOf(alice, {
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const tab = await context.newPage();
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('console', (line) => {
    if (line.type() === 'error') faults.push(line.text());
  });
  await tab.goto(`${origin}/status-pages/${page}`);
  return { context, tab, faults };
}
const order = (tab: Page) =>
  tab.evaluate<string[]>(
    `[...document.querySelectorAll('.line')].map((line) => {
      const input = line.querySelector('.line-name .input');
      let depth = 0;
      for (let at = line.parentElement.closest('.line'); at; at = at.parentElement.closest('.line')) depth += 1;
      return '-'.repeat(depth) + (input.value || input.placeholder);
    })`,
  );
const stored = async () => {
  const rows = await t.deps.db.read.all<{ name: string; parent_id: string | null }>(sql`
    select coalesce(c.name, m.name) as name, parent_id from components c left join monitors m on m.no = c.monitor_no
    where page_id = ${page} order by position`);
  return rows.map(({ name, parent_id }) => `${parent_id ? '-' : ''}${name}`);
};

test('by keyboard alone: order, a group, a line by hand, saved', async () => {
  const { context, tab, faults } = await open();
  const { keyboard } = tab;
  await tab.getByRole('button', { name: 'Move Docs', exact: true }).focus();
  for (let i = 0; i < 3; i++) await keyboard.press('ArrowUp');
  expect(await order(tab)).toEqual(['Docs', 'Website', 'API', 'Mail']);
  expect(await tab.locator('[data-said]').textContent()).toBe('Docs: place 1 of 4.');
  // The focus stays on what is being moved.
  await keyboard.press('ArrowDown');
  expect(await order(tab)).toEqual(['Website', 'Docs', 'API', 'Mail']);

  await tab.getByRole('button', { name: 'Add group' }).focus();
  await keyboard.press('Enter');
  await tab.locator('.line-group').waitFor();
  // The new line's name has the focus.
  await keyboard.type('Shop');
  await tab.getByRole('button', { name: 'Move Mail', exact: true }).focus();
  await keyboard.press('ArrowDown');
  expect(await order(tab)).toEqual(['Website', 'Docs', 'API', 'Shop', '-Mail']);
  await tab.getByRole('button', { name: 'Move API down' }).focus();
  await keyboard.press('Space');
  expect(await order(tab)).toEqual(['Website', 'Docs', 'Shop', '-API', '-Mail']);

  await tab.getByRole('button', { name: 'Add one set by hand' }).focus();
  await keyboard.press('Enter');
  await tab.locator('.line-manual').waitFor();
  await keyboard.type('Help desk');
  await keyboard.press('Tab');
  await keyboard.type('Deg');
  expect(await stored()).toEqual(['Website', 'API', 'Mail', 'Docs']);
  await tab.locator('.line-manual .line-name .input').first().focus();
  await keyboard.press('Enter');
  await tab.getByText('The page is saved.').waitFor();
  await tab.waitForLoadState(); // the words stand above lines that are still on their way
  expect(await stored()).toEqual(['Website', 'Docs', 'Shop', '-API', '-Mail', 'Help desk']);
  expect(await order(tab)).toEqual(['Website', 'Docs', 'Shop', '-API', '-Mail', 'Help desk']);
  expect(await tab.locator('.line-manual select').first().inputValue()).toBe('degraded');
  expect(faults).toEqual([]);
  await context.close();
});

test('by pointer: past a neighbour, into a group and out of it', async () => {
  const { context, tab, faults } = await open();
  await tab.getByRole('button', { name: 'Add group' }).click();
  await tab.locator('.line-group').waitFor();
  await tab.locator('.line-group .input').first().fill('Shop');
  const box = async (name: string) => {
    const found = await tab.getByRole('button', { name: `Move ${name}`, exact: true }).boundingBox();
    return { x: (found?.x ?? 0) + 8, y: (found?.y ?? 0) + 10 };
  };
  const drag = async (name: string, x: number, y: number) => {
    const from = await box(name);
    await tab.mouse.move(from.x, from.y);
    await tab.mouse.down();
    await tab.mouse.move(x, y, { steps: 12 });
    await tab.mouse.up();
  };
  const first = await box('Website');
  await drag('Docs', first.x, first.y - 14);
  expect(await order(tab)).toEqual(['Docs', 'Website', 'API', 'Mail', 'Shop']);
  // The line leaves a gap that closes: the group is somewhere else by the time the pointer is there.
  const from = await box('API');
  await tab.mouse.move(from.x, from.y);
  await tab.mouse.down();
  for (let i = 0; i < 3; i++) {
    const inside = await tab.locator('.line-group [data-lines]').boundingBox();
    await tab.mouse.move((inside?.x ?? 0) + 40, (inside?.y ?? 0) + 12, { steps: 6 });
  }
  await tab.mouse.up();
  expect(await order(tab)).toEqual(['Docs', 'Website', 'Mail', 'Shop', '-API']);
  const top = await box('Docs');
  await drag('API', top.x, top.y - 14);
  expect(await order(tab)).toEqual(['API', 'Docs', 'Website', 'Mail', 'Shop']);
  await tab.getByRole('button', { name: 'Save page' }).click();
  await tab.getByText('The page is saved.').waitFor();
  await tab.waitForLoadState(); // the words stand above lines that are still on their way
  expect(await stored()).toEqual(['API', 'Docs', 'Website', 'Mail', 'Shop']);
  expect(faults).toEqual([]);
  await context.close();
});

test('the preview follows what is typed, runs nothing and keeps its place', async () => {
  const { context, tab, faults } = await open();
  const heading = () => tab.frameLocator('iframe:not([data-waiting])').locator('h1').first();
  await tab.locator('iframe:not([data-waiting])').waitFor();
  await tab.locator('[name=title]').fill('Typed <b>title</b>');
  await expect.poll(async () => (await heading().textContent())?.trim()).toContain('Typed <b>title</b>');
  expect(await tab.locator('iframe').getAttribute('sandbox')).toBe('allow-same-origin');
  await tab.locator('[name=title]').fill('');
  await tab.getByText('Give the page a title.').waitFor();
  expect(await heading().textContent()).toContain('Typed');
  // Its links lead nowhere: the page that is published is not what is edited.
  const frame = tab.frames().find((one) => one.url().endsWith('/preview'));
  await frame?.locator('a[href^="/s/"]').first().click();
  expect(frame?.url()).toMatch(/\/preview$/);
  const [row] = await t.deps.db.read.all<{ title: string }>(sql`select title from status_pages where id = ${page}`);
  expect(row?.title).toBe(`alice-shop-${turn}`);
  expect(faults).toEqual([]);
  await context.close();
});

test('without scripts: numbers, arrows, groups and a preview in a tab of its own', async () => {
  const { context, tab } = await open({ javaScriptEnabled: false });
  await tab.getByRole('button', { name: 'Move API up' }).click();
  await tab.getByRole('button', { name: 'Add group' }).click();
  expect(await tab.getByText('Not saved yet').isVisible()).toBe(true);
  await tab.locator('.line-group .input').first().fill('Shop');
  await tab.locator('[name=title]').fill('Without scripts');
  const mail = tab.locator('.line', { has: tab.locator('[placeholder=Mail]') });
  await mail.locator('summary').first().click();
  await mail.locator('select[name^=parent_]').selectOption('group_1');
  const [preview] = await Promise.all([
    context.waitForEvent('page'),
    tab.getByRole('button', { name: 'Preview' }).click(),
  ]);
  await preview.waitForLoadState();
  expect(await preview.locator('h1').first().textContent()).toContain('Without scripts');
  await tab.getByRole('button', { name: 'Save page' }).click();
  await tab.getByText('The page is saved.').waitFor();
  await tab.waitForLoadState(); // the words stand above lines that are still on their way
  expect(await stored()).toEqual(['API', 'Website', 'Docs', 'Shop', '-Mail']);
  await context.close();
});

test('a hundred lines among five groups: moved, saved, the same again', async () => {
  const many = Array.from({ length: 96 }, (_, i) => ({ name: `Service ${i}` }));
  await plantMonitors(t.deps.db, t.clock.now(), alice.accountId, page, many);
  const { context, tab, faults } = await open();
  for (let i = 0; i < 5; i++) {
    await tab.getByRole('button', { name: 'Add group' }).click();
    await tab.locator('.line-group').nth(i).waitFor();
    await tab.keyboard.type(`Group ${i}`);
  }
  await tab.evaluate(`(() => {
    const down = document.querySelectorAll('[data-move=down]')[20];
    for (let i = 0; i < 20; i++) down.click();
  })()`);
  const now = await order(tab);
  expect(now).toHaveLength(105);
  expect(now.indexOf('Service 16')).toBe(40);
  await tab.getByRole('button', { name: 'Save page' }).click();
  await tab.getByText('The page is saved.').waitFor();
  await tab.waitForLoadState(); // the words stand above lines that are still on their way
  expect(await order(tab)).toEqual(now);
  expect(faults).toEqual([]);
  await context.close();
});

test('an address is tried while it is typed', async () => {
  const { context, tab } = await open();
  await tab.goto(`${origin}/status-pages/new`);
  await tab.locator('[name=title]').fill('Second');
  await tab.locator('[name=slug]').fill(`alice-shop-${turn}`);
  await tab.getByRole('button', { name: 'Use it' }).click();
  expect(await tab.locator('[name=slug]').inputValue()).toBe(`alice-shop-${turn}-status`);
  await tab.getByRole('button', { name: 'Add page' }).click();
  await tab.getByText('The page is there.').waitFor();
  await context.close();
});

test.each([
  [1440, 'light'],
  [1440, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const)('%i px, %s: nothing overflows, axe finds nothing', async (width, colorScheme) => {
  const { context, tab, faults } = await open({ viewport: { width, height: 900 }, colorScheme });
  const found: string[] = [];
  for (const path of [`/${page}`, `/${page}/settings`, '/new', '']) {
    await tab.goto(`${origin}/status-pages${path}`);
    if (path === `/${page}`) {
      await tab.getByRole('button', { name: 'Add group' }).click();
      await tab.locator('.line-group .input').first().fill('Shop');
      await tab.getByRole('button', { name: 'Add one set by hand' }).click();
      await tab.locator('.line-manual').waitFor();
      for (const more of await tab.locator('.line-more summary').all()) await more.click();
    }
    const wide = Number(
      await tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    );
    if (wide > 0) found.push(`${path} scrolls sideways by ${wide} px`);
    await tab.evaluate(AXE);
    const violations = await tab.evaluate<string[]>(
      "axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`))",
    );
    found.push(...violations.map((one) => `${path} ${one}`));
    const shots = process.env['SHOTS'];
    if (shots)
      await tab.screenshot({
        path: `${shots}/editor${path.replace(page, 'page').replaceAll('/', '_')}-${width}-${colorScheme}.png`,
        fullPage: true,
      });
    tab.once('dialog', (dialog) => void dialog.accept());
  }
  expect([...found, ...faults]).toEqual([]);
  await context.close();
});
