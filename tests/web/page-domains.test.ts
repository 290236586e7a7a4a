import { BlockList } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setPlan } from '../../src/engine/plans.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { pageDomainJob } from '../../src/engine/page-domains.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { name, pieces, type RecordAnswer, type RecordServer, serveRecords } from '../support/records.ts';
import { type Person, type World, world } from '../support/world.ts';

const BASE = 'https://app.statusping.example';
const HOST = 'status.acme.test';

interface Shown {
  host: string | null;
  state: string;
  proof: { name: string; txt: string; cname: string | null };
  verified_at: string | null;
  failing_since: string | null;
  error: string | null;
}

/** What DNS says, as "TXT _statusping.status.acme.test" and the answer. */
let zone: Map<string, RecordAnswer>;
let dns: RecordServer;
let it: TestApp;
let w: World;
let page: string;

beforeEach(async () => {
  zone = new Map();
  dns = await serveRecords((asked, type) => zone.get(`${type} ${asked}`) ?? 'nxdomain');
  const trustedProxies = new BlockList();
  trustedProxies.addAddress('10.9.9.9');
  it = await testApp({ config: { baseUrl: BASE, trustedProxies } });
  it.deps.outbound.resolvers = [dns.address];
  w = await world(it, { plan: 'business' });
  page = await pageOf(w.alice);
});
afterEach(async () => {
  await it.close();
  await dns.close();
});

async function pageOf({ accountId }: Person): Promise<string> {
  const rows = await it.deps.db.read.all<{ id: string }>(
    sql`select id from status_pages where account_id = ${accountId}`,
  );
  return rows[0]?.id ?? '';
}

const api = (id = page) => `/api/status-pages/${id}/domain`;
const put = (person: Person, host: string, id = page) => person.browser.json('PUT', api(id), { host });
const shown = async (person = w.alice, id = page) =>
  (await (await person.browser.json('GET', api(id))).json()) as Shown;

/** Names the host and puts its proof into DNS. */
async function verified(person = w.alice, id = page, host = HOST): Promise<Shown> {
  expect((await put(person, host, id)).status).toBe(200);
  const { proof } = await shown(person, id);
  zone.set(`TXT ${proof.name}`, [pieces(proof.txt)]);
  expect((await person.browser.json('POST', `${api(id)}/verify`)).status).toBe(200);
  return shown(person, id);
}

/** A request from anywhere, by any name. */
function ask(host: string, path = '/', more: { ip?: string; headers?: Record<string, string>; method?: string } = {}) {
  const env = { incoming: { socket: { remoteAddress: more.ip ?? '203.0.113.7' } } };
  const headers = { host, accept: 'text/html', ...more.headers };
  return Promise.resolve(it.app.request(`http://app.invalid${path}`, { method: more.method ?? 'GET', headers }, env));
}

async function expectPage(answer: Response): Promise<string> {
  const text = await answer.text();
  expect(answer.status, text.slice(0, 200)).toBe(200);
  expect(text).toContain('alice-shop');
  expect(answer.headers.getSetCookie()).toEqual([]);
  return text;
}

async function expectNothing(answer: Response): Promise<void> {
  expect(answer.status).toBe(421);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toBe('There is nothing under this name here.\n');
}

describe('a page gets a domain', () => {
  test('by a TXT record; until then it waits and nothing is served', async () => {
    expect((await shown()).state).toBe('none');
    expect((await put(w.alice, ` HTTPS://Status.ACME.test./ `)).status).toBe(200);
    const waiting = await shown();
    expect(waiting).toMatchObject({
      host: HOST,
      state: 'waiting',
      error: `The name _statusping.${HOST} does not exist in DNS.`,
      proof: { name: `_statusping.${HOST}`, txt: expect.stringMatching(/^sp-[0-9a-f]{32}$/) },
    });
    await expectNothing(await ask(HOST));

    zone.set(`TXT _statusping.${HOST}`, [pieces('v=spf1 -all'), pieces('sp-', waiting.proof.txt.slice(3))]);
    const verify = await w.alice.browser.json('POST', `${api()}/verify`);
    expect(await verify.json()).toMatchObject({
      state: 'verified',
      verified_at: '2026-11-20T12:00:00.000Z',
      error: null,
    });
    await expectPage(await ask(HOST));
    const log = await it.deps.db.read.all(
      sql`select action, subject from audit_log where action like 'page_domain%' order by id`,
    );
    expect(log).toEqual([
      { action: 'page_domain.added', subject: HOST },
      { action: 'page_domain.verified', subject: HOST },
    ]);
  });

  test('by a CNAME that is bound to the account', async () => {
    await put(w.alice, HOST);
    const { proof } = await shown();
    expect(proof.cname).toBe(`${proof.txt}.app.statusping.example`);
    zone.set(`CNAME ${proof.name}`, [name('sp-00000000000000000000000000000000.app.statusping.example')]);
    await w.alice.browser.json('POST', `${api()}/verify`);
    expect((await shown()).state).toBe('waiting');
    zone.set(`CNAME ${proof.name}`, [name(proof.cname ?? '')]);
    await w.alice.browser.json('POST', `${api()}/verify`);
    expect((await shown()).state).toBe('verified');
  });

  test('not with another account’s record, nor one that says something else', async () => {
    await put(w.mallory, HOST, await pageOf(w.mallory));
    const { proof: theirs } = await shown(w.mallory, await pageOf(w.mallory));
    await w.mallory.browser.json('DELETE', api(await pageOf(w.mallory)));
    await put(w.alice, HOST);
    zone.set(`TXT _statusping.${HOST}`, [pieces(theirs.txt)]);
    await w.alice.browser.json('POST', `${api()}/verify`);
    expect(await shown()).toMatchObject({
      state: 'waiting',
      error: `_statusping.${HOST} says something else: “${theirs.txt}”.`,
    });
  });

  test.each([
    ['', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['status.acme.test/path', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['status.acme.test:8443', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['*.acme.test', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['user@acme.test', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['192.0.2.7', 'This is an address in numbers; a name is needed, such as status.example.com.'],
    ['0x7f.1', 'This is an address in numbers; a name is needed, such as status.example.com.'],
    ['[2001:db8::1]', 'Write a host name, such as status.example.com, without a path or a port.'],
    ['intranet', 'A name needs a domain behind it, such as status.example.com.'],
    ['app.statusping.example', 'This name belongs to StatusPing itself.'],
    ['x.app.statusping.example', 'This name belongs to StatusPing itself.'],
    ['co.uk', 'co.uk is kept by its registry; use a name below it.'],
    [
      '-a.acme.test',
      'Use letters, digits and hyphens between the dots, at most 63 each; a hyphen cannot be first or last.',
    ],
    [
      `${'a'.repeat(64)}.acme.test`,
      'Use letters, digits and hyphens between the dots, at most 63 each; a hyphen cannot be first or last.',
    ],
    [`${'abcdefgh.'.repeat(28)}test`, 'Use at most 240 characters.'],
  ])('%j is refused beside the field', async (host, message) => {
    const answer = await put(w.alice, host);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { errors: unknown }).errors).toEqual([{ field: 'host', message }]);
    const form = await w.alice.browser.post(`/status-pages/${page}/domain`, { host });
    expect(form.status).toBe(422);
    expect(await form.text()).toContain(message.replaceAll('’', '&#39;'));
  });

  test('names of private networks only where private targets may be watched', async () => {
    it.deps.outbound.allowPrivate = false;
    const answer = await put(w.alice, HOST);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('Names under .test do not exist on the internet.');
  });

  test('letters of other scripts become what DNS knows', async () => {
    it.deps.outbound.allowPrivate = true;
    await put(w.alice, 'Störung.Bücher.test');
    expect((await shown()).host).toBe('xn--strung-xxa.xn--bcher-kva.test');
  });

  test.each(['free', 'pro'] as const)('not on the %s plan', async (plan) => {
    await setPlan(it.deps, w.alice.accountId, plan);
    const answer = await put(w.alice, HOST);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: 'limit',
      detail: 'A domain of your own is part of the Business plan.',
    });
    const drawn = await (await w.alice.browser.get(`/status-pages/${page}/domain`)).text();
    expect(drawn).toContain('Business');
    expect(drawn).not.toContain('Add domain');
  });

  test('that nobody else has; who only named it gives way to proof', async () => {
    const theirs = await pageOf(w.mallory);
    await put(w.mallory, HOST, theirs);
    const refused = await put(w.alice, HOST);
    expect(refused.status).toBe(422);
    const text = await refused.text();
    const token = /sp-[0-9a-f]{32}/.exec(text)?.[0] ?? '';
    expect(text).toContain(`Set the TXT record _statusping.${HOST} to ${token}`);
    zone.set(`TXT _statusping.${HOST}`, [pieces(token)]);
    expect((await put(w.alice, HOST)).status).toBe(200);
    expect((await shown()).state).toBe('verified');
    expect((await shown(w.mallory, theirs)).state).toBe('none');
    const again = await put(w.mallory, HOST, theirs);
    expect(again.status).toBe(422);
    expect(await again.text()).toContain(`${HOST} is the domain of another status page.`);
    await expectPage(await ask(HOST));
  });
});

describe('the proof is looked for again', () => {
  const looks = () => dns.questions.filter((one) => one.startsWith('TXT')).length;

  test('once a day; missing for seven days ends it, its return brings it back', async () => {
    const { proof } = await verified();
    const run = pageDomainJob(it.deps);
    const before = looks();
    it.clock.advance(DAY - MINUTE);
    await run();
    expect(looks()).toBe(before);
    it.clock.advance(MINUTE);
    await run();
    expect(looks()).toBe(before + 1);

    zone.delete(`TXT ${proof.name}`);
    it.clock.advance(DAY);
    await run();
    expect(await shown()).toMatchObject({ state: 'failing', failing_since: '2026-11-22T12:00:00.000Z' });
    await expectPage(await ask(HOST));
    for (let hours = 1; hours < 7 * 24; hours += 1) {
      it.clock.advance(HOUR);
      await run();
    }
    expect((await shown()).state).toBe('failing');
    await expectPage(await ask(HOST));
    it.clock.advance(HOUR);
    await run();
    expect(await shown()).toMatchObject({ state: 'lost', verified_at: null });
    await expectNothing(await ask(HOST));

    zone.set(`TXT ${proof.name}`, [pieces(proof.txt)]);
    it.clock.advance(DAY);
    await run();
    expect(await shown()).toMatchObject({ state: 'verified', failing_since: null });
    await expectPage(await ask(HOST));
  });

  test('soon after a host was named, so that nobody has to press a button', async () => {
    await put(w.alice, HOST);
    const { proof } = await shown();
    zone.set(`TXT ${proof.name}`, [pieces(proof.txt)]);
    it.clock.advance(10 * MINUTE);
    await pageDomainJob(it.deps)();
    expect((await shown()).state).toBe('verified');
  });
});

describe('where a request goes is decided by its host', () => {
  test.each([HOST, 'STATUS.Acme.TEST', `${HOST}.`, `${HOST}:8443`, `${HOST}.:443`])('%s is the page', async (host) => {
    await verified();
    const text = await expectPage(await ask(host));
    expect(text).toContain(`<link rel="canonical" href="https://${HOST}">`);
    expect(text).not.toContain('/s/alice-shop');
    for (const path of ['/history', '/subscribe']) expect((await ask(host, path)).status, path).toBe(200);
    expect(await (await ask(host, '/api')).json()).toMatchObject({
      page: { slug: 'alice-shop', url: `https://${HOST}` },
    });
    expect(await (await ask(host, '/api/v2/status.json')).json()).toMatchObject({ page: { url: `https://${HOST}` } });
    expect(await (await ask(host, '/feed.atom')).text()).toContain(
      `rel="self" type="application/atom+xml" href="https://${HOST}/feed.atom"`,
    );
    const script = /src="(\/assets\/[^"]+)"/.exec(text)?.[1] ?? '';
    const file = await ask(host, script);
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toContain('javascript');
  });

  test('nothing but the page is there, with a cookie or without, and no cookie comes back', async () => {
    await verified();
    const cookie = [...w.alice.browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
    expect(cookie).not.toBe('');
    const paths = ['/dashboard', '/login', '/signup', '/status-pages', '/settings', '/auth/me', '/api/monitors'];
    const more = ['/api/health', '/api/status', '/openapi.json', '/design', '/s/alice-shop', '/s/mallory-inc', '/live'];
    const odd = ['/%2e%2e/mallory-inc', '//mallory-inc', '/../mallory-inc', '/s', '/assets/../package.json', '/ping/x'];
    for (const path of [...paths, ...more, ...odd, '/assets/none.js', '/api/caddy/ask']) {
      for (const headers of [{}, { cookie }] as Record<string, string>[]) {
        for (const method of ['GET', 'POST']) {
          const answer = await ask(HOST, path, { headers, method });
          expect(answer.status, `${method} ${path}`).toBe(404);
          expect(answer.headers.getSetCookie()).toEqual([]);
        }
      }
    }
  });

  test('each domain has its own page', async () => {
    await verified();
    const theirs = await pageOf(w.mallory);
    await verified(w.mallory, theirs, 'status.mallory.test');
    await expectPage(await ask(HOST));
    const text = await (await ask('status.mallory.test')).text();
    expect(text).toContain('mallory-inc');
    expect(text).not.toContain('alice-shop');
  });

  test('a name nobody has proven is refused without a cookie, whatever is asked', async () => {
    await put(w.alice, HOST);
    for (const host of [HOST, 'unknown.test', 'app.statusping.example.evil.test', '198.51.100.4', '', 'a b']) {
      for (const path of ['/', '/login', '/s/alice-shop', '/api/monitors', '/assets/build/app.css']) {
        await expectNothing(await ask(host, path));
      }
    }
  });

  test('ours is ours, in any spelling; this machine may call itself as it likes', async () => {
    for (const host of [
      'app.statusping.example',
      'APP.StatusPing.Example.:443',
      'localhost:8000',
      '127.0.0.1',
      '[::1]:80',
    ]) {
      expect((await ask(host, '/login')).status, host).toBe(200);
    }
  });

  test('health and heartbeats answer to any name', async () => {
    expect((await ask('10.0.0.3:8000', '/api/health')).status).toBe(200);
    expect((await ask('statusping', '/ping/none')).status).toBe(404);
    expect((await ask('statusping', '/api/push/none')).status).toBe(404);
    expect((await ask('statusping', '/api/healthy')).status).toBe(421);
  });

  test('an installation without a name takes every name but a page’s', async () => {
    await verified();
    it.deps.config.baseUrl = 'http://localhost:8000';
    expect((await ask('192.168.1.5:8000', '/login')).status).toBe(200);
    await expectPage(await ask(HOST));
    expect((await ask(HOST, '/login')).status).toBe(404);
  });

  test('X-Forwarded-Host counts from a trusted proxy only, and only where Host says nothing', async () => {
    await verified();
    const headers = { 'x-forwarded-host': HOST };
    await expectNothing(await ask('upstream', '/', { headers }));
    await expectPage(await ask('upstream', '/', { headers, ip: '10.9.9.9' }));
    await expectPage(await ask('127.0.0.1:8000', '/', { headers, ip: '10.9.9.9' }));
    const ours = { 'x-forwarded-host': 'app.statusping.example' };
    expect((await ask('upstream', '/login', { headers: ours, ip: '10.9.9.9' })).status).toBe(200);
    const kept = await ask('app.statusping.example', '/', { headers, ip: '10.9.9.9' });
    expect(await kept.text()).not.toContain('alice-shop');
    await expectPage(await ask(HOST, '/', { headers: ours, ip: '10.9.9.9' }));
    await expectNothing(await ask('upstream', '/', { headers: { 'x-forwarded-host': 'evil.test' }, ip: '10.9.9.9' }));
  });

  test('following the page works on its domain', async () => {
    await verified();
    const env = { incoming: { socket: { remoteAddress: '203.0.113.7' } } };
    const body = new URLSearchParams({
      by: 'email',
      target: 'reader@example.org',
      incidents: 'true',
      maintenance: 'true',
    });
    const headers = { host: HOST, origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
    const answer = await it.app.request('http://app.invalid/subscribe', { method: 'POST', headers, body }, env);
    expect(answer.status).toBeLessThan(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const rows = await it.deps.db.read.all(sql`select target from subscribers where page_id = ${page}`);
    expect(rows).toEqual([{ target: 'reader@example.org' }]);
  });
});

describe('a domain is let go', () => {
  test.each([
    ['when it is removed', () => w.alice.browser.json('DELETE', api())],
    ['when it is removed by the form', () => w.alice.browser.post(`/status-pages/${page}/domain/remove`)],
    ['when another takes its place', () => put(w.alice, 'new.acme.test')],
    ['when the plan loses it', () => setPlan(it.deps, w.alice.accountId, 'pro')],
    [
      'when the page is deleted',
      async () => {
        await w.alice.browser.json('POST', '/api/status-pages', { title: 'Second', slug: 'second-page' });
        expect((await w.alice.browser.json('DELETE', `/api/status-pages/${page}`)).status).toBe(204);
      },
    ],
  ])('%s', async (_when, end) => {
    await verified();
    await expectPage(await ask(HOST));
    await end();
    await expectNothing(await ask(HOST));
    const theirs = await pageOf(w.mallory);
    expect((await put(w.mallory, HOST, theirs)).status).toBe(200);
    expect((await shown(w.mallory, theirs)).state).toBe('waiting');
  });

  test('a page says its address in the API by the domain while it is served', async () => {
    const url = async () =>
      ((await (await w.alice.browser.json('GET', `/api/status-pages/${page}`)).json()) as { url: string }).url;
    await put(w.alice, HOST);
    expect(await url()).toBe(`${BASE}/s/alice-shop`);
    await verified();
    expect(await url()).toBe(`https://${HOST}`);
  });

  test('a new slug keeps it', async () => {
    await verified();
    await expectPage(await ask(HOST));
    await w.alice.browser.json('PATCH', `/api/status-pages/${page}`, { slug: 'alice-moved' });
    expect(await (await ask(HOST, '/api')).json()).toMatchObject({ page: { slug: 'alice-moved' } });
  });
});

describe('Caddy asks which names may have a certificate', () => {
  const asked = (domain: string, more: Parameters<typeof ask>[2] = { ip: '127.0.0.1' }) =>
    ask('statusping:8000', `/api/caddy/ask?domain=${domain}`, more);

  test('verified ones and our own, nothing else', async () => {
    await put(w.alice, HOST);
    expect((await asked(HOST)).status).toBe(404);
    await verified();
    expect((await asked(HOST)).status).toBe(200);
    expect((await asked('STATUS.acme.test.')).status).toBe(200);
    expect((await asked('app.statusping.example')).status).toBe(200);
    expect((await asked('other.test')).status).toBe(404);
    expect((await asked('')).status).toBe(404);
    await w.alice.browser.json('DELETE', api());
    expect((await asked(HOST)).status).toBe(404);
  });

  test('only this machine and trusted proxies learn it, and not for a visitor behind one', async () => {
    await verified();
    expect((await asked(HOST, { ip: '10.9.9.9' })).status).toBe(200);
    expect((await asked(HOST, { ip: '203.0.113.7' })).status).toBe(404);
    const headers = { 'x-forwarded-for': '127.0.0.1' };
    expect((await asked(HOST, { ip: '10.9.9.9', headers })).status).toBe(404);
    expect((await asked(HOST, { ip: '127.0.0.1', headers })).status).toBe(404);
  });
});
