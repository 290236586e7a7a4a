import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTurns } from '../../src/web/turns.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { UP } from '../support/engine-world.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterAll(() => it.close());

type Json = Record<string, unknown>;
const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  w.alice.browser.json(method, path, body, headers);
const tagOf = (answer: Response) => answer.headers.get('etag') ?? '';

async function monitor(name = 'Shop'): Promise<{ path: string; tag: string }> {
  const answer = await ask('POST', '/api/monitors', { name, url: 'https://shop.example.com/' });
  expect(answer.status).toBe(201);
  return { path: answer.headers.get('location') ?? '', tag: tagOf(answer) };
}

describe('reading', () => {
  test('every answer of a resource and a list has a strong tag, and who has it gets 304 without a body', async () => {
    const { path } = await monitor();
    for (const address of [path, '/api/monitors', '/api/channels', '/api/status', '/api/settings']) {
      const first = await ask('GET', address);
      expect(tagOf(first), address).toMatch(/^"[\w-]+(\.[\w-]+)?"$/);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      const again = await ask('GET', address, undefined, { 'if-none-match': `"other", W/${tagOf(first)}` });
      expect([again.status, tagOf(again), await again.text()], address).toEqual([304, tagOf(first), '']);
      expect((await ask('GET', address, undefined, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  test('what went wrong has no tag, and neither has what is no JSON', async () => {
    expect((await ask('GET', '/api/monitors/mon_0000000000000000')).headers.has('etag')).toBe(false);
    expect((await w.alice.browser.get('/dashboard')).headers.has('etag')).toBe(false);
  });

  test('a new state is a new version to a reader', async () => {
    const { path } = await monitor();
    const before = tagOf(await ask('GET', path));
    await checkEnded(path);
    const after = await ask('GET', path, undefined, { 'if-none-match': before });
    expect([after.status, tagOf(after) === before]).toEqual([200, false]);
  });
});

async function checkEnded(path: string): Promise<void> {
  it.clock.advance(1_000);
  await checker(it).seen(path.split('/').at(-1) ?? '', UP);
}

describe('changing', () => {
  test('with the tag one has read it goes through, with an older one it is refused and changes nothing', async () => {
    const { path, tag } = await monitor();
    const changed = await ask('PATCH', path, { name: 'Till' }, { 'if-match': tag });
    expect(changed.status).toBe(200);
    expect(tagOf(changed)).toBe(tagOf(await ask('GET', path)));
    for (const [method, body] of [
      ['PATCH', { name: 'Late' }],
      ['PUT', { name: 'Late', url: 'https://late.example.com/' }],
      ['DELETE', undefined],
    ] as const) {
      const late = await ask(method, path, body, { 'if-match': tag });
      expect([late.status, late.headers.get('content-type')]).toEqual([412, 'application/problem+json']);
      expect(await late.json()).toMatchObject({ status: 412, detail: expect.stringContaining('changed this since') });
    }
    expect(await (await ask('GET', path)).json()).toMatchObject({ name: 'Till' });
    expect((await ask('DELETE', path, undefined, { 'if-match': tagOf(changed) })).status).toBe(204);
  });

  test('a check in between refuses nobody', async () => {
    const { path, tag } = await monitor();
    await checkEnded(path);
    expect((await ask('PATCH', path, { name: 'Till' }, { 'if-match': tag })).status).toBe(200);
  });

  test('a change on a page in between is noticed', async () => {
    const { path, tag } = await monitor();
    const form = { name: 'From the page', target: 'https://shop.example.com/', type: 'http' };
    expect((await w.alice.browser.post(path.replace('/api', ''), form)).status).toBe(303);
    expect((await ask('PATCH', path, { name: 'Late' }, { 'if-match': tag })).status).toBe(412);
  });

  test('a star means that it exists; one of several tags is enough; rubbish matches nothing', async () => {
    const { path, tag } = await monitor();
    const change = async (header: string) => (await ask('PATCH', path, { tags: ['x'] }, { 'if-match': header })).status;
    expect(await change('*')).toBe(200);
    const now = tagOf(await ask('GET', path));
    expect(await change(`"a", ${now}`)).toBe(200);
    for (const header of [tag, '""', '"', '"."', 'x', ',']) expect(await change(header), header).toBe(412);
    for (const id of ['mon_0000000000000000', 'nothing']) {
      expect((await ask('DELETE', `/api/monitors/${id}`, undefined, { 'if-match': '*' })).status).toBe(412);
    }
  });

  test('a resource that cannot be read by itself has no tag to match', async () => {
    const { path } = await monitor();
    const answer = await ask('DELETE', `${path}/pause`, undefined, { 'if-match': '*' });
    expect([answer.status, ((await answer.json()) as Json)['detail']]).toEqual([
      412,
      'There is nothing here that has an ETag, so nothing was changed.',
    ]);
  });

  test("Bob is refused for his role, Mallory finds nothing, with or without Alice's tag", async () => {
    const { path, tag } = await monitor();
    const now = tagOf(await ask('GET', path));
    const bob = await w.bob.browser.json('PATCH', path, { name: 'Bob was here' }, { 'if-match': now });
    expect(bob.status).toBe(403);
    for (const header of [tag, '*']) {
      const mallory = await w.mallory.browser.json('PATCH', path, { name: 'M' }, { 'if-match': header });
      expect(mallory.status).toBe(412);
    }
    expect(await (await ask('GET', path)).json()).toMatchObject({ name: 'Shop' });
  });

  test('of twenty changes made of one version at once, one goes through', async () => {
    const { path, tag } = await monitor();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask('PATCH', path, { name: `Name ${i}` }, { 'if-match': tag })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  test('the answer to a creation has the tag of what was created', async () => {
    const watched = (await monitor()).path.split('/').at(-1);
    const made: [string, unknown][] = [
      ['/api/monitors', { url: 'https://a.example.com/' }],
      ['/api/channels', { kind: 'webhook', name: 'Hook', config: { url: 'https://hooks.example.com/x' } }],
      ['/api/status-pages', { slug: 'tagged', title: 'Tagged' }],
      ['/api/maintenance', { title: 'Work', monitor_ids: [watched], cron: '0 2 * * *', duration_seconds: 600 }],
      ['/api/report-templates', { name: 'T', title: 'T', body: 'B', impact: 'minor' }],
    ];
    for (const [address, body] of made) {
      const created = await ask('POST', address, body);
      expect(created.status, `${address} ${await created.clone().text()}`).toBe(201);
      const read = await ask('GET', created.headers.get('location') ?? '');
      expect(tagOf(created), address).toBe(tagOf(read));
      expect(
        (await ask('DELETE', created.headers.get('location') ?? '', undefined, { 'if-match': tagOf(created) })).status,
      ).toBe(204);
    }
  });
});

test('turns: together until one wants to be alone, in the order they came', async () => {
  const turn = createTurns();
  const seen: string[] = [];
  const gates = new Map<string, () => void>();
  const enter = (name: string, alone: boolean) =>
    turn('a', alone, async () => {
      seen.push(name);
      await new Promise<void>((open) => gates.set(name, open));
    });
  const leave = async (name: string) => {
    await expect.poll(() => gates.has(name)).toBe(true);
    gates.get(name)?.();
  };
  const works = [enter('one', false), enter('two', false), enter('alone', true), enter('late', false)];
  await turn('b', true, async () => {});
  expect(seen).toEqual(['one', 'two']);
  await leave('two');
  await leave('one');
  await leave('alone');
  await leave('late');
  await Promise.all(works);
  expect(seen).toEqual(['one', 'two', 'alone', 'late']);
  await expect(turn('a', true, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turn('a', true, () => Promise.resolve('goes on'))).toBe('goes on');
});

test('turns: who cannot be alone in time gives up, and the others go on', async () => {
  const turn = createTurns(1);
  let open = () => {};
  const slow = turn('a', false, () => new Promise<void>((resolve) => (open = resolve)));
  await expect(turn('a', true, () => Promise.resolve())).rejects.toMatchObject({
    code: 'conflict',
    retryAfterSeconds: 5,
  });
  expect(await turn('a', false, () => Promise.resolve('beside'))).toBe('beside');
  await expect(turn('a', true, () => Promise.resolve())).rejects.toMatchObject({ code: 'conflict' });
  open();
  await slow;
  expect(await turn('a', true, () => Promise.resolve('alone'))).toBe('alone');
});
