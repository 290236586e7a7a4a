import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../src/core/language.ts';
import { systemClock } from '../src/core/time.ts';
import type { TestApp } from './support/app.ts';
import { AXE, serveTestApp, type Served } from './support/browser.ts';
import { plantState, STATES } from './support/page-states.ts';

// Status pages in a real browser: every state, wide and narrow, by day and by night, with and without scripts.

let t: TestApp;
let served: Served;
let browser: Browser;
let base: string;
let paths: string[];

beforeAll(async () => {
  served = await serveTestApp(() => ({ clock: systemClock }));
  ({ t, browser, origin: base } = served);
  paths = [];
  for (const [slug, state] of Object.entries(STATES)) {
    const { reports } = await plantState(t.deps.db, Date.now(), slug, state);
    paths.push(`/s/${slug}`, `/s/${slug}/history`);
    const [report] = reports.values();
    if (report) paths.push(`/s/${slug}/incidents/${report}`);
  }
});

afterAll(() => served?.close());

/** Visits pages one after the other and tells what a careful visitor would complain about. */
async function complaints(options: BrowserContextOptions, visited: readonly string[]): Promise<string[]> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const found: string[] = [];
  let path = '';
  page.on('console', (message) => message.type() === 'error' && found.push(`${path} console: ${message.text()}`));
  page.on('pageerror', (error) => found.push(`${path} script: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith('data:')) found.push(`${path} asks ${url}`);
  });
  for (path of visited) {
    await page.goto(`${base}${path}`);
    const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    if (Number(wide) > 0) found.push(`${path} scrolls sideways by ${String(wide)} px`);
    if (options.javaScriptEnabled !== false) found.push(...(await axe(page)).map((fault) => `${path} ${fault}`));
  }
  await context.close();
  return found;
}

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`))",
  );
}

describe('nobody complains', () => {
  test('wide and by day', async () => {
    expect(await complaints({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' }, paths)).toEqual([]);
  });

  test('narrow and by night', async () => {
    expect(await complaints({ viewport: { width: 320, height: 700 }, colorScheme: 'dark' }, paths)).toEqual([]);
  });

  test('in every language', async () => {
    const spoken = LANGUAGES.flatMap((language) => [
      `/s/reports?lang=${language}`,
      `/s/groups/history?lang=${language}`,
    ]);
    expect(await complaints({ viewport: { width: 360, height: 700 } }, spoken)).toEqual([]);
  });

  test('without scripts', async () => {
    expect(await complaints({ javaScriptEnabled: false, viewport: { width: 360, height: 700 } }, paths)).toEqual([]);
  });
});

test('times are on the visitor’s clock, which is named; without a script on the page’s', async () => {
  const spoken = async (options: BrowserContextOptions) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${base}/s/reports`);
    const said = [await page.locator('.updated time').innerText(), await page.locator('[data-zone]').innerText()];
    await context.close();
    return said;
  };
  const [at, zone] = await spoken({ timezoneId: 'Asia/Kolkata' });
  expect(at).toMatch(/GMT\+5:30|IST/);
  expect(zone).toBe('Times in Asia/Calcutta. Bars show days in America/New York.');
  const [still, own] = await spoken({ timezoneId: 'Asia/Kolkata', javaScriptEnabled: false });
  expect(still).toMatch(/GMT-[45]/);
  expect(own).toBe('All times in America/New York.');
});

test('news comes by itself: only what changed is swapped, and what the reader unfolded stays so', async () => {
  const { accountId, monitors } = await plantState(t.deps.db, Date.now(), 'moving', {
    lines: [
      { name: 'Group', members: [{ name: 'Part', downSeconds: (ago) => (ago === 2 ? 600 : 0) }] },
      { name: 'Other' },
    ],
  });
  const page = await browser.newPage();
  await page.clock.install();
  await page.goto(`${base}/s/moving`);
  await page.locator('summary').first().click();
  await page.locator('.outs summary').first().click();
  await page.evaluate("document.querySelectorAll('li[data-part]').forEach((one) => { one.dataset.mark = 'same'; })");
  await t.deps.db.write('fail', async (tx) => {
    const { sql } = await import('drizzle-orm');
    await tx.run(sql`update monitor_states set status = 'down', phase = 'down', last_status = 'down'
      where monitor_no = ${monitors[1]?.no}`);
  });
  t.deps.live.publish({ accountId, type: 'state', monitorIds: [] });
  const answered = page.waitForResponse((response) => response.url() === `${base}/s/moving`);
  await page.clock.runFor(11_000);
  await answered;
  await page.getByRole('heading', { name: 'Partial outage' }).waitFor();
  expect(await page.locator('li[data-mark]').count()).toBe(2);
  expect(
    await page
      .locator('.outs')
      .first()
      .evaluate((one) => (one as unknown as { open: boolean }).open),
  ).toBe(true);
  expect(await page.locator('li', { hasText: 'Other' }).last().innerText()).toContain('Down');
  expect(await page.title()).toBe('Partial outage · Acme');
  await page.close();
});

test('a page that cannot be refreshed says so and is not green any more', async () => {
  const page = await browser.newPage();
  await page.clock.install();
  await page.goto(`${base}/s/all-up`);
  expect(await page.locator('.verdict.old').count()).toBe(0);
  await page.route(`${base}/s/all-up`, (route) => route.abort());
  for (let i = 0; i < 12; i++) await page.clock.runFor(10_100);
  await page.getByText('This page could not be refreshed for 2 minutes and may be out of date.').waitFor();
  expect(await page.locator('.verdict.old').count()).toBe(1);
  await page.close();
});

test('a bad day opens its outages, by pointer and by keys', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${base}/s/all-up`);
  const bars = page.locator('[data-runs]').nth(1);
  const box = (await bars.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  // Three days ago: the fourth bar from the right.
  const x = box.x + (box.width * 86.5) / 90;
  await page.mouse.move(x, box.y + 10);
  expect(await page.locator('.tip').innerText()).toMatch(/up · down 1h/);
  await page.mouse.click(x, box.y + 10);
  await page.waitForURL(/\/s\/all-up\/history\?month=\d{4}-\d{2}#\d{4}-\d{2}-\d{2}$/);
  expect(await page.locator('h2:target').count()).toBe(1);
  expect(await page.locator('main').innerText()).toContain('API: down 1h');
  await page.goBack();
  await bars.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForURL(/history\?month=/);
  await page.close();
});

test('five hundred hostile texts run no script and ask nobody', async () => {
  const ways = [
    '<script>$</script>',
    '<img src=x onerror=$>',
    '<svg/onload=$>',
    '"><svg onload=$>',
    "'><img src=x onerror=$>",
  ];
  ways.push(
    '</title><script>$</script>',
    '</style><script>$</script>',
    '{{$}}',
    '${$}',
    '<%= $ %>',
    '<iframe srcdoc="<script>$</script>">',
  );
  ways.push(
    '[x](javascript:$)',
    '![x](https://evil.example/$.png)',
    '<https://evil.example/$>',
    '[x](data:text/html,<script>$</script>)',
  );
  ways.push(
    '<a href="javascript:$">x</a>',
    '&lt;script&gt;$&lt;/script&gt;',
    '\u2028<script>$</script>',
    '<math><mi//xlink:href="data:x,<script>$</script>">',
  );
  ways.push(
    '`"><script>$</script>',
    '--><script>$</script>',
    ']]><script>$</script>',
    '" autofocus onfocus=$ x="',
    "' style='background:url(https://evil.example/$)'",
    '<link rel=stylesheet href=https://evil.example/$>',
  );
  const texts = Array.from({ length: 500 }, (_, i) =>
    (ways[i % ways.length] ?? '').replaceAll('$', `hit(${i})`).padEnd(3 + (i % 7)),
  );
  for (let part = 0; part < 5; part++) {
    const own = texts.slice(part * 100, part * 100 + 100);
    await plantState(t.deps.db, Date.now(), `evil-${part}`, {
      title: own[0] ?? '',
      description: own[1] ?? '',
      lines: own.slice(2, 40).map((name, i) => ({ name, about: own[i + 40] ?? '', manual: 'degraded' as const })),
      reports: own.slice(80).map((title, i) => ({
        title,
        startedAgo: 3_600_000 + i,
        updates: [['investigating', own[i + 60] ?? '', 3_600_000] as const, ['identified', title, 60_000] as const].map(
          ([status, body, ago]) => [status, body, ago] as ['investigating' | 'identified', string, number],
        ),
      })),
    });
  }
  const context = await browser.newContext();
  await context.addInitScript('window.hits = []; window.hit = (i) => window.hits.push(i);');
  const page = await context.newPage();
  const foreign: string[] = [];
  page.on(
    'request',
    (request) => !request.url().startsWith(base) && !request.url().startsWith('data:') && foreign.push(request.url()),
  );
  for (let part = 0; part < 5; part++) {
    for (const path of [`/s/evil-${part}`, `/s/evil-${part}/history`]) {
      await page.goto(`${base}${path}`, { waitUntil: 'networkidle' });
      expect(await page.evaluate('window.hits')).toEqual([]);
      expect(await page.locator('main').innerText()).toContain('hit(');
    }
  }
  expect(foreign).toEqual([]);
  await context.close();
});
