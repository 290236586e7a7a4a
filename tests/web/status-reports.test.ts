import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { saveComponents } from '../../src/statuspages/component-queries.ts';
import { loadFacts } from '../../src/statuspages/load.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

interface ReportJson {
  id: string;
  title: string;
  impact: string;
  status: string;
  draft: boolean;
  started_at: string;
  resolved_at: string | null;
  next_update_by: string | null;
  published_at: string | null;
  components: { id: string; name: string; status: string }[];
  updates: { id: string; status: string; body: string; notified: boolean; created_at: string }[];
}
interface ProblemJson {
  code: string;
  errors?: { field: string; message: string }[];
}

let app: TestApp;
let w: World;
let page: string;
let theirPage: string;

beforeEach(async () => {
  app = await testApp();
  w = await world(app, { plan: 'business' });
  page = await pageOf(w.alice.accountId);
  theirPage = await pageOf(w.mallory.accountId);
  await addComponent(w.alice.accountId, page, 'shop', 'Shop');
  await addComponent(w.alice.accountId, page, 'api', 'API');
  await addComponent(w.mallory.accountId, theirPage, 'theirs', 'Theirs');
});
afterEach(() => app.close());

async function pageOf(accountId: string): Promise<string> {
  const [row] = await app.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${accountId}`,
  );
  return row?.id ?? '';
}

async function addComponent(accountId: string, pageId: string, key: string, name: string): Promise<void> {
  await app.deps.db.write('arrange', async (tx) => {
    await tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds, timeout_seconds,
        failure_threshold, recovery_threshold, public, tags, created_at)
      values (${`mon_${key}`}, ${accountId}, ${name}, 'http', 'https://x.example', '{}', 60, 10, 3, 1, 1, '[]', 0)`);
    await tx.run(sql`insert into components (id, page_id, monitor_no, position)
      select ${`cmp_${key}`}, ${pageId}, no, no from monitors where id = ${`mon_${key}`}`);
  });
}

const at = (): string => `/api/status-pages/${page}/reports`;
const iso = (fromNow: number) => new Date(app.clock.now() + fromNow).toISOString();
const facts = () => loadFacts(app.deps, { pageId: page }, 'public');

function input(over: object = {}): object {
  const components = [{ id: 'cmp_shop', status: 'partial_outage' }];
  return { title: 'Payments fail', impact: 'major', body: 'We **look**.', components, ...over };
}

async function write(over: object = {}): Promise<ReportJson> {
  const answer = await w.alice.browser.json('POST', at(), input(over));
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as ReportJson;
}

async function say(id: string, body: object, expected = 201): Promise<ReportJson> {
  const answer = await w.alice.browser.json('POST', `${at()}/${id}/updates`, body);
  expect(answer.status, await answer.clone().text()).toBe(expected);
  return (await answer.json()) as ReportJson;
}

async function refused(answer: Response): Promise<string[]> {
  expect(answer.status).toBe(422);
  return ((await answer.json()) as ProblemJson).errors?.map(({ field }) => field) ?? [];
}

async function audited(): Promise<string[]> {
  const rows = await app.deps.db.read.all<{ action: string }>(
    sql`select action from audit_log where action like 'status_report.%' or action like 'report_template.%' order by id`,
  );
  return rows.map(({ action }) => action);
}

async function announced(): Promise<number> {
  const [row] = await app.deps.db.read.all<{ n: number }>(
    sql`select count(*) as n from deliveries where event = 'fan'`,
  );
  return row?.n ?? 0;
}

describe('the life of a report', () => {
  test('from the first words to the postmortem', async () => {
    const report = await write({ next_update_by: iso(HOUR) });
    expect(report).toMatchObject({ status: 'investigating', draft: false, resolved_at: null });
    expect(report.components).toEqual([{ id: 'cmp_shop', name: 'Shop', status: 'partial_outage' }]);
    expect(await facts()).toMatchObject({
      status: 'partial_outage',
      reports: [{ id: report.id, status: 'investigating' }],
    });

    app.clock.advance(10 * MINUTE);
    const monitoring = await say(report.id, {
      status: 'monitoring',
      body: 'A fix is out.',
      components: [
        { id: 'cmp_shop', status: 'degraded' },
        { id: 'cmp_api', status: 'operational' },
      ],
    });
    expect(monitoring).toMatchObject({ status: 'monitoring', next_update_by: null, resolved_at: null });
    expect(monitoring.components.map(({ id, status }) => [id, status])).toEqual([
      ['cmp_shop', 'degraded'],
      ['cmp_api', 'operational'],
    ]);

    app.clock.advance(10 * MINUTE);
    const resolved = await say(report.id, { status: 'resolved', body: 'Done.' });
    expect(resolved).toMatchObject({ status: 'resolved', resolved_at: iso(0) });
    expect(resolved.components.every(({ status }) => status === 'operational')).toBe(true);
    expect((await facts())?.reports[0]?.resolvedAt).toBe(app.clock.now());

    app.clock.advance(HOUR);
    const after = await say(report.id, { status: 'postmortem', body: '# What happened' });
    expect(after).toMatchObject({ status: 'postmortem', resolved_at: iso(-HOUR) });
    expect(after.updates.map(({ status }) => status)).toEqual([
      'postmortem',
      'resolved',
      'monitoring',
      'investigating',
    ]);

    const again = await say(report.id, { status: 'investigating', body: 'It is back.' });
    expect(again).toMatchObject({ status: 'investigating', resolved_at: null });
    expect(await announced()).toBe(5);
    expect(await audited()).toEqual(['status_report.published', ...Array<string>(4).fill('status_report.updated')]);
  });

  test('a draft is nobody else’s, and is dated when it is published', async () => {
    const draft = await write({ draft: true });
    expect(draft).toMatchObject({ draft: true, published_at: null });
    expect((await facts())?.reports).toEqual([]);
    expect((await facts())?.status).not.toBe('partial_outage');
    expect(await announced()).toBe(0);
    await say(draft.id, { status: 'identified', body: 'x' }, 409);

    app.clock.advance(HOUR);
    const publish = (body: object) => w.alice.browser.json('POST', `${at()}/${draft.id}/publish`, body);
    const published = (await (await publish({ notify: true })).json()) as ReportJson;
    expect(published).toMatchObject({ draft: false, started_at: iso(0), published_at: iso(0) });
    expect(published.updates[0]).toMatchObject({ created_at: iso(0), notified: true });
    expect((await facts())?.reports).toHaveLength(1);
    expect(await announced()).toBe(1);
    expect((await publish({})).status).toBe(409);
    expect(await audited()).toEqual(['status_report.drafted', 'status_report.published']);
  });

  test('nobody is told when nobody is to be told', async () => {
    const report = await write({ notify: false });
    const [update] = (await say(report.id, { status: 'resolved', body: 'Done.', notify: false })).updates;
    expect(update?.notified).toBe(false);
    expect(await announced()).toBe(0);
  });

  test('what was written can be corrected, and the report follows', async () => {
    const report = await write();
    const resolved = await say(report.id, { status: 'resolved', body: 'Done.' });
    const patch = (path: string, body: object) => w.alice.browser.json('PATCH', `${at()}/${report.id}${path}`, body);
    const update = resolved.updates[0]?.id ?? '';
    const back = (await (
      await patch(`/updates/${update}`, { status: 'monitoring', body: 'Nearly.' })
    ).json()) as ReportJson;
    expect(back).toMatchObject({ status: 'monitoring', resolved_at: null });
    expect(back.updates[0]).toMatchObject({ body: 'Nearly.', status: 'monitoring' });
    const changed = (await (
      await patch('', { title: 'Cards fail', impact: 'minor', started_at: iso(-HOUR), components: [] })
    ).json()) as ReportJson;
    expect(changed).toMatchObject({ title: 'Cards fail', impact: 'minor', started_at: iso(-HOUR), components: [] });
    expect((await patch(`/updates/upd_unknown`, { body: 'x' })).status).toBe(404);
    expect(await audited()).toContain('status_report.corrected');
    expect((await w.alice.browser.json('DELETE', `${at()}/${report.id}`)).status).toBe(204);
    expect((await facts())?.reports).toEqual([]);
    expect((await w.alice.browser.json('GET', `${at()}/${report.id}`)).status).toBe(404);
  });

  test('the list goes on by a cursor and knows drafts, open and past ones', async () => {
    const ids: string[] = [];
    for (const over of [{}, { draft: true }, { status: 'resolved' }]) {
      app.clock.advance(MINUTE);
      ids.push((await write(over)).id);
    }
    const list = async (query: string) =>
      (await (await w.bob.browser.json('GET', `${at()}?${query}`)).json()) as {
        data: ReportJson[];
        next_cursor: string | null;
      };
    const first = await list('limit=2');
    expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect((await list(`limit=2&cursor=${first.next_cursor}`)).data.map(({ id }) => id)).toEqual([ids[0]]);
    for (const [i, state] of ['open', 'draft', 'past'].entries()) {
      expect((await list(`state=${state}`)).data.map(({ id }) => id)).toEqual([ids[i]]);
    }
  });
});

describe('what is for members', () => {
  beforeEach(() =>
    app.deps.db.write('arrange', (tx) => tx.run(sql`update components set members_only = 1 where id = 'cmp_api'`)),
  );
  const about = (...ids: string[]) => ({ components: ids.map((id) => ({ id, status: 'degraded' })) });

  test('is reported to members only, and does not become public when its line is taken away', async () => {
    await write({ title: 'Secret', ...about('cmp_api') });
    await write({ title: 'Both', ...about('cmp_api', 'cmp_shop') });
    await write({ title: 'Open', ...about('cmp_shop') });
    const titles = async (audience: 'public' | 'member') =>
      (await loadFacts(app.deps, { pageId: page }, audience))?.reports.map(({ title }) => title).toSorted();
    expect(await titles('public')).toEqual(['Both', 'Open']);
    expect(await titles('member')).toEqual(['Both', 'Open', 'Secret']);
    await app.deps.db.write('empty the page', (tx) => saveComponents(tx, page, []));
    expect(await titles('member')).toEqual(['Both', 'Open']);
    expect(await titles('public')).toEqual(['Both', 'Open']);
  });
});

describe('refused with a reason', () => {
  test.each([
    ['title', { title: '' }],
    ['body', { body: ' ' }],
    ['body', { body: 'x'.repeat(10_001) }],
    ['impact', { impact: 'huge' }],
    ['status', { status: 'fine' }],
    ['components', { components: [{ id: 'cmp_theirs', status: 'degraded' }] }],
    ['components.0.status', { components: [{ id: 'cmp_shop', status: 'broken' }] }],
    ['started_at', { started_at: '2027-01-01T00:00:00Z' }],
    ['started_at', { started_at: 'yesterday' }],
    ['next_update_by', { next_update_by: '2020-01-01T00:00:00Z' }],
  ])('%s: %j', async (field, over) => {
    expect(await refused(await w.alice.browser.json('POST', at(), input(over)))).toEqual([field]);
  });

  test('a postmortem before the end', async () => {
    const { id } = await write();
    const answer = await w.alice.browser.json('POST', `${at()}/${id}/updates`, { status: 'postmortem', body: 'x' });
    expect(await refused(answer)).toEqual(['status']);
  });

  test('other people’s pages, reports and templates are not there', async () => {
    const { id } = await write();
    const template = await w.alice.browser.json('POST', '/api/report-templates', { name: 'T', title: 'T', body: 'b' });
    const { id: templateId } = (await template.json()) as { id: string };
    for (const [method, path, body] of [
      ['GET', `${at()}/${id}`, undefined],
      ['POST', at(), input()],
      ['POST', `${at()}/${id}/updates`, { status: 'resolved', body: 'x' }],
      ['PATCH', `${at()}/${id}`, { title: 'x' }],
      ['POST', `${at()}/${id}/publish`, {}],
      ['DELETE', `${at()}/${id}`, undefined],
      // Their own page does not open Alice's report.
      ['PATCH', `/api/status-pages/${theirPage}/reports/${id}`, { title: 'x' }],
      ['GET', `/api/report-templates/${templateId}`, undefined],
      ['PATCH', `/api/report-templates/${templateId}`, { name: 'x' }],
      ['DELETE', `/api/report-templates/${templateId}`, undefined],
    ] as const) {
      expect((await w.mallory.browser.json(method, path, body)).status, `${method} ${path}`).toBe(404);
    }
    expect((await facts())?.reports).toHaveLength(1);
    expect((await w.bob.browser.json('POST', at(), input())).status).toBe(403);
  });
});

test('templates are kept, changed and deleted', async () => {
  const created = await w.alice.browser.json('POST', '/api/report-templates', {
    name: 'Payments',
    title: 'Payments fail',
    body: 'We look.',
    impact: 'critical',
  });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  const changed = await w.alice.browser.json('PATCH', `/api/report-templates/${id}`, { body: 'We know.' });
  expect(await changed.json()).toMatchObject({ name: 'Payments', body: 'We know.', impact: 'critical' });
  const list = (await (await w.bob.browser.json('GET', '/api/report-templates')).json()) as { data: unknown[] };
  expect(list.data).toHaveLength(1);
  expect(await refused(await w.alice.browser.json('POST', '/api/report-templates', { name: '' }))).toEqual([
    'name',
    'title',
    'body',
  ]);
  expect((await w.alice.browser.json('DELETE', `/api/report-templates/${id}`)).status).toBe(204);
  expect(await audited()).toEqual(['report_template.created', 'report_template.changed', 'report_template.deleted']);
});

describe('the pages', () => {
  const root = () => `/status-pages/${page}/reports`;
  const form = (over: Record<string, string | string[]> = {}) => ({
    title: 'Payments <fail>',
    impact: 'major',
    status: 'investigating',
    body: 'We **look**.',
    next: '30',
    notify: 'true',
    'components[]': 'cmp_shop',
    state_cmp_shop: 'partial_outage',
    state_cmp_api: 'degraded',
    ...over,
  });
  const html = async (path: string) => (await w.alice.browser.get(path)).text();
  const visitors = async () => (await app.visitor().get('/s/alice-shop')).text();

  async function publish(over: Record<string, string | string[]> = {}): Promise<string> {
    const answer = await w.alice.browser.post(root(), form({ act: 'publish', ...over }));
    expect(answer.status, await answer.clone().text()).toBe(303);
    return answer.headers.get('location') ?? '';
  }

  test('publish a report that visitors see with their next request, and its update', async () => {
    expect(await visitors()).not.toContain('Payments');
    const at = await publish();
    expect(await visitors()).toContain('Payments &lt;fail&gt;');
    expect(await visitors()).toContain('<strong>look</strong>');
    const report = (await facts())?.reports[0];
    expect(report).toMatchObject({
      nextUpdateBy: app.clock.now() + 30 * MINUTE,
      components: [{ id: 'cmp_shop', status: 'partial_outage' }],
    });
    const page1 = await html(at);
    expect(page1).toContain('Payments &lt;fail&gt;');
    expect(page1).toContain('<strong>look</strong>');
    app.clock.advance(31 * MINUTE);
    expect(await html(at)).toContain('Visitors are waiting for it');
    const posted = await w.alice.browser.post(
      `${at}/updates`,
      form({ act: 'post', status: 'resolved', body: 'Done.' }),
    );
    expect(posted.status).toBe(303);
    expect(await html(root())).toMatch(/id="past"[^]*Payments &lt;fail&gt;[^]*Resolved/);
    expect(await announced()).toBe(2);
  });

  test('a preview shows the words and does nothing', async () => {
    const sent = form({ act: 'preview', body: '*Now* <script>alert(1)</script> ![x](https://evil.example/p.png)' });
    const answer = await w.alice.browser.post(root(), sent);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toContain('<p><em>Now</em> &#60;script&#62;alert(1)&#60;/script&#62; x</p>');
    expect(text).toContain('value="Payments &lt;fail&gt;"');
    expect(text).toMatch(/value="cmp_shop" checked/);
    expect((await facts())?.reports).toEqual([]);
    const at = await publish();
    expect(await (await w.alice.browser.post(`${at}/updates`, sent)).text()).toContain('<em>Now</em>');
    expect((await facts())?.reports[0]?.updates).toHaveLength(1);
  });

  test('keep what was typed and put the sentence beside the field', async () => {
    const answer = await w.alice.browser.post(
      root(),
      form({ act: 'publish', title: '', started_at: '2030-01-01T00:00' }),
    );
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text).toMatch(/id="f-title-error"[^]*Give it a title/);
    expect(text).toContain('We **look**.');
    expect(text).toMatch(/value="partial_outage" selected/);
    const late = await w.alice.browser.post(root(), form({ act: 'publish', started_at: '2030-01-01T00:00' }));
    expect(await late.text()).toMatch(/id="f-started_at-error"[^]*This is in the future/);
    const at = await publish();
    const empty = await w.alice.browser.post(`${at}/updates`, form({ act: 'post', body: '' }));
    expect(empty.status).toBe(422);
    expect(await empty.text()).toMatch(/id="f-body-error"[^]*Say what is going on/);
  });

  test('a draft is kept, edited on the clock of the page, published and deleted', async () => {
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`update status_pages set timezone = 'Asia/Tokyo' where id = ${page}`),
    );
    const at = await publish({ act: 'draft', started_at: '2026-11-19T09:00' });
    expect(await visitors()).not.toContain('Payments');
    expect(await html(root())).toMatch(/id="drafts"[^]*Payments/);
    expect(await html(`${at}/edit`)).toContain('value="2026-11-19T09:00"');
    const edited = form({
      title: 'Cards fail',
      started_at: '2026-11-19T08:00',
      next: 'kept',
      'components[]': 'cmp_api',
    });
    expect((await w.alice.browser.post(at, edited)).status).toBe(303);
    expect((await w.alice.browser.post(`${at}/publish`, { notify: 'true' })).status).toBe(303);
    expect((await facts())?.reports[0]).toMatchObject({
      title: 'Cards fail',
      startedAt: Date.parse('2026-11-18T23:00:00Z'),
      componentIds: ['cmp_api'],
    });
    const update = /updates\/(upd_\w+)\/edit/.exec(await html(at))?.[1] ?? '';
    expect(await html(`${at}/updates/${update}/edit`)).toContain('We **look**.');
    await w.alice.browser.post(`${at}/updates/${update}`, { status: 'identified', body: 'A cable.', act: 'save' });
    expect((await facts())?.reports[0]).toMatchObject({ status: 'identified', updates: [{ body: 'A cable.' }] });
    expect(await html(`${at}/delete`)).toContain('Delete “Cards fail”?');
    await w.alice.browser.post(`${at}/delete`);
    expect((await facts())?.reports).toEqual([]);
  });

  test('what is down is chosen already, and a template begins the report', async () => {
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
        select 'inc_1', account_id, no, 'bad_status', 'x', 0, 0 from monitors where id = 'mon_api'`),
    );
    await w.alice.browser.post('/report-templates', {
      name: 'Cards',
      title: 'Cards fail',
      body: 'We know.',
      impact: 'major',
    });
    const id = /report-templates\/(tpl_\w+)\/edit/.exec(await html('/report-templates'))?.[1] ?? '';
    const text = await html(`${root()}/new?template=${id}`);
    expect(text).toMatch(/value="cmp_api" checked/);
    expect(text).not.toMatch(/value="cmp_shop" checked/);
    expect(text).toContain('value="Cards fail"');
    expect(text).toContain('We know.</textarea>');
    expect(await html(`${root()}/new?template=tpl_unknown`)).toContain('Write a report');
    const previewed = await w.alice.browser.post(`/report-templates/${id}`, {
      name: 'Cards',
      body: '# T',
      act: 'preview',
    });
    expect(await previewed.text()).toContain('<h3>T</h3>');
    await w.alice.browser.post(`/report-templates/${id}/delete`);
    expect(await html('/report-templates')).toContain('No template yet');
  });

  test('an incident leads to its report, or to the form of one', async () => {
    const now = app.clock.now();
    await app.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at)
        select 'inc_1', account_id, no, 'bad_status', 'x', ${now}, ${now} from monitors where id = 'mon_shop'`),
    );
    expect(await html('/incidents/inc_1')).toContain(`href="${root()}/new"`);
    const at = await publish({ act: 'draft' });
    expect(await html('/incidents/inc_1')).toMatch(
      new RegExp(`href="${at}">Payments &lt;fail&gt;</a> <span[^>]*>Draft`),
    );
    await w.alice.browser.post(at, form({ 'components[]': [] }));
    expect(await html('/incidents/inc_1')).not.toContain('Payments');
  });

  test('a viewer reads and has no buttons, strangers find nothing', async () => {
    const at = await publish();
    const text = await (await w.bob.browser.get(at)).text();
    expect(text).toContain('Payments');
    expect(text).not.toMatch(/Post update|\/edit"|\/delete"/);
    expect(await (await w.bob.browser.get(root())).text()).not.toContain('Write a report');
    for (const path of [root(), at, `${at}/edit`, `/status-pages/${theirPage}/reports/${at.split('/').at(-1)}`]) {
      expect((await w.mallory.browser.get(path)).status, path).toBe(404);
    }
  });
});
