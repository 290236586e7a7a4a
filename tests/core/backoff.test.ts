import { describe, expect, test } from 'vitest';
import { retryDelay } from '../../src/core/backoff.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';

describe('retryDelay', () => {
  test.each([
    [1, 10 * SECOND],
    [2, 30 * SECOND],
    [3, MINUTE],
    [4, 2 * MINUTE],
    [5, 5 * MINUTE],
    [6, 10 * MINUTE],
    [7, 20 * MINUTE],
    [8, 40 * MINUTE],
    [9, HOUR],
    [30, HOUR],
  ])('after %i failed tries about %i ms, a fifth more or less', (attempts, wait) => {
    expect(retryDelay(attempts, 0.5)).toBe(wait);
    expect(retryDelay(attempts, 0)).toBe(wait * 0.8);
    expect(retryDelay(attempts, 1)).toBe(wait * 1.2);
  });

  test('the tries fill a day and then end', () => {
    let total = 0;
    let attempts = 1;
    for (let wait = retryDelay(attempts, 0.5); wait !== null; wait = retryDelay(attempts, 0.5)) {
      total += wait;
      attempts += 1;
    }
    expect(total).toBeGreaterThan(DAY - HOUR);
    expect(total).toBeLessThanOrEqual(DAY);
  });
});
