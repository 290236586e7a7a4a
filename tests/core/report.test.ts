import { describe, expect, test } from 'vitest';
import { addResponse } from '../../src/core/histogram.ts';
import {
  addTallies,
  coveredSeconds,
  coverOf,
  figuresOf,
  formulaLines,
  keptSince,
  nameSeconds,
  NO_TALLY,
  secondsOf,
} from '../../src/core/report.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { fc } from '../support/property.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 34, 56);
const ALL = { 0: 0, 1: 0, 2: 0 };

describe('a period put together from sums', () => {
  test('of UTC days is days alone', () => {
    const from = Date.UTC(2026, 9, 1);
    expect(coverOf({ from, to: from + 31 * DAY }, NOW, ALL).slots).toEqual([
      { grain: 2, from: from / DAY, to: from / DAY + 30 },
    ]);
  });

  test('of another zone has hours, and five minutes, at its ends', () => {
    const from = Date.UTC(2026, 10, 9, 18, 30);
    const { slots } = coverOf({ from, to: from + 7 * DAY }, NOW, ALL);
    expect(slots.map(({ grain, from: a, to: b }) => [grain, b - a + 1])).toEqual([
      [0, 6],
      [1, 5],
      [2, 6],
      [1, 18],
      [0, 6],
    ]);
  });

  test('takes the slot that holds the present, and no more of it than there is', () => {
    const from = Date.UTC(2026, 10, 20);
    const { slots, spans } = coverOf({ from, to: from + 11 * DAY }, NOW, ALL);
    expect(slots).toEqual([{ grain: 2, from: from / DAY, to: from / DAY }]);
    expect(spans).toEqual([{ from, to: NOW }]);
  });

  test('never has a moment twice, never one outside, and all of it where everything is kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 * 96 }),
        fc.integer({ min: 0, max: 60 * 96 }),
        fc.constantFrom(DAY, 90 * DAY, 365 * DAY),
        (start, length, retention) => {
          const from = NOW - (NOW % DAY) - 100 * DAY + start * 15 * MINUTE;
          const period = { from, to: from + length * 15 * MINUTE };
          const within = { from, to: Math.max(from, Math.min(period.to, NOW)) };
          for (const kept of [ALL, keptSince(retention, NOW)]) {
            const { spans } = coverOf(period, NOW, kept);
            const sum = spans.reduce((total, span) => total + span.to - span.from, 0);
            expect(spans.every((span) => span.from >= within.from && span.to <= within.to)).toBe(true);
            expect(Math.floor(sum / 1_000)).toBe(coveredSeconds(spans, within));
            if (kept === ALL) expect(coveredSeconds(spans, within)).toBe(Math.floor((within.to - within.from) / 1_000));
          }
        },
      ),
    );
  });
});

test('overlapping spans count once, and only within', () => {
  const spans = [
    { from: 0, to: 10_000 },
    { from: 5_000, to: 20_000 },
    { from: 6_000, to: 7_000 },
    { from: 30_000, to: 90_000 },
  ];
  expect(coveredSeconds(spans, { from: 2_000, to: 40_000 })).toBe(28);
});

const share = fc.integer({ min: 0, max: 5_000 });

test('every second has one name, whatever is claimed', () => {
  fc.assert(
    fc.property(share, share, share, share, share, share, share, (seconds, up, degraded, down, a, b, c) => {
      const measured = { up_seconds: up, degraded_seconds: degraded, down_seconds: down };
      const named = nameSeconds(measured, seconds, {
        expired_seconds: a,
        unmonitored_seconds: b,
        paused_seconds: c,
        maintenance_seconds: a,
      });
      const sum = secondsOf(figuresOf({ ...NO_TALLY, ...measured, ...named }));
      expect(sum).toBe(Math.max(seconds, up + degraded + down));
      expect(Math.min(...Object.values(named))).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('several monitors weigh as long as they were watched', () => {
  const total = addTallies([
    {
      ...NO_TALLY,
      up_seconds: 900,
      down_seconds: 100,
      histogram: addResponse('', 10),
      longest_ms: 5_000,
      incidents: 1,
    },
    { ...NO_TALLY, up_seconds: 9_000, histogram: addResponse('', 1_000), longest_ms: 1_000, incidents: 2 },
  ]);
  const figures = figuresOf(total);
  expect(figures).toMatchObject({ uptime_percent: 99, incidents: 3, longest_outage_seconds: 5 });
  expect(figures.p50_ms).toBeLessThan(12);
  expect(figures.p99_ms).toBeGreaterThan(900);
});

describe('the formula', () => {
  test('has the numbers filled in', () => {
    const lines = formulaLines(
      figuresOf({
        ...NO_TALLY,
        up_seconds: 2_588_999,
        degraded_seconds: 1_000,
        down_seconds: 1,
        begun: 2,
        recovered: 3,
        recovered_ms: 3_600_000,
      }),
    );
    expect(lines[0]).toContain('(2,588,999 s + 1,000 s) ÷ (2,588,999 s + 1,000 s + 1 s) = 99.999%');
    expect(lines[1]).toContain('3,600 s ÷ 3 = 1,200 s');
    expect(lines[2]).toContain('2,589,999 s ÷ 2 = 1,294,999 s');
  });

  test('says that there is nothing to say', () => {
    expect(formulaLines(figuresOf(NO_TALLY)).join()).toMatch(/nothing was measured.*none did.*none did/);
  });
});

test('an edge from before five-minute sums are kept is read as far as there are hours', () => {
  const grains = (from: number) =>
    coverOf({ from, to: NOW + DAY }, NOW, keptSince(DAY, NOW)).slots.map(({ grain }) => grain);
  expect(grains(NOW - 20 * DAY + HOUR / 2)).toEqual([1, 2]);
  expect(grains(NOW - 10 * DAY + HOUR / 2)).toEqual([0, 1, 2]);
});
