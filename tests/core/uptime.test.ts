import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/core/time.ts';
import {
  averageMs,
  countCheck,
  GRAINS,
  NO_TOTALS,
  SLOT_SECONDS,
  slotAt,
  slotBars,
  splitSpan,
  type SummaryRow,
  uptimePercent,
  windowSlots,
} from '../../src/core/uptime.ts';
import { fc } from '../support/property.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const row = (over: Partial<SummaryRow>): SummaryRow => ({
  ...NO_TOTALS,
  maintenance_seconds: 0,
  monitor_no: 1,
  grain: 2,
  slot: 0,
  ...over,
});

describe('percentage', () => {
  test.each([
    ['199 good of 200 equal intervals', { up_seconds: 199 * 300, degraded_seconds: 0, down_seconds: 300 }, 99.5],
    ['degraded is up', { up_seconds: 0, degraded_seconds: 50, down_seconds: 50 }, 50],
    ['nothing observed', { up_seconds: 0, degraded_seconds: 0, down_seconds: 0 }, null],
    ['a lost second in a year is not 100', { up_seconds: 31_535_999, degraded_seconds: 0, down_seconds: 1 }, 99.999],
    ['whole', { up_seconds: 7, degraded_seconds: 0, down_seconds: 0 }, 100],
  ])('%s', (_name, sums, percent) => {
    expect(uptimePercent(sums)).toBe(percent);
  });
});

describe('slots', () => {
  test('a span falls apart into its slots without losing or inventing a second', () => {
    const spans = fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 0, max: 200_000 }));
    fc.assert(
      fc.property(spans, fc.constantFrom(...GRAINS), ([from, length], grain) => {
        const parts = splitSpan(grain, from, from + length);
        expect(parts.reduce((sum, part) => sum + part.seconds, 0)).toBe(length);
        expect(new Set(parts.map((part) => part.slot)).size).toBe(parts.length);
        for (const { slot, seconds } of parts) {
          expect(seconds).toBeGreaterThan(0);
          expect(seconds).toBeLessThanOrEqual(SLOT_SECONDS[grain]);
          expect((slot + 1) * SLOT_SECONDS[grain]).toBeGreaterThan(from);
        }
      }),
    );
  });

  test('a failed check has no part in the response times', () => {
    const two = countCheck(countCheck(row({}), 'up', 100), 'down', 9_000);
    expect(two).toMatchObject({ checks: 2, failed: 1, sum_ms: 100, max_ms: 100 });
    expect(averageMs(two)).toBe(100);
    expect(averageMs(countCheck(two, 'unknown', null))).toBe(100);
  });

  test.each([
    ['24h', 288],
    ['7d', 168],
    ['30d', 30],
    ['90d', 90],
    ['365d', 365],
  ] as const)('a window of %s is %i slots that end now', (window, slots) => {
    const { grain, from, to } = windowSlots(window, NOON);
    expect(to - from + 1).toBe(slots);
    expect(to).toBe(slotAt(grain, NOON));
  });
});

describe('bars', () => {
  const today = slotAt(2, NOON);
  test('one for each day, oldest first, the worst thing of the day decides', () => {
    const bars = slotBars(
      [
        row({ slot: today - 4, up_seconds: DAY / 1_000 }),
        row({ slot: today - 3, up_seconds: 80_000, degraded_seconds: 6_400 }),
        row({ slot: today - 2, up_seconds: 86_100, down_seconds: 300 }),
        row({ slot: today - 1, down_seconds: 86_400 }),
      ],
      2,
      NOON,
      6,
    );
    expect(bars.map((bar) => bar.status)).toEqual(['unknown', 'up', 'degraded', 'partial', 'down', 'unknown']);
    expect(bars[3]).toMatchObject({ date: '2026-11-18', down_seconds: 300, uptime_percent: 99.652 });
    expect(bars.at(-1)).toMatchObject({ date: '2026-11-20', uptime_percent: null });
  });

  test('rows of another grain are not drawn', () => {
    const hours = slotBars([row({ slot: slotAt(1, NOON), up_seconds: 5 })], 1, NOON, 2);
    expect(hours.map((bar) => bar.status)).toEqual(['unknown', 'unknown']);
    expect(hours[1]?.at).toBe(NOON);
    expect(hours[0]?.at).toBe(NOON - HOUR);
  });
});
