import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import ICAL from 'ical.js';
import Parser from 'rss-parser';
import { Statuspage } from 'statuspage.io';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { columnsOf } from '../../src/core/columns.ts';
import { LANGUAGE_TAG, LANGUAGES } from '../../src/core/language.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { slotAt } from '../../src/core/uptime.ts';
import { words } from '../../src/core/words/index.ts';
import { changeWindow } from '../../src/maintenance/actions.ts';
import { inkOn } from '../../src/statuspages/badge-svg.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { AGREED, HOSTILE } from '../support/agreement.ts';
import { type PlannedState, plantState } from '../support/page-states.ts';

let t: TestApp;
beforeEach(async () => {
  t = await testApp();
});
afterEach(() => t.close());

const plant = (state: PlannedState, slug = 'acme') => plantState(t.deps.db, t.clock.now(), slug, state);
const get = async (path: string, headers: Record<string, string> = {}) => t.app.request(path, { headers });
const text = async (path: string) => (await get(path)).text();
const json = async <T>(path: string) => (await (await get(path)).json()) as T;
const state = (name: string): PlannedState => AGREED[name] ?? { lines: [] };
const said = (svg: string) => /<title>(.*)<\/title>/.exec(svg)?.[1];

describe('for readers of Statuspage', () => {
  const time = z.iso.datetime({ precision: 3 });
  const id = z.string().regex(/^[\w-]{4,40}$/);
  const status = z.enum(['operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance']);
  const component = z.strictObject({
    id,
    name: z.string(),
    status,
    created_at: time,
    updated_at: time,
    position: z.int().positive(),
    description: z.string().nullable(),
    showcase: z.boolean(),
    start_date: z.iso.date(),
    group_id: id.nullable(),
    page_id: id,
    group: z.boolean(),
    only_show_if_degraded: z.boolean(),
    components: z.array(id).optional(),
  });
  const incident = <S extends [string, ...string[]]>(statuses: S) => ({
    id,
    name: z.string(),
    status: z.enum(statuses),
    created_at: time,
    updated_at: time,
    monitoring_at: time.nullable(),
    resolved_at: time.nullable(),
    impact: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']),
    shortlink: z.url(),
    started_at: time,
    page_id: id,
    incident_updates: z
      .array(
        z.strictObject({
          id,
          status: z.enum(statuses),
          body: z.string(),
          incident_id: id,
          created_at: time,
          updated_at: time,
          display_at: time,
          affected_components: z.array(
            z.strictObject({ code: id, name: z.string(), old_status: status, new_status: status }),
          ),
          deliver_notifications: z.boolean(),
        }),
      )
      .min(1),
    components: z.array(component),
  });
  const page = z.strictObject({
    id,
    name: z.string(),
    url: z.url(),
    time_zone: z.string(),
    updated_at: time,
  });
  const rollup = z.strictObject({
    indicator: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']),
    description: z.string().min(1),
  });
  const incidents = z.array(
    z.strictObject(incident(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem'])),
  );
  const works = z.array(
    z.strictObject({
      ...incident(['scheduled', 'in_progress', 'verifying', 'completed']),
      scheduled_for: time,
      scheduled_until: time,
    }),
  );
  const FILES = {
    summary: z.strictObject({
      page,
      status: rollup,
      components: z.array(component),
      incidents,
      scheduled_maintenances: works,
    }),
    status: z.strictObject({ page, status: rollup }),
    components: z.strictObject({ page, components: z.array(component) }),
    incidents: z.strictObject({ page, incidents }),
    'incidents/unresolved': z.strictObject({ page, incidents }),
    'scheduled-maintenances': z.strictObject({ page, scheduled_maintenances: works }),
    'scheduled-maintenances/upcoming': z.strictObject({ page, scheduled_maintenances: works }),
    'scheduled-maintenances/active': z.strictObject({ page, scheduled_maintenances: works }),
  };

  test.each(Object.keys(AGREED))('%s: every file has exactly their fields and words', async (name) => {
    await plant(state(name));
    for (const [file, shape] of Object.entries(FILES)) {
      const answer = await get(`/s/acme/api/v2/${file}.json`);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      const { success, error } = shape.safeParse(await answer.json());
      expect(success, `${file}: ${error?.message}`).toBe(true);
    }
  });

  test('an existing client reads a page unchanged', async () => {
    const planted = await plant(state('reported'));
    await plant(state('maintenance'), 'works');
    const server = serve({ fetch: t.app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
    if (!server.listening) await once(server, 'listening');
    try {
      const { api } = clientAt(server, '/s/acme');
      expect((await api.getStatus()).status).toEqual({ indicator: 'major', description: 'Partial outage' });
      const { components } = await api.getComponents();
      expect(components.map(({ name, status: is }) => [name, is])).toEqual([
        ['Website', 'operational'],
        ['API', 'degraded_performance'],
      ]);
      const summary = await api.getSummary();
      expect(summary.page.id).toBe(planted.pageId);
      expect(summary.incidents.map(({ name }) => name)).toEqual(['Payments are slow']);
      expect((await api.incidents.getUnresolved()).incidents).toEqual(summary.incidents);
      const all = (await api.incidents.getAll()).incidents;
      expect(all.map(({ id: known, status: is }) => [known, is])).toEqual([
        [planted.reports.get('Payments are slow'), 'identified'],
        [planted.reports.get('Outage of yesterday'), 'postmortem'],
      ]);
      expect(all[1]?.incident_updates.map((one) => one.status)).toEqual([
        'postmortem',
        'resolved',
        'monitoring',
        'investigating',
      ]);
      expect(all[1]?.monitoring_at).toBe('2026-11-19T11:00:00.000Z');
      const works = clientAt(server, '/s/works').api;
      const upcoming = await works.scheduledMaintenances.getUpcoming();
      expect(upcoming.scheduled_maintenances.map(({ name }) => name)).toEqual(['New switches']);
    } finally {
      server.close();
    }
  });

  function clientAt(server: Server, path: string): Statuspage {
    const client = new Statuspage('unused');
    client.setApiUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return client;
  }

  test('an outage that a report tells of is one incident; components change with its updates', async () => {
    const planted = await plant({
      lines: [{ name: 'API', status: 'down', incidents: [{ startedAgo: HOUR }] }],
      reports: [{ ...known, about: { API: 'major_outage' } }],
    });
    const unresolved = '/s/acme/api/v2/incidents/unresolved.json';
    const ids = async () => (await json<{ incidents: { id: string }[] }>(unresolved)).incidents.map((one) => one.id);
    const incidentId = planted.monitors[0]?.incidentIds[0];
    expect(await ids()).toContain(planted.reports.get('API is down'));
    await t.deps.db.write('cover', (tx) => tx.run(sql`update status_reports set incident_id = ${incidentId}`));
    t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });
    expect(await ids()).toEqual([planted.reports.get('API is down')]);
    const { incidents: list } = await json<{ incidents: z.infer<typeof incidents> }>(unresolved);
    expect(list[0]?.incident_updates[0]?.affected_components).toEqual([
      {
        code: planted.ids.get('API'),
        name: 'API',
        old_status: 'operational',
        new_status: 'major_outage',
      },
    ]);
  });
  const known: NonNullable<PlannedState['reports']>[number] = {
    title: 'API is down',
    impact: 'critical',
    startedAgo: HOUR,
    updates: [['investigating', 'We look.', HOUR]],
  };

  test('what is long over stays in the list of incidents, not on the page', async () => {
    const planted = await plant({
      lines: [
        { name: 'API', incidents: [{ startedAgo: 40 * DAY, endedAgo: 39 * DAY }] },
        { name: 'Staff', membersOnly: true, incidents: [{ startedAgo: 40 * DAY, endedAgo: 39 * DAY }] },
      ],
    });
    const all = await json<{ incidents: { id: string; status: string }[] }>('/s/acme/api/v2/incidents.json');
    expect(all.incidents).toMatchObject([{ id: planted.monitors[0]?.incidentIds[0], status: 'resolved' }]);
    await t.deps.db.write('hide', (tx) => tx.run(sql`update status_pages set appearance = '{"show_history":false}'`));
    t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });
    expect((await json<{ incidents: unknown[] }>('/s/acme/api/v2/incidents.json')).incidents).toEqual([]);
  });

  test('planned work goes from scheduled over in_progress to completed', async () => {
    await plant(state('maintenance'));
    const list = async (file: string) =>
      (
        await json<{ scheduled_maintenances: z.infer<typeof works> }>(`/s/acme/api/v2/${file}.json`)
      ).scheduled_maintenances.map((one) => [one.name, one.status, one.incident_updates.length]);
    expect(await list('scheduled-maintenances')).toEqual([
      ['Database move', 'in_progress', 2],
      ['New switches', 'scheduled', 1],
      ['Old work', 'completed', 3],
    ]);
    expect(await list('scheduled-maintenances/active')).toEqual([['Database move', 'in_progress', 2]]);
    t.clock.advance(2 * HOUR);
    expect(await list('scheduled-maintenances/active')).toEqual([]);
    expect(await list('summary')).toEqual([['New switches', 'scheduled', 1]]);
    const titles = (await new Parser().parseString(await text('/s/acme/feed.rss'))).items.map(({ title }) => title);
    expect(titles.slice(0, 2)).toEqual(['Maintenance completed: Database move', 'Planned maintenance: New switches']);
  });
});

describe('calendar', () => {
  const events = async () =>
    new ICAL.Component(ICAL.parse(await text('/s/acme/maintenance.ics')) as string[])
      .getAllSubcomponents('vevent')
      .map((one) => new ICAL.Event(one));

  test('an event has its times, words and components', async () => {
    await plant(state('maintenance'));
    const [, event] = await events();
    expect(event?.summary).toBe('Acme: Database move');
    expect(event?.description).toBe('We move.\n\n- first\n- then\n\nAffects: API');
    expect(event?.startDate.toJSDate().getTime()).toBe(t.clock.now() - 10 * MINUTE);
    expect(event?.endDate.toJSDate().getTime()).toBe(t.clock.now() + HOUR);
    expect(event?.component.getFirstPropertyValue('status')).toBe('CONFIRMED');
  });

  test('a window that is moved stays the same event with a higher sequence; one that comes again is another', async () => {
    const { accountId } = await plant(state('maintenance'));
    const before = (await events())[2];
    const actor = { accountId, userId: 'usr_x', role: 'owner' as const };
    const [row] = await t.deps.db.read.all<{ id: string }>(
      sql`select id from maintenance_windows where title = 'New switches'`,
    );
    const starts_at = new Date(t.clock.now() + 3 * DAY).toISOString();
    const ends_at = new Date(t.clock.now() + 3 * DAY + HOUR).toISOString();
    await changeWindow(t.deps, actor, row?.id ?? '', { starts_at, ends_at });
    const after = (await events())[2];
    expect(after?.uid).toBe(before?.uid);
    expect([before?.sequence, after?.sequence]).toEqual([0, 1]);
    await t.deps.db.write('again', (tx) =>
      tx.run(sql`update maintenance_windows set cron = '0 12 * * 1', duration_seconds = 3600 where id = ${row?.id}`),
    );
    t.deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
    const first = (await events())[2]?.uid;
    await t.deps.db.write('again', (tx) =>
      tx.run(sql`update maintenance_windows set current_starts_at = current_starts_at + ${7 * DAY},
        current_ends_at = current_ends_at + ${7 * DAY} where id = ${row?.id}`),
    );
    t.deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
    expect((await events())[2]?.uid).not.toBe(first);
  });
});

describe('badges', () => {
  const shields = z.strictObject({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string().min(1),
    color: z.string().regex(/^#[0-9a-f]{6}$/),
    isError: z.boolean(),
    cacheSeconds: z.int().min(300),
  });

  test('status, uptime and response time, of the page, a group and a component', async () => {
    const planted = await plant({
      lines: [
        { name: 'Website', showChart: true, downSeconds: (ago) => (ago === 1 ? 7_776 : 0) },
        {
          name: 'Group',
          members: [
            { name: 'API', status: 'down' },
            { name: 'Quiet', showUptime: false },
          ],
        },
      ],
    });
    await t.deps.db.write('measure', (tx) =>
      tx.run(sql`insert into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds, degraded_seconds,
        excluded_seconds, sum_ms, max_ms, histogram) values (${planted.monitors[0]?.no}, 0, ${slotAt(0, t.clock.now())},
        10, 0, 300, 0, 0, 0, 1820, 300, '20:a')`),
    );
    const at = (name: string, query = '') =>
      text(name === '' ? `/s/acme/badge.svg${query}` : `/s/acme/components/${planted.ids.get(name)}/badge.svg${query}`);
    expect(said(await at(''))).toBe('status: partial outage');
    expect(said(await at('Website'))).toBe('status: operational');
    expect(said(await at('Group'))).toBe('status: partial outage');
    const page = await json<{ components: { uptime_percent: number }[] }>('/s/acme/api');
    expect(page.components[0]?.uptime_percent).toBe(99.899);
    expect(said(await at('Website', '?type=uptime'))).toBe('uptime: 99.89%');
    expect(said(await at('Website', '?type=uptime&window=24h'))).toBe('uptime: 100%');
    expect(said(await at('Quiet', '?type=uptime'))).toBe('uptime: no data');
    expect(said(await at('Website', '?type=response'))).toBe('response time: 182 ms');
    expect(said(await at('API', '?type=response'))).toBe('response time: no data');
    for (const path of ['/s/acme/badge.json', `/s/acme/components/${planted.ids.get('API')}/badge.json?type=uptime`]) {
      expect(shields.safeParse(await json(path)).error).toBeUndefined();
    }
    const compact = await at('', '?style=compact');
    expect(said(compact)).toBe('status: partial outage');
    expect(compact.match(/<text /g)).toHaveLength(1);
  });

  test('words and colours of the address are words and colours', async () => {
    await plant({ lines: [] });
    for (const label of HOSTILE) {
      const svg = await text(`/s/acme/badge.svg?label=${encodeURIComponent(label)}`);
      expect(svg).not.toMatch(/<script|<img|\p{Cc}/u);
      expect(svg.match(/<(?!\/?(svg|title|clipPath|rect|g|text)[ >])/g)).toBeNull();
    }
    expect(await text('/s/acme/badge.svg?label=Shop&color=fff')).toMatch(/fill="#ffffff".*fill="#000">no data/);
    expect(said(await text('/s/acme/badge.svg?label='))).toBe('no data');
    for (const query of ['color=url(x)', 'type=secret', 'style=none', 'window=9y', `label=${'x'.repeat(41)}`]) {
      expect(await text(`/s/acme/badge.svg?${query}`)).toBe(await text('/s/acme/badge.svg'));
    }
    expect([inkOn('#ffffff'), inkOn('#1f7a4d'), inkOn('#000000')]).toEqual(['#000', '#fff', '#fff']);
  });

  test('the addresses of Uptime Kuma, by id of a monitor or component', async () => {
    const planted = await plant({
      lines: [
        { name: 'Website', showChart: true, heardAgo: MINUTE },
        { name: 'Hidden', public: false },
        { name: 'Staff', membersOnly: true },
      ],
    });
    const ids = [planted.monitors[0]?.id, planted.monitors[0]?.componentId];
    for (const id of ids) {
      expect(said(await text(`/api/badge/${id}/status`))).toBe('status: operational');
      expect(said(await text(`/api/badge/${id}/uptime/24`))).toBe('uptime: 100%');
      expect(said(await text(`/api/badge/${id}/uptime/30d?label=Shop`))).toBe('Shop: 100%');
      expect(said(await text(`/api/badge/${id}/ping/720`))).toMatch(/^response time: \d+ ms$/);
      expect(said(await text(`/api/badge/${id}/avg-response`))).toMatch(/^response time:/);
    }
    // Where a page has a domain of its own, the old address of the badge is below it.
    for (const id of ids) {
      expect(said(await text(`/s/acme/api/badge/${id}/uptime/24h`))).toBe('uptime: 100%');
    }
    const other = await plant({ lines: [{ name: 'Foreign' }] }, 'other');
    expect((await get(`/s/acme/api/badge/${other.monitors[0]?.id}/status`)).status).toBe(404);
    const answer = await get(`/api/badge/${ids[0]}/status`);
    expect(
      (await get(`/api/badge/${ids[0]}/status`, { 'if-none-match': answer.headers.get('etag') ?? '' })).status,
    ).toBe(304);
    const hidden = planted.monitors.slice(1).flatMap((one) => [one.id, one.componentId]);
    const none = await Promise.all(
      [...hidden, 'mon_00000000000000ff', '1', "mon_x'--"].map((id) =>
        get(`/api/badge/${encodeURIComponent(id)}/status`),
      ),
    );
    const bodies = await Promise.all(
      none.map(async (one) => [one.status, one.headers.get('content-type'), await one.text()]),
    );
    expect(new Set(bodies.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(bodies[0]?.[0]).toBe(404);
    expect(said(String(bodies[0]?.[2]))).toBe('status: not found');
    expect((await get(`/api/badge/${ids[0]}/cert-exp`)).status).toBe(404);
    await t.deps.db.write('close', (tx) => tx.run(sql`update status_pages set visibility = 'members'`));
    t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });
    for (const id of ids) expect((await get(`/api/badge/${id}/status`)).status).toBe(404);
  });
});

describe('for terminals and watchers', () => {
  test('curl gets text, a browser the page, and nobody in between mixes them up', async () => {
    await plant(state('one-down'));
    const curl = await get('/s/acme', { 'user-agent': 'curl/8.5.0', accept: '*/*' });
    expect(curl.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(curl.headers.get('cache-control')).toBe('private, no-cache');
    expect(await curl.text()).toBe(await text('/s/acme/text'));
    const asked = await get('/s/acme', { 'user-agent': 'Anything/1.0', accept: 'text/plain' });
    expect(asked.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    for (const headers of [
      { 'user-agent': 'Mozilla/5.0', accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      { 'user-agent': 'curl/8.5.0', accept: 'text/html' },
      { 'user-agent': 'Mozilla/5.0', accept: '*/*' },
    ]) {
      expect((await get('/s/acme', headers)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    }
    const german = await get('/s/acme/text?lang=de');
    expect(await german.text()).not.toContain('Partial outage');
  });

  test('the worst stands first', async () => {
    await plant(state('group-mixed'));
    const rows = (await text('/s/acme/text')).split('\n').map((line) => line.trim().split(/ {2,}/)[0]);
    expect(rows.slice(rows.indexOf('Asia')).join(' ')).toBe(
      'Asia Tokyo Osaka Singapore Europe Paris Frankfurt World Islands Iceland Phone  http://localhost:8000/s/acme ',
    );
  });

  test('health+json fails with 503 and is never "not modified" then', async () => {
    await plant(state('most-down'));
    const answer = await get('/s/acme/health.json');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/health+json']);
    const again = await get('/s/acme/health.json', { 'if-none-match': answer.headers.get('etag') ?? '' });
    expect(again.status).toBe(503);
    const { status, checks } = (await again.json()) as { status: string; checks: Record<string, { status: string }[]> };
    expect(status).toBe('fail');
    expect(Object.values(checks).map(([one]) => one?.status)).toEqual(['fail', 'fail', 'pass']);
  });
});

const PUBLIC = [
  '/og.png',
  '/feed.atom',
  '/feed.rss',
  '/maintenance.ics',
  '/badge.svg',
  '/badge.json',
  '/embed',
  '/embed.js',
  '/embed.json',
  '/health.json',
  '/text',
  '/api/v2/summary.json',
  '/api/v2/incidents.json',
];

test('all of it is ready-made: tagged, packed, open to other origins, without a cookie', async () => {
  await plant(state('one-down'));
  for (const path of PUBLIC) {
    const plain = await get(`/s/acme${path}`);
    const packed = await get(`/s/acme${path}`, { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding'), path).toBe('gzip');
    expect(
      gunzipSync(Buffer.from(await packed.arrayBuffer())).equals(Buffer.from(await plain.clone().arrayBuffer())),
    ).toBe(true);
    const etag = plain.headers.get('etag') ?? '';
    expect((await get(`/s/acme${path}?utm=1`, { 'if-none-match': etag })).status, path).toBe(304);
    expect(plain.headers.get('access-control-allow-origin'), path).toBe('*');
    expect(plain.headers.get('cross-origin-resource-policy'), path).toBe('cross-origin');
    expect(plain.headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(plain.headers.get('set-cookie'), path).toBeNull();
    expect(plain.headers.get('x-frame-options'), path).toBeNull();
  }
  const embed = await get('/s/acme/embed');
  expect(embed.headers.get('content-security-policy')).toMatch(
    /default-src 'none'; style-src 'sha256-[^']+'.*frame-ancestors \*/,
  );
  expect(Buffer.byteLength(await text('/s/acme/embed.js'))).toBeLessThan(3_072);
});

test.each(['password', 'members'])('a page for few (%s) gives nothing away', async (visibility) => {
  const planted = await plant({ ...state('reported'), title: 'Secret title' });
  await t.deps.db.write('close', (tx) => tx.run(sql`update status_pages set visibility = ${visibility}`));
  t.deps.live.publish({ accountId: planted.accountId, type: 'settings', monitorIds: [] });
  for (const path of [...PUBLIC, `/components/${planted.ids.get('API')}/badge.svg`]) {
    const answer = await get(`/s/acme${path}`);
    expect([401, 403, 404], path).toContain(answer.status);
    expect(answer.headers.get('cache-control'), path).toContain('no-store');
    const body = await answer.text();
    for (const secret of ['Secret title', 'Payments', 'API', 'outage']) expect(body, path).not.toContain(secret);
  }
});

test.each(LANGUAGES)('a page that speaks %s speaks it to programs too', async (language) => {
  await plant({ ...state('reported'), language });
  await plant({ ...state('maintenance'), language }, 'works');
  const spoken = words(language);
  const feed = await text('/s/acme/feed.atom');
  expect(feed).toContain(`xml:lang="${LANGUAGE_TAG[language]}"`);
  expect(feed).toContain(`<subtitle>${spoken.headline.partial_outage}</subtitle>`);
  const { items } = await new Parser().parseString(feed);
  expect(items[0]?.title).toBe(spoken.feeds.entry(spoken.reports.status.identified, 'Payments are slow'));
  const { status } = await json<{ status: object }>('/s/acme/api/v2/status.json');
  expect(status).toEqual({ indicator: 'major', description: spoken.headline.partial_outage });
  expect(said(await text('/s/acme/badge.svg'))).toBe(`${spoken.badges.status}: ${spoken.badges.value.partial_outage}`);
  const calendar = new ICAL.Component(ICAL.parse(await text('/s/works/maintenance.ics')) as string[]);
  expect(calendar.getFirstPropertyValue('name')).toBe(spoken.feeds.calendar('Acme'));
  for (const slug of ['acme', 'works']) {
    const lines = (await text(`/s/${slug}/text`)).split('\n');
    for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
    for (const line of lines.slice(-5, -3)) expect(line).not.toContain('…');
  }
});
