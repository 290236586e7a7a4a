import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it);
});
afterAll(() => it.close());

interface Problem {
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
}

/** A body as it is, however wrong, from a script of ours. */
async function send(path: string, body: string, type = 'application/json'): Promise<Problem> {
  const headers = { origin: it.deps.config.baseUrl, 'content-type': type };
  const answer = await w.alice.browser.request(path, { method: 'POST', headers, body });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  return (await answer.json()) as Problem;
}

const deep = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const longList = (items: number) => `{"tags":[${Array.from({ length: items }, () => '""').join(',')}]}`;

describe.each(['/api/monitors', '/auth/login'])('a JSON body of %s', (path) => {
  test.each([
    ['nothing but a bracket', '{'],
    ['a text', 'hello'],
    ['JSON with a comma too many', '{"a":1,}'],
    ['an open string', '{"a":"'],
    ['a closing bracket alone', ']'],
    ['something behind it', '{} {}'],
  ])('that is %s is no JSON', async (_, body) => {
    expect(await send(path, body)).toMatchObject({ status: 400, detail: 'The body is not JSON.' });
  });

  test('may be 32 levels deep, in lists and objects alike', async () => {
    for (const body of [deep(33), `${'['.repeat(33)}${']'.repeat(33)}`, '['.repeat(100_000)]) {
      expect(await send(path, body)).toMatchObject({ status: 422, detail: expect.stringContaining('32 levels') });
    }
    expect((await send(path, deep(32))).detail).not.toContain('levels');
  });

  test('may have lists of 1,000 items', async () => {
    expect(await send(path, longList(1_001))).toMatchObject({ status: 422, detail: expect.stringContaining('1,000') });
    expect((await send(path, longList(1_000))).detail).not.toContain('1,000');
  });

  test('brackets and commas inside a string count for nothing', async () => {
    const text = JSON.stringify({ a: `"${'[{,'.repeat(2_000)}\\"` });
    expect((await send(path, text)).detail).not.toMatch(/levels|1,000/);
  });

  test.each([
    ['__proto__', '{"__proto__":{"role":"owner"}}'],
    ['__proto__', '{"a":[{"\\u005f_proto__"  :1}]}'],
    ['constructor', '{"config":{"constructor":{"prototype":{}}}}'],
    ['prototype', '{"prototype":null}'],
  ])('has no field named %s', async (name, body) => {
    expect(await send(path, body)).toMatchObject({
      status: 422,
      errors: [{ field: name, message: `There is no field named ${name}.` }],
    });
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
  });

  test('may hold those words as values', async () => {
    const answer = await send(path, '{"a":"__proto__","b":["constructor"]}');
    expect(answer.errors?.map(({ field }) => field) ?? []).not.toContain('__proto__');
  });

  test('has at most 256 KiB', async () => {
    expect(await send(path, `{"a":"${'x'.repeat(262_144)}"}`)).toMatchObject({
      status: 413,
      detail: 'The request is too large: 256 KiB at most.',
    });
  });
});

test('the body of a status page has at most 1 MiB', async () => {
  const page = '/api/status-pages';
  expect((await send(page, `{"title":"${'x'.repeat(300_000)}"}`)).status).toBe(422);
  expect(await send(page, `{"title":"${'x'.repeat(1_048_576)}"}`)).toMatchObject({
    status: 413,
    detail: 'The request is too large: 1 MiB at most.',
  });
});

test('the API takes nothing but JSON; an empty body may be called what it likes', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
    expect(await send('/api/monitors', '{"url":"https://a.example.com/"}', type)).toMatchObject({ status: 415 });
  }
  const { id } = (await (
    await w.alice.browser.json('POST', '/api/monitors', { url: 'https://a.example.com/' })
  ).json()) as { id: string };
  const paused = await w.alice.browser.post(`/api/monitors/${id}/pause`);
  expect(paused.status).toBe(200);
});
