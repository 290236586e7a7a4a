import { inflateSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { words } from '../../src/core/words/index.ts';
import type { PageStatus } from '../../src/core/severity.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { plantState, STATES } from '../support/page-states.ts';

interface Answer {
  page: { name: string; timezone: string };
  status: PageStatus;
  components: {
    id: string;
    name: string;
    group: string | null;
    status: PageStatus;
    uptime_percent: number | null;
    days: { status: string }[];
  }[];
  incidents: {
    id: string;
    title: string;
    status: string;
    impact: string;
    updates: { body: string }[];
    components: string[];
  }[];
  maintenance: { title: string; state: string }[];
}

let t: TestApp;
let site: Hono<AppEnv>;
const planted = new Map<string, Awaited<ReturnType<typeof plantState>>>();

beforeAll(async () => {
  t = await testApp();
  site = t.app;
  for (const [slug, state] of Object.entries(STATES)) {
    planted.set(slug, await plantState(t.deps.db, t.clock.now(), slug, state));
  }
});
afterAll(() => t.close());

const get = (path: string) => site.request(path);
const text = async (path: string) => (await get(path)).text();
const json = async (slug: string) => (await (await get(`/s/${slug}/api`)).json()) as Answer;
const unescaped = (html: string) =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
/** What a person reads: no markup, no style, entities undone. */
const read = (page: string) =>
  unescaped(page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ');

describe.each(Object.keys(STATES))('the state %s', (slug) => {
  test('says the same as a page and as JSON (N24)', async () => {
    const [page, facts] = [await text(`/s/${slug}`), await json(slug)];
    const w = words('en');
    const headline = /<h2>([^<]*)<\/h2>/.exec(page)?.[1];
    expect([w.headline[facts.status], w.page.notReporting]).toContain(headline);
    expect(page).toContain(`<section class="verdict ${facts.status}"`);
    const parts = [...page.matchAll(/<li data-part="(\w+)"><h3>([^<]*)<\/h3><span class="state (\w+)">/g)];
    const tone: Record<PageStatus, string> = {
      operational: 'up',
      degraded: 'degraded',
      partial_outage: 'down',
      major_outage: 'down',
      maintenance: 'maintenance',
      unknown: 'unknown',
    };
    expect(parts.map(([, id, name = '', shown]) => [id, unescaped(name), shown])).toEqual(
      facts.components.map(({ id, name, status }) => [id, name, tone[status]]),
    );
    for (const { title, updates } of facts.incidents) {
      expect(read(page)).toContain(title.replace(/\s+/g, ' '));
      expect(updates.length).toBeGreaterThan(0);
    }
    for (const { title } of facts.maintenance) expect(unescaped(page)).toContain(title);
    expect(page.match(/<article class="incident planned"/g) ?? []).toHaveLength(facts.maintenance.length);
  });

  test('is a whole page: one script of ours, no foreign address, no doubled id, no hole in the text', async () => {
    for (const path of [`/s/${slug}`, `/s/${slug}/history`]) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      const page = await answer.text();
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toMatch(/undefined|null|NaN|\[object/);
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect([...page.matchAll(/(?:src|srcset)="([^"]+)"/g)].every(([, url]) => url?.startsWith('/assets/'))).toBe(
        true,
      );
      expect(answer.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    }
  });
});

describe('verdicts', () => {
  test.each<[string, PageStatus]>([
    ['all-up', 'operational'],
    ['one-down', 'partial_outage'],
    ['groups', 'partial_outage'],
    ['maintenance', 'maintenance'],
    ['no-data', 'unknown'],
    ['empty', 'unknown'],
    ['reports', 'partial_outage'],
    ['hundred', 'partial_outage'],
    ['private', 'operational'],
  ])('%s is %s', async (slug, status) => {
    expect((await json(slug)).status).toBe(status);
  });

  test('a group tells the worst of its own, and is folded only while it is green', async () => {
    const page = await text('/s/groups');
    const groups = [
      ...page.matchAll(/<details( open)? data-group="\w+"><summary[^>]*><h3>([^<]+)<\/h3>.*?class="state (\w+)"/g),
    ];
    expect(groups.map(([, open, name, tone]) => [name, tone, open === ' open'])).toEqual([
      ['Shop', 'down', true],
      ['Infrastructure', 'up', false],
      ['Europe', 'up', false],
    ]);
    const { components } = await json('groups');
    expect(components.map(({ name, group }) => [name, group])).toEqual([
      ['Cart', 'Shop'],
      ['Checkout', 'Shop'],
      ['Pay', 'Shop'],
      ['Frankfurt', 'Europe'],
      ['Paris', 'Europe'],
      ['DNS', 'Infrastructure'],
      ['Status page', null],
    ]);
  });

  test('silence is said, with the time of the last result', async () => {
    const page = read(await text('/s/no-data'));
    expect(page).toContain('No current data There are no fresh results for Silent one.');
    expect(page).toContain('Silent one No current data Last check 20 Nov, 10:00 UTC');
    expect(page).toContain('New one Being set up');
    expect(page).toContain('Paused one Not monitored');
  });

  test('planned work is on the page, on the component and hatched on the day', async () => {
    const page = await text('/s/maintenance');
    expect(read(page)).toContain('Under maintenance Planned work is going on.');
    expect(read(page)).toContain(
      'Maintenance under way New disks 20 Nov, 11:00 UTC to 13:00 UTC Affects: Database We change all of them.',
    );
    expect(read(page)).toContain('Planned maintenance New switches');
    const website = (await json('maintenance')).components.find(({ name }) => name === 'Website');
    expect(website).toMatchObject({ uptime_percent: null, days: [] });
    expect(page.match(/class="bars"/g)).toHaveLength(1);
  });
});

describe('reports', () => {
  test('an open one stands first with its updates, a past one on its day, each with an address', async () => {
    const page = await text('/s/reports');
    expect(read(page)).toContain(
      'Slow answers in Europe Identified · Minor impact Since 20 Nov, 05:30 GMT-5 (1h 30m). Affected: API Identified 20 Nov, 06:30 GMT-5 A cable is cut: one two Investigating 20 Nov, 05:30 GMT-5 We look into slow answers.',
    );
    expect(read(page)).toContain('16 Nov Logins failed Resolved · Critical impact');
    expect(page).toContain('<a href="https://example.com/cable" rel="noopener nofollow ugc">');
    expect(read(page)).toContain('API Partial outage');
    expect(read(page)).not.toMatch(/Secret draft|Unsaid|Inner|Hush/);
    const id = planted.get('reports')?.reports.get('Logins failed') ?? '';
    const own = await get(`/s/reports/incidents/${id}`);
    expect(own.status).toBe(200);
    expect(read(await own.text())).toContain(
      'Resolved 16 Nov, 10:00 GMT-5 It works again. Investigating 16 Nov, 07:00 GMT-5 We are looking.',
    );
  });

  test('drafts, hidden lines and other pages have no addresses here', async () => {
    const here = planted.get('reports')?.reports;
    const foreign = planted.get('one-down')?.monitors[1]?.incidentIds[0];
    const hidden = planted.get('private')?.monitors[1]?.incidentIds[0];
    const bodies = new Set<string>();
    for (const path of [
      `/s/reports/incidents/${here?.get('Secret draft')}`,
      `/s/reports/incidents/${here?.get('Inner trouble')}`,
      `/s/reports/incidents/${foreign}`,
      `/s/private/incidents/${hidden}`,
      '/s/reports/incidents/nope',
    ]) {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      bodies.add(await answer.text());
    }
    expect(bodies.size).toBe(1);
    expect((await get(`/s/one-down/incidents/${foreign}`)).status).toBe(200);
  });

  test('a report tells of the outage it was made from, also at its address', async () => {
    const page = await plantState(t.deps.db, t.clock.now(), 'told', {
      lines: [{ name: 'Website', status: 'down', incidents: [{ startedAgo: 3_600_000 }] }],
      reports: [{ title: 'Told by people', startedAgo: 3_600_000, updates: [['identified', 'Known.', 60_000]] }],
    });
    const incident = page.monitors[0]?.incidentIds[0];
    expect((await json('told')).incidents).toHaveLength(2);
    await t.deps.db.write('link', (tx) =>
      tx.run(sql`update status_reports set incident_id = ${incident} where page_id = ${page.pageId}`),
    );
    t.deps.live.publish({ accountId: page.accountId, type: 'settings', monitorIds: [] });
    expect((await json('told')).incidents.map(({ title }) => title)).toEqual(['Told by people']);
    expect(read(await text(`/s/told/incidents/${incident}`))).toContain('Told by people');
    expect(read(await text('/s/told/history'))).not.toContain('answers with an error');
  });
});

describe('what is not for everybody', () => {
  test('is on no page, in no count and in no history', async () => {
    for (const path of [
      '/s/private',
      '/s/private/api',
      '/s/private/history',
      '/s/reports',
      '/s/reports/api',
      '/s/reports/history',
    ]) {
      expect(await text(path)).not.toMatch(/Hidden|ledger|Inner|Outer|Removed|Secret|Hush/);
    }
    expect((await json('private')).components.map(({ name }) => name)).toEqual(['Website']);
  });
});

describe('history', () => {
  test('goes by month, newest day first, within the time there is', async () => {
    const page = await text('/s/all-up/history?month=2026-11');
    expect(read(page)).toContain('Incidents in November 2026');
    expect(page).toContain('href="/s/all-up/history?month=2026-10" rel="prev"');
    expect(page).not.toContain('rel="next"');
    expect((await get('/s/all-up/history?month=2026-12')).status).toBe(404);
    expect((await get('/s/all-up/history?month=2019-01')).status).toBe(404);
    expect(await text('/s/all-up/history?month=nonsense')).toBe(await text('/s/all-up/history'));
  });

  test('is left out whole where the page does not show it', async () => {
    await plantState(t.deps.db, t.clock.now(), 'brief', {
      appearance: { show_history: false },
      lines: [{ name: 'A' }],
    });
    expect(await text('/s/brief')).not.toMatch(/\/history|Past incidents/);
    expect((await get('/s/brief/history')).status).toBe(404);
  });
});

describe('days', () => {
  test('begin at midnight of the page’s zone: the same hours are another day', async () => {
    const { deps, clock } = t;
    for (const [slug, timezone] of [
      ['utc', 'UTC'],
      ['tokyo', 'Asia/Tokyo'],
      ['new-york', 'America/New_York'],
    ] as const) {
      const { monitors } = await plantState(deps.db, clock.now(), slug, {
        timezone,
        lines: [{ name: 'A', downSeconds: () => null }],
      });
      // Two hours of downtime from 22:00 to midnight UTC ten days ago, and an hour before and after it up.
      const slot = Math.floor(clock.now() / 3_600_000 / 24 - 10) * 24 + 22;
      const rows = [-40, -1, 0, 1, 2].map((i) => [
        slot + i,
        i === 0 || i === 1 ? 0 : 3_600,
        i === 0 || i === 1 ? 3_600 : 0,
      ]);
      await deps.db.write('hours', (tx) =>
        tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds,
            degraded_seconds, excluded_seconds, sum_ms, max_ms, histogram)
          select ${monitors[0]?.no}, 1, value->>0, 1, 0, value->>1, value->>2, 0, 0, 0, 0, '' from json_each(${JSON.stringify(rows)})
          union all select ${monitors[0]?.no}, 2, ${Math.floor(slot / 24)}, 4, 0, 3600, 7200, 0, 0, 0, 0, ''`),
      );
    }
    const lost = async (slug: string) => {
      const answer = (await (await get(`/s/${slug}/api`)).json()) as {
        components: { days: { date: string; down_seconds: number }[] }[];
      };
      return answer.components[0]?.days
        .filter(({ down_seconds }) => down_seconds > 0)
        .map(({ date, down_seconds }) => `${date} ${down_seconds}`);
    };
    expect(await lost('utc')).toEqual(['2026-11-10 7200']);
    expect(await lost('tokyo')).toEqual(['2026-11-11 7200']);
    expect(await lost('new-york')).toEqual(['2026-11-10 7200']);
  });

  test('of nothing but planned work are maintenance, those with a little of it are hatched at the foot', async () => {
    const { deps, clock } = t;
    const { monitors } = await plantState(deps.db, clock.now(), 'planned', { lines: [{ name: 'A' }] });
    const today = Math.floor(clock.now() / 86_400_000);
    await deps.db.write('days', (tx) =>
      tx.run(sql`update summaries set up_seconds = case slot when ${today - 7} then 0 else up_seconds - 3600 end,
        excluded_seconds = case slot when ${today - 7} then 86400 else 3600 end,
        maintenance_seconds = case slot when ${today - 7} then 86400 else 3600 end
        where monitor_no = ${monitors[0]?.no} and grain = 2 and slot in (${today - 7}, ${today - 3})`),
    );
    const page = await text('/s/planned');
    expect(page).toContain('data-runs="u82pu3mu3"');
    const days = (await json('planned')).components[0]?.days.map(({ status }) => status);
    expect(days?.[82]).toBe('maintenance');
    expect(days?.[86]).toBe('operational');
  });
});

test('response times are a line with gaps, drawn here, and only where they are wanted', async () => {
  const { deps, clock } = t;
  const { monitors } = await plantState(deps.db, clock.now(), 'charted', {
    lines: [{ name: 'Shown', showChart: true }, { name: 'Not shown' }, { name: 'Without data', showChart: true }],
  });
  const last = Math.floor(clock.now() / 3_600_000);
  const rows = Array.from({ length: 160 }, (_, ago) => [last - ago, ago]).filter(([, ago]) => ago! < 20 || ago! > 50);
  await deps.db.write('hours', (tx) =>
    tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
        excluded_seconds, sum_ms, max_ms, histogram)
      select m.value, 1, j.value->>0, 12, 0, 3600, 0, 0, 0, 2400, 300, '20:12'
      from json_each(${JSON.stringify(monitors.slice(0, 2).map(({ no }) => no))}) m, json_each(${JSON.stringify(rows)}) j`),
  );
  const page = await text('/s/charted');
  const charts = [...page.matchAll(/<figure class="chart"><figcaption>([^<]+)<\/figcaption>.*?d="([^"]+)"/g)];
  expect(charts).toHaveLength(1);
  expect(charts[0]?.[1]).toMatch(/^Response time: \d+ ms, median of 7 days$/);
  expect(charts[0]?.[2]?.match(/M/g)).toHaveLength(2);
  expect(page.length).toBeLessThan(25_000);
});

test('links that are passed on carry a picture of the status', async () => {
  const page = await text('/s/one-down');
  expect(page).toContain('<meta property="og:image" content="http://localhost:8000/s/one-down/og.png?partial_outage">');
  expect(page).toContain('<meta property="og:title" content="Partial outage · Acme">');
  const picture = async (slug: string) => {
    const answer = await get(`/s/${slug}/og.png?whatever`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBeLessThan(30_000);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1_200, 630]);
    expect(inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)))).toHaveLength(630 * 3_601);
    return bytes.toString('base64');
  };
  expect(await picture('one-down')).not.toBe(await picture('all-up'));
  expect(await picture('one-down')).toBe(await picture('groups'));
});

test('languages: the visitor’s, then the page’s; chosen by hand it stays in the links', async () => {
  const german = await (
    await site.request('/s/all-up', { headers: { 'accept-language': 'de-CH,de;q=0.9,en;q=0.5' } })
  ).text();
  expect(german).toContain('<html lang="de">');
  expect(read(german)).toContain(words('de').headline.operational);
  const chosen = await text('/s/all-up?lang=fr');
  expect(chosen).toContain('<html lang="fr">');
  expect(chosen).toContain('href="/s/all-up/history?lang=fr"');
  expect(chosen).toContain('href="/s/all-up/history?month=2026-11&amp;lang=fr#2026-11-17"');
  expect(await text('/s/all-up?lang=xx')).toBe(await text('/s/all-up'));
});
