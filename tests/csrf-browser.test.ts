import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { sql } from 'drizzle-orm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from './support/app.ts';
import { launchBrowser } from './support/browser.ts';
import { HOSTILE_PLACES } from './support/hostile-places.ts';
import { addMember, PASSWORD, type Person, signUp } from './support/world.ts';

// Pages of other origins aim at every route that changes something, in a browser where the owner is logged in (R-AU-8).
// The other port of the same host is the hardest of them: to a browser it is the same site, so the cookies go along.

interface Heard {
  method: string;
  path: string;
  status: number;
  /** Whether the owner's log-in came with it. */
  rode: boolean;
  setsCookie: boolean;
}

let t: TestApp;
let alice: Person;
let browser: Browser;
let context: BrowserContext;
const servers: ServerType[] = [];
let home: string;
let evilPort: number;
let evilPage = '';
let heard: Heard[] = [];
let told: (() => void) | null = null;

beforeAll(async () => {
  browser = await launchBrowser();
  home = `http://localhost:${await listen(answerAsProduct)}`;
  evilPort = await listen(() => new Response(evilPage, { headers: { 'content-type': 'text/html' } }));
  t = await testApp({ config: { baseUrl: home } });
  alice = await signUp(t, 'alice@example.com', 'alice-shop', { plan: 'business' });
  await signUp(t, 'mallory@example.net', 'mallory-inc');
  context = await browser.newContext();
  await context.addCookies([...alice.browser.cookies].map(([name, value]) => ({ name, value, url: home })));
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  await t?.close();
});

function listen(fetch: Parameters<typeof serve>[0]['fetch']): Promise<number> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve((server.address() as AddressInfo).port),
    );
    servers.push(server);
  });
}

async function answerAsProduct(request: Request, env: object): Promise<Response> {
  const answer = await t.app.fetch(request, env);
  heard.push({
    method: request.method,
    path: new URL(request.url).pathname,
    status: answer.status,
    rode: request.headers.get('cookie')?.includes('sp_session=') ?? false,
    setsCookie: answer.headers.getSetCookie().some((line) => line.includes('sp_session')),
  });
  told?.();
  return answer;
}

/** Resolves with all requests once the product has answered as many of that method as were aimed at it. */
async function hear(count: number, wanted = 'POST'): Promise<Heard[]> {
  while (heard.filter(({ method }) => method === wanted).length < count) {
    await new Promise<void>((resolve) => {
      told = resolve;
    });
  }
  return heard;
}

/** Everything the database holds, but when a session was last seen. */
async function everything(): Promise<Map<string, string>> {
  const tables = await t.deps.db.read.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`,
  );
  const state = new Map<string, string>();
  for (const { name } of tables) {
    const rows = await t.deps.db.read.all<Record<string, unknown>>(sql`select * from ${sql.identifier(name)}`);
    const kept = rows.map((row) => JSON.stringify({ ...row, last_seen_at: null })).toSorted();
    state.set(name, createHash('sha256').update(kept.join('\n')).digest('hex'));
  }
  return state;
}

/** Every route that changes something and stands behind the log-in, with real ids of Alice's in it. */
async function targets(member: string): Promise<{ method: string; path: string }[]> {
  const monitor = await alice.browser.post('/monitors', { kind: 'http', name: 'Shop', target: 'https://example.com' });
  const bob = await addMember(t, alice, member, 'viewer');
  const only = async (table: string) =>
    (
      await t.deps.db.read.all<{ id: string }>(
        sql`select id from ${sql.identifier(table)} where account_id = ${alice.accountId} limit 1`,
      )
    )[0]?.id ?? 'none';
  const ids: [RegExp, string][] = [
    [/monitors\/:id/, monitor.headers.get('location')?.split('/')[2] ?? ''],
    [/members\/:id/, bob.userId],
    [/channels\/:id/, await only('channels')],
    [/status-pages\/:id/, await only('status_pages')],
    [/sessions\/:id/, await only('sessions')],
    [/accounts\/:id/, alice.accountId],
  ];
  const open = /^\/(s|ping|a|r|unsubscribe|:token)[/{]|^\/api\/(push|badge)|^\/billing\/stripe/;
  const found = new Map<string, { method: string; path: string }>();
  for (const { method, path } of t.app.routes) {
    if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) || open.test(path)) continue;
    const own = ids.find(([pattern]) => pattern.test(path))?.[1] ?? 'none';
    const real = path.replace(/:id(?=\/|$)/, own).replace(/:\w+/g, 'none');
    if (!real.includes('*')) found.set(`${method} ${real}`, { method, path: real });
  }
  return [...found.values()];
}

const FIELDS: Record<string, string> = {
  email: 'mallory@example.net',
  password: PASSWORD,
  current: PASSWORD,
  email_password: PASSWORD,
  name: 'Evil',
  account_name: 'Evil',
  slug: 'evil-shop',
  role: 'admin',
  kind: 'http',
  target: 'https://evil.example',
  confirm: 'alice-shop',
  scopes: 'write',
};

/** Opens a page of another origin with that script in it, in the owner's browser. */
async function attack(host: string, script: string): Promise<Page> {
  evilPage = `<!doctype html><title>Free kittens</title><body><script type="module">${script}</script>`;
  const page = await context.newPage();
  heard = [];
  await page.goto(`http://${host}:${evilPort}/`, { waitUntil: 'commit' });
  return page;
}

async function expectNothing(before: Map<string, string>): Promise<void> {
  expect(await everything()).toEqual(before);
  const cookies = await context.cookies(home);
  expect(cookies.find(({ name }) => name === 'sp_session')?.value).toBe(alice.browser.cookies.get('sp_session'));
  expect((await alice.browser.json('GET', '/auth/me')).status).toBe(200);
}

const SAME_SITE = 'localhost';
const ENCODINGS = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
/** The last looks like a subdomain of ours. What a browser treats alike wherever the page is, one of them tries. */
const HOSTS = [SAME_SITE, '127.0.0.1', 'evil.localhost'];

const page = (form: string) =>
  form.includes('<script') ? form : `<!doctype html>${form}<script>document.forms[0].submit()</script>`;
const framed = (attributes: string) => `<!doctype html><iframe ${attributes}></iframe>`;
const escaped = (html: string) => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Where the form stands that moves a window. */
const WINDOWS: [string, (form: string) => string][] = [
  ['the window itself', (form: string) => form],
  [
    'a sandboxed frame, whose origin is "null"',
    (form: string) => framed(`srcdoc="${escaped(page(form))}" sandbox="allow-scripts allow-forms"`),
  ],
  [
    'a sandboxed frame that may move the window',
    (form: string) =>
      framed(
        `srcdoc="${escaped(page(form.replace('<form', '<form target=_top')))}" sandbox="allow-scripts allow-forms allow-top-navigation"`,
      ),
  ],
  ['a frame that is data', (form: string) => framed(`src="data:text/html,${encodeURIComponent(page(form))}"`)],
];

describe.each(HOSTS)('a page at %s, another port', (host) => {
  let aims: { method: string; path: string }[];
  let posts: string[];
  let before: Map<string, string>;

  beforeAll(async () => {
    aims = await targets(`bob@${host}.example.com`);
    posts = aims.filter(({ method }) => method === 'POST').map(({ path }) => path);
    before = await everything();
    // What the set must hold, or this proves little.
    for (const path of [
      '/auth/login',
      '/auth/logout',
      '/settings/members',
      '/api/tokens',
      '/monitors',
      '/channels',
      '/settings',
      '/settings/delete',
    ])
      expect(posts).toContain(path);
    expect(aims.length).toBeGreaterThan(100);
  });

  const refused = (all: Heard[]) => {
    const changes = all.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    expect(changes.filter(({ status }) => status !== 403)).toEqual([]);
    expect(all.filter(({ setsCookie }) => setsCookie)).toEqual([]);
    return changes;
  };

  test.each(host === SAME_SITE ? ENCODINGS : ENCODINGS.slice(0, 1))('forms in frames, as %s', async (enctype) => {
    const json = JSON.stringify({ ...FIELDS, x: '' });
    const fields = enctype === 'text/plain' ? { [json.slice(0, -2)]: '"}' } : FIELDS;
    const page = await attack(
      host,
      `for (const path of ${JSON.stringify(posts)}) {
          const frame = document.createElement('iframe');
          frame.name = path;
          document.body.append(frame);
          const form = document.body.appendChild(document.createElement('form'));
          Object.assign(form, { method: 'post', enctype: ${JSON.stringify(enctype)}, target: path });
          form.action = ${JSON.stringify(home)} + path;
          for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
            const input = form.appendChild(document.createElement('input'));
            Object.assign(input, { name, value });
          }
          form.submit();
        }`,
    );
    const changes = refused(await hear(posts.length));
    expect(new Set(changes.map(({ path }) => path))).toEqual(new Set(posts));
    if (host === SAME_SITE) expect(changes.every(({ rode }) => rode)).toBe(true);
    await expectNothing(before);
    await page.close();
  });

  test('scripts that do not read the answer, and beacons', async () => {
    const page = await attack(
      host,
      `const types = ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'];
      const bodies = [${JSON.stringify(new URLSearchParams(FIELDS).toString())}, ${JSON.stringify(JSON.stringify(FIELDS))}, '--x--'];
      for (const path of ${JSON.stringify(posts)}) {
        await Promise.allSettled(types.map((type, i) => fetch(${JSON.stringify(home)} + path,
          { method: 'POST', mode: 'no-cors', credentials: 'include', body: bodies[i], headers: { 'content-type': type } })));
        navigator.sendBeacon(${JSON.stringify(home)} + path, new Blob([bodies[1]], { type: 'text/plain' }));
      }`,
    );
    const changes = refused(await hear(posts.length * 4));
    if (host === SAME_SITE) expect(changes.every(({ rode }) => rode)).toBe(true);
    await expectNothing(before);
    await page.close();
  });

  test('scripts with JSON and every method, whom the browser lets ask first', async () => {
    const page = await attack(
      host,
      `const done = [];
      for (const { method, path } of ${JSON.stringify(aims)}) {
        const sent = { method, credentials: 'include', body: ${JSON.stringify(JSON.stringify(FIELDS))}, headers: { 'content-type': 'application/json' } };
        done.push(await fetch(${JSON.stringify(home)} + path, sent).then((answer) => answer.status, () => 'blocked'));
      }
      window.outcome = done;`,
    );
    const outcome = await page.waitForFunction(() => (globalThis as unknown as { outcome?: unknown[] }).outcome);
    expect(new Set((await outcome.jsonValue()) as unknown[])).toEqual(new Set(['blocked']));
    refused(heard);
    await expectNothing(before);
    await page.close();
  });

  test('pictures, scripts, styles, prefetching and frames, which ask by GET', async () => {
    const paths = [...new Set(aims.map(({ path }) => path))];
    const page = await attack(
      host,
      `for (const path of ${JSON.stringify(paths)}) {
        const address = ${JSON.stringify(home)} + path + '?_method=DELETE&' + ${JSON.stringify(new URLSearchParams(FIELDS).toString())};
        const picture = new Image();
        picture.src = address;
        for (const rel of ['prefetch', 'stylesheet']) {
          const link = document.head.appendChild(document.createElement('link'));
          Object.assign(link, { rel, href: address, as: 'script' });
        }
        document.body.appendChild(document.createElement('script')).src = address;
      }`,
    );
    await hear(paths.length, 'GET');
    expect(refused(heard)).toEqual([]);
    await expectNothing(before);
    await page.close();
  });

  test.each(host === SAME_SITE ? WINDOWS : WINDOWS.slice(0, 1))('a form that moves %s', async (_, around) => {
    for (const path of [
      '/auth/logout',
      '/auth/login',
      '/settings',
      '/settings/members',
      '/settings/delete',
      '/monitors',
    ]) {
      const inputs = Object.entries(FIELDS).map(([name, value]) => `<input name="${name}" value="${value}">`);
      evilPage = around(page(`<form method="post" action="${home}${path}">${inputs.join('')}</form>`));
      const tab = await context.newPage();
      heard = [];
      await tab.goto(`http://${host}:${evilPort}/`, { waitUntil: 'commit' });
      const all = await hear(1);
      expect(all.filter(({ method }) => method === 'POST').map((one) => one.path)).toEqual([path]);
      refused(all);
      await expectNothing(before);
      await tab.close();
    }
  });
});

test('(the same forms from our own pages do what they say)', async () => {
  const before = await everything();
  const tab = await context.newPage();
  heard = [];
  await tab.goto(`${home}/settings`);
  await tab.fill('input[name=account_name]', 'Evil');
  await tab.getByRole('button', { name: 'Save' }).first().click();
  await tab.waitForURL((url) => url.pathname === '/settings');
  expect(heard.find(({ method }) => method === 'POST')?.status).toBe(303);
  expect((await everything()).get('accounts')).not.toBe(before.get('accounts'));
  await tab.close();
});

test('a log-in leads nowhere else in a real browser either', async () => {
  const visitor = await browser.newContext();
  const away: string[] = [];
  await visitor.route(
    (url) => url.origin !== home,
    (route) => {
      away.push(route.request().url());
      return route.abort();
    },
  );
  const tab = await visitor.newPage();
  tab.on('dialog', (dialog) => {
    away.push(dialog.message());
    void dialog.dismiss();
  });
  // What a browser reads in its own way; the rest is told without one in redirects.test.ts.
  const odd = HOSTILE_PLACES.filter((place) => /^\/[^.]|^[\s\\\u0001]|script|data:/i.test(place) && place.length < 200);
  expect(odd.length).toBeGreaterThan(25);
  for (const next of odd) {
    await tab.goto(`${home}/login?next=${encodeURIComponent(next)}`, { waitUntil: 'domcontentloaded' });
    await tab.locator('form[action^="/auth/login"]').evaluate((form, value) => {
      form.insertAdjacentHTML('beforeend', '<input type="hidden" name="next">');
      Object.assign(form.lastElementChild ?? {}, { value });
    }, next);
    await tab.fill('input[name=email]', alice.email);
    await tab.fill('input[name=password]', PASSWORD);
    await Promise.all([
      tab.waitForURL((url) => !/^\/(auth\/)?login$/.test(url.pathname), { waitUntil: 'commit' }),
      tab.press('input[name=password]', 'Enter'),
    ]);
    expect(new URL(tab.url()).origin, JSON.stringify(next)).toBe(home);
    await visitor.clearCookies();
  }
  expect(away).toEqual([]);
  await visitor.close();
}, 600_000);
