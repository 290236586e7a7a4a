import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

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
    .poll(
      async () => {
        const answer = await browser.get('/settings/file/progress');
        return answer.headers.has('refresh') ? '' : answer.text();
      },
      { timeout: 20_000 },
    )
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
});
