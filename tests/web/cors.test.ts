import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

const LISTED = 'https://intranet.example.com';
const OTHER = 'https://evil.example.net';

let it: TestApp;
let w: World;
let program: Visitor;
beforeAll(async () => {
  it = await testApp({ config: { corsOrigins: [LISTED] } });
  w = await world(it);
  program = it.visitor();
  const login = await program.json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD });
  program.token = ((await login.json()) as { access_token: string }).access_token;
});
afterAll(() => it.close());

const crossHeaders = (answer: Response) =>
  [...answer.headers.keys()].filter((name) => name.startsWith('access-control'));
const preflight = (test: TestApp, path: string, origin: string) =>
  test.visitor().request(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,content-type,if-match,idempotency-key',
    },
  });

describe('from a listed origin', () => {
  test.each(['/api/monitors', '/api/monitors/mon_1', '/openapi.json'])('the preflight of %s succeeds', async (path) => {
    const { status, headers } = await preflight(it, path, LISTED);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(headers.get('access-control-allow-methods')?.split(',')).toEqual(
      expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    );
    expect(headers.get('access-control-allow-headers')?.toLowerCase().split(',')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'if-match', 'idempotency-key']),
    );
    expect(headers.get('vary')).toContain('Origin');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  test('a token works, and the script may read what it needs to go on', async () => {
    const answer = await program.json('GET', '/api/monitors', undefined, { origin: LISTED });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, LISTED]);
    expect(answer.headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['ETag', 'Location', 'Retry-After', 'X-RateLimit-Remaining']),
    );
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    const made = await program.json('POST', '/api/monitors', { url: 'https://a.example.com/' }, { origin: LISTED });
    expect(made.status).toBe(201);
  });

  test('a refusal can be read as well', async () => {
    const answer = await it.visitor().json('GET', '/api/monitors', undefined, { origin: LISTED });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, LISTED]);
  });

  test('a cookie counts for nothing, neither to read nor to change', async () => {
    const read = await w.alice.browser.json('GET', '/api/monitors', undefined, { origin: LISTED });
    expect(read.status).toBe(401);
    const change = await w.alice.browser.json(
      'POST',
      '/api/monitors',
      { url: 'https://b.example.com/' },
      { origin: LISTED },
    );
    expect(change.status).toBe(403);
  });

  test('pages are no part of it', async () => {
    expect(crossHeaders(await w.alice.browser.get('/dashboard', { origin: LISTED }))).toEqual([]);
    expect(crossHeaders(await preflight(it, '/auth/login', LISTED))).toEqual([]);
  });
});

describe('from any other origin', () => {
  test.each([OTHER, `${LISTED}.evil.example.net`, 'null', 'http://intranet.example.com'])('%s', async (origin) => {
    const refused = await preflight(it, '/api/monitors', origin);
    expect(crossHeaders(refused)).toEqual([]);
    const answer = await program.json('GET', '/api/monitors', undefined, { origin });
    expect(crossHeaders(answer)).toEqual([]);
    // A cache must not hand it to the listed origin.
    expect(answer.headers.get('vary')).toContain('Origin');
    expect((await w.alice.browser.json('GET', '/api/monitors', undefined, { origin })).status).toBe(401);
  });
});

test('it is closed unless origins are listed', async () => {
  const closed = await testApp();
  try {
    expect(crossHeaders(await preflight(closed, '/api/monitors', LISTED))).toEqual([]);
    expect(crossHeaders(await closed.visitor().json('GET', '/api/health', undefined, { origin: LISTED }))).toEqual([]);
  } finally {
    await closed.close();
  }
});

test('our own pages go on as ever', async () => {
  const { browser } = w.alice;
  expect((await browser.json('GET', '/api/monitors')).status).toBe(200);
  expect((await browser.json('GET', '/api/monitors', undefined, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});
