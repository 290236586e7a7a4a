import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnyCheck } from '../../src/checks/check.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { HOUR, systemClock } from '../../src/core/time.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { createRunner, type Runner } from '../../src/engine/runner.ts';
import { testCheck } from '../../src/engine/test-check.ts';
import { claim, listDue, listSilent } from '../../src/monitors/due-queries.ts';
import { listResults } from '../../src/monitors/result-queries.ts';
import { type EngineWorld, engineWorld, UP } from '../support/engine-world.ts';
import { serveDns } from '../support/dns.ts';
import { type FailingTarget, serveHttp, targetThatCanFail } from '../support/servers.ts';

let world: EngineWorld;
let site: FailingTarget;
const runners: Runner[] = [];
beforeEach(async () => {
  world = await engineWorld();
  site = await targetThatCanFail();
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop(0);
  await world.close();
  await site.close();
});

function start(run?: AnyCheck['run']): Runner {
  const checks = run ? { ...CHECKS, http: { ...CHECKS.http, run } } : CHECKS;
  const runner = createRunner(world.deps, world.ingest(), checks);
  runners.push(runner);
  return runner;
}

/** Resolves once results of `n` different monitors were committed. */
function heard(n = 1): Promise<void> {
  const ids = new Set<string>();
  return new Promise((resolve) => {
    const stop = world.deps.live.subscribe(null, (event) => {
      for (const id of event.monitorIds) ids.add(id);
      if (ids.size < n) return;
      stop();
      resolve();
    });
  });
}

async function nextCheckAt(no: number): Promise<number> {
  const row = await world.db.read.get<{ at: number }>(sql`select next_check_at as at from monitors where no = ${no}`);
  return row.at;
}

const makeDue = (no: number) =>
  world.db.write('arrange', (tx) =>
    tx.run(sql`update monitors set next_check_at = ${world.clock.now()} where no = ${no}`),
  );

describe('a due monitor', () => {
  test('is checked, its result stored, and its next check lies within an interval', async () => {
    const no = await world.addMonitor({ target: site.url, interval: 300 });
    const done = heard();
    await start().tick();
    await done;
    const [result] = await listResults(world.db.read, no, { limit: 5 });
    expect(result).toMatchObject({ status: 'up', statusCode: 200, at: world.clock.now() });
    expect(await nextCheckAt(no)).toBeGreaterThan(world.clock.now());
    expect(await nextCheckAt(no)).toBeLessThanOrEqual(world.clock.now() + 301_000);
  });

  test('that was missed for hours is checked once (R-CK-17)', async () => {
    const no = await world.addMonitor({ target: site.url, interval: 60, due: world.clock.now() - 5 * HOUR });
    const runner = start();
    const done = heard();
    await runner.tick();
    await done;
    await runner.tick();
    expect(site.requests()).toBe(1);
    expect(await nextCheckAt(no)).toBeGreaterThan(world.clock.now());
  });

  test('does not start before its own millisecond', async () => {
    world.deps.clock = systemClock;
    const due = Date.now() + 300;
    await world.addMonitor({ target: site.url, due });
    const starts: number[] = [];
    const done = heard();
    await start((target, config, ctx) => {
      starts.push(Date.now());
      return CHECKS.http.run(target, config, ctx);
    }).tick();
    await done;
    expect(starts[0]).toBeGreaterThanOrEqual(due - 1);
  });

  test('is not started again while its check runs', async () => {
    site.hang();
    const no = await world.addMonitor({ target: site.url, timeout: 60 });
    const runner = start();
    await runner.tick();
    await makeDue(no);
    await runner.tick();
    expect(runner.lag().running).toBe(1);
  });

  test('and asked for again while its check runs, is checked once more after it', async () => {
    const release: (() => void)[] = [];
    const no = await world.addMonitor();
    const runner = start(() => new Promise((resolve) => release.push(() => resolve(UP))));
    await runner.tick();
    await makeDue(no);
    await runner.tick();
    expect(release).toHaveLength(1);
    const done = heard();
    release[0]?.();
    await done;
    await runner.tick();
    expect(release).toHaveLength(2);
    release[1]?.();
  });

  test('that was paused, deleted or moved between the look and the claim is left alone', async () => {
    const numbers = [
      await world.addMonitor(),
      await world.addMonitor(),
      await world.addMonitor(),
      await world.addMonitor(),
    ];
    const due = await listDue(world.db.read, world.clock.now() + 1, 10);
    expect(due.map((job) => job.no)).toEqual(numbers);
    const claimed = await world.db.write('claim', async (tx) => {
      await tx.run(sql`update monitors set paused_at = 1 where no = 1`);
      await tx.run(sql`update monitors set deleted_at = 1 where no = 2`);
      await tx.run(sql`update monitors set next_check_at = next_check_at + 5 where no = 3`);
      return claim(tx, due, world.clock.now());
    });
    expect([...claimed]).toEqual([4]);
  });
});

describe('fairness', () => {
  test('a slow check delays no other', async () => {
    site.hang();
    await world.addMonitor({ target: site.url, timeout: 60 });
    const well = await serveHttp((_request, response) => response.end('fine'));
    const other = await world.addMonitor({ target: well.url });
    const done = heard();
    await start().tick();
    await done;
    expect((await world.state(other)).status).toBe('up');
    await well.close();
  });

  test('one host that hangs takes its share of room, not all of it', async () => {
    let inFlight = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const stuck: AnyCheck['run'] = (target) => {
      if (!target.includes('stuck')) return Promise.resolve(UP);
      inFlight += 1;
      most = Math.max(most, inFlight);
      return new Promise<Verdict>((resolve) => {
        release.push(() => {
          inFlight -= 1;
          resolve(UP);
        });
      });
    };
    for (let i = 0; i < 100; i += 1) await world.addMonitor({ target: `https://stuck.example/${i}` });
    const other = await world.addMonitor({ target: 'https://well.example' });
    const runner = start(stuck);
    const first = heard();
    await runner.tick();
    await first;
    expect((await world.state(other)).status).toBe('up');
    expect(runner.lag()).toMatchObject({ running: 64, waiting: 36 });
    const all = heard(100);
    while (release.length > 0 || runner.lag().running > 0) {
      for (const go of release.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    expect(most).toBe(64);
  });
});

describe('what goes wrong on our side is never an outage', () => {
  test('a probe that throws', async () => {
    const no = await world.addMonitor({ threshold: 1 });
    const done = heard();
    await start(() => Promise.reject(new TypeError('a bug'))).tick();
    await done;
    expect(await world.state(no)).toMatchObject({ last_status: 'unknown', last_reason: 'internal', status: 'unknown' });
    expect(await world.incidents()).toEqual([]);
    expect(world.logged.some((line) => line.level === 50)).toBe(true);
  });

  test('a probe that never ends is left behind a second after its timeout', async () => {
    const no = await world.addMonitor({ threshold: 1, timeout: 1 });
    const told: boolean[] = [];
    const done = heard();
    const runner = start((_target, _config, { signal }) => {
      signal.addEventListener('abort', () => told.push(true));
      return new Promise(() => {});
    });
    await runner.tick();
    await done;
    expect(told).toEqual([true]);
    expect(await world.state(no)).toMatchObject({ last_status: 'unknown', last_reason: 'internal' });
    expect(runner.lag().running).toBe(0);
  });

  test('a stop drops what is under way: no result, no incident, no alert (R-DU-13)', async () => {
    site.hang();
    await world.addMonitor({ target: site.url, threshold: 1, timeout: 60 });
    const runner = start();
    await runner.tick();
    await runner.stop(50);
    await world.ingest().stop();
    expect(await world.count('results')).toBe(0);
    expect(await world.incidents()).toEqual([]);
    await runner.tick();
    expect(runner.lag().running).toBe(0);
  });

  test('a stop lets a check end that needs no longer than the grace', async () => {
    const no = await world.addMonitor({ target: site.url });
    const runner = start();
    await runner.tick();
    await runner.stop(20_000);
    await world.ingest().stop();
    expect((await world.state(no)).status).toBe('up');
  });
});

describe('tries inside one check', () => {
  test('as many tries as there are retries, then it counts as failed, once', async () => {
    let tries = 0;
    const broken = await serveHttp((_request, response) => {
      tries += 1;
      response.writeHead(503).end();
    });
    const no = await world.addMonitor({ target: broken.url, retries: 3, threshold: 1 });
    const done = heard();
    await start().tick();
    await done;
    expect(tries).toBe(3);
    expect((await world.state(no)).status).toBe('down');
    expect(await world.count('results')).toBe(1);
    await broken.close();
  });

  test.each([
    ['http', (port: number) => `http://shop.test:${port}`, {}],
    ['dns', () => 'shop.test', { record: 'A', expected: ['127.0.0.1'] }],
    ['tcp', (port: number) => `shop.test:${port}`, {}],
  ] as const)(
    'a %s target with a name is looked up, with a time left that is no whole number',
    async (kind, target, config) => {
      const dns = await serveDns(() => ['127.0.0.1']);
      Object.assign(world.deps.outbound, { resolvers: [dns.address] });
      const verdict = await testCheck(
        { ...world.deps, clock: systemClock },
        { kind, target: target(site.port), config: CHECKS[kind].parseConfig(config), timeoutSeconds: 5 },
      );
      expect(verdict).toMatchObject({ status: 'up', reason: null });
      await dns.close();
    },
  );

  test('a second try that succeeds is a success', async () => {
    let tries = 0;
    const flaky = await serveHttp((_request, response) => {
      tries += 1;
      response.writeHead(tries === 1 ? 503 : 200).end();
    });
    const no = await world.addMonitor({ target: flaky.url, retries: 2, threshold: 1 });
    const done = heard();
    await start().tick();
    await done;
    expect(tries).toBe(2);
    expect((await world.state(no)).status).toBe('up');
    expect(await world.count('results')).toBe(1);
    await flaky.close();
  });
});

describe('the wall clock (R-IN-12)', () => {
  test.each([
    ['an hour forward', HOUR],
    ['an hour back', -HOUR],
  ])('set %s: no burst, no pause', async (_name, step) => {
    const due = world.clock.now() + 40_000;
    const no = await world.addMonitor({ target: site.url, due });
    const runner = start();
    await runner.tick();
    world.clock.step(step);
    await runner.tick();
    expect(site.requests()).toBe(0);
    expect(await nextCheckAt(no)).toBe(due + step);
  });
});

test('silence is found: a running monitor without results for two intervals and a timeout (R-CK-19)', async () => {
  const [silent, paused] = [await world.addMonitor({ interval: 60, timeout: 10 }), await world.addMonitor()];
  await world.db.write('arrange', (tx) => tx.run(sql`update monitors set paused_at = 1 where no = ${paused}`));
  await world.seen(silent, UP);
  expect(await listSilent(world.db.read, world.clock.now() + 130_000, 10)).toEqual([]);
  expect(await listSilent(world.db.read, world.clock.now() + 130_001, 10)).toEqual([
    { no: silent, id: 'mon_1', account_id: 'acc_alice' },
  ]);
});

test('a test of unsaved settings says what a check would say and stores nothing', async () => {
  site.down();
  const verdict = await testCheck(world.deps, { kind: 'http', target: site.url, config: {}, timeoutSeconds: 5 });
  expect(verdict).toMatchObject({ status: 'down', reason: 'bad_status', statusCode: 503 });
  expect(await world.count('results')).toBe(0);
});
