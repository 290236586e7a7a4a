import { describe, expect, test } from 'vitest';
import { nextDue, recheckSeconds, statusAfter, timeToAlert, visibleStatus } from '../../src/core/monitor.ts';
import { fc } from '../support/property.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

describe('the beat', () => {
  test('comes after at least a second and at most an interval and a second, and keeps its rhythm', () => {
    const inputs = fc.tuple(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom(30_000, 60_000, 300_000, 86_400_000),
      fc.integer({ min: NOW, max: NOW + 90_000_000 }),
    );
    fc.assert(
      fc.property(inputs, ([no, interval, after]) => {
        const due = nextDue(no, interval, after);
        expect(due - after).toBeGreaterThanOrEqual(1_000);
        expect(due - after).toBeLessThanOrEqual(interval + 1_000);
        expect(nextDue(no, interval, due)).toBe(due + interval);
      }),
      { numRuns: 5_000 },
    );
  });

  test('spreads a thousand monitors of one interval: no tenth of it has more than a tenth and a bit', () => {
    const interval = 300_000;
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let no = 1; no <= 1_000; no += 1) {
      const tenth = Math.floor(((nextDue(no, interval, NOW) % interval) / interval) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.max(...tenths)).toBeLessThanOrEqual(103);
    expect(Math.min(...tenths)).toBeGreaterThanOrEqual(97);
  });

  test('after a stop of hours the next one is one step ahead, not one for each missed', () => {
    const due = nextDue(7, 60_000, NOW);
    const later = nextDue(7, 60_000, NOW + 5 * 3_600_000);
    expect((later - due) % 60_000).toBe(0);
    expect(later).toBeGreaterThan(NOW + 5 * 3_600_000);
  });
});

describe('what people see', () => {
  const monitor = { paused_at: null, interval_seconds: 60, timeout_seconds: 10, created_at: NOW - 10_000 };
  const state = (status: 'pending' | 'up' | 'down', ago: number | null) => ({
    status,
    status_since: NOW - 100_000,
    last_result_at: ago === null ? null : NOW - ago,
  });
  test.each([
    ['never checked, just made', null, monitor, 'pending'],
    ['never checked, long ago made', null, { ...monitor, created_at: NOW - 140_000 }, 'unknown'],
    ['up', state('up', 60_000), monitor, 'up'],
    ['down', state('down', 60_000), monitor, 'down'],
    ['silent for two intervals and the timeout', state('up', 130_000), monitor, 'up'],
    ['silent for longer', state('up', 130_001), monitor, 'unknown'],
    ['down and silent for longer', state('down', 130_001), monitor, 'unknown'],
    ['paused beats all', state('down', 60_000), { ...monitor, paused_at: NOW }, 'paused'],
    ['resumed a moment ago', state('pending', null), monitor, 'pending'],
  ] as const)('%s', (_name, given, of, expected) => {
    expect(visibleStatus(given, of, NOW)).toBe(expected);
  });

  test.each([
    ['a blip of something degraded stays degraded', 'degraded', 'down', false, 'degraded'],
    ['an open incident is down, whatever the result', 'up', 'up', true, 'down'],
    ['an unknown result while down stays down', 'down', 'unknown', true, 'down'],
    ['a blocked one is unknown', 'up', 'blocked', false, 'unknown'],
    ['the first failure of a new monitor says nothing yet', 'pending', 'down', false, 'pending'],
    ['recovery', 'down', 'up', false, 'up'],
  ] as const)('%s', (_name, before, result, open, expected) => {
    expect(statusAfter(before, result, open)).toBe(expected);
  });
});

test('people are told within ten seconds of the first failure with three tries, at any interval', () => {
  expect(timeToAlert({ intervalSeconds: 300, timeoutSeconds: 10, failureThreshold: 3 }).afterFailureMs).toBe(10_000);
  expect(recheckSeconds(2)).toBe(2);
});
