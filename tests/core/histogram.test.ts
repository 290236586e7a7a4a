import { describe, expect, test } from 'vitest';
import { addResponse, mergeHistograms, percentile, responseCount } from '../../src/core/histogram.ts';
import { fc } from '../support/property.ts';

const times = fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 200 });
const of = (list: readonly number[]) => list.reduce((histogram, ms) => addResponse(histogram, ms), '');

describe('histogram of response times', () => {
  test('nothing has no percentile', () => {
    expect(percentile('', 50)).toBe(null);
    expect(responseCount('')).toBe(0);
  });

  test('a percentile is within a twentieth of the exact one', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(1, 50, 95, 99, 100), (list, p) => {
        fc.pre(list.length > 0);
        const sorted = list.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((list.length * p) / 100)) - 1] ?? 0;
        const told = percentile(of(list), p) ?? Number.NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.max(1, exact * 0.05 + 0.5));
      }),
      { numRuns: 2_000 },
    );
  });

  test('merged is the same as counted together, and joined by a blank means the same', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        const together = of([...a, ...b]);
        expect(mergeHistograms([of(a), of(b)])).toBe(together);
        expect(percentile(`${of(a)} ${of(b)}`, 95)).toBe(percentile(together, 95));
        expect(responseCount(together)).toBe(a.length + b.length);
      }),
    );
  });

  test('an hour of usual checks is short', () => {
    const hour = Array.from({ length: 120 }, (_, i) => 100 + (i % 30));
    expect(of(hour).length).toBeLessThan(30);
  });
});
