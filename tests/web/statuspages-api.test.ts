import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { DAY } from '../../src/core/time.ts';
import { setPlan } from '../../src/engine/plans.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { plantMonitors } from '../support/pages.ts';
import { addMember, type World, world } from '../support/world.ts';

interface Page {
  id: string;
  slug: string;
  title: string;
  url: string;
  components: Record<string, unknown>[];
}

let t: TestApp;
let w: World;
beforeEach(async () => {
  t = await testApp();
  w = await world(t, { plan: 'pro' });
});
afterEach(() => t.close());

const alice = () => w.alice.browser;
const ask = (method: string, path: string, body?: unknown, person = w.alice) => person.browser.json(method, path, body);
const list = async () => ((await (await ask('GET', '/api/status-pages')).json()) as { data: Page[] }).data;
const make = async (slug: string, more: object = {}) =>
  ask('POST', '/api/status-pages', { title: slug, slug, ...more });
const made = async (slug: string, more: object = {}) => (await (await make(slug, more)).json()) as Page;
const shown = async (slug: string) => {
  const answer = await t.visitor().get(`/s/${slug}/api`);
  return ((await answer.json()) as { components: { name: string }[] }).components.map(({ name }) => name);
};

describe('pages over the API', () => {
  test('made, read, changed and deleted in the same words', async () => {
    const first = (await list())[0]?.id ?? '';
    const [monitor] = await plantMonitors(t.deps.db, t.clock.now(), w.alice.accountId, first, [{ name: 'Shop' }]);
    const answer = await make('acme-inside', {
      title: 'Inside',
      timezone: 'Asia/Tokyo',
      language: 'ja',
      auto_report: 'draft',
      hidden_from_search: true,
      components: [
        { id: 'front', kind: 'group', name: 'Front' },
        { monitor_id: monitor?.id, group_id: 'front', name: 'The shop', show_chart: true, show_uptime: false },
        { kind: 'manual', name: 'Desk', description: 'By phone', manual_status: 'maintenance', members_only: true },
      ],
    });
    expect(answer.status).toBe(201);
    const page = (await answer.json()) as Page;
    expect(answer.headers.get('location')).toBe(`/api/status-pages/${page.id}`);
    const group = page.components[0]?.['id'];
    expect(page).toMatchObject({
      slug: 'acme-inside',
      title: 'Inside',
      url: 'http://localhost:8000/s/acme-inside',
      timezone: 'Asia/Tokyo',
      language: 'ja',
      auto_report: 'draft',
      hidden_from_search: true,
      visibility: 'public',
      appearance: {},
      components: [
        { kind: 'group', name: 'Front', group_id: null, monitor_id: null },
        {
          kind: 'monitor',
          monitor_id: monitor?.id,
          group_id: group,
          show_chart: true,
          show_uptime: false,
          shown: true,
        },
        { kind: 'manual', description: 'By phone', manual_status: 'maintenance', members_only: true },
      ],
    });
    // What is read can be sent back and changes nothing.
    const { components } = page;
    const again = await ask('PATCH', `/api/status-pages/${page.id}`, { components });
    expect(((await again.json()) as Page).components).toEqual(components);
    expect((await ask('DELETE', `/api/status-pages/${page.id}`)).status).toBe(204);
    expect((await ask('GET', `/api/status-pages/${page.id}`)).status).toBe(404);
    expect((await t.visitor().get('/s/acme-inside')).status).toBe(404);
  });

  test('the old shape still lists monitors by id and name', async () => {
    const [first] = await list();
    const own = await plantMonitors(t.deps.db, t.clock.now(), w.alice.accountId, first?.id ?? '', [
      { name: 'Website' },
      { name: 'API' },
      { name: 'Ledger', public: false },
    ]);
    const [page] = await list();
    expect(page?.components.map((one) => one['shown'])).toEqual([true, true, false]);
    const answer = await ask('PATCH', `/api/status-pages/${page?.id}`, {
      title: 'By program',
      components: [{ monitor_id: own[1]?.id, name: 'Only this' }],
    });
    expect(await answer.json()).toMatchObject({
      title: 'By program',
      components: [{ id: own[1]?.componentId, monitor_id: own[1]?.id, name: 'Only this', shown: true }],
    });
    expect(await shown('alice-shop')).toEqual(['Only this']);
  });

  test('one component by itself: the others stay', async () => {
    const page = await made('second', {
      components: [
        { id: 'front', kind: 'group', name: 'Front' },
        { kind: 'manual', name: 'Desk', group_id: 'front', description: 'By phone' },
        { kind: 'manual', name: 'Other' },
      ],
    });
    const [group, desk, other] = page.components;
    const path = `/api/status-pages/${page.id}/components/${String(desk?.['id'])}`;
    const answer = await ask('PATCH', path, { manual_status: 'major_outage' });
    expect(((await answer.json()) as Page).components).toEqual([
      group,
      { ...desk, manual_status: 'major_outage' },
      other,
    ]);
    const facts = (await (await t.visitor().get('/s/second/api')).json()) as { status: string };
    expect(facts.status).toBe('partial_outage');
    const out = await ask('PATCH', path, { group_id: null });
    expect(((await out.json()) as Page).components[1]).toMatchObject({ name: 'Desk', group_id: null });
    const wrong = await ask('PATCH', path, { name: '' });
    expect([wrong.status, ((await wrong.json()) as { errors: { field: string }[] }).errors[0]?.field]).toEqual([
      422,
      'name',
    ]);
    expect((await ask('PATCH', path, { kind: 'group' })).status).toBe(422);
    expect((await ask('PATCH', path, {}, w.mallory)).status).toBe(404);
    expect((await ask('PATCH', `/api/status-pages/${page.id}/components/cmp_none`, {})).status).toBe(404);
  });

  test.each<[string, object, string]>([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['no title', { title: ' ' }, 'title'],
    ['a zone that is none', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['a language we do not speak', { language: 'tlh' }, 'language'],
    ['a foreign monitor', { components: [{ monitor_id: 'mon_0000000000000000' }] }, 'components.0.monitor_id'],
    [
      'a status that is none',
      { components: [{ kind: 'manual', name: 'X', manual_status: 'fine' }] },
      'components.0.manual_status',
    ],
    ['too many lines', { components: Array.from({ length: 501 }, () => ({ kind: 'group', name: 'G' })) }, 'components'],
    ['a reserved slug', { slug: 'admin' }, 'slug'],
    ['a taken slug', { slug: 'mallory-inc' }, 'slug'],
  ])('%s is refused beside its field', async (_name, change, field) => {
    const [page] = await list();
    const before = await list();
    const answer = await ask('PATCH', `/api/status-pages/${page?.id}`, change);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { errors: { field: string }[] }).errors.map((one) => one.field)).toContain(field);
    expect(await list()).toEqual(before);
  });

  test('others find nothing, viewers may look', async () => {
    const [page] = await list();
    const path = `/api/status-pages/${page?.id}`;
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { title: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await ask(method, path, body, w.mallory)).status).toBe(404);
      expect((await ask(method, path, body, w.bob)).status).toBe(method === 'GET' ? 200 : 403);
      expect((await t.visitor().json(method, path, body)).status).toBe(401);
    }
    const own = await plantMonitors(t.deps.db, t.clock.now(), w.alice.accountId, page?.id ?? '', [{ name: 'Shop' }]);
    const theirs = await ask('GET', '/api/status-pages', undefined, w.mallory);
    const id = ((await theirs.json()) as { data: Page[] }).data[0]?.id;
    const grab = { components: [{ id: own[0]?.componentId }, { monitor_id: own[0]?.id }] };
    expect((await ask('PATCH', `/api/status-pages/${id}`, grab, w.mallory)).status).toBe(422);
    // A foreign line's id is only a word: the new line gets an id of its own.
    const word = { components: [{ id: own[0]?.componentId, kind: 'manual', name: 'Mine' }] };
    const answer = await ask('PATCH', `/api/status-pages/${id}`, word, w.mallory);
    expect(((await answer.json()) as Page).components[0]?.['id']).not.toBe(own[0]?.componentId);
    expect((await list())[0]?.components).toHaveLength(1);
  });

  test('the document names every field', async () => {
    const document = (await (await t.visitor().json('GET', '/openapi.json')).json()) as {
      components: { schemas: Record<string, { properties: object }> };
    };
    const of = (name: string) => Object.keys(document.components.schemas[name]?.properties ?? {});
    expect(of('StatusPage')).toEqual(expect.arrayContaining(Object.keys((await list())[0] ?? {})));
    expect(of('StatusPageComponentInput')).toEqual(
      expect.arrayContaining(['id', 'kind', 'group_id', 'monitor_id', 'manual_status', 'show_chart', 'members_only']),
    );
  });
});

describe('several pages', () => {
  test('each plan holds its number of pages', async () => {
    expect((await make('second')).status).toBe(201);
    expect((await make('third-one')).status).toBe(201);
    const refused = await make('fourth-one');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'limit']);
    const page = await alice().post('/status-pages', { title: 'Fourth', slug: 'fourth-one' });
    expect([page.status, (await page.text()).includes('The Business plan holds 20.')]).toEqual([403, true]);
    expect(await (await alice().get('/status-pages')).text()).not.toContain('href="/status-pages/new"');
  });

  test('the list says what is on each and leads to it', async () => {
    const page = await made('second', { title: 'Second & co' });
    await t.deps.db.write('arrange', async (tx) => {
      const subscribe = (id: string, confirmed: number | null) =>
        tx.run(sql`insert into subscribers (id, page_id, kind, target, target_key, confirmed_at, created_at)
          values (${id}, ${page.id}, 'email', ${id}, ${id}, ${confirmed}, 1)`);
      await subscribe('sub_1', 1);
      await subscribe('sub_2', 1);
      await subscribe('sub_3', null);
      const report = (id: string, published: number | null, resolved: number | null) =>
        tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at, resolved_at,
          created_at, updated_at) values (${id}, ${page.id}, 'x', 'minor', 'investigating', ${published}, 1, ${resolved}, 1, 1)`);
      await report('rep_1', 1, null);
      await report('rep_2', 1, 1);
      await report('rep_3', null, null);
    });
    const drawn = (await (await alice().get('/status-pages')).text()).replace(/<svg[\s\S]*?<\/svg>/g, '');
    const row = drawn.match(/<tr>(?:(?!<\/tr>)[\s\S])*Second &amp; co[\s\S]*?<\/tr>/)?.[0] ?? '';
    const read = row.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    expect(read).toContain('localhost:8000/s/second');
    expect(read).toMatch(/Degraded Public 0 2 1 open 1 draft/);
    expect(row).toContain(`href="/status-pages/${page.id}"`);
  });

  test('made in the browser; a taken address is refused beside its field with a free one (E30)', async () => {
    const refused = await alice().post('/status-pages', { title: 'Kept title', slug: 'mallory-inc' });
    const drawn = await refused.text();
    expect(refused.status).toBe(422);
    expect(drawn).toContain('&quot;mallory-inc&quot; is taken. &quot;mallory-inc-status&quot; is free.');
    expect(drawn).toContain('value="Kept title"');
    const done = await alice().post('/status-pages', { title: 'Kept title', slug: 'mallory-inc-status' });
    expect(done.headers.get('location')).toMatch(/^\/status-pages\/pag_/);
    expect((await t.visitor().get('/s/mallory-inc-status')).status).toBe(200);
  });

  test('addresses are tried while they are typed', async () => {
    const page = await made('second');
    const attempt = async (query: string) => (await alice().json('GET', `/status-pages/address?${query}`)).json();
    expect(await attempt('slug=Free%20one')).toMatchObject({ problem: expect.stringContaining('Use letters') });
    expect(await attempt('slug=FREE-one')).toEqual({ slug: 'free-one', problem: null, free: null });
    expect(await attempt('slug=mallory-inc')).toMatchObject({ free: 'mallory-inc-status' });
    // One's own other page has its address too.
    expect(await attempt('slug=second')).toMatchObject({ problem: expect.stringContaining('is taken') });
    expect(await attempt(`slug=second&page=${page.id}`)).toMatchObject({ problem: null });
    expect((await make('second')).status).toBe(422);
  });

  test('a deleted page asks first, and its address rests for 30 days', async () => {
    const page = await made('second');
    const confirm = await (await alice().get(`/status-pages/${page.id}/delete`)).text();
    expect(confirm).toContain('Nobody else can take the address for 30 days.');
    const gone = await alice().post(`/status-pages/${page.id}/delete`);
    expect(gone.headers.get('location')).toBe('/status-pages');
    expect((await t.visitor().get('/s/second')).status).toBe(404);
    const wish = { title: 'M', slug: 'second' };
    expect((await ask('POST', '/api/status-pages', wish, w.mallory)).status).toBe(422);
    t.clock.advance(31 * DAY);
    const { browser, email } = w.mallory;
    await browser.post('/auth/login', { email, password: 'correct horse battery' });
    expect((await ask('POST', '/api/status-pages', wish, w.mallory)).status).toBe(201);
  });

  test('the first page can go once there is another, the last one stays', async () => {
    const [first] = await list();
    const only = await ask('DELETE', `/api/status-pages/${first?.id}`);
    expect([only.status, ((await only.json()) as { detail: string }).detail]).toEqual([
      409,
      'This is your only page. Make another one first, or let only members see this one.',
    ]);
    expect((await alice().post(`/status-pages/${first?.id}/delete`)).status).toBe(409);
    const second = await made('second');
    expect((await ask('DELETE', `/api/status-pages/${first?.id}`)).status).toBe(204);
    // The account is known by the address of its page: the frame of every page links it.
    expect(await (await alice().get('/dashboard')).text()).toContain('href="/s/second"');
    expect((await alice().get('/status-page')).headers.get('location')).toBe(`/status-pages/${second.id}`);
  });

  test('new public monitors go onto the first page only', async () => {
    const second = await made('second');
    const create = (name: string, more: object = {}) =>
      ask('POST', '/api/monitors', { name, type: 'http', url: 'https://example.com/', public: true, ...more });
    const answer = await create('Shop');
    expect(answer.status, await answer.clone().text()).toBe(201);
    expect(await shown('alice-shop')).toEqual(['Shop']);
    expect(await shown('second')).toEqual([]);
    // Put on the other page while it was private, it stays there alone.
    const ledger = (await (await create('Ledger', { public: false })).json()) as { id: string };
    await ask('PATCH', `/api/status-pages/${second.id}`, { components: [{ monitor_id: ledger.id }] });
    await ask('PATCH', `/api/monitors/${ledger.id}`, { public: true });
    expect(await shown('second')).toEqual(['Ledger']);
    expect(await shown('alice-shop')).toEqual(['Shop']);
  });

  test('members make and delete pages as owners do', async () => {
    await setPlan(t.deps, w.alice.accountId, 'business');
    const member = await addMember(t, w.alice, 'member@example.com', 'member');
    const answer = await ask('POST', '/api/status-pages', { title: 'M', slug: 'by-member' }, member);
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as Page;
    expect((await ask('DELETE', `/api/status-pages/${id}`, undefined, member)).status).toBe(204);
  });
});
