import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { MINUTE } from '../../src/core/time.ts';
import type { Deps } from '../../src/deps.ts';
import { type EngineHealth, healthRoutes } from '../../src/site/health.ts';
import type { AppEnv } from '../../src/web/env.ts';
import { healthyAt, testApp, type TestApp } from '../support/app.ts';
import { plantMonitors } from '../support/pages.ts';
import { type World, world } from '../support/world.ts';

interface Health {
  status: string;
  version: string;
  checks: Record<
    'database' | 'scheduler' | 'outbox' | 'network',
    { status: string; oldest_due_seconds?: number; offline_seconds?: number }
  >;
}

let t: TestApp;
let engine: EngineHealth;

beforeEach(async () => {
  t = await testApp();
  engine = healthyAt(t.clock.now());
});
afterEach(() => t.close());

async function ask(app = site(t.deps)): Promise<[number, Health]> {
  const answer = await app.request('/api/health');
  return [answer.status, (await answer.json()) as Health];
}
const site = (deps: Deps) =>
  new Hono<AppEnv>().route(
    '/api',
    healthRoutes(deps, () => engine),
  );

describe('/api/health', () => {
  test('200 when the database takes a write and checks are started (E52)', async () => {
    const [status, health] = await ask();
    expect(status).toBe(200);
    expect(health).toMatchObject({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      checks: { database: { status: 'ok' }, scheduler: { status: 'ok' }, outbox: { status: 'ok' } },
    });
    const rows = await t.deps.db.read.all<{ value: string }>(sql`select value from installation where key = 'health'`);
    expect(rows).toEqual([{ value: String(t.clock.now()) }]);
  });

  test('503 when a write fails, and nothing of the error in the answer', async () => {
    await t.deps.db.execute(
      'create trigger no_more before insert on installation begin select raise(abort, "disk full at /data"); end',
    );
    const [status, health] = await ask();
    expect([status, health.status, health.checks.database.status]).toEqual([503, 'failing', 'failing']);
    expect(JSON.stringify(health)).not.toMatch(/disk|data\b/);
    expect(t.logged.some(({ msg }) => msg === 'health: the database takes no writes')).toBe(true);
  });

  test('a network of ours that is gone is said, and is no reason to start us anew', async () => {
    expect((await ask())[1].checks.network).toEqual({ status: 'ok', offline_seconds: 0 });
    engine = { ...engine, network: { offlineSince: t.clock.now() } };
    t.clock.advance(90_000);
    engine.scheduler.lastTickAt = t.clock.now();
    const [status, health] = await ask();
    expect([status, health.checks.network]).toEqual([200, { status: 'offline', offline_seconds: 90 }]);
  });

  test('503 when the scheduler does not tick', async () => {
    engine = {
      ...engine,
      scheduler: {
        ...engine.scheduler,
        ok: false,
        lastTickAt: t.clock.now() - MINUTE,
        startLagMs: { p50: 1, p99: 2 },
      },
    };
    const [status, health] = await ask();
    expect([status, health.checks.scheduler]).toEqual([
      503,
      { status: 'failing', last_tick_seconds_ago: 60, start_lag_ms: 2 },
    ]);
  });

  test('mail that cannot leave is told of and is no reason to restart us', async () => {
    const due = t.clock.now() - 10 * MINUTE;
    await t.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into deliveries (id, event, dedup_key, payload, state, next_attempt_at, created_at)
                 values ('dlv_1', 'verify', 'k', '{}', 'queued', ${due}, ${due})`),
    );
    expect(await ask()).toMatchObject([200, { checks: { outbox: { status: 'late', oldest_due_seconds: 600 } } }]);
    engine = { ...engine, outbox: { awaySince: due } };
    expect(await ask()).toMatchObject([200, { checks: { outbox: { status: 'away' } } }]);
  });

  test('however many ask within a second, the database is asked once', async () => {
    let writes = 0;
    const { db } = t.deps;
    const counting: Deps = {
      ...t.deps,
      db: {
        ...db,
        write: (name, change) => {
          writes++;
          return db.write(name, change);
        },
      },
    };
    const app = site(counting);
    await Promise.all(Array.from({ length: 50 }, () => ask(app)));
    expect(writes).toBe(1);
    t.clock.advance(1_000);
    await ask(app);
    expect(writes).toBe(2);
  });
});

describe('/api/status', () => {
  let people: World;
  beforeEach(async () => {
    people = await world(t);
    const { accountId } = people.alice;
    const [page] = await t.deps.db.read.all<{ id: string }>(
      sql`select id from status_pages where account_id = ${accountId}`,
    );
    await plantMonitors(t.deps.db, t.clock.now(), accountId, page?.id ?? '', [
      { name: 'A' },
      { name: 'B', status: 'down', incidents: [{ startedAgo: MINUTE }] },
      { name: 'C', public: false },
      { name: 'D', paused: true },
      { name: 'E', deleted: true, status: 'down', incidents: [{ startedAgo: MINUTE }] },
    ]);
  });

  test('counts of the caller’s own monitors (A57)', async () => {
    const answer = await people.bob.browser.json('GET', '/api/status');
    expect(await answer.json()).toMatchObject({
      overall: 'partial_outage',
      counts: { up: 2, down: 1, paused: 1, pending: 0 },
      monitors: 4,
      open_incidents: 1,
      agents_online: 0,
    });
    const others = await people.mallory.browser.json('GET', '/api/status');
    expect(await others.json()).toMatchObject({ overall: 'unknown', monitors: 0, open_incidents: 0 });
    expect((await t.visitor().json('GET', '/api/status')).status).toBe(401);
  });
});
