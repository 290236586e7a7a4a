import { BlockList } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Hono } from 'hono';
import { localPath } from '../../src/users/next.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { addressKey } from '../../src/web/limits.ts';
import { clientIp, contentPolicy, styleHash } from '../../src/web/security.ts';
import { BASE_URL, type TestApp, testApp, type Visitor } from '../support/app.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

describe('a change that did not come from our own page', () => {
  let it: TestApp;
  let alice: Visitor;
  beforeEach(async () => {
    it = await testApp();
    alice = (await world(it)).alice.browser;
  });
  afterEach(() => it.close());

  const FORM = 'application/x-www-form-urlencoded';
  const send = (path: string, headers: Record<string, string>, body = 'account_name=Evil') =>
    alice.request(path, { method: 'POST', headers, body });

  test.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.example' }],
    ['from a sibling domain', { origin: 'http://evil.localhost:8000', 'sec-fetch-site': 'same-site' }],
    ['from another port', { origin: 'http://localhost:8001' }],
    ['from another scheme', { origin: 'https://localhost:8000' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['with a look-alike origin', { origin: 'http://localhost:8000.evil.example' }],
    ['cross-site by the browser, our name forged', { origin: BASE_URL, 'sec-fetch-site': 'cross-site' }],
    ['another site, whatever else it says', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }],
    ['without any word of its origin', {}],
  ])('%s is refused and changes nothing', async (_name, headers) => {
    for (const type of [FORM, 'text/plain', 'multipart/form-data; boundary=x']) {
      const answer = await send('/settings', { 'content-type': type, ...headers });
      expect(answer.status).toBe(403);
    }
    expect(await (await alice.get('/settings')).text()).not.toContain('Evil');
  });

  test.each<[string, Record<string, string>]>([
    ['our origin', { origin: BASE_URL }],
    ['same-origin by the browser', { 'sec-fetch-site': 'same-origin' }],
    ['both', { origin: BASE_URL, 'sec-fetch-site': 'same-origin' }],
    [
      'another name of this machine, vouched for by the browser',
      { origin: 'http://127.0.0.1:8000', 'sec-fetch-site': 'same-origin', host: '127.0.0.1:8000' },
    ],
  ])('(%s passes)', async (_name, headers) => {
    expect((await send('/settings', { 'content-type': FORM, ...headers })).status).toBe(303);
    expect(await (await alice.get('/settings')).text()).toContain('Evil');
  });

  test.each(['/auth/login', '/auth/signup', '/auth/logout', '/auth/verification', '/reset'])(
    'a strange form to %s is refused, with or without a cookie',
    async (path) => {
      const body = `email=alice@example.com&password=${encodeURIComponent(PASSWORD)}&slug=new-slug`;
      const headers = { 'content-type': FORM, origin: 'https://evil.example' };
      expect((await send(path, headers, body)).status).toBe(403);
      const stranger = it.visitor();
      const answer = await stranger.request(path, { method: 'POST', headers, body });
      expect(answer.status).toBe(403);
      expect(stranger.cookies.size).toBe(0);
      expect((await alice.json('GET', '/auth/me')).status).toBe(200);
    },
  );

  test('JSON that rides on a cookie needs our origin, JSON dressed as a simple type is no JSON', async () => {
    const body = JSON.stringify({ account_name: 'Evil' });
    const strange = { 'content-type': 'application/json', origin: 'https://evil.example' };
    expect((await send('/settings', strange, body)).status).toBe(403);
    expect((await send('/auth/logout', { 'content-type': 'application/json' }, '{}')).status).toBe(403);
    const login = JSON.stringify({ email: 'alice@example.com', password: PASSWORD });
    const plain = await it.visitor().request('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: BASE_URL },
      body: login,
    });
    expect(plain.status).toBe(415);
  });

  test('a program without cookies needs no origin, not even for a form', async () => {
    const body = new URLSearchParams({ email: 'alice@example.com', password: PASSWORD }).toString();
    const form = await it.app.request('/auth/login', { method: 'POST', headers: { 'content-type': FORM }, body });
    expect([form.status, form.headers.get('location')]).toEqual([303, '/dashboard']);
  });

  test('a program logs in and out by JSON', async () => {
    const program = it.visitor();
    const answer = await program.request('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'alice@example.com', password: PASSWORD }),
    });
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const out = await program.request('/auth/logout', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(out.status).toBe(204);
  });

  test('a mailed page, which sends no referrer, can be posted from, and from nowhere else', async () => {
    await it.visitor().post('/reset', { email: 'alice@example.com' });
    const [mail] = (await it.accountMails('alice@example.com')).filter(({ event }) => event === 'reset');
    const path = new URL(mail?.data.link ?? '').pathname;
    const post = async (headers: Record<string, string>) =>
      (await send(path, { 'content-type': FORM, ...headers }, 'password=short')).status;
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ origin: 'null', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(422);
    expect(await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).toBe(422);
  });

  test('a bearer that is none does not let the cookie in behind it', async () => {
    const answer = await send('/settings', { 'content-type': FORM, authorization: 'Bearer x' });
    expect(answer.status).toBe(401);
    expect((await send('/settings', { 'content-type': FORM, authorization: 'Bearer' })).status).toBe(401);
  });

  test('a password that browsers add by themselves proves nothing, and keeps nobody out', async () => {
    const sent = { 'content-type': FORM, authorization: `Basic ${btoa('any:word')}` };
    const elsewhere = { ...sent, origin: 'https://evil.example' };
    const logIn = new URLSearchParams({ email: 'alice@example.com', password: PASSWORD }).toString();
    for (const [path, body] of [
      ['/auth/logout', ''],
      ['/auth/login', logIn],
      ['/settings', 'name=Evil'],
    ] as const)
      expect([path, (await send(path, elsewhere, body)).status]).toEqual([path, 403]);
    expect((await send('/settings', sent, 'name=Evil')).status).toBe(403);
    const { authorization } = sent;
    expect((await alice.get('/settings', { authorization })).status).toBe(200);
    expect((await alice.post('/settings', {}, { authorization })).status).toBe(422);
    expect((await it.visitor().get('/api/monitors', { authorization })).status).toBe(401);
  });
});

describe('every answer', () => {
  let it: TestApp;
  beforeAll(async () => {
    it = await testApp({ config: { baseUrl: 'https://status.example.com' } });
  });
  afterAll(() => it.close());

  test('carries the headers that keep a browser careful', async () => {
    for (const path of ['/login', '/nowhere', '/auth/me', '/settings']) {
      const { headers } = await it.visitor().get(path);
      expect(headers.get('content-security-policy'), path).toBe(contentPolicy());
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('referrer-policy'), path).toBeTruthy();
      expect(headers.get('strict-transport-security'), path).toContain('max-age');
      expect(headers.get('x-request-id'), path).toMatch(/^[\w-]{16}$/);
    }
    expect(contentPolicy()).not.toContain('unsafe');
  });

  test('on https sets cookies that stay on this host', async () => {
    const visitor = it.visitor();
    const answer = await visitor.post('/auth/signup', {
      email: 'alice@example.com',
      password: PASSWORD,
      slug: 'alice-shop',
    });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-sp_session='));
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).not.toMatch(/Domain/);
    expect((await visitor.json('GET', '/auth/me')).status).toBe(200);
    const tossed = it.visitor();
    tossed.cookies.set('sp_session', visitor.cookies.get('__Host-sp_session') ?? '');
    expect((await tossed.json('GET', '/auth/me')).status).toBe(401);
    await visitor.post('/auth/logout');
    expect(visitor.cookies.has('__Host-sp_session')).toBe(false);
  });

  test('about a session is not kept by caches', async () => {
    const visitor = it.visitor();
    await visitor.post('/auth/login', { email: 'alice@example.com', password: PASSWORD });
    expect((await visitor.get('/settings')).headers.get('cache-control')).toBe('private, no-store');
  });

  test('to an unknown address is the same 404, as a page or as a problem document', async () => {
    const page = await it.visitor().get('/nowhere');
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('There is nothing at this address.');
    const problem = await it.visitor().json('GET', '/api/nowhere');
    expect(problem.status).toBe(404);
    expect(problem.headers.get('content-type')).toBe('application/problem+json');
    expect(await problem.json()).toEqual({
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing at this address.',
      instance: '/api/nowhere',
      code: 'not_found',
    });
  });

  test('to a body over 1 MiB is 413, announced or not', async () => {
    const big = { email: 'x'.repeat(1_100_000) };
    expect((await it.visitor().post('/auth/login', big)).status).toBe(413);
    const stream = new Blob([new Uint8Array(1_100_000)]).stream();
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: stream, duplex: 'half' };
    expect((await it.visitor().request('/auth/login', init as RequestInit)).status).toBe(413);
  });

  test('to broken JSON is 400 in words', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await it.visitor().request('/auth/login', { method: 'POST', headers, body: '{"email":' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: 'The body is not JSON.' });
  });

  test('to our own fault is short, and logged once with its request id', async () => {
    const real = it.deps.passwords;
    it.deps.passwords = { ...real, verify: () => Promise.reject(new Error('the inside of the product')) };
    const before = it.logged.length;
    const answer = await it.visitor().post('/auth/login', { email: 'a@example.com', password: PASSWORD });
    it.deps.passwords = real;
    expect(answer.status).toBe(500);
    const page = await answer.text();
    expect(page).not.toContain('the inside of the product');
    const lines = it.logged.slice(before).filter(({ level }) => level === 50);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ request: answer.headers.get('x-request-id') });
    expect(page).toContain(String(lines[0]?.['request']));
    expect(JSON.stringify(lines)).not.toContain(PASSWORD);
  });
});

describe('a page with its own style', () => {
  test('lets exactly that style through', () => {
    const hash = styleHash('body{margin:0}');
    expect(hash).toBe("'sha256-IAdwN3biDCQ3brrgp1m8kBEsPQYyqfREKOEfeoREopc='");
    expect(contentPolicy({ styleHashes: [hash] })).toContain(`style-src 'self' ${hash};`);
  });
});

describe('the address of a visitor', () => {
  const proxies = new BlockList();
  proxies.addSubnet('10.0.0.0', 8, 'ipv4');
  proxies.addAddress('::1', 'ipv6');
  const none = new BlockList();

  test.each<[string, BlockList, string, string | undefined, string]>([
    ['the socket, without proxies', none, '203.0.113.7', undefined, '203.0.113.7'],
    ['a forged header without proxies is ignored', none, '203.0.113.7', '6.6.6.6', '203.0.113.7'],
    ['an untrusted peer cannot claim anything', proxies, '203.0.113.7', '6.6.6.6', '203.0.113.7'],
    ['one trusted proxy', proxies, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['a forged entry on the left is never reached', proxies, '10.0.0.1', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['two trusted proxies', proxies, '10.0.0.1', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['a mapped peer is the same proxy', proxies, '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['IPv6 in brackets with a port', proxies, '::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['rubbish from a trusted proxy', proxies, '10.0.0.1', 'unknown', '10.0.0.1'],
    ['nothing from a trusted proxy', proxies, '10.0.0.1', undefined, '10.0.0.1'],
  ])('%s', async (_name, trusted, peer, forwarded, expected) => {
    const app = new Hono<AppEnv>().get('/', (c) => c.text(clientIp(c, trusted)));
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    const answer = await app.request('/', { headers }, { incoming: { socket: { remoteAddress: peer } } });
    expect(await answer.text()).toBe(expected);
  });

  test.each([
    ['203.0.113.7', 'x:ip:203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', 'x:ip:2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', 'x:ip:2001:db8:1:2::/64'],
    ['2001:db8::1', 'x:ip:2001:db8:0:0::/64'],
    ['::1', 'x:ip:0:0:0:0::/64'],
    ['fe80::1%eth0', 'x:ip:fe80:0:0:0::/64'],
  ])('%s is counted as %s', (ip, key) => {
    expect(addressKey('x', ip)).toBe(key);
  });
});

describe('where a log-in leads', () => {
  test.each(['/settings', '/monitors/mon_1?range=24h', '/s/acme#top', '/'])('%s is ours', (next) => {
    expect(localPath(next)).toBe(next);
  });

  test.each([
    undefined,
    '',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' /settings',
    'javascript:alert(1)',
    'settings',
    '/ok\r\nSet-Cookie: a=b',
    '/..//evil.example',
    '/.//evil.example',
  ])('%j is not', (next) => {
    expect(localPath(next)).toBe('/dashboard');
  });

  test('the form obeys it', async () => {
    const it = await testApp();
    const w: World = await world(it);
    const visitor = it.visitor();
    const answer = await visitor.post('/auth/login', {
      email: w.alice.email,
      password: PASSWORD,
      next: '//evil.example',
    });
    expect(answer.headers.get('location')).toBe('/dashboard');
    const page = await (await it.visitor().get('/login?next=//evil.example')).text();
    expect(page).not.toContain('evil.example');
    await it.close();
  });
});
