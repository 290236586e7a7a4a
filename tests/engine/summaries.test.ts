import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { averageMs, GRAINS, NO_TOTALS, SLOT_SECONDS, uptimePercent } from '../../src/core/uptime.ts';
import { percentile } from '../../src/core/histogram.ts';
import type { ResultStatus, Verdict } from '../../src/core/verdict.ts';
import { listResults, readSummaries, readUptime } from '../../src/monitors/result-queries.ts';
import { DEGRADED, DOWN, type EngineWorld, engineWorld, UNKNOWN, UP } from '../support/engine-world.ts';
import { fc } from '../support/property.ts';

let world: EngineWorld;
beforeEach(async () => {
  world = await engineWorld();
});
afterEach(() => world.close());

const VERDICTS: Record<ResultStatus, Verdict> = {
  up: UP,
  down: DOWN,
  degraded: DEGRADED,
  unknown: UNKNOWN,
  blocked: { ...UNKNOWN, status: 'blocked', reason: 'target_blocked' },
};

test('199 good of 200 equal intervals are 99.5 per cent, 200 checks, 1 failed (D38)', async () => {
  const no = await world.addMonitor({ interval: 60, threshold: 3 });
  for (let i = 0; i < 200; i += 1) {
    const verdict = i === 77 ? DOWN : UP;
    world.ingest().submit({ monitorNo: no, configVersion: 0, at: world.clock.now(), location: 0, verdict }, false);
    world.clock.advance(60_000);
  }
  await world.ingest().flush();
  const totals = (await readUptime(world.db.read, [no], '24h', world.clock.now())).get(no) ?? NO_TOTALS;
  expect(uptimePercent(totals)).toBe(99.5);
  expect(totals).toMatchObject({ checks: 200, failed: 1, up_seconds: 199 * 60, down_seconds: 60 });
  expect(averageMs(totals)).toBe(120);
  expect(percentile(totals.histogram, 95)).toBeGreaterThan(113);
});

test('the newest result speaks for an interval and a timeout, then nobody does', async () => {
  const no = await world.addMonitor({ interval: 60, timeout: 10 });
  await world.seen(no, UP);
  const secondsUp = async () => {
    const totals = await readUptime(world.db.read, [no], '24h', world.clock.now());
    return totals.get(no)?.up_seconds;
  };
  world.clock.advance(30_000);
  expect(await secondsUp()).toBe(30);
  world.clock.advance(600_000);
  expect(await secondsUp()).toBe(70);
  await world.seen(no, UP);
  expect(await secondsUp()).toBe(70);
});

test('an account that asks about no monitor, or one without results, gets nothing', async () => {
  const no = await world.addMonitor();
  expect(await readUptime(world.db.read, [], '24h', world.clock.now())).toEqual(new Map());
  expect(await readUptime(world.db.read, [no], '90d', world.clock.now())).toEqual(new Map());
});

/** Gaps from a second to longer than a result speaks for, over slot and day borders. */
const histories = fc.array(
  fc.record({
    status: fc.constantFrom<ResultStatus>('up', 'up', 'up', 'degraded', 'down', 'unknown', 'blocked'),
    ms: fc.integer({ min: 0, max: 9_000 }),
    gap: fc.constantFrom(1, 5, 30, 60, 61, 299, 300, 4_000, 90_000),
    restart: fc.boolean(),
    batch: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

test('the summaries are what the stored results add up to, whatever came in whatever batches', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const no = await world.addMonitor({ interval: 300, timeout: 30 });
      let at = Date.UTC(2026, 10, 19, 21, 3, 11);
      for (const { status, ms, gap, restart, batch } of history) {
        at += gap * 1_000;
        if (restart) {
          await world.ingest().flush();
          world.restart();
        }
        const answered = status !== 'unknown' && status !== 'blocked';
        const verdict = { ...VERDICTS[status], responseTimeMs: answered ? ms : null };
        world.clock.advance(Math.max(0, at - world.clock.now()));
        world.ingest().submit({ monitorNo: no, configVersion: 0, at, location: 0, verdict }, false);
        if (!batch) await world.ingest().flush();
      }
      await world.ingest().flush();
      for (const grain of GRAINS) {
        const stored = await readSummaries(world.db.read, [no], grain, 0, 10_000_000);
        const plain = stored.map((row) => ({ ...row, histogram: undefined }));
        expect(plain).toEqual(await recomputed(no, grain));
      }
    }),
    { numRuns: 40 },
  );
});

/** Second by second, from the raw results. */
async function recomputed(no: number, grain: 0 | 1 | 2) {
  const results = (await listResults(world.db.read, no, { limit: 1_000 })).toReversed();
  const slots = new Map<number, Record<string, number>>();
  const slot = (second: number) => {
    const number = Math.floor(second / SLOT_SECONDS[grain]);
    const row = slots.get(number) ?? {
      monitor_no: no,
      grain,
      slot: number,
      checks: 0,
      failed: 0,
      up_seconds: 0,
      down_seconds: 0,
      degraded_seconds: 0,
      excluded_seconds: 0,
      maintenance_seconds: 0,
      sum_ms: 0,
      max_ms: 0,
    };
    slots.set(number, row);
    return row;
  };
  const add = (row: Record<string, number>, key: string, by: number) => {
    row[key] = (row[key] ?? 0) + by;
  };
  results.forEach((result, i) => {
    const at = result.at / 1_000;
    const row = slot(at);
    add(row, 'checks', 1);
    if (result.status === 'down') add(row, 'failed', 1);
    else if (result.responseMs !== null) {
      add(row, 'sum_ms', result.responseMs);
      row.max_ms = Math.max(row.max_ms ?? 0, result.responseMs);
    }
    const next = results[i + 1];
    const key = result.status === 'unknown' || result.status === 'blocked' ? 'excluded' : result.status;
    const end = next ? Math.min(next.at / 1_000, at + 330) : at;
    for (let second = at; second < end; second += 1) add(slot(second), `${key}_seconds`, 1);
  });
  return [...slots.values()].toSorted((a, b) => (a.slot ?? 0) - (b.slot ?? 0));
}

test('the details of a result that never was are not invented', async () => {
  const no = await world.addMonitor();
  await world.seen(no, { ...UP, phases: UNKNOWN.phases });
  expect(await world.count('result_details')).toBe(0);
  const [row] = await listResults(world.db.read, no, { limit: 1 });
  expect(row).toMatchObject({ status: 'up', phases: null, message: null, responseMs: 120 });
  const [stored] = await world.db.read.all<{ outcome: number }>(sql`select outcome from results`);
  expect(stored?.outcome).toBe(0);
});
