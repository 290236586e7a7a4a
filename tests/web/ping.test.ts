import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { createIngest, type Ingest } from '../../src/engine/ingest.ts';
import { createRunner, type Runner } from '../../src/engine/runner.ts';
import { findMonitor } from '../../src/monitors/queries.ts';
import { listPings } from '../../src/monitors/heartbeat-queries.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
let ingest: Ingest;
let runner: Runner;
let woken: number;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  woken = 0;
  it.deps.wake.scheduler = () => {
    woken += 1;
  };
  ingest = createIngest(it.deps);
  runner = createRunner(it.deps, ingest);
});
afterEach(async () => {
  await runner.stop(0);
  await ingest.stop();
  await it.close();
});

interface Heartbeat {
  id: string;
  no: number;
  token: string;
}

async function addHeartbeat(
  config: Record<string, unknown> = { grace_seconds: 60 },
  interval = 300,
): Promise<Heartbeat> {
  const settings = { name: 'Backup', type: 'heartbeat', interval_seconds: interval, config };
  const answer = await w.alice.browser.json('POST', '/api/monitors', settings);
  const { id } = (await answer.json()) as { id: string };
  expect(answer.status, id).toBe(201);
  const row = await it.deps.db.read.get<{ no: number; token: string }>(
    sql`select no, token from monitors join heartbeats on monitor_no = no where id = ${id}`,
  );
  return { id, ...row };
}

/** Runs what is due, as the scheduler does when it is woken, and gives the state people see. */
async function judged(id: string) {
  const before = await dueAt(id);
  it.clock.advance(Math.max(0, Math.min(before - it.clock.now(), SECOND)));
  await runner.tick();
  while (runner.lag().running > 0 || ingest.waiting() > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    await ingest.flush();
  }
  const row = await findMonitor(it.deps.db.read, w.alice.accountId, id, it.clock.now());
  return { status: row?.status, reason: row?.last_reason, message: row?.last_message };
}

async function dueAt(id: string): Promise<number> {
  const row = await it.deps.db.read.get<{ at: number }>(sql`select next_check_at as at from monitors where id = ${id}`);
  return row.at;
}

/** Goes to the moment the monitor is judged next. */
async function wait(id: string): Promise<number> {
  const at = await dueAt(id);
  it.clock.advance(at - it.clock.now());
  return at;
}

const call = (path: string, init: RequestInit = {}) => it.visitor().request(path, init);

describe('a job that pings', () => {
  test('is up with its first ping, down at the very deadline, and up again with the next ping', async () => {
    const { id, token } = await addHeartbeat();
    expect(await judged(id)).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('Waiting for a ping'),
    });
    it.clock.advance(10 * SECOND);
    const answer = await call(`/ping/${token}`);
    expect([answer.status, await answer.text(), answer.headers.get('ping-body-limit')]).toEqual([200, 'OK', '10000']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(woken).toBeGreaterThan(0);
    const pinged = it.clock.now();
    expect(await judged(id)).toMatchObject({ status: 'up', reason: null });
    // The rhythm of the interval may come in between; the deadline is never passed over.
    const deadline = pinged + 360 * SECOND;
    while ((await dueAt(id)) < deadline) {
      await wait(id);
      expect((await judged(id)).status).toBe('up');
    }
    expect(await wait(id)).toBe(deadline);
    expect(await judged(id)).toMatchObject({ status: 'down', reason: 'heartbeat_missed' });
    it.clock.advance(5 * MINUTE);
    await call(`/ping/${token}`, { method: 'POST' });
    expect((await judged(id)).status).toBe('up');
  });

  test('that never pings is missed once its first period and grace are over', async () => {
    const { id } = await addHeartbeat();
    const made = it.clock.now();
    expect((await judged(id)).status).toBe('unknown');
    while (it.clock.now() < made + 360 * SECOND) await wait(id).then(() => judged(id));
    expect(await judged(id)).toMatchObject({
      status: 'down',
      message: expect.stringContaining('none has ever arrived'),
    });
    expect(it.clock.now() - made).toBeLessThan(370 * SECOND);
  });

  test('is missed after a restart of the server as well', async () => {
    const { id, token } = await addHeartbeat();
    await call(`/ping/${token}`);
    const pinged = it.clock.now();
    await judged(id);
    await runner.stop(0);
    await ingest.stop();
    it.clock.advance(10 * MINUTE);
    ingest = createIngest(it.deps);
    runner = createRunner(it.deps, ingest);
    expect(await judged(id)).toMatchObject({ status: 'down', reason: 'heartbeat_missed' });
    expect(it.clock.now()).toBeGreaterThan(pinged + 360 * SECOND);
  });

  test.each([
    ['/fail', 'The job reported a failure at '],
    ['/3', 'The job reported a failure with exit code 3 at '],
    ['/255', 'with exit code 255'],
  ])('that reports %s is down at once, and up with a success', async (signal, words) => {
    const { id, token } = await addHeartbeat();
    await call(`/ping/${token}`);
    await judged(id);
    it.clock.advance(5 * SECOND);
    await call(`/ping/${token}${signal}`, { method: 'POST', body: 'disk full' });
    expect(await judged(id)).toMatchObject({
      status: 'down',
      reason: 'heartbeat_failed',
      message: expect.stringContaining(words),
    });
    it.clock.advance(5 * SECOND);
    await call(`/ping/${token}/0`);
    expect((await judged(id)).status).toBe('up');
  });

  test('that starts and does not end within the grace is missed, however long its period', async () => {
    const { id, token } = await addHeartbeat({ grace_seconds: 60 }, 86_400);
    await call(`/ping/${token}`);
    await judged(id);
    it.clock.advance(MINUTE);
    await call(`/ping/${token}/start`);
    const started = it.clock.now();
    expect(await judged(id)).toMatchObject({ status: 'up', message: 'The job is running.' });
    expect(await wait(id)).toBe(started + MINUTE);
    expect(await judged(id)).toMatchObject({
      status: 'down',
      message: expect.stringContaining('did not report its end'),
    });
  });

  test('that only logs changes nothing', async () => {
    const { id, token } = await addHeartbeat();
    await judged(id);
    const due = await dueAt(id);
    const answer = await call(`/ping/${token}/log`, { method: 'POST', body: 'half way' });
    expect(answer.status).toBe(200);
    expect(await dueAt(id)).toBe(due);
  });
});

describe('runs side by side', () => {
  test('each end finds its own start by the run id; the end of another run does not close this one', async () => {
    const { no, id, token } = await addHeartbeat({ grace_seconds: 120 });
    await call(`/ping/${token}/start?rid=a`);
    it.clock.advance(10 * SECOND);
    await call(`/ping/${token}/start?rid=b`);
    it.clock.advance(20 * SECOND);
    await call(`/ping/${token}?rid=a`);
    expect((await judged(id)).message).toBe('The job is running.');
    it.clock.advance(10 * SECOND);
    await call(`/ping/${token}?rid=b`);
    expect((await judged(id)).message).toContain('Last ping at');
    const log = await listPings(it.deps.db.read, no, 10);
    expect(log.map(({ kind, run_id, run_ms }) => [kind, run_id, run_ms])).toEqual([
      ['success', 'b', 30 * SECOND],
      ['success', 'a', 30 * SECOND],
      ['start', 'b', null],
      ['start', 'a', null],
    ]);
  });

  test('pings that arrive together are all kept', async () => {
    const { no, token } = await addHeartbeat();
    await Promise.all(Array.from({ length: 20 }, (_, i) => call(`/ping/${token}/start?rid=${i}`)));
    await Promise.all(Array.from({ length: 20 }, (_, i) => call(`/ping/${token}?rid=${i}`)));
    const log = await listPings(it.deps.db.read, no, 100);
    expect(log).toHaveLength(40);
    expect(log.filter(({ kind, run_ms }) => kind === 'success' && run_ms === 0)).toHaveLength(20);
  });
});

describe('the address', () => {
  test('answers 404 to unknown tokens, odd signals, deleted monitors and other kinds, and never says more', async () => {
    const { id, token } = await addHeartbeat();
    const odd = ['/ping/x', `/ping/${'x'.repeat(32)}`, `/ping/${token}/256`, `/ping/${token}/stop`, `/ping/${id}`];
    for (const path of [...odd, `/ping/${token.slice(0, -1)}_`, `/${randomUUID()}`]) {
      const answer = await call(path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    await w.alice.browser.json('DELETE', `/api/monitors/${id}`);
    expect((await call(`/ping/${token}`)).status).toBe(404);
  });

  test('is another one for each monitor, and a ping moves only its own', async () => {
    const one = await addHeartbeat();
    const other = await addHeartbeat();
    expect(one.token).not.toBe(other.token);
    expect(one.token.length).toBeGreaterThanOrEqual(22);
    await call(`/ping/${one.token}`);
    expect((await judged(one.id)).status).toBe('up');
    expect((await judged(other.id)).status).toBe('unknown');
    expect(await listPings(it.deps.db.read, other.no, 5)).toEqual([]);
  });

  test('takes no cookie and minds no origin: a page elsewhere may ping, and nobody is logged in by it', async () => {
    const { token } = await addHeartbeat();
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site', cookie: 'sp_session=x' };
    expect((await call(`/ping/${token}`, { method: 'POST', headers, body: 'x' })).status).toBe(200);
    expect((await call(`/ping/${token}`, { method: 'HEAD' })).status).toBe(200);
    expect((await call(`/ping/${token}`, { method: 'DELETE' })).status).not.toBe(200);
  });

  test('keeps the first 10 kB of a body as text', async () => {
    const { no, token } = await addHeartbeat();
    await call(`/ping/${token}`, { method: 'POST', body: 'é\u0000'.repeat(2_000_000) });
    const [ping] = await listPings(it.deps.db.read, no, 1);
    // Three bytes for each pair, of which two are kept.
    expect(ping?.body).toMatch(/^é{3333}\ufffd?é?$/);
    expect(ping?.body).not.toContain('\u0000');
  });

  test('takes sixty pings a minute, then asks to wait; another monitor is not concerned', async () => {
    const { no, token } = await addHeartbeat();
    const other = await addHeartbeat();
    for (let i = 0; i < 60; i += 1) expect((await call(`/ping/${token}`)).status).toBe(200);
    const refused = await call(`/ping/${token}`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await listPings(it.deps.db.read, no, 100)).toHaveLength(60);
    expect((await call(`/ping/${other.token}`)).status).toBe(200);
    it.clock.advance(MINUTE);
    expect((await call(`/ping/${token}`)).status).toBe(200);
  });

  test('keeps the newest hundred pings', async () => {
    const { no, token } = await addHeartbeat();
    for (let i = 0; i < 110; i += 1) {
      if (i === 55) it.clock.advance(MINUTE);
      await call(`/ping/${token}?rid=${i}`);
    }
    const log = await listPings(it.deps.db.read, no, 200);
    expect(log).toHaveLength(100);
    expect(log.at(-1)?.run_id).toBe('10');
  });

  test('of a paused monitor still takes pings, which change no state', async () => {
    const { id, no, token } = await addHeartbeat();
    await w.alice.browser.json('POST', `/api/monitors/${id}/pause`);
    expect((await call(`/ping/${token}/fail`)).status).toBe(200);
    await runner.tick();
    expect((await findMonitor(it.deps.db.read, w.alice.accountId, id, it.clock.now()))?.status).toBe('paused');
    expect(await listPings(it.deps.db.read, no, 5)).toHaveLength(1);
  });
});

describe('the page of the monitor', () => {
  test('gives writers the address in ready-made lines, and what the job sent as text', async () => {
    const { id, token } = await addHeartbeat({ cron: '15 4 * * *', timezone: 'Europe/Berlin', grace_seconds: 600 });
    await call(`/ping/${token}/start?rid=night-7`);
    it.clock.advance(90 * SECOND);
    await call(`/ping/${token}/2?rid=night-7`, { method: 'POST', body: '<script>alert(1)</script>' });
    const page = await (await w.alice.browser.get(`/monitors/${id}`)).text();
    const url = `http://localhost:8000/ping/${token}`;
    expect(page).toContain(`15 4 * * * /usr/local/bin/job; curl -fsS -m 10 --retry 5 -o /dev/null ${url}/$?`);
    expect(page).toContain('Invoke-RestMethod');
    expect(page).toContain('ExecStopPost=');
    expect(page).toContain('night-7');
    expect(page).toContain('&lt;script&gt;alert(1)');
    expect(page).not.toContain('<script>alert(1)');
    const api = (await (await w.alice.browser.json('GET', `/api/monitors/${id}`)).json()) as { ping_url: string };
    expect(api.ping_url).toBe(url);
  });

  test('keeps address and output from those who may only look', async () => {
    const { id, token } = await addHeartbeat();
    await call(`/ping/${token}/1`, { method: 'POST', body: 'password=hunter2' });
    const page = await (await w.bob.browser.get(`/monitors/${id}`)).text();
    expect(page).toContain('failure');
    for (const secret of [token, 'hunter2']) expect(page).not.toContain(secret);
    expect((await w.mallory.browser.get(`/monitors/${id}`)).status).toBe(404);
  });
});

describe('addresses of other products', () => {
  test('Uptime Kuma: up with a time and a message, down, and its 404', async () => {
    const { no, id, token } = await addHeartbeat();
    const up = await call(`/api/push/${token}?status=up&msg=OK&ping=123`);
    expect([up.status, await up.json()]).toEqual([200, { ok: true }]);
    expect((await judged(id)).status).toBe('up');
    it.clock.advance(2 * SECOND);
    await call(`/api/push/${token}?status=down&msg=no%20space`);
    expect(await judged(id)).toMatchObject({ status: 'down', reason: 'heartbeat_failed' });
    const log = await listPings(it.deps.db.read, no, 5);
    expect(log.map(({ kind, body, run_ms }) => [kind, body, run_ms])).toEqual([
      ['fail', 'no space', null],
      ['success', 'OK', 123],
    ]);
    const unknown = await call(`/api/push/${'a'.repeat(32)}`);
    expect([unknown.status, await unknown.json()]).toEqual([404, { ok: false, msg: expect.any(String) }]);
  });

  test('Healthchecks: a UUID that was taken over, with and without /ping in front', async () => {
    const { id, no } = await addHeartbeat();
    const uuid = randomUUID();
    await it.deps.db.write('take over', (tx) =>
      tx.run(sql`update heartbeats set token = ${uuid} where monitor_no = ${no}`),
    );
    expect((await call(`/${uuid}/start`)).status).toBe(200);
    expect((await call(`/${uuid}`)).status).toBe(200);
    expect((await call(`/ping/${uuid}/1`, { method: 'POST', body: 'x' })).status).toBe(200);
    expect(await judged(id)).toMatchObject({ status: 'down', message: expect.stringContaining('exit code 1') });
    expect((await listPings(it.deps.db.read, no, 5)).map(({ kind }) => kind)).toEqual(['fail', 'success', 'start']);
  });
});

describe('a token that jobs use already', () => {
  const add = async (who: 'alice' | 'mallory', body: Record<string, unknown>) => {
    const answer = await w[who].browser.json('POST', '/api/monitors', { name: 'Moved', type: 'heartbeat', ...body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test.each([randomUUID(), 'aBcDeFgHiJkLmNoPqRsTuVwXyZ012345'])('%s moves in, and its pings count', async (token) => {
    const made = await add('alice', { ping_token: token });
    expect([made.status, made.body['ping_url']]).toEqual([201, `${it.deps.config.baseUrl}/ping/${token}`]);
    const path = token.includes('-') ? `/${token}` : `/api/push/${token}?status=up&msg=OK&ping=`;
    expect((await it.app.request(path)).status).toBe(200);
    expect(await judged(String(made.body['id']))).toMatchObject({ status: 'up' });
  });

  test('is nobody else’s, has a form, belongs to heartbeats and never changes', async () => {
    const token = randomUUID();
    const { body } = await add('alice', { ping_token: token });
    const refused = [
      await add('mallory', { ping_token: token }),
      await add('alice', { ping_token: 'short' }),
      await add('alice', { type: 'http', url: 'https://shop.example.com', ping_token: randomUUID() }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422]);
    for (const { body } of refused) expect(body['errors']).toMatchObject([{ field: 'ping_token' }]);
    const change = await w.alice.browser.json('PATCH', `/api/monitors/${String(body['id'])}`, {
      ping_token: randomUUID(),
    });
    expect(change.status).toBe(422);
  });
});
