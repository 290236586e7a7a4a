import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { type Person, signUp } from '../support/world.ts';

// What pages say of things that other pages, or the thing itself, say in other words.

let t: TestApp;
let alice: Person;

beforeAll(async () => {
  t = await testApp();
  alice = await signUp(t, 'alice@example.com', 'acme', { plan: 'business' });
});
afterAll(() => t?.close());

const read = async (path: string) => {
  const answer = await alice.browser.get(path);
  expect(answer.status, path).toBe(200);
  return answer.text();
};

async function make(path: string, body: object): Promise<string> {
  const answer = await alice.browser.json('POST', path, body);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test('pages of the manual lead to one another, and their code can be reached by keyboard', async () => {
  const page = await read('/docs/importing');
  expect(page).toContain('<a href="/status-pages/import">as a status page</a>');
  expect(page).not.toMatch(/\]\(\//);
  expect(page).toContain('<pre tabindex="0">');
});

test('a job with times of its own is due at those, not every five minutes', async () => {
  const config = { cron: '0 3 * * *', timezone: 'Europe/Berlin', grace_seconds: 900 };
  const timed = await make('/api/monitors', { name: 'Nightly', type: 'heartbeat', config });
  expect(await read(`/monitors/${timed}`)).toContain('0 3 * * * (Europe/Berlin)</dd>');
  const plain = await make('/api/monitors', { name: 'Hourly', type: 'heartbeat', interval_seconds: 3_600 });
  expect(await read(`/monitors/${plain}`)).toContain('every 1h</dd>');
});

test('a form names a kind of channel as the list of channels does', async () => {
  const config = { routing_key: '0123456789abcdef0123456789abcdef' };
  await make('/api/channels', { kind: 'pagerduty', name: 'Night watch', config, enabled: false });
  for (const path of ['/monitors/new', '/settings/rules/new']) {
    expect(await read(path)).toMatch(/Night watch <span[^>]*>PagerDuty, switched off</);
  }
});

test('monitors to plan work for stand by name', async () => {
  for (const name of ['Zebra', 'Antelope'])
    await make('/api/monitors', { name, type: 'http', url: 'http://127.0.0.1:9' });
  const page = await read('/maintenance/new');
  expect(page.indexOf('Antelope')).toBeGreaterThan(0);
  expect(page.indexOf('Antelope')).toBeLessThan(page.indexOf('Zebra'));
});
