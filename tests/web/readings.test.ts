import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setPlan } from '../../src/engine/plans.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { checker } from '../support/checks.ts';
import { DOWN, UP } from '../support/engine-world.ts';
import { signUp, type Person } from '../support/world.ts';

let it: TestApp;
let alice: Person;
let checks: ReturnType<typeof checker>;
let id: string;
beforeEach(async () => {
  it = await testApp();
  alice = await signUp(it, 'alice@example.com', 'alice-shop', { plan: 'business' });
  checks = checker(it);
  const made = await alice.browser.json('POST', '/api/monitors', { url: 'https://shop.example', failure_threshold: 1 });
  id = ((await made.json()) as { id: string }).id;
});
afterEach(async () => {
  await checks.stop();
  await it.close();
});

interface Page {
  data: Record<string, unknown>[];
  next_cursor: string | null;
  [key: string]: unknown;
}

async function get(rest: string): Promise<Page> {
  const answer = await alice.browser.json('GET', `/api/monitors/${id}${rest}`);
  expect(answer.status, rest).toBe(200);
  return (await answer.json()) as Page;
}

/** A check every five minutes, each as the list says, the last one now. */
async function script(...verdicts: (typeof UP)[]): Promise<void> {
  for (const verdict of verdicts) {
    it.clock.advance(5 * MINUTE);
    await checks.seen(id, verdict);
  }
}

describe('results', () => {
  test('have every field of the contract, the newest first', async () => {
    await script(UP, DOWN);
    const { data } = await get('/results');
    expect(data).toEqual([
      {
        id: expect.any(String),
        monitor_id: id,
        checked_at: '2026-11-20T12:10:00.000Z',
        status: 'down',
        reason: 'bad_status',
        message: 'The server answered 503.',
        response_time_ms: 40,
        status_code: 503,
        location: 'local',
        phases: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, transfer_ms: null },
        evidence: null,
      },
      expect.objectContaining({
        status: 'up',
        reason: null,
        message: null,
        phases: { dns_ms: 3, connect_ms: 9, tls_ms: null, first_byte_ms: 100, transfer_ms: 8 },
      }),
    ]);
  });

  test('pages stay in step while new results arrive', async () => {
    await script(UP, UP, UP, UP, UP);
    const first = await get('/results?limit=2');
    await script(DOWN, DOWN, DOWN);
    const second = await get(`/results?limit=2&cursor=${first.next_cursor}`);
    const third = await get(`/results?limit=2&cursor=${second.next_cursor}`);
    const times = [first, second, third].flatMap(({ data }) => data.map(({ checked_at }) => checked_at));
    expect(times).toEqual(
      [25, 20, 15, 10, 5].map((minute) => new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString()),
    );
    expect(third.next_cursor).toBeNull();
  });

  test('can be bounded by hours, since and until', async () => {
    await script(...Array.from({ length: 24 }, () => UP));
    expect((await get('/results?hours=1&limit=100')).data).toHaveLength(13);
    expect((await get('/results?since=2026-11-20T13:00:00Z&until=2026-11-20T13:10:00Z')).data).toHaveLength(3);
    const refused = await alice.browser.json('GET', `/api/monitors/${id}/results?since=yesterday`);
    expect([refused.status, ((await refused.json()) as Page)['errors']]).toEqual([
      422,
      [{ field: 'since', message: expect.stringContaining('2026-11-21') as string }],
    ]);
  });

  test.each([
    ['free', DAY],
    ['pro', 90 * DAY],
    ['business', 365 * DAY],
  ] as const)('on %s reach back %i ms and no further', async (plan, reach) => {
    await setPlan(it.deps, alice.accountId, plan);
    await it.deps.db.write('old', (tx) =>
      tx.run(sql`insert into results (monitor_no, at, location, outcome, response_ms)
        select m.no, (${it.clock.now()} - value) / 1000, 0, 0, 5
        from monitors m, json_each(${JSON.stringify([reach - HOUR, reach + HOUR])})`),
    );
    const { data } = await get('/results');
    expect(data.map(({ checked_at }) => checked_at)).toEqual([new Date(it.clock.now() - reach + HOUR).toISOString()]);
    const page = await (await alice.browser.get(`/monitors/${id}`)).text();
    expect(page.match(/data-time="moment"/g)).toHaveLength(1);
  });
});

describe('history and figures', () => {
  test('history is 72 hourly slots whatever the plan, the present hour last', async () => {
    await script(UP, UP, DOWN, DOWN, UP);
    await setPlan(it.deps, alice.accountId, 'free');
    const { data, slot_seconds } = await get('/history');
    expect([data.length, slot_seconds]).toEqual([72, 3600]);
    expect(data[70]).toMatchObject({ starts_at: '2026-11-20T11:00:00.000Z', status: 'none', uptime_percent: null });
    expect(data[71]).toEqual({
      starts_at: '2026-11-20T12:00:00.000Z',
      status: 'partial',
      uptime_percent: 50,
      down_seconds: 600,
      total_checks: 5,
      failed_checks: 2,
    });
    expect((await get('/history?hours=200')).data).toHaveLength(72);
  });

  test('uptime has the standard windows and percentiles; what the plan does not keep is empty', async () => {
    await script(UP, UP, UP, DOWN, UP);
    const uptime = await get('/uptime');
    expect(uptime).toEqual({
      windows: Object.fromEntries(
        ['24h', '7d', '30d', '90d', '365d'].map((window) => [
          window,
          { uptime_percent: 75, up_seconds: 900, down_seconds: 300, excluded_seconds: 0, incidents: 1 },
        ]),
      ),
      response_ms: { avg: 120, p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
    });
    await setPlan(it.deps, alice.accountId, 'free');
    const free = (await get('/uptime'))['windows'] as Record<string, unknown>;
    expect(free['90d']).toMatchObject({ uptime_percent: 75 });
    expect(free['365d']).toMatchObject({ uptime_percent: null, up_seconds: 0, incidents: 0 });
    const page = await (await alice.browser.get(`/monitors/${id}?range=7d`)).text();
    expect(page).toContain('Part of the Pro plan');
    expect(page).toContain('Part of the Business plan');
  });

  test('the same uptime everywhere', async () => {
    await script(UP, UP, DOWN, UP, UP, UP, UP);
    it.clock.advance(3 * MINUTE + 20 * SECOND);
    const uptime = (await get('/uptime'))['windows'] as Record<string, { uptime_percent: number }>;
    const percent = uptime['24h']?.uptime_percent ?? 0;
    expect(percent).toBeGreaterThan(80);
    expect(percent).toBeLessThan(90);
    expect((await get(''))['summary']).toMatchObject({ uptime_percent_24h: percent });
    const shown = `${(Math.floor(percent * 100) / 100).toFixed(2)}%`;
    expect(await (await alice.browser.get('/dashboard')).text()).toContain(`>${shown}<`);
    expect(await (await alice.browser.get(`/monitors/${id}`)).text()).toContain(`>${shown}<`);
  });

  test('response times come in even steps with the gaps left open', async () => {
    await script(UP, DOWN, UP);
    const { data, step_seconds } = await get('/response-times?hours=1');
    expect([data.length, step_seconds]).toEqual([12, 300]);
    expect(data.slice(-4).map(({ avg_ms, failed_checks }) => [avg_ms, failed_checks])).toEqual([
      [null, 0],
      [120, 0],
      [null, 1],
      [120, 0],
    ]);
    expect((await get('/response-times')).data).toHaveLength(288);
  });

  test('incidents of the last days, the newest first', async () => {
    await script(UP, DOWN, UP, DOWN);
    const { data } = await get('/incidents?days=30');
    expect(data).toMatchObject([
      { status: 'open', duration_seconds: 0, resolved_at: null },
      { status: 'resolved', duration_seconds: 300, resolved_at: '2026-11-20T12:15:00.000Z' },
    ]);
    const first = await get('/incidents?limit=1');
    const second = await get(`/incidents?limit=1&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(data);
    it.clock.advance(3 * DAY);
    expect((await get('/incidents?days=1')).data).toHaveLength(1);
  });

  test('a refused question names its field', async () => {
    for (const rest of ['/history?hours=0', '/response-times?hours=9999', '/incidents?days=x', '/results?limit=0']) {
      expect([rest, (await alice.browser.json('GET', `/api/monitors/${id}${rest}`)).status]).toEqual([rest, 422]);
    }
  });
});
