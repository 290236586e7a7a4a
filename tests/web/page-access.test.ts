import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Visibility } from '../../src/core/page.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { testApp, type TestApp, type Visitor } from '../support/app.ts';
import { plantMonitors } from '../support/pages.ts';
import { TABLE } from '../support/route-table.ts';
import { type Person, signUp, type World, world } from '../support/world.ts';

// Every public route, every kind of page, everybody who may knock (R-SP-8).

const WORD = 'open sesame now';
const SECRETS = ['Zebra', 'Okapi', 'Quokka', 'Narwhal', 'Axolotl', 'Tapir', 'Numbat'];
const MEMBERS_ONLY = ['Wombat', 'Platypus'];

let t: TestApp;
let w: World;
let slug: string;
let pageId: string;
const made = { component: '', incident: '', report: 'rep_narwhal', hidden: '' };

beforeAll(async () => {
  t = await testApp({ config: { baseUrl: 'https://status.example.org' } });
  w = await world(t, { plan: 'pro' });
  slug = w.alice.slug;
  pageId = await pageOf(w.alice);
  const now = t.clock.now();
  const [okapi] = await plantMonitors(t.deps.db, now, w.alice.accountId, pageId, [
    { name: 'Okapi', status: 'down', incidents: [{ startedAgo: DAY }, { startedAgo: 5 * DAY, endedAgo: 4 * DAY }] },
    { name: 'Wombat' },
  ]);
  made.component = okapi?.componentId ?? '';
  made.incident = okapi?.incidentIds[1] ?? '';
  await t.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`update components set members_only = 1 where page_id = ${pageId} and position = 1`);
    const [row] = await tx.all<{ id: string }>(
      sql`select id from components where page_id = ${pageId} and members_only = 1`,
    );
    made.hidden = row?.id ?? '';
    await tx.run(sql`update status_pages set title = 'Zebra status', description = 'Numbat',
      appearance = ${JSON.stringify({ footer_text: 'Tapir GmbH', accent: '#aa3300' })} where id = ${pageId}`);
    await tx.run(sql`insert into components (id, page_id, kind, name, manual_status, position)
      values ('cmp_quokka', ${pageId}, 'manual', 'Quokka', 'operational', 2)`);
    for (const [id, title, component] of [
      ['rep_narwhal', 'Narwhal', made.component],
      ['rep_platypus', 'Platypus', made.hidden],
    ]) {
      await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at, created_at,
        updated_at) values (${id}, ${pageId}, ${title}, 'major', 'investigating', ${now}, ${now}, ${now}, ${now})`);
      await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
        values (${`upd_${id}`}, ${id}, 'investigating', ${id === 'rep_narwhal' ? 'Axolotl' : 'Platypus'}, ${now})`);
      await tx.run(sql`insert into status_report_components (report_id, component_id, status)
        values (${id}, ${component}, 'major_outage')`);
    }
    await tx.run(sql`insert into page_assets (page_id, role, mime, hash, data, updated_at)
      values (${pageId}, 'logo', 'image/svg+xml', '0123456789abcdef', ${btoa('<svg>Zebra</svg>')}, ${now})`);
  });
});
afterAll(() => t.close());

async function pageOf(person: Person): Promise<string> {
  const rows = await t.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${person.accountId}`,
  );
  return rows[0]?.id ?? '';
}

async function become(visibility: Visibility, password?: string): Promise<void> {
  const answer = await w.alice.browser.json('PATCH', `/api/status-pages/${pageId}`, {
    visibility,
    ...(password === undefined ? {} : { password }),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

/** What stands for the parts of each public route. A route that is not here has not been thought of. */
const ROUTES: Record<string, () => string[]> = {
  'GET /:slug': () => [''],
  'GET /:slug/history': () => ['/history', '/history?month=2026-11', '/history?month=2026-11&lang=de'],
  'GET /:slug/incidents/:id': () => [
    `/incidents/${made.report}`,
    `/incidents/${made.incident}`,
    '/incidents/rep_platypus',
  ],
  'GET /:slug/api': () => ['/api'],
  'GET /:slug/assets/:file': () => ['/assets/logo-0123456789abcdef.svg'],
  'GET /:slug/api/badge/:id/:what': () => both('status').map(asKuma),
  'GET /:slug/api/badge/:id/:what/:duration': () => both('uptime/24').map(asKuma),
  'GET /:slug/og.png': () => ['/og.png'],
  'GET /:slug/text': () => ['/text'],
  'GET /:slug/feed.atom': () => ['/feed.atom'],
  'GET /:slug/feed.rss': () => ['/feed.rss'],
  'GET /:slug/components/:id/feed.atom': () => both('feed.atom'),
  'GET /:slug/maintenance.ics': () => ['/maintenance.ics'],
  'GET /:slug/health.json': () => ['/health.json'],
  'GET /:slug/embed': () => ['/embed'],
  'GET /:slug/embed.js': () => ['/embed.js'],
  'GET /:slug/embed.json': () => ['/embed.json'],
  'GET /:slug/subscribe': () => ['/subscribe'],
  'POST /:slug/subscribe': () => ['/subscribe'],
  'GET /:slug/confirm/:token': () => ['/confirm/x'],
  'POST /:slug/confirm/:token': () => ['/confirm/x'],
  'GET /:slug/preferences/:token': () => ['/preferences/x'],
  'POST /:slug/preferences/:token': () => ['/preferences/x'],
  'GET /:slug/unsubscribe/:token': () => ['/unsubscribe/x'],
  'POST /:slug/unsubscribe/:token': () => ['/unsubscribe/x'],
  'GET /:slug/unlock': () => ['/unlock'],
  'POST /:slug/unlock': () => ['/unlock'],
};
for (const file of ['badge.svg', 'badge.json']) {
  ROUTES[`GET /:slug/${file}`] = () => [`/${file}`];
  ROUTES[`GET /:slug/components/:id/${file}`] = () => both(file);
}
const V2 = ['summary', 'status', 'components', 'incidents', 'incidents/unresolved'];
for (const name of [
  ...V2,
  'scheduled-maintenances',
  'scheduled-maintenances/upcoming',
  'scheduled-maintenances/active',
])
  ROUTES[`GET /:slug/api/v2/${name}.json`] = () => [`/api/v2/${name}.json`];

function both(file: string): string[] {
  return [`/components/${made.component}/${file}`, `/components/${made.hidden}/${file}`];
}

/** The addresses of Uptime Kuma, as pages answer them on their own domains. */
function asKuma(path: string): string {
  return path.replace('/components/', '/api/badge/');
}

/** What the one table of routes has of public pages. */
const listed = () =>
  TABLE.filter(({ method, pattern }) => method !== 'OPTIONS' && pattern.startsWith('/s/')).map(
    ({ method, pattern }) => `${method} ${pattern.slice(2)}`,
  );

/** The header of HTTP Basic. */
function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function ask(
  reader: Visitor,
  route: string,
  headers: Record<string, string> = {},
): Promise<{ path: string; answer: Response; told: string }[]> {
  const made = [];
  for (const path of (ROUTES[route] ?? (() => []))()) {
    const where = `/s/${slug}${path}`;
    const form = { by: 'email', target: '', password: 'wrong word here' };
    const answer = await (route.startsWith('GET') ? reader.get(where, headers) : reader.post(where, form));
    const told = `${await answer.text()} ${[...answer.headers].flat().join(' ')}`;
    made.push({ path: `${route} ${path}`, answer, told });
  }
  return made;
}

test('every route is in the matrix', () => {
  expect([...new Set(listed())].toSorted()).toEqual(Object.keys(ROUTES).toSorted());
});

const READERS = ['nobody', 'right password', 'wrong password', 'member', 'member of another account'] as const;
type Reader = (typeof READERS)[number];

async function readerOf(kind: Reader): Promise<Visitor> {
  if (kind === 'member') return w.bob.browser;
  if (kind === 'member of another account') return w.mallory.browser;
  const visitor = t.visitor({ ip: `198.51.100.${READERS.indexOf(kind) + 1}` });
  if (kind === 'nobody') return visitor;
  const password = kind === 'right password' ? WORD : 'open sesame no';
  await visitor.post(`/s/${slug}/unlock`, { password });
  expect(visitor.cookies.size).toBe(kind === 'right password' ? 1 : 0);
  return visitor;
}

/** Who is told how much. */
const SEES: Record<Visibility, Record<Reader, 'public' | 'member' | 'nothing'>> = {
  public: {
    nobody: 'public',
    'right password': 'public',
    'wrong password': 'public',
    member: 'member',
    'member of another account': 'public',
  },
  password: {
    nobody: 'nothing',
    'right password': 'public',
    'wrong password': 'nothing',
    member: 'member',
    'member of another account': 'nothing',
  },
  members: {
    nobody: 'nothing',
    'right password': 'nothing',
    'wrong password': 'nothing',
    member: 'member',
    'member of another account': 'nothing',
  },
};

describe.each(['public', 'password', 'members'] as const)('a page for: %s', (visibility) => {
  const readers = new Map<Reader, Visitor>();
  beforeAll(async () => {
    await t.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`));
    await become('password', WORD);
    for (const kind of READERS) readers.set(kind, await readerOf(kind));
    await become(visibility);
  });
  beforeEach(() => t.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`)));

  test.each(READERS)('%s', async (kind) => {
    const sees = SEES[visibility][kind];
    const reader = readers.get(kind);
    if (!reader) throw new Error('nobody asks');
    const readable: string[] = [];
    for (const route of listed()) {
      for (const { path, answer, told } of await ask(reader, route)) {
        const words = SECRETS.filter((word) => told.includes(word));
        const inner = MEMBERS_ONLY.filter((word) => told.includes(word));
        if (sees !== 'member') expect(inner, path).toEqual([]);
        if (answer.status < 300 && words.length + inner.length > 0) readable.push(path);
        if (sees === 'nothing') {
          expect(words, path).toEqual([]);
          expect([401, 403, 404, 429], `${path} ${told}`).toContain(answer.status);
          expect(told, path).not.toContain(pageId);
          expect(told, path).not.toContain(made.component);
        }
        if (visibility !== 'public' && answer.status < 400) {
          expect(answer.headers.get('cache-control'), path).toMatch(/no-store/);
        }
        expect(answer.headers.get('cache-control') ?? '', path).not.toMatch(/s-maxage/);
        if (visibility !== 'public' && answer.status === 200 && route.startsWith('GET')) {
          expect(`${answer.headers.get('x-robots-tag')} ${told}`, path).toContain('noindex');
          expect(answer.headers.get('access-control-allow-origin'), path).toBeNull();
        }
      }
    }
    if (sees === 'nothing') expect(readable).toEqual([]);
    else expect(readable.length).toBeGreaterThan(15);
    const page = await (await reader.get(`/s/${slug}/api`)).text();
    expect(page.includes('Wombat')).toBe(sees === 'member');
    expect(page.includes('Okapi')).toBe(sees !== 'nothing');
  });

  test('the password as HTTP Basic opens what programs read, and never HTML', async () => {
    for (const [word, right] of [
      [WORD, true],
      ['open sesame no', false],
    ] as const) {
      const reader = t.visitor({ ip: right ? '198.51.100.21' : '198.51.100.22' });
      const readable: string[] = [];
      for (const route of listed().filter((one) => one.startsWith('GET'))) {
        await t.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`));
        for (const { path, answer, told } of await ask(reader, route, { authorization: basic('feeds', word) })) {
          expect(
            MEMBERS_ONLY.filter((one) => told.includes(one)),
            path,
          ).toEqual([]);
          const html = (answer.headers.get('content-type') ?? '').startsWith('text/html');
          if (visibility !== 'public' && html) {
            expect(answer.status, path).toBeGreaterThanOrEqual(401);
            expect(answer.headers.get('www-authenticate'), path).toBeNull();
          }
          const words = SECRETS.filter((one) => told.includes(one));
          if (answer.status === 200 && words.length > 0) {
            readable.push(path);
            if (visibility !== 'public') expect(answer.headers.get('cache-control'), path).toBe('private, no-store');
          } else if (visibility !== 'public') expect(words, path).toEqual([]);
          expect(answer.headers.getSetCookie(), path).toEqual([]);
        }
      }
      if (visibility === 'public') expect(readable.length).toBeGreaterThan(15);
      else if (visibility === 'password' && right) {
        const feeds = ['/feed.atom', '/feed.rss', '/api', '/api/v2/summary.json', '/text', '/health.json'];
        for (const feed of feeds)
          expect(
            readable.some((path) => path.endsWith(` ${feed}`)),
            feed,
          ).toBe(true);
      } else expect(readable).toEqual([]);
    }
  });

  test('the badge addresses of Uptime Kuma tell no more', async () => {
    for (const kind of READERS) {
      const answer = await readers.get(kind)?.get(`/api/badge/${made.component}/status`);
      expect(answer?.status, kind).toBe(SEES[visibility][kind] === 'nothing' ? 404 : 200);
      const hidden = await readers.get(kind)?.get(`/api/badge/${made.hidden}/status`);
      if (SEES[visibility][kind] !== 'member') expect(hidden?.status, kind).toBe(404);
    }
  });
});

describe('the password', () => {
  beforeEach(async () => {
    await t.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`));
    await become('password', WORD);
  });
  const unlock = (visitor: Visitor, password: string, to = '') => visitor.post(`/s/${slug}/unlock`, { password, to });

  test('opens the page and leads to where one wanted to go', async () => {
    const visitor = t.visitor();
    const asked = await visitor.get(`/s/${slug}/history?month=2026-11`);
    expect(asked.status).toBe(401);
    expect(asked.headers.get('x-robots-tag')).toBe('noindex');
    const page = await asked.text();
    expect(page).toContain('name="to" value="/history?month=2026-11"');
    expect(page).toContain('This page is protected');
    const answer = await unlock(visitor, WORD, '/history?month=2026-11');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/s/${slug}/history?month=2026-11`]);
    const cookie = answer.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^__Secure-sp_page=/);
    for (const part of [`Path=/s/${slug}`, 'HttpOnly', 'SameSite=Lax', 'Secure', 'Max-Age=604800']) {
      expect(cookie.split('; ')).toContain(part);
    }
    expect((await visitor.get(`/s/${slug}`)).status).toBe(200);
    t.clock.advance(7 * DAY);
    expect((await visitor.get(`/s/${slug}`)).status).toBe(401);
  });

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/a b'])(
    'leads nowhere else: %s',
    async (to) => {
      expect((await unlock(t.visitor(), WORD, to)).headers.get('location')).toBe(`/s/${slug}`);
    },
  );

  test('a new one ends every visit; the cookie opens no other page and cannot be made up', async () => {
    const visitor = t.visitor();
    await unlock(visitor, WORD);
    const [name = '', value = ''] = [...visitor.cookies][0] ?? [];
    const other = await signUp(t, 'carol@example.org', 'carol-shop', { plan: 'pro' });
    const otherPage = await pageOf(other);
    await other.browser.json('PATCH', `/api/status-pages/${otherPage}`, { visibility: 'password', password: WORD });
    expect((await visitor.get('/s/carol-shop')).status).toBe(401);
    for (const wrong of [`${value}x`, value.replace('.', '..'), 'x.y', '', `${value.split('.')[0]}.`]) {
      const stranger = t.visitor();
      stranger.cookies.set(name, wrong);
      expect((await stranger.get(`/s/${slug}`)).status, wrong).toBe(401);
    }
    await become('password', 'another word now');
    expect((await visitor.get(`/s/${slug}`)).status).toBe(401);
  });

  test('guesses are limited, even for the right word, and other people are let in', async () => {
    const guesser = t.visitor({ ip: '203.0.113.9' });
    for (let i = 0; i < 10; i++) expect((await unlock(guesser, `guess number ${i}`)).status).toBe(401);
    const refused = await unlock(guesser, WORD);
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('Too many attempts');
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect((await unlock(t.visitor({ ip: '203.0.113.10' }), WORD)).status).toBe(303);
    t.clock.advance(16 * MINUTE);
    expect((await unlock(guesser, WORD)).status).toBe(303);
  });

  test('is kept as a hash, never told, and asked for before the page closes', async () => {
    const api = await (await w.alice.browser.json('GET', `/api/status-pages/${pageId}`)).text();
    expect(api).not.toContain(WORD);
    expect(api).not.toContain('$2');
    const [row] = await t.deps.db.read.all<{ hash: string }>(
      sql`select password_hash as hash from status_pages where id = ${pageId}`,
    );
    expect(row?.hash).toMatch(/^\$2b\$/);
    const audit = await t.deps.db.read.all(sql`select * from audit_log where account_id = ${w.alice.accountId}`);
    expect(JSON.stringify(audit)).not.toContain(WORD);
    expect(JSON.stringify(audit)).toContain('visibility');
    const fresh = await signUp(t, 'dora@example.org', 'dora-shop', { plan: 'pro' });
    const answer = await fresh.browser.json('PATCH', `/api/status-pages/${await pageOf(fresh)}`, {
      visibility: 'password',
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Choose the password that opens the page.');
  });

  test('free: refused with the name of the plan; what is private stays private', async () => {
    const free = await signUp(t, 'emil@example.org', 'emil-shop');
    const answer = await free.browser.json('PATCH', `/api/status-pages/${await pageOf(free)}`, {
      visibility: 'members',
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Private pages are part of the Pro plan.');
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'free' where id = ${w.alice.accountId}`),
    );
    const title = await w.alice.browser.json('PATCH', `/api/status-pages/${pageId}`, { description: 'Numbat' });
    expect(title.status).toBe(200);
    expect((await t.visitor().get(`/s/${slug}`)).status).toBe(401);
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`update accounts set plan = 'pro' where id = ${w.alice.accountId}`),
    );
  });
});

describe('the password as HTTP Basic', () => {
  beforeEach(async () => {
    await t.deps.db.write('arrange', (tx) => tx.run(sql`delete from rate_limits`));
    await become('password', WORD);
  });
  const read = (authorization: string | null, more: Record<string, string> = {}, ip = '203.0.113.30') =>
    t.visitor({ ip }).get(`/s/${slug}/feed.atom`, { ...(authorization === null ? {} : { authorization }), ...more });
  const tries = () => t.deps.db.read.all(sql`select key from rate_limits where count > 0`);

  test('is asked for where programs read, without a word of the page', async () => {
    for (const path of ['/feed.atom', '/feed.rss', '/maintenance.ics', '/api', '/api/v2/status.json', '/badge.svg']) {
      const answer = await t.visitor().get(`/s/${slug}${path}`);
      expect(answer.status, path).toBe(401);
      expect(answer.headers.get('www-authenticate'), path).toBe('Basic realm="Status page", charset="UTF-8"');
      expect(answer.headers.get('cache-control'), path).toBe('private, no-store');
    }
    for (const path of ['', '/history', '/embed', '/subscribe', '/unlock']) {
      const answer = await t.visitor().get(`/s/${slug}${path}`);
      expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, null]);
    }
    await become('members');
    expect((await read(basic('x', WORD))).status).toBe(401);
    expect((await read(null)).headers.get('www-authenticate')).toBeNull();
  });

  test('opens with any name for the user, and no longer once there is a new one', async () => {
    for (const user of ['', 'alice', 'wer auch immer', 'ü']) {
      const answer = await read(basic(user, WORD));
      expect(answer.status, user).toBe(200);
      expect(await answer.text()).toContain('Narwhal');
      expect(answer.headers.get('vary')).toContain('authorization');
    }
    expect(await tries()).toEqual([]);
    await become('password', 'another: word now');
    expect((await read(basic('x', WORD))).status).toBe(401);
    expect((await read(basic('x', 'another: word now'))).status).toBe(200);
    expect((await t.visitor().get('/s/mallory-inc/feed.atom', { authorization: basic('x', 'nobody') })).status).toBe(
      200,
    );
  });

  test.each(['Basic', 'Basic ', 'Basic !!!', `Bearer ${btoa(`x:${WORD}`)}`, `Basic ${btoa(WORD)}`, 'Basic x', ''])(
    'what is no such header opens nothing: %s',
    async (header) => {
      const answer = await read(header);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain('Narwhal');
    },
  );

  test('guesses count with those of the form, and a word that was right before waits too', async () => {
    expect((await read(basic('x', WORD))).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await read(basic('x', `guess number ${i}`))).status).toBe(401);
    const guesser = t.visitor({ ip: '203.0.113.30' });
    for (let i = 5; i < 10; i++) {
      expect((await guesser.post(`/s/${slug}/unlock`, { password: `guess number ${i}` })).status).toBe(401);
    }
    const refused = await read(basic('x', WORD));
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([429, null]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.text()).not.toContain('Narwhal');
    expect((await read(basic('x', 'guess again'))).status).toBe(429);
    expect((await read(basic('x', WORD), {}, '203.0.113.31')).status).toBe(200);
    t.clock.advance(16 * MINUTE);
    expect((await read(basic('x', WORD))).status).toBe(200);
  });

  test('what a browser remembers of it takes no log-in away', async () => {
    for (const path of ['', '/feed.atom']) {
      const answer = await w.bob.browser.get(`/s/${slug}${path}`, { authorization: basic('x', 'an old word') });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    expect(await tries()).toEqual([]);
  });

  test('many requests of one reader at once are let in, with one try', async () => {
    await become('password', 'a word of today');
    const answers = await Promise.all(Array.from({ length: 40 }, () => read(basic('x', 'a word of today'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await tries()).toEqual([]);
  });

  test('browsers open no window for what a page loads, and other sites cannot use what they remember', async () => {
    const asked = async (mode: string) =>
      (await read(null, { 'sec-fetch-mode': mode })).headers.get('www-authenticate');
    expect(await asked('navigate')).toContain('Basic');
    for (const mode of ['cors', 'no-cors', 'same-origin']) expect(await asked(mode)).toBeNull();
    for (const site of ['cross-site', 'same-site']) {
      expect((await read(basic('x', WORD), { 'sec-fetch-site': site })).status).toBe(401);
    }
    for (const site of ['none', 'same-origin']) {
      expect((await read(basic('x', WORD), { 'sec-fetch-site': site })).status).toBe(200);
    }
  });
});

describe('on a domain of its own', () => {
  const host = 'status.zebra.example';
  beforeAll(async () => {
    await t.deps.db.write('arrange', async (tx) => {
      await tx.run(sql`delete from rate_limits`);
      await tx.run(sql`update accounts set plan = 'business' where id = ${w.alice.accountId}`);
      await tx.run(sql`insert into page_domains (host, page_id, token, verified_at, created_at)
        values (${host}, ${pageId}, 'x', ${t.clock.now()}, ${t.clock.now()})`);
    });
    await become('password', WORD);
  });
  const there = (path: string, cookie = '', form?: Record<string, string>) =>
    t.app.request(`https://${host}${path}`, {
      headers: { host, ...(cookie === '' ? {} : { cookie }) },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
  const cookiesOf = (visitor: Visitor) => [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  test('the password opens it there, and the log-in of our own host counts for nothing', async () => {
    const asked = await there('/history');
    expect(asked.status).toBe(401);
    expect(await asked.text()).toContain('<form method="post" action="/unlock"');
    const member = await there('/api', cookiesOf(w.bob.browser));
    expect([member.status, await member.text()]).toEqual([401, expect.not.stringContaining('Okapi')]);
    const opened = await there('/unlock', '', { password: WORD, to: '/history' });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/history']);
    const cookie = opened.headers.getSetCookie()[0] ?? '';
    expect(cookie).toContain('Path=/;');
    const read = await there('/api', cookie.split(';')[0]);
    expect([read.status, read.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(await read.text()).toContain('Okapi');
  });

  test('feed readers give it as HTTP Basic there too', async () => {
    const feed = (authorization: string) =>
      t.app.request(`https://${host}/feed.atom`, { headers: { host, authorization } });
    expect((await feed(basic('x', 'open sesame no'))).status).toBe(401);
    const answer = await feed(basic('x', WORD));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Narwhal')]);
  });

  test('members are sent to where they can log in', async () => {
    await become('members');
    const page = await (await there('/history', cookiesOf(w.bob.browser))).text();
    expect(page).toContain(`href="https://status.example.org/login?next=${encodeURIComponent(`/s/${slug}/history`)}"`);
    expect((await w.bob.browser.get(`/s/${slug}/history`)).status).toBe(200);
  });
});
