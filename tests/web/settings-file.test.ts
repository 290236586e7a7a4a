import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setAccountPlan } from '../../src/accounts/queries.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(() => it.close());

const HOOK = 'https://hooks.slack.com/services/T000/B000/abcdefghijklmnop';
const FILE = `version: 1
channels:
  ops: {name: Ops, kind: slack, config: {url: "\${OPS_URL}"}}
monitors:
  api:
    name: Our API
    type: http
    target: https://api.example.com
    config: {keyword: fine}
    channels: [ops]
  shop: {name: Shop, type: http, target: https://shop.example.com, parent: api, channels: []}
`;

/** Forms of this page carry a file, so they are multipart. */
async function send(browser: Visitor, path: string, fields: Record<string, string | Blob>): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, value, 'statusping.yaml');
  }
  const headers = { accept: 'text/html', origin: it.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' };
  return browser.request(path, { method: 'POST', headers, body });
}

function hidden(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
}

/** Looks at the plan of a file, presses its button and waits until nothing more is under way. */
async function apply(browser: Visitor, text: string, more: Record<string, string> = {}): Promise<string> {
  const plan = await (await send(browser, '/settings/file', { text })).text();
  const answer = await send(browser, '/settings/file/apply', { text, seen: hidden(plan, 'seen'), ...more });
  expect(answer.status, await answer.clone().text()).toBe(303);
  return finished(browser);
}

async function finished(browser: Visitor): Promise<string> {
  return expect
    .poll(async () => {
      const answer = await browser.get('/settings/file/progress');
      return answer.headers.has('refresh') ? '' : answer.text();
    })
    .not.toBe('')
    .then(async () => (await browser.get('/settings/file/progress')).text());
}

const monitors = async (browser: Visitor) =>
  (
    (await (await browser.json('GET', '/api/monitors')).json()) as {
      data: { id: string; name: string; parent_id: string | null; managed: { key: string; fields: string[] } | null }[];
    }
  ).data;

describe('the settings file in the browser', () => {
  test('is planned, applied and downloaded', async () => {
    const { browser } = w.alice;
    const plan = await send(browser, '/settings/file', { file: new Blob([FILE]) });
    expect(plan.status).toBe(200);
    const html = await plan.text();
    expect(html).toContain('3 to create, 0 to change');
    expect(html).toContain('<code class="code">config.keyword</code>');
    expect(html).toMatch(/name="secret\.OPS_URL" type="password" value=""[^>]* required/);
    expect(await monitors(browser)).toEqual([]);

    const blank = await send(browser, '/settings/file/apply', { text: FILE, seen: hidden(html, 'seen') });
    expect(blank.status).toBe(422);
    expect(await blank.text()).toContain('Fill in OPS_URL');

    expect(await apply(browser, FILE, { 'secret.OPS_URL': HOOK })).toContain('The account is as the file says.');
    const made = await monitors(browser);
    const [api, shop] = ['Our API', 'Shop'].map((name) => made.find((one) => one.name === name));
    expect(api).toMatchObject({ name: 'Our API', managed: { key: 'api' } });
    expect(api?.managed?.fields).toEqual(['channel_ids', 'config.keyword', 'name', 'target']);
    expect(shop?.parent_id).toBe(api?.id);
    const again = await (await send(browser, '/settings/file', { text: FILE })).text();
    expect(again).toContain('Nothing to do');

    const file = await browser.get('/settings/file/statusping.yaml');
    expect(file.headers.get('content-disposition')).toContain('statusping.yaml');
    const text = await file.text();
    expect(text).toContain('url: ${OPS_URL}');
    expect(text).not.toContain('hooks.slack.com');
    expect(text).toMatch(/\n {2}api:\n {4}name: Our API\n/);
  });

  test('that does not fit is shown again with the place of every fault', async () => {
    const answer = await send(w.alice.browser, '/settings/file', {
      text: FILE.replace('target: https://api', 'tarket: https://api'),
    });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain('Line 8, column 5: There is no field &quot;tarket&quot;. Did you mean &quot;target&quot;?');
    expect(html).toContain('tarket: https://api.example.com\n');
    for (const text of ['', 'x'.repeat(300_000)]) {
      expect((await send(w.alice.browser, '/settings/file', { text })).status).toBe(422);
    }
    expect(await monitors(w.alice.browser)).toEqual([]);
  });

  test('reads nothing of the environment of the server', async () => {
    const text = FILE.replace('name: Our API', 'name: "a ${PATH} ${HOME} ${SECRET_KEY}"');
    const html = await (await send(w.alice.browser, '/settings/file', { text })).text();
    expect(html).not.toContain(process.env['PATH'] ?? '-');
    for (const name of ['PATH', 'HOME', 'SECRET_KEY']) expect(html).toContain(`name="secret.${name}"`);
  });

  test('stops at the first step that fails, says what was done, and a second apply does the rest', async () => {
    const { browser } = w.alice;
    const text = `${FILE}pages:\n  main:\n    slug: mallory-inc\n    title: Main\n    components: [{monitor: api}]\n`;
    const stopped = await apply(browser, text, { 'secret.OPS_URL': HOOK });
    expect(stopped).toContain('Stopped after 3 of 4 steps');
    expect(stopped).toMatch(/Line 14, column 11: slug: /);
    expect(await monitors(browser)).toHaveLength(2);
    expect(await apply(browser, text.replace('mallory-inc', 'alice-main'))).toContain(
      'The account is as the file says.',
    );
    const pages = (await (await browser.json('GET', '/api/status-pages')).json()) as { data: { slug: string }[] };
    expect(pages.data.map(({ slug }) => slug).toSorted()).toEqual(['alice-main', 'alice-shop']);
  });

  test('deletes what it has no more only when that is ticked', async () => {
    const { browser } = w.alice;
    await apply(browser, FILE, { 'secret.OPS_URL': HOOK });
    const shorter = FILE.slice(0, FILE.indexOf('  shop:'));
    const plan = await (await send(browser, '/settings/file', { text: shorter })).text();
    expect(plan).toContain('monitor shop &quot;Shop&quot;');
    const kept = await send(browser, '/settings/file/apply', { text: shorter, seen: hidden(plan, 'seen') });
    expect(kept.headers.get('location')).toBe('/settings/file');
    expect(await monitors(browser)).toHaveLength(2);
    await apply(browser, shorter, { prune: 'true' });
    expect((await monitors(browser)).map(({ name }) => name)).toEqual(['Our API']);
  });

  test('is not applied when the account is not what the plan was made from', async () => {
    const { browser } = w.alice;
    const plan = await (await send(browser, '/settings/file', { text: FILE })).text();
    await browser.json('POST', '/api/monitors', { name: 'Shop', type: 'http', target: 'https://shop.example.com' });
    const more = { 'secret.OPS_URL': HOOK };
    const answer = await send(browser, '/settings/file/apply', { text: FILE, seen: hidden(plan, 'seen'), ...more });
    expect(answer.status).toBe(409);
    const again = await answer.text();
    expect(again).toContain('The account has changed since this plan was made.');
    expect(again).toContain('Was there already; the file takes it over.');
    expect(await monitors(browser)).toHaveLength(1);
  });

  test('stops with the session of whoever began it', async () => {
    const { browser } = w.alice;
    const many = Array.from(
      { length: 40 },
      (_, i) => `  m${i}: {name: M ${i}, type: http, target: example.com/${i}}\n`,
    );
    const text = `version: 1\nmonitors:\n${many.join('')}`;
    const plan = await (await send(browser, '/settings/file', { text })).text();
    const fields = { text, seen: hidden(plan, 'seen') };
    const second = it.visitor();
    await second.post('/auth/login', { email: w.alice.email, password: PASSWORD });
    expect((await send(browser, '/settings/file/apply', fields)).status).toBe(303);
    const running = await browser.get('/settings/file/progress');
    expect(running.headers.get('refresh')).toBe('2');
    await browser.post('/auth/logout');
    const html = await finished(second);
    expect(html).toContain('You logged out');
    expect((await monitors(second)).length).toBeLessThan(40);
  });

  test('is for those who may change things; a viewer may download', async () => {
    await apply(w.alice.browser, FILE, { 'secret.OPS_URL': HOOK });
    const { browser } = w.bob;
    const page = await (await browser.get('/settings/file')).text();
    expect(page).toContain('Download statusping.yaml');
    expect(page).not.toContain('Show what would change');
    expect((await browser.get('/settings/file/statusping.yaml')).status).toBe(200);
    for (const path of ['/settings/file', '/settings/file/apply']) {
      expect((await send(browser, path, { text: FILE, seen: 'x' })).status).toBe(403);
    }
    const theirs = await (await w.mallory.browser.get('/settings/file/statusping.yaml')).text();
    expect(theirs).not.toContain('Our API');
    expect(await (await w.mallory.browser.get('/settings/file/progress')).text()).toContain(
      'No file was applied lately',
    );
  });

  test('keeps to the plan of the account, as the API does', async () => {
    await it.deps.db.write('arrange', (tx) => setAccountPlan(tx, w.alice.accountId, 'free', null));
    const html = await apply(w.alice.browser, FILE, { 'secret.OPS_URL': HOOK });
    expect(html).toContain('Slack alerts are part of the Pro plan.');
    expect(await monitors(w.alice.browser)).toEqual([]);
  });

  test('marks its fields in the forms and its things in the lists', async () => {
    const { browser } = w.alice;
    await apply(browser, FILE, { 'secret.OPS_URL': HOOK });
    const [one] = (await monitors(browser)).filter(({ name }) => name === 'Our API');
    const form = await (await browser.get(`/monitors/${one?.id}/edit`)).text();
    expect(form).toContain('<b>From statusping.yaml</b>, where it is called <code class="code">api</code>');
    const label = (name: string) => new RegExp(`<label for="f-${name}">([^]*?)</label>`).exec(form)?.[1] ?? '';
    expect(label('config.keyword')).toContain('From statusping.yaml');
    expect(label('retries')).not.toContain('From statusping.yaml');
    expect((await (await browser.get('/dashboard')).text()).match(/class="from-file"/g)).toHaveLength(2);
    expect((await (await browser.get('/channels')).text()).match(/class="from-file"/g)).toHaveLength(1);
    expect(await (await browser.get('/status-pages')).text()).not.toContain('class="from-file"');
  });
});

describe('the mark of a settings file over the API', () => {
  const create = async (browser: Visitor, more: object) =>
    browser.json('POST', '/api/monitors', { name: 'A', type: 'http', target: 'https://example.com', ...more });

  test('is kept by changes that do not name it, and goes when it is told to', async () => {
    const { browser } = w.alice;
    const made = await create(browser, { managed_key: 'api', managed_fields: ['name', 'name', 'target'] });
    const { id, managed } = (await made.json()) as { id: string; managed: unknown };
    expect(managed).toEqual({ key: 'api', fields: ['name', 'target'] });
    const after = async (method: string, body: object) =>
      ((await (await browser.json(method, `/api/monitors/${id}`, body)).json()) as { managed: unknown }).managed;
    expect(await after('PATCH', { retries: 2 })).toEqual(managed);
    expect(await after('PUT', { name: 'B', type: 'http', target: 'https://example.com' })).toEqual(managed);
    await browser.post(`/monitors/${id}`, { name: 'C', target: 'https://example.com', type: 'http' });
    expect(await after('PATCH', { managed_fields: ['name'] })).toEqual({ key: 'api', fields: ['name'] });
    expect(await after('PATCH', { managed_key: null })).toBeNull();
  });

  test.each(['/api/monitors', '/api/channels', '/api/status-pages'])(
    'is one of its kind in an account: %s',
    async (path) => {
      const body = (i: number) =>
        ({
          '/api/monitors': { name: `M ${i}`, type: 'http', target: 'https://example.com' },
          '/api/channels': { kind: 'webhook', name: `H ${i}`, config: { url: `https://example.com/${i}` } },
          '/api/status-pages': { slug: `page-${i}`, title: `P ${i}` },
        })[path] ?? {};
      const { browser } = w.alice;
      expect((await browser.json('POST', path, { ...body(1), managed_key: 'one' })).status).toBe(201);
      const taken = await browser.json('POST', path, { ...body(2), managed_key: 'one' });
      expect(taken.status).toBe(409);
      expect(await taken.json()).toMatchObject({ errors: [{ field: 'managed_key' }] });
      const second = await browser.json('POST', path, body(3));
      const { id, managed } = (await second.json()) as { id: string; managed: unknown };
      expect(managed).toBeNull();
      expect((await browser.json('PATCH', `${path}/${id}`, { managed_key: 'one' })).status).toBe(409);
      for (const wrong of [
        { managed_key: 'No' },
        { managed_key: '' },
        { managed_fields: ['x'] },
        { managed_key: 'x', managed_fields: 'y' },
      ]) {
        expect((await browser.json('PATCH', `${path}/${id}`, wrong)).status, JSON.stringify(wrong)).toBe(422);
      }
      // Somebody else's keys are their own.
      const theirs = await w.mallory.browser.json('POST', path, { ...body(7), managed_key: 'one' });
      expect(theirs.status, await theirs.clone().text()).toBe(201);
    },
  );
});
