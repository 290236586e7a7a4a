import { sql } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestApp } from './support/app.ts';
import { AXE, serveTestApp, type Served } from './support/browser.ts';
import { type Person, signUp } from './support/world.ts';

// Many monitors changed as people do it: ticked with and without Shift, looked at, confirmed, undone.

let t: TestApp;
let alice: Person;
let served: Served;
let origin: string;

beforeAll(async () => {
  served = await serveTestApp();
  ({ t, origin } = served);
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
});
afterAll(() => served?.close());

beforeEach(async () => {
  await t.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`delete from monitors`);
    await tx.run(sql`delete from undos`);
    await tx.run(sql`delete from tag_rules`);
    await tx.run(sql`with recursive n(i) as (select 11 union all select i + 1 from n where i < 70)
      insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, next_check_at, created_at)
      select 'mon_' || i, ${alice.accountId}, 'Monitor ' || i, 'http', 'https://a-long-address-of-a-shop.example.com/' || i,
        '{}', 300, 30, 3, 1, 0, '["shop"]', ${t.clock.now()}, ${t.clock.now()} + i from n`);
    await tx.run(sql`insert into tag_rules (id, account_id, tag, settings, position)
      values ('tgr_1', ${alice.accountId}, 'shop', '{"interval_seconds":60,"public":true}', 0),
        ('tgr_2', ${alice.accountId}, 'a-rather-long-tag-that-somebody-typed', '{"failure_threshold":2}', 1)`);
  });
});

async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<[BrowserContext, Page]> {
  const context = await served.windowOf(alice, options);
  return [context, await context.newPage()];
}

async function paused(): Promise<number> {
  const [row] = await t.deps.db.read.all<{ n: number }>(
    sql`select count(*) as n from monitors where paused_at is not null`,
  );
  return row?.n ?? 0;
}

test('Shift takes all between; what is chosen survives a page that follows along', async () => {
  const [context, page] = await open();
  await page.goto(`${origin}/dashboard`);
  const boxes = page.locator('input[name=ids]');
  expect(await page.locator('#bulk').isVisible()).toBe(false);
  await boxes.nth(1).click();
  await boxes.nth(5).click({ modifiers: ['Shift'] });
  expect(await page.locator('[data-bulk-count]').textContent()).toBe('5 chosen');
  // A row that is drawn anew comes unticked, and is ticked again.
  await t.deps.db.write('arrange', (tx) =>
    tx.run(sql`update monitors set name = 'Monitor 13 renamed' where id = 'mon_13'`),
  );
  t.deps.live.publish({ accountId: alice.accountId, type: 'settings', monitorIds: [] });
  await page.locator('text=Monitor 13 renamed').waitFor();
  await expect.poll(() => page.locator('input[name=ids]:checked').count()).toBe(5);
  await page.locator('[data-bulk-page]').click();
  expect(await page.locator('[data-bulk-count]').textContent()).toBe('50 chosen');
  await page.locator('[data-bulk-clear]').click();
  expect(await page.locator('#bulk').isVisible()).toBe(false);
  await context.close();
});

test('by keyboard alone: chosen, confirmed, undone', async () => {
  const [context, page] = await open();
  await page.goto(`${origin}/dashboard`);
  await page.locator('input[name=ids]').first().focus();
  await page.keyboard.press('Space');
  await page.locator('#bulk button[value=pause]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '1 of 1 will change' }).waitFor();
  await page.getByRole('button', { name: 'Pause 1 monitor' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Paused 1 monitor.').waitFor();
  expect(await paused()).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Undone: Paused 1 monitor.').waitFor();
  expect(await paused()).toBe(0);
  await context.close();
});

test('without a script: all that match, a value asked for, a deletion by its number', async () => {
  const [context, page] = await open({ javaScriptEnabled: false });
  await page.goto(`${origin}/dashboard?tag=shop`);
  await page.locator('input[name=ids]').first().check();
  await page.locator('input[name=all]').check();
  await page.locator('#bulk button[value=threshold]').click();
  await page.getByLabel('Down after').fill('5');
  await page.getByRole('button', { name: 'See what changes' }).click();
  await page.getByRole('button', { name: 'Change 60 monitors' }).click();
  await page.getByText('Set "down after" of 60 monitors to 5').waitFor();
  await page.locator('input[name=ids]').first().check();
  await page.locator('#bulk button[value=delete]').click();
  await page.getByLabel('Type 1 to delete it').fill('1');
  await page.getByRole('button', { name: 'Delete 1 monitor' }).click();
  await page.getByText('Deleted 1 monitor.').waitFor();
  const rows = await t.deps.db.read.all(sql`select failure_threshold as f, count(*) as n, count(deleted_at) as gone
    from monitors group by 1`);
  expect(rows).toEqual([{ f: 5, n: 60, gone: 1 }]);
  await context.close();
});

test.each([
  [1440, 'light'],
  [360, 'dark'],
] as const)('%i px, %s: nothing overflows, axe finds nothing', async (width, colorScheme) => {
  const [context, page] = await open({ viewport: { width, height: 800 }, colorScheme });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  const examine = async (where: string) => {
    await page.evaluate(AXE);
    const faults = await page.evaluate<string[]>(
      "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`))",
    );
    expect(faults, where).toEqual([]);
    const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(over, where).toBe(0);
    const folder = process.env['SHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/${width}-${where}.png`, fullPage: where !== 'list' });
  };
  const choose = async (deed: string) => {
    await page.goto(`${origin}/dashboard`);
    await page.locator('input[name=ids]').first().check();
    await page.locator('[data-bulk-page]').click();
    await page.locator(`#bulk button[value=${deed}]`).click();
  };
  await page.goto(`${origin}/dashboard`);
  await page.locator('input[name=ids]').first().check();
  await examine('list');
  await choose('channels');
  await examine('channels');
  await choose('delete');
  await examine('delete');
  await choose('tags');
  await page.getByLabel('Which').fill('night');
  await page.getByRole('button', { name: 'See what changes' }).click();
  await examine('tags');
  await page.getByRole('button', { name: 'Change 50 monitors' }).click();
  await page.getByText('Tagged 50 monitors').waitFor();
  await examine('undo');
  for (const path of ['rules', 'rules/new', 'rules/tgr_1', 'rules/tgr_1/delete']) {
    await page.goto(`${origin}/settings/${path}`);
    await examine(path.replaceAll('/', '-'));
  }
  await page.goto(`${origin}/settings/rules`);
  await page.getByRole('button', { name: /Apply to them/ }).click();
  await examine('apply');
  await page.goto(`${origin}/monitors/new`);
  await page.getByLabel('Tags').fill('shop');
  await page.getByLabel('Tags').blur();
  await page.getByText('Where you change nothing, the rule for “shop” counts').waitFor();
  await examine('form');
  expect(errors).toEqual([]);
  await context.close();
});
