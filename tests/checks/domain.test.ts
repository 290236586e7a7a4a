import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { domain } from '../../src/checks/domain.ts';
import { registrableDomain } from '../../src/checks/registries.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { knownFor } from '../../src/engine/known.ts';
import { probe } from '../../src/engine/probe.ts';
import { type EngineWorld, engineWorld } from '../support/engine-world.ts';
import { serveHttp, type TestServer } from '../support/servers.ts';

let world: EngineWorld;
let registry: TestServer;
let folder: string;
/** Paths that were asked for, in order. */
let asked: string[];
/** What the registry answers to a question for a domain. */
let answer: { status: number; body: string };
beforeEach(async () => {
  world = await engineWorld();
  folder = mkdtempSync(join(tmpdir(), 'statusping-rdap-'));
  asked = [];
  answer = registered('2027-03-01T00:00:00Z');
  registry = await serveHttp((req, res) => {
    asked.push(req.url ?? '');
    const list = { version: '1.0', services: [[['com', 'test'], [`${registry.url}/rdap`]]] };
    const [status, body] = req.url === '/dns.json' ? [200, JSON.stringify(list)] : [answer.status, answer.body];
    res.writeHead(status, { 'content-type': 'application/rdap+json' }).end(body);
  });
  Object.assign(world.deps.config, { dataPath: folder, rdapBootstrapUrl: `${registry.url}/dns.json` });
});
afterEach(async () => {
  await world.close();
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function registered(end: string | null) {
  const events = [{ eventAction: 'registration', eventDate: '2001-01-01T00:00:00Z' }];
  if (end !== null) events.push({ eventAction: 'expiration', eventDate: end });
  const vcardArray = [
    'vcard',
    [
      ['version', {}, 'text', '4.0'],
      ['fn', {}, 'text', 'Names Ltd.'],
    ],
  ];
  const entities = [{ objectClassName: 'entity', roles: ['registrar'], vcardArray }];
  return { status: 200, body: JSON.stringify({ objectClassName: 'domain', events, entities }) };
}

/** One check, as runner and form make it. */
function check(target = 'shop.com', config: Record<string, unknown> = {}) {
  const job = { target, config, timeout_seconds: 10, retries: 0 };
  const known = knownFor(world.deps, CHECKS.domain, { target, config, accountId: 'acc_alice' });
  return probe(world.deps, CHECKS.domain, { ...job, known });
}

const questions = () => asked.filter((path) => path !== '/dns.json');

describe('the end of a registration', () => {
  test('far away is up, and the registry is asked at the address IANA names', async () => {
    expect(await check()).toMatchObject({
      status: 'up',
      reason: null,
      message: 'The registration of shop.com ends on 2027-03-01, in 100 days.',
    });
    expect(asked).toEqual(['/dns.json', '/rdap/domain/shop.com']);
  });

  test.each([
    ['2026-12-10T00:00:00Z', 'degraded', 'ends on 2026-12-10, in 19 days'],
    ['2026-11-20T12:00:00Z', 'down', 'ended on 2026-11-20'],
    ['2026-11-01T00:00:00Z', 'down', 'ended on 2026-11-01'],
  ])('%s is %s', async (end, status, words) => {
    answer = registered(end);
    const verdict = await check();
    expect(verdict).toMatchObject({ status, reason: 'domain_expiring', message: expect.stringContaining(words) });
    expect(verdict.found?.domain).toEqual({ name: 'shop.com', expiresAt: Date.parse(end) });
  });

  test('is asked for once a day, however many monitors and tests want to know', async () => {
    await Promise.all([check(), check(), check()]);
    await check();
    expect(questions()).toHaveLength(1);
    world.clock.advance(DAY - 1);
    await check();
    expect(questions()).toHaveLength(1);
    world.clock.advance(1);
    await check();
    expect(questions()).toHaveLength(2);
  });
});

describe('a registry that does not tell', () => {
  test('publishes no end: unknown, never down', async () => {
    answer = registered(null);
    expect(await check()).toMatchObject({ status: 'unknown', message: expect.stringContaining('does not publish') });
  });

  test.each([
    [503, 'busy', 'answered with status 503'],
    [429, '', 'answered with status 429'],
    [404, '{}', 'does not know shop.com'],
    [200, '<html>', 'did not answer with JSON'],
    [200, '[1,2]', 'did not answer with a domain'],
  ])('answers %i %s: unknown with a sentence, asked again after an hour', async (status, body, words) => {
    answer = { status, body };
    expect(await check()).toMatchObject({ status: 'unknown', message: expect.stringContaining(words) });
    world.clock.advance(HOUR - 1);
    await check();
    expect(questions()).toHaveLength(1);
    world.clock.advance(1);
    answer = registered('2027-03-01T00:00:00Z');
    expect((await check()).status).toBe('up');
  });

  test('after a good answer: the answer is kept, and an end that has come is still seen', async () => {
    answer = registered('2026-11-22T00:00:00Z');
    expect((await check()).status).toBe('degraded');
    answer = { status: 500, body: '' };
    world.clock.advance(2 * DAY);
    expect(await check()).toMatchObject({ status: 'down', reason: 'domain_expiring' });
  });

  test('has no server: unknown, and nobody is asked', async () => {
    expect(await check('shop.zz')).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('.zz cannot be asked'),
    });
    expect(questions()).toEqual([]);
  });
});

describe("IANA's list", () => {
  test('is kept in the data folder and renewed once a day', async () => {
    await check();
    expect(readFileSync(join(folder, 'rdap-dns.json'), 'utf8')).toContain('/rdap');
    await check('other.com');
    expect(asked.filter((path) => path === '/dns.json')).toHaveLength(1);
    world.clock.advance(DAY);
    await check('third.com');
    expect(asked.filter((path) => path === '/dns.json')).toHaveLength(2);
  });

  test('that cannot be read leaves the copy of before', async () => {
    await check();
    Object.assign(world.deps.config, { rdapBootstrapUrl: `${registry.url}/elsewhere` });
    world.clock.advance(3 * DAY);
    expect((await check()).status).toBe('up');
    expect(questions().at(-1)).toBe('/rdap/domain/shop.com');
  });
});

test('people are warned once for each threshold of a domain', async () => {
  const no = await world.addMonitor({ target: 'shop.com' });
  answer = registered('2026-12-10T00:00:00Z');
  await world.seen(no, await check());
  world.clock.advance(HOUR);
  await world.seen(no, await check());
  expect(await world.alerts()).toEqual(['domain_expiring']);
  const row = await world.db.read.get<{ n: number }>(sql`select count(*) as n from expiry_warnings`);
  expect(row.n).toBe(1);
  world.clock.advance(12 * DAY);
  await world.seen(no, await check());
  expect(await world.alerts()).toEqual(['domain_expiring', 'domain_expiring']);
});

describe('what is typed', () => {
  test.each([
    ['example.com', 'example.com'],
    ['  https://www.Shop.example.co.uk/a?b ', 'example.co.uk'],
    ['a.b.c.example.org.', 'example.org'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['foo.bar.com.au', 'bar.com.au'],
  ])('%s is watched as %s', (typed, target) => {
    expect(domain.parseTarget(typed)).toEqual({ target });
  });
  test.each(['', 'localhost', 'co.uk', '192.0.2.1', '[2001:db8::1]', 'exa mple.com', '-', 'a..b'])(
    '%j is refused',
    (typed) => {
      expect(domain.parseTarget(typed)).toHaveProperty('problem');
    },
  );
  test('a name is one label under its public suffix', () => {
    expect(registrableDomain('x.y.co.jp')).toBe('y.co.jp');
    expect(registrableDomain('co.jp')).toBeNull();
    expect(registrableDomain('com')).toBeNull();
  });
});
