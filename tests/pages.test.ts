import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHANNEL_KINDS } from '../src/core/alert.ts';
import { KINDS } from '../src/core/monitor.ts';
import { AXE, launchBrowser } from './support/browser.ts';
import { buildOnce, openPlace, type Place, type Started } from './support/process.ts';
import { serveHttp } from './support/servers.ts';

// Every page of the product with a lived-in account, in a real browser: wide and narrow, light and dark.

let place: Place;
let product: Started;
let site: Awaited<ReturnType<typeof serveHttp>>;
let browser: Browser;
let login: { email: string; password: string };
let slug: string;
let paths: string[];

beforeAll(async () => {
  buildOnce();
  place = openPlace();
  site = await serveHttp((request, response) => {
    response.writeHead(request.url === '/down' ? 503 : 200).end('hello');
  });
  product = await place.start({ SMTP_PORT: '9', SMTP_USE_TLS: 'false', ALLOW_PRIVATE_TARGETS: 'true' });
  const { stdout } = await place.cli(['seed', '--origin', site.url]);
  login = {
    email: /\S+@\S+\.\w+/.exec(stdout)?.[0] ?? '',
    password: /password\D*?:?\s+(\S+)/i.exec(stdout)?.[1] ?? '',
  };
  browser = await launchBrowser();
  const context = await signedIn({});
  const page = context.pages()[0] as Page;
  const href = (pattern: string) => page.locator(`a[href^="${pattern}"]`).first().getAttribute('href');
  slug = (await href('/s/')) ?? '';
  const monitor = (await href('/monitors/mon_')) ?? '';
  await page.goto(`${product.url}/incidents`);
  const incident = (await href('/incidents/inc_')) ?? '';
  await page.goto(`${product.url}/channels`);
  const channel = (await href('/channels/chn_')) ?? '';
  // A test is a delivery like any other; this one finds no mail server, and its answer is shown without leaving the page.
  await page.getByLabel(/^More for/).click();
  await page.locator('[data-channel-test] button').click();
  await page.locator('[data-tested] .notice').waitFor();
  await page.goto(`${product.url}/deliveries`);
  const delivery = (await href('/deliveries/dlv_')) ?? '';
  paths = ['/dashboard', '/monitors/new', monitor, `${monitor}/edit`, `${monitor}/delete`, '/incidents', incident];
  paths.push(
    '/channels',
    '/channels/new',
    channel,
    '/deliveries',
    delivery,
    '/status-page',
    '/settings',
    '/settings/profile',
  );
  paths.push('/reports', '/reports?period=last-90', '/reports?period=custom&from=x&to=y');
  paths.push(
    '/settings/audit',
    '/settings/billing',
    '/escalations',
    '/escalations/new',
    '/maintenance',
    '/maintenance/new',
    '/certificates',
    '/operator',
    '/operator/accounts',
    '/operator/notice',
    '/operator/mode',
    slug,
    '/pricing',
    '/no-such-page',
  );
  await page.goto(`${product.url}/operator/accounts`);
  paths.push((await href('/operator/accounts/acc_')) ?? '');
  paths.push(...KINDS.map((kind) => `/monitors/new?kind=${kind}`));
  paths.push(...CHANNEL_KINDS.map((kind) => `/channels/new?kind=${kind}`));
  expect(paths.every((path) => path.startsWith('/') && !path.startsWith('//'))).toBe(true);
  await context.close();
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
  await site?.close();
});

async function signedIn(options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${product.url}/login`);
  await page.getByLabel('E-mail').fill(login.email);
  await page.getByLabel('Password').fill(login.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL('**/dashboard');
  return context;
}

/** What a careful visitor would complain about on this page. */
async function complaints(page: Page, path: string): Promise<string[]> {
  await page.goto(`${product.url}${path}`);
  const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await page.evaluate(AXE);
  const faults = await page.evaluate<string[]>(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`))",
  );
  return [...(Number(wide) > 0 ? [`scrolls sideways by ${String(wide)} px`] : []), ...faults].map(
    (c) => `${path} ${c}`,
  );
}

test.each([
  [1440, 'light'],
  [1440, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const)(
  '%i px, %s: nothing overflows, axe finds nothing, the console stays empty',
  async (width, colorScheme) => {
    const context = await signedIn({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
    const page = context.pages()[0] as Page;
    const found: string[] = [];
    page.on('pageerror', (error) => found.push(`${page.url()} ${error.message}`));
    page.on('console', (line) => {
      if (line.type() === 'error' && !/status of (404|422)/.test(line.text()))
        found.push(`${page.url()} ${line.text()}`);
    });
    for (const path of paths) found.push(...(await complaints(page, path)));
    await context.close();
    const visitor = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const outside = await visitor.newPage();
    for (const path of ['/', '/signup', '/login', '/reset', slug]) found.push(...(await complaints(outside, path)));
    await visitor.close();
    expect(found).toEqual([]);
  },
  600_000,
);

test('without JavaScript: log in, add a monitor after a test, find it, pause it, delete it', async () => {
  const context = await signedIn({ javaScriptEnabled: false });
  const page = context.pages()[0] as Page;
  await page.goto(`${product.url}/monitors/new`);
  await page.locator('[name=target]').fill('http://169.254.169.254/quiet');
  await page.locator('[name=name]').fill('Quiet corner');
  await page.getByRole('button', { name: 'Test now' }).click();
  // An address that no setting opens, so nothing is contacted; the form keeps what was typed.
  expect(await page.locator('main').innerText()).toContain('target_blocked');
  expect(await page.locator('[name=name]').inputValue()).toBe('Quiet corner');
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForURL(/\/monitors\/mon_|\/dashboard/);
  await page.goto(`${product.url}/dashboard?q=quiet`);
  await page.getByRole('button', { name: 'Pause Quiet corner' }).click();
  await page.getByRole('button', { name: 'Resume Quiet corner' }).waitFor();
  await page.goto(`${product.url}/dashboard?q=quiet`);
  expect(await page.locator('tr', { hasText: 'Quiet corner' }).innerText()).toContain('Paused');
  await page
    .locator('tr', { hasText: 'Quiet corner' })
    .getByRole('link', { name: /delete/i })
    .click();
  await page.getByRole('button', { name: /delete/i }).click();
  await page.waitForURL('**/dashboard*');
  await page.goto(`${product.url}/dashboard?q=quiet`);
  expect(await page.locator('main').innerText()).not.toContain('Quiet corner');
  await context.close();
});
