import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PLAN } from '../../src/core/plan.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { setPlan } from '../../src/engine/plans.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { serveHttp } from '../support/servers.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

/** Rows of the acceptance table that other products' APIs have, on our addresses; the row is named with each test. */

let it: TestApp;
let w: World;
let checks: ReturnType<typeof checker>;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
  checks = checker(it);
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

type Json = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}
interface Problem {
  code: string;
  detail: string;
  errors: { field: string; message: string }[];
}

async function ask(method: string, path: string, body?: unknown, browser: Visitor = w.alice.browser): Promise<Answer> {
  const answer = await browser.json(method, path, body);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Json) };
}
const rows = (answer: Answer) => answer.body['data'] as Json[];
const names = (answer: Answer) => rows(answer).map(({ name }) => name);
const problem = (answer: Answer) => answer.body as unknown as Problem;

async function add(settings: Json = {}, browser = w.alice.browser): Promise<string> {
  const made = await ask(
    'POST',
    '/api/monitors',
    { url: 'https://shop.example.com/', name: 'Shop', ...settings },
    browser,
  );
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

describe('monitors', () => {
  test('A45, C100, D27, E43: the list has the callers own, with how they are', async () => {
    const id = await add();
    await add({ name: 'Foreign' }, w.mallory.browser);
    await checks.seen(id, UP);
    const list = await ask('GET', '/api/monitors');
    expect([list.status, names(list)]).toEqual([200, ['Shop']]);
    expect(rows(list)[0]).toMatchObject({ id, status: 'up', paused: false });
    expect(names(await ask('GET', '/api/monitors', undefined, w.bob.browser))).toEqual(['Shop']);
  });

  test('A46, D26, E44: a new one answers 201 with id and Location and is due at once', async () => {
    const made = await ask('POST', '/api/monitors', { url: 'https://shop.example.com/', interval_seconds: 300 });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/monitors/${String(made.body['id'])}`);
    expect(Date.parse(String(made.body['next_check_at']))).toBeLessThanOrEqual(it.clock.now() + 10 * SECOND);
    const wrong = await ask('POST', '/api/monitors', { url: 'nonsense://', interval_seconds: 1 });
    expect(wrong.status).toBe(422);
    expect(problem(wrong).errors.map(({ field }) => field)).toContain('interval_seconds');
    const worse = await ask('POST', '/api/monitors', { url: 'nonsense://' });
    expect(problem(worse).errors.map(({ field }) => field)).toEqual(['target']);
  });

  test('E44: over the limit of the plan is refused with a code of its own', async () => {
    for (let i = 0; i < 5; i++) await add({ name: `No ${i}` });
    const over = await ask('POST', '/api/monitors', { url: 'https://shop.example.com/' });
    expect([over.status, problem(over).code]).toEqual([403, 'limit']);
  });

  test('A47, C101, D11, D28, E45: one of mine is found, another account’s is not there', async () => {
    const id = await add();
    expect(await ask('GET', `/api/monitors/${id}`)).toMatchObject({ status: 200, body: { id } });
    for (const [method, body] of [
      ['GET'],
      ['PUT', { url: 'https://m.example/' }],
      ['PATCH', {}],
      ['DELETE'],
    ] as const) {
      expect((await ask(method, `/api/monitors/${id}`, body, w.mallory.browser)).status, method).toBe(404);
    }
  });

  test('A48, D29: PUT replaces the settings, and the next check uses them', async () => {
    const [old, fresh] = [await serveHttp((_, r) => r.writeHead(500).end()), await serveHttp((_, r) => r.end('fine'))];
    try {
      const id = await add({ url: old.url, tags: ['a'], retries: 2 });
      const put = await ask('PUT', `/api/monitors/${id}`, { name: 'New', url: fresh.url });
      expect(put).toMatchObject({ status: 200, body: { id, name: 'New', target: fresh.url, tags: [], retries: 1 } });
      expect((await ask('POST', `/api/monitors/${id}/test`)).body).toMatchObject({ status: 'up', status_code: 200 });
    } finally {
      await Promise.all([old.close(), fresh.close()]);
    }
  });

  test('E46: PATCH changes only the fields that are given', async () => {
    const id = await add({ tags: ['a'], retries: 2 });
    const before = (await ask('GET', `/api/monitors/${id}`)).body;
    const after = (await ask('PATCH', `/api/monitors/${id}`, { name: 'New' })).body;
    expect(after).toEqual({ ...before, name: 'New' });
  });

  test('A49, D30, E47: deleted, it is gone with its results, and a second time it is not there', async () => {
    const id = await add();
    await checks.seen(id, UP);
    expect((await ask('DELETE', `/api/monitors/${id}`)).status).toBe(204);
    for (const path of ['', '/results', '/history', '/uptime']) {
      expect((await ask('GET', `/api/monitors/${id}${path}`)).status, path).toBe(404);
    }
    expect((await ask('DELETE', `/api/monitors/${id}`)).status).toBe(404);
    expect(names(await ask('GET', '/api/monitors'))).toEqual([]);
  });

  test('A50: a test checks now, answers with what was seen and stores nothing', async () => {
    const server = await serveHttp((_, response) => response.writeHead(503).end());
    try {
      const id = await add({ url: server.url });
      const seen = await ask('POST', `/api/monitors/${id}/test`);
      expect(seen).toMatchObject({ status: 200, body: { status: 'down', reason: 'bad_status', status_code: 503 } });
      expect(rows(await ask('GET', `/api/monitors/${id}/results`))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('A51: the history is in order of time, 72 hours unless said', async () => {
    const id = await add();
    await checks.seen(id, UP);
    const slots = rows(await ask('GET', `/api/monitors/${id}/history`));
    const times = slots.map(({ starts_at }) => String(starts_at));
    expect(times).toEqual(times.toSorted((a, b) => a.localeCompare(b)));
    expect(times).toHaveLength(72);
    expect(slots.at(-1)).toMatchObject({ status: 'up', starts_at: new Date(it.clock.now()).toISOString() });
    expect(rows(await ask('GET', `/api/monitors/${id}/history?hours=24`))).toHaveLength(24);
  });

  test('D10, D12 to D16: id, address, interval, pause and times of a monitor', async () => {
    const id = await add({ interval_seconds: 600 });
    const { body } = await ask('GET', `/api/monitors/${id}`);
    expect(body).toMatchObject({
      id,
      target: 'https://shop.example.com/',
      interval_seconds: 600,
      paused: false,
      last_checked_at: null,
      created_at: new Date(it.clock.now()).toISOString(),
    });
    const paused = await ask('POST', `/api/monitors/${id}/pause`);
    expect(paused.body).toMatchObject({ paused: true, status: 'paused', next_check_at: null });
  });
});

describe('what was seen', () => {
  test('C102, D17 to D21: results of the last hours, the newest first, with time, duration and fault', async () => {
    await setPlan(it.deps, w.alice.accountId, 'pro');
    const id = await add({ failure_threshold: 1 });
    await checks.seen(id, UP);
    it.clock.advance(23 * HOUR);
    await checks.seen(id, DOWN);
    it.clock.advance(2 * HOUR);
    await checks.seen(id, { ...DOWN, responseTimeMs: null });
    const day = rows(await ask('GET', `/api/monitors/${id}/results?hours=24`));
    expect(day).toMatchObject([
      { status: 'down', response_time_ms: null },
      { status: 'down', response_time_ms: 40, message: 'The server answered 503.' },
    ]);
    expect(Date.parse(String(day[0]?.['checked_at']))).toBe(it.clock.now());
    const all = rows(await ask('GET', `/api/monitors/${id}/results`));
    expect(all).toHaveLength(3);
    expect(all[2]).toMatchObject({ status: 'up', message: null, monitor_id: id });
    expect(new Set(all.map((result) => result['id'])).size).toBe(3);
    expect(all.slice(0, 2)).toEqual(day);
    const other = await add({ name: 'Other', failure_threshold: 1 });
    await checks.seen(other, UP);
    const [its] = rows(await ask('GET', `/api/monitors/${other}/results`));
    expect(its).toMatchObject({ id: expect.any(String), monitor_id: other });
    expect(all.map((result) => result['id'])).not.toContain(its?.['id']);
    for (const hours of ['0', '-1', 'x', '1.5', '1000000']) {
      expect((await ask('GET', `/api/monitors/${id}/results?hours=${hours}`)).status, hours).toBe(422);
    }
  });

  test('C102: no number of hours reaches further back than the plan keeps', async () => {
    const id = await add();
    await checks.seen(id, UP);
    expect(rows(await ask('GET', `/api/monitors/${id}/results?hours=8784`))).toHaveLength(1);
    it.clock.advance(PLAN.free.retention + SECOND);
    expect(rows(await ask('GET', `/api/monitors/${id}/results?hours=8784`))).toEqual([]);
  });

  test('E48: paging is stable while new results come in', async () => {
    const id = await add();
    const seen: string[] = [];
    for (let i = 0; i < 7; i++) {
      it.clock.advance(5 * MINUTE);
      seen.unshift(new Date(it.clock.now()).toISOString());
      await checks.seen(id, UP);
    }
    const read: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await ask('GET', `/api/monitors/${id}/results?limit=3&cursor=${cursor}`);
      read.push(...rows(page).map(({ checked_at }) => checked_at));
      cursor = page.body['next_cursor'] as string | null;
      it.clock.advance(5 * MINUTE);
      await checks.seen(id, UP);
    }
    expect(read).toEqual(seen);
  });

  test('D31, D34 to D41: 199 good of 200 are 99.5 percent, and no incident is going on', async () => {
    const id = await add({ failure_threshold: 2 });
    for (let i = 0; i < 200; i++) {
      it.clock.advance(5 * MINUTE);
      await checks.seen(id, i === 100 ? DOWN : UP);
    }
    const last = new Date(it.clock.now()).toISOString();
    it.clock.advance(5 * MINUTE);
    const { body } = await ask('GET', `/api/monitors/${id}`);
    expect(body).toMatchObject({
      id,
      target: 'https://shop.example.com/',
      status: 'up',
      last_checked_at: last,
      summary: { uptime_percent_24h: 99.5, total_checks_24h: 200, failed_checks_24h: 1, ongoing_incident: null },
    });
    await checks.seen(id, DOWN, it.clock.now() + MINUTE);
    await checks.seen(id, DOWN, it.clock.now() + 2 * MINUTE);
    const down = await ask('GET', `/api/monitors/${id}`);
    expect(down.body).toMatchObject({
      status: 'down',
      summary: { ongoing_incident: { monitor_id: id, status: 'open' } },
    });
  });

  test('D32: response times of the last hours as points in time', async () => {
    const id = await add();
    await checks.seen(id, UP);
    const points = rows(await ask('GET', `/api/monitors/${id}/response-times?hours=24`));
    const times = points.map(({ at }) => Date.parse(String(at)));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(it.clock.now() - (times[0] ?? 0)).toBeLessThanOrEqual(25 * HOUR);
    expect(points.filter(({ avg_ms }) => avg_ms !== null)).toMatchObject([
      { avg_ms: UP.responseTimeMs, total_checks: 1 },
    ]);
  });

  test('E49: uptime of the standard windows, and response times', async () => {
    const id = await add();
    await checks.seen(id, UP);
    const { body } = await ask('GET', `/api/monitors/${id}/uptime`);
    expect(Object.keys(body['windows'] as Json)).toEqual(['24h', '7d', '30d', '90d', '365d']);
    expect(Object.keys(body['response_ms'] as Json)).toEqual(['avg', 'p50', 'p95', 'p99']);
  });
});

describe('incidents', () => {
  test('C103, D22, D23, D33: recent ones with start and end, the newest first, as many as asked for', async () => {
    const id = await add({ failure_threshold: 2 });
    const started: string[] = [];
    for (let i = 0; i < 3; i++) {
      it.clock.advance(HOUR);
      started.unshift(new Date(it.clock.now()).toISOString());
      for (const verdict of [DOWN, DOWN, ...(i < 2 ? [UP] : [])]) {
        await checks.seen(id, verdict);
        it.clock.advance(5 * MINUTE);
      }
    }
    const all = rows(await ask('GET', '/api/incidents?limit=50'));
    expect(all.map(({ started_at }) => started_at)).toEqual(started);
    expect(all.map(({ resolved_at }) => resolved_at === null)).toEqual([true, false, false]);
    expect(all.every(({ monitor_id }) => monitor_id === id)).toBe(true);
    expect(rows(await ask('GET', '/api/incidents?limit=2'))).toHaveLength(2);
    for (const limit of ['0', '1.5', 'x']) expect((await ask('GET', `/api/incidents?limit=${limit}`)).status).toBe(422);
    expect(rows(await ask('GET', `/api/monitors/${id}/incidents?days=30`))).toHaveLength(3);
    it.clock.advance(2 * DAY);
    expect(rows(await ask('GET', `/api/monitors/${id}/incidents?days=1`))).toMatchObject([{ resolved_at: null }]);
    expect(rows(await ask('GET', '/api/incidents', undefined, w.mallory.browser))).toEqual([]);
  });

  test('C103: however many are asked for, a hundred come at once, and the cursor leads on', async () => {
    const id = await add();
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into incidents (id, account_id, monitor_no, reason, message, started_at, opened_at, resolved_at)
        select printf('inc_%016d', value), account_id, no, 'bad_status', 'The server answered 503.', value, value, value + 1
        from monitors, generate_series(1, 130) where id = ${id}`),
    );
    const asked = await ask('GET', '/api/incidents?limit=5000');
    expect(rows(asked)).toHaveLength(100);
    expect(
      rows(await ask('GET', `/api/incidents?limit=5000&cursor=${String(asked.body['next_cursor'])}`)),
    ).toHaveLength(30);
  });
});

describe('the account', () => {
  test('A57, C99: one look has counts, the overall state, uptime, open incidents and agents', async () => {
    const [good, bad] = [await add(), await add({ failure_threshold: 1 })];
    for (let i = 0; i < 2; i++) {
      await checks.seen(good, UP);
      await checks.seen(bad, DOWN);
      it.clock.advance(5 * MINUTE);
    }
    expect(await ask('GET', '/api/status')).toMatchObject({
      status: 200,
      body: {
        overall: 'partial_outage',
        monitors: 2,
        counts: { up: 1, down: 1, paused: 0 },
        uptime_percent_24h: 50,
        open_incidents: 1,
        agents_online: 0,
      },
    });
  });

  test('A55: the settings show what the account is and no secret', async () => {
    const { status, body } = await ask('GET', '/api/settings', undefined, w.bob.browser);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: w.alice.accountId,
      name: expect.any(String),
      slug: 'alice-shop',
      timezone: 'UTC',
      plan: 'free',
      created_at: expect.stringMatching(/Z$/),
    });
  });

  test.each(['PUT', 'PATCH'])(
    'A56: %s saves the settings that are known, at once, and refuses others',
    async (method) => {
      const saved = await ask(method, '/api/settings', { name: ' Alice & Sons ', timezone: 'Asia/Tokyo' });
      expect(saved).toMatchObject({ status: 200, body: { name: 'Alice & Sons', timezone: 'Asia/Tokyo' } });
      expect((await ask(method, '/api/settings', { timezone: 'Europe/Paris' })).body).toMatchObject({
        name: 'Alice & Sons',
        timezone: 'Europe/Paris',
      });
      expect(await (await w.alice.browser.get('/settings')).text()).toContain('Alice &amp; Sons');
      for (const [body, field] of [
        [{ name: 'X', colour: 'red' }, 'colour'],
        [{ name: 'X', plan: 'business' }, 'plan'],
        [{ name: 'X', slug: 'other' }, 'slug'],
        [{ name: ' ' }, 'name'],
        [{ name: 'X', timezone: 'Mars/Olympus' }, 'timezone'],
      ] as const) {
        const refused = await ask(method, '/api/settings', body);
        expect([refused.status, problem(refused).errors.map((one) => one.field)]).toEqual([422, [field]]);
      }
      expect((await ask(method, '/api/settings', { name: 'Bob’s' }, w.bob.browser)).status).toBe(403);
      expect((await ask('GET', '/api/settings')).body).toMatchObject({ name: 'Alice & Sons' });
      expect((await ask('GET', '/api/settings', undefined, w.mallory.browser)).body).toMatchObject({
        slug: 'mallory-inc',
      });
    },
  );
});

describe('people', () => {
  const carol = { email: 'Carol@Example.com', password: PASSWORD, slug: 'carol-inc' };
  const program = () => it.visitor();

  test('B35, D7, D8, D24, E39: sign-up makes a user and a page; the same address in other letters is refused', async () => {
    const made = await ask('POST', '/auth/signup', carol, program());
    expect(made).toMatchObject({
      status: 201,
      body: { user: { id: expect.any(String) }, account: { slug: 'carol-inc' } },
    });
    expect((await program().get('/s/carol-inc')).status).toBe(200);
    const twice = await ask('POST', '/auth/signup', { ...carol, email: 'carol@example.COM', slug: 'other' }, program());
    expect([twice.status, problem(twice).errors[0]?.field]).toEqual([422, 'email']);
    const weak = await ask('POST', '/auth/signup', { ...carol, email: 'd@example.com', password: 'short' }, program());
    expect([weak.status, problem(weak).errors.map(({ field }) => field)]).toEqual([422, ['password']]);
  });

  test('B36, D25: log-in gives an access and a refresh token; many wrong tries are stopped', async () => {
    const right = await ask('POST', '/auth/login', { email: w.alice.email, password: PASSWORD }, program());
    expect(right).toMatchObject({
      status: 200,
      body: { access_token: expect.any(String), refresh_token: expect.any(String), token_type: 'bearer' },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      statuses.push((await ask('POST', '/auth/login', { email: w.alice.email, password: 'wrong' }, program())).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
  });

  test('B37: a refresh token gives a new pair, an access token in its place nothing', async () => {
    const { body } = await ask('POST', '/auth/login', { email: w.alice.email, password: PASSWORD }, program());
    const wrong = await ask('POST', '/auth/refresh', { refresh_token: body['access_token'] }, program());
    expect(wrong.status).toBe(401);
    const fresh = await ask('POST', '/auth/refresh', { refresh_token: body['refresh_token'] }, program());
    expect(fresh.status).toBe(200);
    const caller = program();
    caller.token = String(fresh.body['access_token']);
    expect((await ask('GET', '/auth/me', undefined, caller)).status).toBe(200);
    caller.token = String(fresh.body['refresh_token']);
    expect((await ask('GET', '/auth/me', undefined, caller)).status).toBe(401);
  });

  test('B38, E42: who I am, with the plan', async () => {
    const { body } = await ask('GET', '/auth/me');
    expect(body).toMatchObject({ user: { id: w.alice.userId, email: w.alice.email }, account: { plan: 'free' } });
  });

  test('D9: no answer of the API has a hash in it', async () => {
    const hashes = await it.deps.db.read.all<{ hash: string }>(sql`select password_hash as hash from users`);
    const id = await add();
    const document = (await ask('GET', '/openapi.json')).body as { paths: Record<string, Json> };
    const paths = Object.keys(document.paths).filter((path) => 'get' in (document.paths[path] ?? {}));
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) {
      const answer = await w.alice.browser.json('GET', path.replace('{id}', id));
      expect(answer.status, path).toBeLessThan(500);
      const text = await answer.text();
      expect(text, path).not.toMatch(/"\w*(password_hash|hashed_password)"/);
      for (const { hash } of hashes) expect(text, path).not.toContain(hash);
    }
  });

  test('E40: the cookie is out of reach of scripts and other sites, and travels by https alone where there is https', async () => {
    const login = (test: TestApp) => test.visitor().post('/auth/login', { email: w.alice.email, password: PASSWORD });
    const cookie = (answer: Response) =>
      answer.headers.getSetCookie().find((line) => line.includes('sp_session=')) ?? '';
    const plain = cookie(await login(it));
    expect(plain).toMatch(/; HttpOnly/);
    expect(plain).toMatch(/; SameSite=Lax/);
    const secure = await testApp({ config: { baseUrl: 'https://status.example.com' } });
    try {
      await world(secure);
      expect(cookie(await login(secure))).toMatch(/^__Host-sp_session=.*; Secure/);
    } finally {
      await secure.close();
    }
  });

  test('E41: log-out clears the cookie and ends the session behind it', async () => {
    const kept = new Map(w.alice.browser.cookies);
    const out = await w.alice.browser.post('/auth/logout');
    expect(out.headers.getSetCookie().find((line) => line.startsWith('sp_session='))).toMatch(/Max-Age=0/i);
    for (const [name, value] of kept) w.alice.browser.cookies.set(name, value);
    expect((await ask('GET', '/auth/me')).status).toBe(401);
  });

  test('D42: without a token, with an old one or a forged one the answer is 401 and names the scheme', async () => {
    const { body } = await ask('POST', '/auth/login', { email: w.alice.email, password: PASSWORD }, program());
    const good = String(body['access_token']);
    const document = (await ask('GET', '/openapi.json')).body as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const calls = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/') || path === '/auth/me');
    const closed = calls.flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security?.length !== 0)
        .map(([method]) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    expect(closed.length).toBeGreaterThan(30);
    const forged = [null, 'nonsense', `${good.slice(0, -4)}AAAA`, good];
    for (const token of forged) {
      // The last one is genuine, and too old.
      if (token === good) it.clock.advance(DAY);
      for (const [method, path] of closed) {
        const caller = program();
        caller.token = token;
        const answer = await ask(method, path, undefined, caller);
        expect([answer.status, answer.headers.get('www-authenticate')], `${method} ${path}`).toEqual([401, 'Bearer']);
      }
    }
  });
});
