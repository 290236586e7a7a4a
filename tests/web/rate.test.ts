import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { askInside } from '../../src/web/inside.ts';
import type { Session } from '../../src/web/env.ts';
import { ADDRESS_PACE, CALLER_PACE, createBuckets } from '../../src/web/rate.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  // On people's own machine the limit is wider: here it is the one of an installation on the internet.
  it = await testApp({ config: { baseUrl: 'https://status.example.com' } });
  w = await world(it, { plan: 'business' });
});
afterAll(() => it.close());

const facts = ({ status, headers }: Response) => ({
  status,
  limit: Number(headers.get('x-ratelimit-limit')),
  remaining: Number(headers.get('x-ratelimit-remaining')),
  reset: Number(headers.get('x-ratelimit-reset')),
  retryAfter: headers.get('retry-after'),
});
const call = async (browser: Visitor, path = '/api/channels') => facts(await browser.json('GET', path));

async function exhaust(browser: Visitor, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) expect((await call(browser)).status).not.toBe(429);
}

async function apiToken(owner: Visitor): Promise<Visitor> {
  const made = await owner.json('POST', '/api/tokens', { name: 'Script', scopes: ['read'] });
  expect(made.status).toBe(201);
  const program = it.visitor();
  program.token = ((await made.json()) as { token: string }).token;
  return program;
}

test('R-TK-5: each API token has calls of its own, beside those of its maker and of other accounts', async () => {
  it.clock.advance(MINUTE);
  const [one, two] = [await apiToken(w.alice.browser), await apiToken(w.alice.browser)];
  const foreign = await apiToken(w.mallory.browser);
  await exhaust(one, CALLER_PACE.burst);
  expect(await call(one)).toMatchObject({ status: 429, remaining: 0, retryAfter: '1' });
  for (const other of [two, foreign, w.alice.browser]) expect((await call(other)).status).toBe(200);
  expect((await call(two)).remaining).toBe(CALLER_PACE.burst - 2);
});

describe('a log-in', () => {
  test('has its calls, then 429 with the time to wait; others are not touched', async () => {
    const { burst, perMinute } = CALLER_PACE;
    it.clock.advance(MINUTE);
    expect(await call(w.alice.browser)).toMatchObject({ status: 200, limit: burst, remaining: burst - 1, reset: 1 });
    await exhaust(w.alice.browser, burst - 1);
    const over = await w.alice.browser.json('GET', '/api/channels');
    expect(facts(over)).toEqual({ status: 429, limit: burst, remaining: 0, reset: 10, retryAfter: '1' });
    expect(await over.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining(`${perMinute}`) });
    expect((await call(w.bob.browser)).remaining).toBe(burst - 1);
    expect((await call(w.mallory.browser)).status).toBe(200);
    // Pages are no calls of the API.
    expect((await w.alice.browser.get('/dashboard')).status).toBe(200);
    it.clock.advance(1_000);
    await exhaust(w.alice.browser, perMinute / 60);
    expect((await call(w.alice.browser)).status).toBe(429);
  });

  test('every answer says where it stands: found, not found, not valid, nothing to tell', async () => {
    it.clock.advance(MINUTE);
    const { browser } = w.alice;
    const answers = [
      await browser.json('GET', '/api/monitors'),
      await browser.json('GET', '/api/monitors/none'),
      await browser.json('GET', '/api/nothing'),
      await browser.json('POST', '/api/monitors', { url: 'x' }),
      await browser.json('POST', '/api/monitors', { url: 'https://a.example.com/' }),
    ];
    const tag = answers[0]?.headers.get('etag') ?? '';
    answers.push(await browser.json('GET', '/api/status', undefined, { 'if-none-match': tag }));
    expect(answers.map((answer) => facts(answer).remaining)).toEqual([99, 98, 97, 96, 95, 94]);
  });
});

test('without a log-in the address counts, but load balancers may ask as often as they like', async () => {
  it.clock.advance(MINUTE);
  const stranger = it.visitor({ ip: '192.0.2.7' });
  await exhaust(stranger, ADDRESS_PACE.burst);
  expect(await call(stranger)).toMatchObject({ status: 429, retryAfter: '1' });
  expect((await call(stranger, '/api/health')).status).toBe(200);
  expect((await call(it.visitor({ ip: '192.0.2.8' }))).status).toBe(401);
  // Whoever shares the address and is logged in has calls of their own.
  expect((await call(w.alice.browser)).status).toBe(200);
});

test('what the product asks itself is not counted, and no header can claim to be that', async () => {
  it.clock.advance(MINUTE);
  const session: Session = {
    id: 'ses_inside',
    user: { id: w.alice.userId, email: w.alice.email, name: null, email_verified: true, operator: false },
    account: { id: w.alice.accountId, name: 'Alice', slug: w.alice.slug, plan: 'business', downgraded_from: null },
    role: 'owner',
    via: 'cookie',
    scopes: null,
  };
  const request = () => new Request('https://status.example.com/api/channels');
  for (let i = 0; i <= CALLER_PACE.burst; i++) {
    const answer = await askInside(it.app, session, request(), undefined);
    expect([answer.status, answer.headers.has('x-ratelimit-limit')]).toEqual([200, false]);
  }
  const foreign = new Request('https://status.example.com/api/channels', {
    headers: { inside: JSON.stringify(session), session: session.id },
  });
  expect((await it.app.fetch(foreign, {})).status).toBe(401);
});

describe('buckets', () => {
  const pace = { perMinute: 60, burst: 3 };

  test('fill at their pace up to the brim, and a refusal costs nothing', () => {
    const buckets = createBuckets(10);
    const remaining = (now: number) => buckets.take('a', pace, now).remaining;
    expect([remaining(0), remaining(0), remaining(0)]).toEqual([2, 1, 0]);
    expect(buckets.take('a', pace, 400)).toMatchObject({ allowed: false, waitMs: 600 });
    expect(buckets.take('a', pace, 900).waitMs).toBeCloseTo(100);
    expect(buckets.take('a', pace, 1_000)).toMatchObject({ allowed: true, remaining: 0 });
    expect(buckets.take('a', pace, 10 * MINUTE)).toMatchObject({ allowed: true, remaining: 2, resetMs: 1_000 });
  });

  test('are forgotten when they are full again, and are never more than allowed', () => {
    const buckets = createBuckets(10);
    for (let i = 0; i < 8; i++) buckets.take(`old ${i}`, pace, 0);
    for (let i = 0; i < 4; i++) buckets.take('new', pace, 2 * MINUTE);
    expect(buckets.size).toBe(1);
    for (let i = 0; i < 1_000; i++) buckets.take(`flood ${i}`, pace, 2 * MINUTE);
    expect(buckets.size).toBe(10);
    expect(buckets.take('flood 999', pace, 2 * MINUTE).remaining).toBe(1);
  });
});
