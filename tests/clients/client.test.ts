import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ApiProblem,
  createClient,
  listAll,
  type Monitor,
  type StatusPingClient,
  take,
} from '../../clients/ts/client.ts';
import { generated } from '../../clients/ts/generate.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { PASSWORD, type Person, world } from '../support/world.ts';

let it: TestApp;
let alice: StatusPingClient;
let mallory: StatusPingClient;
beforeAll(async () => {
  it = await testApp();
  const w = await world(it, { plan: 'business' });
  alice = await clientOf(w.alice);
  mallory = await clientOf(w.mallory);
});
afterAll(() => it.close());

const fetchInside = async (request: Request) => it.app.request(request);

async function clientOf({ email }: Person): Promise<StatusPingClient> {
  const answer = await it.visitor().json('POST', '/auth/login', { email, password: PASSWORD });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return createClient({ baseUrl: it.deps.config.baseUrl, token, fetch: fetchInside });
}

const watch = (name: string) =>
  take(alice.POST('/api/monitors', { body: { name, type: 'http', target: 'https://example.com/' } }));

test('api.ts is what the generator writes now', async () => {
  const committed = readFileSync(join(import.meta.dirname, '../../clients/ts/api.ts'), 'utf8');
  expect(committed === (await generated()), 'the API has changed: run npm run client:generate').toBe(true);
});

test('a monitor is made, read, changed and deleted, all typed', async () => {
  const made: Monitor = await watch('Shop');
  const params = { path: { id: made.id } };
  expect(await take(alice.GET('/api/monitors/{id}', { params }))).toMatchObject({ name: 'Shop', status: 'pending' });
  expect(await take(alice.PATCH('/api/monitors/{id}', { params, body: { name: 'Till' } }))).toMatchObject({
    name: 'Till',
    target: 'https://example.com/',
  });
  expect(await take(alice.DELETE('/api/monitors/{id}', { params }))).toBeUndefined();
  await expect(take(alice.GET('/api/monitors/{id}', { params }))).rejects.toMatchObject({ status: 404 });
});

test('listAll reads every page once', async () => {
  const names = Array.from({ length: 7 }, (_, i) => `Monitor ${i + 1}`);
  for (const name of names) await watch(name);
  const asked: (string | undefined)[] = [];
  const seen: string[] = [];
  const rows = listAll((cursor) => {
    asked.push(cursor);
    return alice.GET('/api/monitors', { params: { query: { cursor, limit: 3 } } });
  });
  for await (const { name } of rows) seen.push(name);
  expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(names);
  expect(asked).toHaveLength(3);
});

test('a refusal is an ApiProblem that names the field', async () => {
  const refused = take(alice.POST('/api/monitors', { body: { name: 'X', type: 'http', target: 'no address' } }));
  await expect(refused).rejects.toBeInstanceOf(ApiProblem);
  const problem = (await refused.catch((error: unknown) => error)) as ApiProblem;
  expect(problem).toMatchObject({ status: 422, code: 'invalid', title: 'Not valid', retryAfter: null });
  expect(problem.errors.map(({ field }) => field)).toContain('target');
  expect(problem.message).toBe(problem.detail);
});

test('an unknown field is refused by its name', async () => {
  const body = { name: 'X', type: 'http', target: 'https://example.com/', colour: 'red' } as never;
  const problem = await take(alice.POST('/api/monitors', { body })).catch((error: unknown) => error);
  expect(problem).toMatchObject({ status: 422 });
  expect(JSON.stringify((problem as ApiProblem).errors)).toContain('colour');
});

test('another account and a stranger see nothing', async () => {
  const { id } = await watch('Mine');
  const params = { path: { id } };
  await expect(take(mallory.GET('/api/monitors/{id}', { params }))).rejects.toMatchObject({ code: 'not_found' });
  const stranger = createClient({ baseUrl: it.deps.config.baseUrl, fetch: fetchInside });
  await expect(take(stranger.GET('/api/monitors/{id}', { params }))).rejects.toMatchObject({ status: 401 });
});

test('an answer that is no problem document is still an ApiProblem, and says how long to wait', async () => {
  const fetch = async () => new Response('<h1>Busy</h1>', { status: 503, headers: { 'retry-after': '7' } });
  const busy = createClient({ baseUrl: 'http://localhost/', fetch });
  await expect(take(busy.GET('/api/monitors'))).rejects.toMatchObject({ status: 503, code: 'unknown', retryAfter: 7 });
});
