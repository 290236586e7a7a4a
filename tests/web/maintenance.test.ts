import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { cronWords } from '../../src/maintenance/words.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

interface WindowJson {
  id: string;
  title: string;
  body: string | null;
  monitor_ids: string[];
  status_page_ids: string[];
  state: string;
  timezone: string;
  starts_at: string | null;
  ends_at: string | null;
  cron: string | null;
  duration_seconds: number | null;
}
interface ProblemJson {
  errors?: { field: string; message: string }[];
}

let app: TestApp;
let w: World;
let shop: string;
let theirs: string;

beforeEach(async () => {
  app = await testApp();
  w = await world(app, { plan: 'business' });
  shop = await addMonitor(w.alice.accountId, 'mon_shop', 'Shop');
  theirs = await addMonitor(w.mallory.accountId, 'mon_theirs', 'Theirs');
  await app.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into components (id, page_id, monitor_no, position)
      select 'cmp_shop', p.id, m.no, 0 from status_pages p join monitors m on m.account_id = p.account_id
      where m.id = ${shop}`),
  );
});
afterEach(() => app.close());

async function addMonitor(accountId: string, id: string, name: string): Promise<string> {
  await app.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values (${id}, ${accountId}, ${name}, 'http', 'https://shop.example', '{}', 60, 10, 3, 1, 1, '[]', ${app.clock.now()})`),
  );
  return id;
}

const iso = (fromNow: number) => new Date(app.clock.now() + fromNow).toISOString();

function once(over: object = {}): object {
  return { title: 'New disks', monitor_ids: [shop], starts_at: iso(-MINUTE), ends_at: iso(HOUR), ...over };
}

async function create(body: object = once()): Promise<WindowJson> {
  const answer = await w.alice.browser.json('POST', '/api/maintenance', body);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as WindowJson;
}

async function read(id: string): Promise<WindowJson> {
  return (await (await w.alice.browser.json('GET', `/api/maintenance/${id}`)).json()) as WindowJson;
}

async function shopStatus(): Promise<string> {
  const answer = await w.alice.browser.json('GET', `/api/monitors/${shop}`);
  return ((await answer.json()) as { status: string }).status;
}

describe('by API', () => {
  test('a single window is planned, read, listed, changed and deleted', async () => {
    const made = await create();
    expect(made).toMatchObject({
      title: 'New disks',
      state: 'active',
      timezone: 'UTC',
      monitor_ids: [shop],
      cron: null,
    });
    expect(await shopStatus()).toBe('maintenance');
    const list = (await (await w.alice.browser.json('GET', '/api/maintenance')).json()) as { data: WindowJson[] };
    expect(list.data).toEqual([made]);
    const patch = { title: 'Newer disks', starts_at: iso(HOUR), ends_at: iso(2 * HOUR) };
    await w.alice.browser.json('PATCH', `/api/maintenance/${made.id}`, patch);
    expect(await read(made.id)).toMatchObject({ ...patch, state: 'scheduled', monitor_ids: [shop] });
    expect(await shopStatus()).not.toBe('maintenance');
    expect((await w.alice.browser.json('DELETE', `/api/maintenance/${made.id}`)).status).toBe(204);
    expect((await w.alice.browser.json('GET', `/api/maintenance/${made.id}`)).status).toBe(404);
    const actions = await app.deps.db.read.all<{ action: string }>(
      sql`select action from audit_log where subject = ${made.id} order by id`,
    );
    expect(actions.map(({ action }) => action)).toEqual([
      'maintenance.created',
      'maintenance.changed',
      'maintenance.deleted',
    ]);
  });

  test('a repeating window lists its occurrences by the clock of its zone', async () => {
    const made = await create({
      title: 'Backup',
      monitor_ids: [shop],
      cron: '30 2 * * *',
      duration_seconds: 1_800,
      timezone: 'Europe/Berlin',
    });
    const query = 'from=2027-03-27T00:00:00Z&until=2027-03-29T12:00:00Z';
    const answer = await w.alice.browser.json('GET', `/api/maintenance/${made.id}/occurrences?${query}`);
    const { data } = (await answer.json()) as { data: { starts_at: string }[] };
    expect(data.map(({ starts_at }) => starts_at)).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ]);
  });

  test.each([
    ['a title is missing', { title: '' }, 'title'],
    ['the end is before the start', { ends_at: '2020-01-01T00:00:00Z' }, 'ends_at'],
    ['an end is missing', { ends_at: null }, 'ends_at'],
    ['it is longer than a fortnight', { ends_at: '2099-01-01T00:00:00Z' }, 'ends_at'],
    ['the zone does not exist', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['both ways are given', { cron: '0 2 * * *', duration_seconds: 60 }, 'cron'],
    ['the expression is wrong', { starts_at: null, ends_at: null, cron: '0 25 * * *', duration_seconds: 60 }, 'cron'],
    [
      'it lasts no time',
      { starts_at: null, ends_at: null, cron: '0 2 * * *', duration_seconds: 0 },
      'duration_seconds',
    ],
    [
      'its windows touch',
      { starts_at: null, ends_at: null, cron: '0 * * * *', duration_seconds: 3_600 },
      'duration_seconds',
    ],
    ['it covers nothing', { monitor_ids: [] }, 'monitor_ids'],
    ['a monitor is another account’s', { monitor_ids: ['mon_theirs'] }, 'monitor_ids'],
    ['a page is another account’s', { status_page_ids: ['pag_theirs'] }, 'status_page_ids'],
  ])('is refused when %s', async (_name, over, field) => {
    const answer = await w.alice.browser.json('POST', '/api/maintenance', once(over));
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as ProblemJson;
    expect(errors?.map((error) => error.field)).toContain(field);
    expect(await app.deps.db.read.all(sql`select id from maintenance_windows`)).toEqual([]);
  });

  test('the fault of an expression has its position', async () => {
    const over = { starts_at: null, ends_at: null, cron: '0 25 * * *', duration_seconds: 60 };
    const answer = await w.alice.browser.json('POST', '/api/maintenance', once(over));
    expect(((await answer.json()) as ProblemJson).errors?.[0]?.message).toContain('position 3');
  });

  test('a patch switches between once and repeating, and leaves the times alone otherwise', async () => {
    const { id } = await create();
    const before = await read(id);
    await w.alice.browser.json('PATCH', `/api/maintenance/${id}`, { title: 'Other' });
    expect(await read(id)).toEqual({ ...before, title: 'Other' });
    await w.alice.browser.json('PATCH', `/api/maintenance/${id}`, { cron: '0 2 * * SUN', duration_seconds: 600 });
    expect(await read(id)).toMatchObject({ cron: '0 2 * * SUN', starts_at: null, ends_at: null, state: 'scheduled' });
  });

  test('nobody reaches into another account', async () => {
    const { id } = await create();
    const answer = await w.mallory.browser.json('PATCH', `/api/maintenance/${id}`, { monitor_ids: [theirs] });
    expect(answer.status).toBe(404);
    expect((await read(id)).monitor_ids).toEqual([shop]);
  });
});

describe('the pages', () => {
  const form = (over: object = {}) => ({
    repeat: 'once',
    title: 'New <disks>',
    timezone: 'Europe/Berlin',
    starts_at: '2027-01-10T02:00',
    ends_at: '2027-01-10T03:30',
    'monitor_ids[]': shop,
    ...over,
  });

  test('plan a window in the zone of its maker and say when it is', async () => {
    expect((await w.alice.browser.post('/maintenance', form())).status).toBe(303);
    const page = await (await w.alice.browser.get('/maintenance')).text();
    expect(page).toContain('New &lt;disks&gt;');
    expect(page).toContain('10 Jan 2027, 02:00 to 03:30 (Europe/Berlin)');
    const [row] = await app.deps.db.read.all<{ starts_at: number }>(sql`select starts_at from maintenance_windows`);
    expect(row?.starts_at).toBe(Date.parse('2027-01-10T01:00:00Z'));
  });

  test('keep what was typed and put the sentence beside the field', async () => {
    const answer = await w.alice.browser.post(
      '/maintenance',
      form({ repeat: 'again', cron: '61 2 * * *', length: '30', body: 'Typed with care' }),
    );
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('value="61 2 * * *"');
    expect(page).toContain('Typed with care');
    expect(page).toMatch(/id="f-cron-error"[^]*position 1/);
    expect(page).toMatch(new RegExp(`value="${shop}" checked`));
  });

  test('rename a window that is on without touching its times', async () => {
    const { id } = await create();
    const page = await (await w.alice.browser.get(`/maintenance/${id}/edit`)).text();
    const value = (name: string) => new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1] ?? '';
    const before = await read(id);
    const sent = { starts_at: value('starts_at'), ends_at: value('ends_at'), timezone: 'UTC', title: 'Renamed' };
    expect((await w.alice.browser.post(`/maintenance/${id}`, form(sent))).status).toBe(303);
    expect(await read(id)).toEqual({ ...before, title: 'Renamed' });
  });

  test('offer the pages of the account, show how the words will look, and tell followers once', async () => {
    const [page] = await app.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${w.alice.accountId}`,
    );
    const pageId = page?.id ?? '';
    const announced = async () =>
      (await app.deps.db.read.all(sql`select 1 from deliveries where event = 'fan'`)).length;
    const sent = form({ 'monitor_ids[]': [], 'status_page_ids[]': pageId, body: 'Log in **later**.' });
    const preview = await (await w.alice.browser.post('/maintenance', { ...sent, act: 'preview' })).text();
    expect(preview).toContain('<p>Log in <strong>later</strong>.</p>');
    expect(preview).toContain(`value="${pageId}" checked`);
    expect(await announced()).toBe(0);
    expect((await w.alice.browser.post('/maintenance', sent)).status).toBe(303);
    expect(await announced()).toBe(1);
    const list = (await (await w.alice.browser.json('GET', '/api/maintenance')).json()) as { data: WindowJson[] };
    expect(list.data[0]?.status_page_ids).toEqual([pageId]);
    const path = `/maintenance/${list.data[0]?.id}`;
    await w.alice.browser.post(path, { ...sent, title: 'Renamed' });
    expect(await announced()).toBe(1);
    await w.alice.browser.post(path, { ...sent, starts_at: '2027-01-10T02:30' });
    expect(await announced()).toBe(2);
    const refused = await w.alice.browser.post(path, { ...sent, 'status_page_ids[]': 'pag_unknown' });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('There is no such page.');
  });

  test('end a window now', async () => {
    const { id } = await create();
    expect(await shopStatus()).toBe('maintenance');
    await w.alice.browser.post(`/maintenance/${id}/end`);
    expect(await shopStatus()).not.toBe('maintenance');
    expect(await read(id)).toMatchObject({ state: 'completed', ends_at: iso(0) });
  });

  test('ending one occurrence leaves the next', async () => {
    const { id } = await create({
      title: 'Daily',
      monitor_ids: [shop],
      cron: '0 0 * * *',
      duration_seconds: 23 * 3_600,
    });
    expect((await read(id)).state).toBe('active');
    await w.alice.browser.post(`/maintenance/${id}/end`);
    expect((await read(id)).state).toBe('scheduled');
    const answer = await w.alice.browser.json('GET', `/api/maintenance/${id}/occurrences`);
    const { data } = (await answer.json()) as { data: { starts_at: string }[] };
    const tomorrow = (Math.floor(app.clock.now() / DAY) + 1) * DAY;
    expect(data[0]?.starts_at).toBe(new Date(tomorrow).toISOString());
  });

  test('of a monitor say that it is in maintenance', async () => {
    await create();
    const page = await (await w.alice.browser.get(`/monitors/${shop}`)).text();
    expect(page).toContain('In maintenance.');
    expect(page).toContain('data-status="maintenance"');
  });

  test('a viewer sees the list without its buttons', async () => {
    await create();
    const page = await (await w.bob.browser.get('/maintenance')).text();
    expect(page).toContain('New disks');
    expect(page).not.toContain('End now');
    expect(page).not.toContain('/maintenance/new');
  });
});

describe('visitors', () => {
  interface Shown {
    status: string;
    components: { id: string; status: string }[];
    maintenance: { id: string; title: string; state: string; components: string[] }[];
  }

  async function shown(): Promise<Shown> {
    return (await (await app.visitor().get(`/s/${w.alice.slug}/api`)).json()) as Shown;
  }

  test('see what is on and what comes, with the components it covers', async () => {
    const active = await create(once({ title: 'Disks & <fans>' }));
    const coming = await create(once({ title: 'Network', starts_at: iso(2 * DAY), ends_at: iso(2 * DAY + HOUR) }));
    await create(once({ title: 'Far away', starts_at: iso(60 * DAY), ends_at: iso(60 * DAY + HOUR) }));
    const page = await shown();
    expect(page).toMatchObject({
      status: 'maintenance',
      components: [{ status: 'maintenance' }],
      maintenance: [
        { id: active.id, state: 'active', components: ['cmp_shop'] },
        { id: coming.id, state: 'scheduled', components: ['cmp_shop'] },
      ],
    });
    const html = await (await app.visitor().get(`/s/${w.alice.slug}`)).text();
    expect(html).toContain('Disks &amp; &lt;fans&gt;');
    expect(html).toContain('Planned maintenance');
    expect(html).not.toContain('Far away');
  });

  test('see nothing of work on what is private', async () => {
    await app.deps.db.write('arrange', (tx) => tx.run(sql`update monitors set public = 0 where id = ${shop}`));
    await create(once({ title: 'Hidden work' }));
    expect((await shown()).maintenance).toEqual([]);
  });

  test('see what a page was told to announce', async () => {
    const [page] = await app.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${w.alice.accountId}`,
    );
    await create(once({ title: 'Office move', monitor_ids: [], status_page_ids: [page?.id] }));
    expect((await shown()).maintenance).toMatchObject([{ title: 'Office move', components: [] }]);
  });
});

test.each([
  ['30 2 * * *', 'Every day at 02:30'],
  ['0 2 * * SUN', 'Every Sunday at 02:00'],
  ['0 22 * * 1-5', 'Every weekday at 22:00'],
  ['15 4 * * 0,6', 'Every Sunday and Saturday at 04:15'],
  ['0 3 1 * *', 'On day 1 of every month at 03:00'],
  ['*/20 3 * * *', 'At */20 3 * * *'],
])('%s is said as "%s"', (cron, words) => {
  expect(cronWords(cron)).toBe(words);
});
