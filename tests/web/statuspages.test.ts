import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SQL, sql } from 'drizzle-orm';
import { readUptime } from '../../src/monitors/result-queries.ts';
import { uptimePercent } from '../../src/core/uptime.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import type { Db } from '../../src/db/client.ts';
import { publicPages } from '../../src/statuspages/public.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { createViews } from '../../src/web/render.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { plantPage, type PlannedPage } from '../support/pages.ts';
import { world } from '../support/world.ts';

interface PageJson {
  page: { name: string; slug: string; url: string; updated_at: string };
  status: string;
  components: {
    id: string;
    name: string;
    status: string;
    uptime_percent: number | null;
    days: { date: string; status: string; uptime_percent: number | null; down_seconds: number }[];
  }[];
  incidents: { id: string; title: string; status: string; started_at: string; resolved_at: string | null }[];
  maintenance: unknown[];
}

let t: TestApp;
let site: Hono<AppEnv>;

beforeEach(async () => {
  t = await testApp();
  site = new Hono<AppEnv>().route('/s', publicPages(t.deps, createViews(t.deps)));
});
afterEach(() => t.close());

const plant = (page: PlannedPage) => plantPage(t.deps.db, t.clock.now(), page);
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  site.request(path, { headers, method });
const html = async (slug: string) => (await get(`/s/${slug}`)).text();
const json = async (slug: string) => (await (await get(`/s/${slug}/api`)).json()) as PageJson;
/** What a person reads: no markup, no style, entities undone. */
const read = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');

describe('what visitors see', () => {
  test('a bad day leads to its outages, an older one says what it lost (N12)', async () => {
    await plant({
      slug: 'acme',
      monitors: [
        {
          name: 'Checkout',
          downSeconds: (ago) => (ago === 3 ? 3_600 : ago === 40 ? 864 : 0),
          incidents: [{ startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR, reason: 'timeout_first_byte' }],
        },
        { name: 'Docs', downSeconds: () => 0 },
      ],
    });
    const page = await html('acme');
    expect(page.match(/<details/g)).toHaveLength(1);
    expect(read(page)).toContain('2 days with outages 17 Nov 1h 11 Oct 14m 24s');
    expect(page).toContain('<a href="/s/acme/history?month=2026-11#2026-11-17">17 Nov</a>');
    expect(page).toContain('<a href="/s/acme/history?month=2026-10#2026-10-11">11 Oct</a>');
    const november = await (await get('/s/acme/history?month=2026-11')).text();
    expect(read(november)).toMatch(/17 November 2026 Checkout: down 1h Checkout: not answering in time/);
    expect(november).toContain('id="2026-11-17"');
    const october = await (await get('/s/acme/history?month=2026-10')).text();
    expect(october).toContain('id="2026-10-11"');
    expect(read(october)).toContain('11 October 2026 Checkout: down 14m 24s');
  });

  test('verdict, open incident, components and the past two weeks', async () => {
    await plant({
      slug: 'acme',
      title: 'Acme status',
      description: 'The shop and its parts.',
      monitors: [
        { name: 'Website' },
        {
          name: 'checkout-prod-3',
          shownAs: 'Checkout',
          status: 'down',
          incidents: [
            { startedAgo: 42 * MINUTE },
            { startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR, reason: 'timeout_first_byte' },
            { startedAgo: 20 * DAY, endedAgo: 19 * DAY },
          ],
        },
        { name: 'Docs' },
      ],
    });
    const page = read(await html('acme'));
    expect(page).toContain('Acme status');
    expect(page).toContain('The shop and its parts.');
    expect(page).toContain('Partial outage Checkout is down.');
    expect(page).toContain('Checkout: answers with an error Since 20 Nov, 11:18 UTC (42m).');
    expect(page).toContain('Website Operational');
    expect(page).toContain('Checkout Down');
    expect(page).toContain('Checkout: not answering in time 17 Nov, 12:00 UTC to 13:00 UTC (1h). Working again.');
    expect(page).toContain('Last check 20 Nov, 12:00 UTC');
    expect(page).not.toContain('checkout-prod-3');
    expect(page).not.toMatch(/31 Oct|1 Nov/);
    const facts = await json('acme');
    expect(facts.incidents.map(({ status }) => status)).toEqual(['open', 'resolved']);
  });

  test('private, deleted and foreign monitors appear nowhere, nor do addresses and errors (E34)', async () => {
    const past = [{ startedAgo: HOUR }, { startedAgo: 2 * DAY, endedAgo: 2 * DAY - HOUR }];
    const mine = await plant({
      slug: 'acme',
      monitors: [
        { name: 'Website', incidents: [{ startedAgo: DAY, endedAgo: DAY - HOUR }] },
        { name: 'Hidden ledger', public: false, status: 'down', incidents: past },
        { name: 'Removed thing', deleted: true, status: 'down', incidents: past },
      ],
    });
    const other = await plant({
      slug: 'other',
      monitors: [{ name: 'Foreign service', status: 'down', incidents: past }],
    });
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into components (id, page_id, monitor_no, position)
                 values ('cmp_stolen', ${mine.pageId}, ${other.monitors[0]?.no}, 9)`),
    );
    const facts = await json('acme');
    expect(facts.status).toBe('operational');
    expect(facts.components.map(({ name }) => name)).toEqual(['Website']);
    expect(facts.incidents.map(({ title }) => title)).toEqual(['Website: answers with an error']);
    const everything = (await html('acme')) + JSON.stringify(facts);
    expect(everything).not.toMatch(/Hidden|ledger|Removed|Foreign|secret-path|internal\.example|10\.1\.2\.3|503/);
    expect(everything).not.toMatch(/mon_|acc_|monitor_no/);
    expect(everything).not.toContain(mine.accountId);
  });

  test('HTML and JSON say the same', async () => {
    await plant({
      slug: 'acme',
      monitors: [
        { name: 'Website', downSeconds: (ago) => (ago === 5 ? 864 : 0) },
        { name: 'API', status: 'degraded', downSeconds: (ago) => (ago > 9 ? null : 0) },
      ],
    });
    const facts = await json('acme');
    const page = read(await html('acme'));
    expect(facts).toMatchObject({
      page: { name: 'Acme', slug: 'acme', url: 'http://localhost:8000/s/acme', updated_at: '2026-11-20T12:00:00.000Z' },
      status: 'degraded',
      components: [
        { name: 'Website', status: 'operational', uptime_percent: 99.988 },
        { name: 'API', status: 'degraded', uptime_percent: 100 },
      ],
      maintenance: [],
    });
    expect(page).toContain('Degraded performance');
    expect(page).toContain('99.98% uptime over 90 days');
    expect(page).toContain('100% uptime over 10 days');
    expect(page).toContain('15 Nov: 99.00% up · down 14m 24s');
    const [website, api] = facts.components;
    expect(website?.days).toHaveLength(90);
    expect(website?.days.at(-1)?.date).toBe('2026-11-20');
    expect(website?.days.at(-6)).toEqual({
      date: '2026-11-15',
      status: 'partial_outage',
      uptime_percent: 99,
      down_seconds: 864,
    });
    expect(api?.days.filter(({ status }) => status === 'unknown')).toHaveLength(80);
  });

  test('the figure is the one of every other page, on a free plan too (R-IN-14, decision 8)', async () => {
    const lost = (ago: number) => (ago % 7 === 3 ? 1_234 : 0);
    const planted = await plant({
      slug: 'acme',
      plan: 'free',
      monitors: [{ name: 'Website', heardAgo: 3 * MINUTE, downSeconds: lost }],
    });
    const no = planted.monitors[0]?.no ?? 0;
    const totals = (await readUptime(t.deps.db.read, [no], '90d', t.clock.now())).get(no);
    const [component] = (await json('acme')).components;
    expect(totals && uptimePercent(totals)).toBe(component?.uptime_percent);
    expect(component?.days.filter((day) => day.down_seconds > 0)).toHaveLength(13);
  });

  test.each<[string, PlannedPage['monitors'], string, string]>([
    ['no components', [], 'unknown', 'No component has been put on this page yet.'],
    [
      'only new ones',
      [{ name: 'API', status: 'pending', downSeconds: () => null }],
      'unknown',
      'The first check has not',
    ],
    ['paused', [{ name: 'API', paused: true }], 'unknown', 'API Not monitored'],
    ['silent', [{ name: 'API', heardAgo: HOUR }], 'unknown', 'There are no fresh results for API.'],
    ['one bad of three', [{ name: 'A' }, { name: 'B' }, { name: 'C', status: 'down' }], 'partial_outage', 'C is down.'],
    [
      'down and degraded',
      [{ name: 'A', status: 'degraded' }, { name: 'B', status: 'down' }, { name: 'C' }],
      'partial_outage',
      'B is down. A works, but not as well as usual.',
    ],
    [
      'many down',
      [1, 2, 3, 4, 5].map((n) => ({ name: `S${n}`, status: 'down' as const })),
      'major_outage',
      'S1, S2, S3 and 2 more are down.',
    ],
  ])('%s', async (_name, monitors, status, sentence) => {
    await plant({ slug: 'acme', monitors });
    expect((await json('acme')).status).toBe(status);
    const page = read(await html('acme'));
    expect(page).toContain(sentence);
    if (status === 'unknown') expect(page).not.toContain('All systems operational');
  });

  test('hostile names stay text, and a name that is a URL shows no path', async () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    await plant({
      slug: 'acme',
      title: evil,
      description: evil,
      monitors: [
        { name: evil, shownAs: evil, status: 'down', incidents: [{ startedAgo: HOUR }] },
        { name: 'https://user:pw@shop.example.com/admin?token=abc' },
      ],
    });
    const page = await html('acme');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('shop.example.com');
    expect(page).not.toMatch(/token=abc|user:pw/);
  });

  test.each([
    ['free', true, true],
    ['free', false, true],
    ['pro', true, true],
    ['pro', false, false],
  ] as const)('our mark on %s, wished %s: shown %s (E65)', async (plan, branding, shown) => {
    await plant({ slug: 'acme', plan, branding, monitors: [{ name: 'A' }] });
    expect((await html('acme')).includes('Powered by')).toBe(shown);
  });

  test('the sheet is for old browsers too: dark is a media query, no token is missing, none is idle', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    const style = (await html('acme')).match(/<style>([\s\S]*?)<\/style>/)?.[1] ?? '';
    expect(style).not.toContain('light-dark(');
    expect(style).toContain('@media (prefers-color-scheme:dark){:root{--bg:');
    const named = new Set([...style.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]));
    const made = new Set([...style.matchAll(/[{;](--[\w-]+):/g)].map((m) => m[1]));
    expect(made).toEqual(named);
    expect(made.size).toBeGreaterThan(20);
  });

  test('works without scripts and asks again by itself', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    expect(await html('acme')).toContain('<noscript><meta http-equiv="refresh" content="30"></noscript>');
  });

  test('ten monitors over ninety days stay under 30 kB, however bad the days were', async () => {
    const monitors = Array.from({ length: 10 }, (_, i) => ({
      name: `Component number ${i + 1}`,
      downSeconds: (ago: number) => ((ago + i) % 2 === 0 ? 60 + ((ago * 997) % 20_000) : 0),
    }));
    await plant({ slug: 'bad', monitors });
    await plant({ slug: 'good', monitors: monitors.map(({ name }) => ({ name })) });
    expect(Buffer.byteLength(await html('bad'))).toBeLessThan(30_000);
    expect(Buffer.byteLength(await html('good'))).toBeLessThan(20_000);
  });

  test('fifty monitors as JSON are less than 20 kB on the wire', async () => {
    const monitors = Array.from({ length: 50 }, (_, i) => ({
      name: `Service ${i}`,
      downSeconds: (ago: number) => ((ago * 7 + i) % 31 === 0 ? 100 * i : 0),
    }));
    await plant({ slug: 'many', monitors });
    const answer = await get('/s/many/api', { 'accept-encoding': 'gzip' });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect((await answer.arrayBuffer()).byteLength).toBeLessThan(20_000);
  });
});

describe('how it is served', () => {
  test('unknown slugs: the same 404, no cookie, nothing about anybody (E35)', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    const bodies = await Promise.all(
      ['nope', 'acme2', 'ACME', "a'--", '%00', 'a'.repeat(200)].map(async (slug) => {
        const answer = await get(`/s/${slug}`);
        expect(answer.status).toBe(404);
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(answer.headers.get('cache-control')).toBe('no-store');
        return answer.text();
      }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).not.toMatch(/nope|Acme/);
    const api = await get('/s/nope/api');
    expect(api.status).toBe(404);
    expect(api.headers.get('content-type')).toBe('application/problem+json');
    expect((await get('/s/acme/secret')).status).toBe(404);
  });

  test('headers: strict, cacheable, no cookie; JSON is open to every origin', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    const page = await get('/s/acme');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    const style = (await page.clone().text()).match(/<style>([\s\S]*?)<\/style>/)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(policy).toContain(`style-src 'self' 'sha256-${Buffer.from(digest).toString('base64')}'`);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('set-cookie')).toBeNull();
    expect(page.headers.get('cache-control')).toContain('public');
    const api = await get('/s/acme/api', { origin: 'https://elsewhere.example' });
    expect(api.headers.get('access-control-allow-origin')).toBe('*');
    const preflight = await get('/s/acme/api', { origin: 'https://elsewhere.example' }, 'OPTIONS');
    expect(preflight.status).toBe(204);
    const head = await get('/s/acme', {}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test.each(['/s/acme', '/s/acme/api'])('%s: ETag and 304, packed or not', async (path) => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    const etag = (await get(path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*', etag.replace(/"$/, '-gz"')]) {
      const answer = await get(path, { 'if-none-match': tag });
      expect([answer.status, await answer.text()]).toEqual([304, '']);
    }
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    const packed = await get(path, { 'accept-encoding': 'br, gzip' });
    expect(packed.headers.get('etag')).toBe(etag.replace(/"$/, '-gz"'));
    const plain = await get(path, { 'accept-encoding': 'gzip;q=0' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await get(`${path}?utm=1`)).headers.get('etag')).toBe(etag);
  });

  test('a change of state is there with the next request; mere results within five seconds', async () => {
    const { accountId, monitors } = await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    const before = (await get('/s/acme')).headers.get('etag') ?? '';
    const set = (column: string) =>
      t.deps.db.write('arrange', (tx) => tx.run(sql.raw(`update monitor_states set ${column}`)));
    const tell = (type: 'state' | 'result' | 'delivery') =>
      t.deps.live.publish({ accountId, type, monitorIds: [monitors[0]?.id ?? ''] });

    await set("status = 'down'");
    tell('delivery');
    expect((await get('/s/acme', { 'if-none-match': before })).status).toBe(304);
    tell('state');
    const after = await get('/s/acme', { 'if-none-match': before });
    expect(after.status).toBe(200);
    expect(read(await after.text())).toContain('Major outage');

    await set("status = 'degraded'");
    tell('result');
    expect((await json('acme')).status).toBe('major_outage');
    t.clock.advance(5_000);
    expect((await json('acme')).status).toBe('degraded');
  });

  test('a change between reading and sending is not lost', async () => {
    const { accountId } = await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    let afterRead: (() => Promise<void>) | null = async () => {
      afterRead = null;
      await t.deps.db.write('arrange', (tx) => tx.run(sql`update monitor_states set status = 'down'`));
      t.deps.live.publish({ accountId, type: 'state', monitorIds: [] });
    };
    const { db } = t.deps;
    const all = async (query: SQL) => {
      const rows = await db.read.all(query);
      await afterRead?.();
      return rows;
    };
    const deps = { ...t.deps, db: { ...db, read: Object.assign(Object.create(db.read) as Db, { all }) } };
    const slow = new Hono<AppEnv>().route('/s', publicPages(deps, createViews(deps)));
    const first = (await (await slow.request('/s/acme/api')).json()) as PageJson;
    expect(afterRead).toBeNull();
    expect(first.status).toBe('major_outage');
  });

  test('our own fault is said to be ours: 503, not kept, and the next request tries again', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    await t.deps.db.execute('alter table components rename to elsewhere');
    for (const path of ['/s/acme', '/s/acme/api']) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
      expect(read(await answer.text())).not.toMatch(/components|elsewhere|select/i);
    }
    expect(t.logged.filter(({ msg }) => msg === 'a status page could not be drawn')).toHaveLength(2);
    await t.deps.db.execute('alter table elsewhere rename to components');
    expect((await get('/s/acme')).status).toBe(200);
  });

  test('in the whole product: logged in or not, the same bytes and no cookie', async () => {
    const { alice } = await world(t);
    const mine = await alice.browser.get('/s/alice-shop');
    const theirs = await t.visitor().get('/s/alice-shop');
    expect(mine.status).toBe(200);
    expect([mine.headers.get('set-cookie'), theirs.headers.get('set-cookie')]).toEqual([null, null]);
    expect(await mine.text()).toBe(await theirs.text());
  });

  test('midnight makes a new bar, silence turns unknown without any event', async () => {
    await plant({ slug: 'acme', monitors: [{ name: 'A' }] });
    expect((await json('acme')).components[0]?.days.at(-1)?.date).toBe('2026-11-20');
    t.clock.advance(12 * HOUR);
    const later = await json('acme');
    expect(later.status).toBe('unknown');
    expect(later.components[0]?.days.at(-1)).toMatchObject({ date: '2026-11-21', status: 'unknown' });
    expect(later.components[0]?.days).toHaveLength(90);
    expect(later.components[0]?.days.at(-3)?.status).toBe('operational');
  });
});
