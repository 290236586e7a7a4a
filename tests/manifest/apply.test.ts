import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../clients/ts/client.ts';
import { applyPlan } from '../../src/manifest/apply.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { planManifest } from '../../src/manifest/plan.ts';
import { type Client, readServer } from '../../src/manifest/server.ts';
import { outcomeLines, planLines } from '../../src/manifest/words.ts';
import { BASE_URL, type TestApp, testApp } from '../support/app.ts';
import { clientOf } from '../support/manifest.ts';
import { type Person, signUp } from '../support/world.ts';

let it: TestApp;
let alice: Person;
let client: Client;
beforeEach(async () => {
  it = await testApp();
  alice = await signUp(it, 'alice@example.com', 'alice-shop', { plan: 'business' });
  client = clientOf(alice.browser);
});
afterEach(() => it.close());

const plan = async (text: string) => planManifest(await readServer(client), parseManifest(text));
const NOTHING = ['Nothing to do: the account is as the file says.'];
const FILE = `version: 1
monitors:
  api: {name: API, type: http, target: https://api.example.com, public: true, channels: []}
  shop: {name: Shop, type: http, target: https://shop.example.com, public: true, channels: []}
pages:
  main: {slug: alice-shop, title: Alice, components: [{group: All, components: [{monitor: shop}, {manual: Phone}]}]}
`;

describe('applying a plan', () => {
  test('leaves a page as the file has it, though public monitors join it by themselves', async () => {
    expect((await applyPlan(client, await plan(FILE), () => {})).failed).toBeNull();
    expect(planLines(await plan(FILE))).toEqual(NOTHING);
    const third = FILE.replace(
      'pages:',
      '  new: {name: New, type: ping, target: example.com, public: true, channels: []}\npages:',
    );
    const later = await plan(third);
    expect(later.steps.map(({ action, key }) => `${action} ${key}`)).toEqual(['create new']);
    expect((await applyPlan(client, later, () => {})).failed).toBeNull();
    expect(planLines(await plan(third))).toEqual(NOTHING);
  });

  test('keeps the lines of a page, and with them what reports say of them', async () => {
    await applyPlan(client, await plan(FILE), () => {});
    const lines = async () => {
      const { data } = (await (await alice.browser.json('GET', '/api/status-pages')).json()) as {
        data: { components: { id: string; name: string | null; monitor_id: string | null }[] }[];
      };
      return new Map(data[0]?.components.map((line) => [line.name ?? line.monitor_id, line.id]));
    };
    const before = await lines();
    const moved = FILE.replace(
      '{monitor: shop}, {manual: Phone}',
      '{manual: Phone, status: degraded}, {monitor: shop}, {monitor: api}',
    );
    expect((await applyPlan(client, await plan(moved), () => {})).failed).toBeNull();
    const after = await lines();
    for (const [name, id] of before) expect(after.get(name)).toBe(id);
    expect(planLines(await plan(moved))).toEqual(NOTHING);
  });

  test('does not write over what somebody changed after the plan was made', async () => {
    await applyPlan(client, await plan(FILE), () => {});
    const waiting = await plan(FILE.replace('name: API', 'name: Our API'));
    const held = waiting.steps[0]?.held?.id ?? '';
    await alice.browser.json('PATCH', `/api/monitors/${held}`, { interval_seconds: 600 });
    const outcome = await applyPlan(client, waiting, () => {});
    expect(outcomeLines(outcome)[0]).toBe(
      'Stopped at monitor api "Our API": Somebody changed this after the plan was made. Look at a new plan first.',
    );
  });

  test('waits when the server asks for patience, and makes nothing twice', async () => {
    const keys: (string | null)[] = [];
    let refused = 0;
    const slow = createClient({
      baseUrl: BASE_URL,
      fetch: async (request) => {
        if (request.method === 'GET')
          return alice.browser.request(new URL(request.url).pathname, { headers: request.headers });
        keys.push(request.headers.get('idempotency-key'));
        if (keys.length % 2 === 1) {
          refused += 1;
          return Response.json({ detail: 'Slowly.' }, { status: 429, headers: { 'retry-after': '0' } });
        }
        const headers = new Headers(request.headers);
        headers.set('origin', BASE_URL);
        return alice.browser.request(new URL(request.url).pathname, {
          method: request.method,
          headers,
          body: await request.text(),
        });
      },
    });
    const text = FILE.slice(0, FILE.indexOf('pages:'));
    const outcome = await applyPlan(slow, await plan(text), () => {});
    expect(outcome).toMatchObject({ failed: null, done: [{ key: 'api' }, { key: 'shop' }] });
    expect(refused).toBe(2);
    expect([keys[0] === keys[1], keys[2] === keys[3], keys[0] === keys[2]]).toEqual([true, true, false]);
    expect((await readServer(client)).monitors).toHaveLength(2);
  });

  test('tells the line of a component the server does not take', async () => {
    const text = FILE.replace('{manual: Phone}', `{group: A, components: [{group: B, components: [{manual: C}]}]}`);
    const outcome = await applyPlan(client, await plan(text), () => {});
    expect(outcome.failed?.faults).toEqual([
      {
        line: 6,
        column: expect.any(Number),
        message: expect.stringMatching(/^components\.\d\.group_id: Groups go two deep/),
      },
    ]);
    expect(outcomeLines(outcome)).toContain('Done before it, and kept: 2 steps.');
  });

  test('carries out what is pruned last', async () => {
    await applyPlan(client, await plan(FILE), () => {});
    const text = `version: 1\nmonitors:\n  new: {name: New, type: ping, target: example.com, channels: []}\npages:\n  main: {slug: alice-shop, title: Alice, components: []}\n`;
    const pruning = planManifest(await readServer(client), parseManifest(text), { prune: true });
    const order = pruning.steps.map(({ action, key }) => `${action} ${key}`);
    expect(order.slice(0, 2)).toEqual(['create new', 'change main']);
    expect(order.slice(2).toSorted()).toEqual(['delete api', 'delete shop']);
    expect((await applyPlan(client, pruning, () => {})).failed).toBeNull();
    expect((await readServer(client)).monitors.map(({ key }) => key)).toEqual(['new']);
  });
});
