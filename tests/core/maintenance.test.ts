import { describe, expect, test } from 'vitest';
import {
  currentOccurrence,
  cutByWindows,
  isInside,
  MOST_OCCURRENCES,
  occurrences,
  recurrenceFault,
} from '../../src/core/maintenance.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { instantOf, isZone, wallTime } from '../../src/core/zone.ts';
import { fc } from '../support/property.ts';

const at = (text: string) => Date.parse(text);
const starts = (cron: string, timezone: string, from: string, until: string, durationSeconds = 1_800) =>
  occurrences({ cron, durationSeconds, timezone }, at(from), at(until)).map(({ startsAt }) =>
    new Date(startsAt).toISOString().slice(0, 16),
  );

describe('zones', () => {
  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kathmandu'])(
    '%s is one',
    (zone) => expect(isZone(zone)).toBe(true),
  );
  test.each(['', 'Mars/Olympus', '+02:00', 'Europe/Berlin; drop', 'Europe', '../etc'])('%s is none', (zone) =>
    expect(isZone(zone)).toBe(false),
  );

  test('a wall time leads to an instant that shows it, or to the first minute after a jump over it', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC');
    const minutes = fc.integer({ min: at('2024-01-01T00:00Z') / MINUTE, max: at('2028-01-01T00:00Z') / MINUTE });
    fc.assert(
      fc.property(zones, minutes, (zone, minute) => {
        const wall = minute * MINUTE;
        const instant = instantOf(wall, zone);
        if (wallTime(instant, zone) === wall) {
          // The first of two: an hour earlier the wall shows something else.
          expect(wallTime(instant - HOUR, zone)).not.toBe(wall);
        } else {
          expect(wallTime(instant, zone)).toBeGreaterThan(wall);
          expect(wallTime(instant - MINUTE, zone)).toBeLessThan(wall);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a recurring window', () => {
  test('keeps its hour on the wall when the clocks change', () => {
    expect(starts('0 5 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-28T04:00',
      '2026-03-29T03:00',
      '2026-03-30T03:00',
    ]);
  });

  test('in the spring gap it begins once, at the first minute after the jump', () => {
    // On 29 March 2026 Berlin goes from 02:00 to 03:00, which is 01:00 UTC.
    expect(starts('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(starts('0,20,40 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T12:00Z', 300)).toEqual([
      '2026-03-29T01:00',
    ]);
  });

  test('in the autumn repeat it begins once, at the first of both', () => {
    // On 25 October 2026 Berlin shows 02:30 at 00:30 UTC and again at 01:30 UTC.
    expect(starts('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test('that began before the time asked for is listed while it lasts', () => {
    const daily = { cron: '0 22 * * *', durationSeconds: 4 * 3_600, timezone: 'UTC' };
    expect(occurrences(daily, at('2026-11-21T01:59Z'), at('2026-11-21T03:00Z'))).toHaveLength(1);
    expect(occurrences(daily, at('2026-11-21T02:00Z'), at('2026-11-21T03:00Z'))).toHaveLength(0);
  });

  test('is listed up to a limit', () => {
    const hourly = { cron: '0 * * * *', durationSeconds: 60, timezone: 'UTC' };
    expect(occurrences(hourly, 0, Number.MAX_SAFE_INTEGER, 5_000)).toHaveLength(MOST_OCCURRENCES);
  });

  test('moves on to the one after', () => {
    const daily = { cron: '0 2 * * *', durationSeconds: 3_600, timezone: 'UTC' };
    const now = at('2026-11-21T02:30Z');
    expect(currentOccurrence(daily, now)).toEqual({
      startsAt: at('2026-11-21T02:00Z'),
      endsAt: at('2026-11-21T03:00Z'),
    });
    expect(currentOccurrence(daily, now, at('2026-11-21T02:00Z'))?.startsAt).toBe(at('2026-11-22T02:00Z'));
  });

  test('of a kind that never comes has no occurrence', () => {
    expect(
      currentOccurrence({ cron: '0 0 31 6 *', durationSeconds: 60, timezone: 'UTC' }, at('2026-11-21T00:00Z')),
    ).toBe(null);
  });
});

test('a single window is there until its end and then no more', () => {
  const once = { startsAt: 1_000, endsAt: 2_000 };
  expect(currentOccurrence(once, 0)).toEqual(once);
  expect(currentOccurrence(once, 1_999)).toEqual(once);
  expect(currentOccurrence(once, 2_000)).toBeNull();
});

describe('recurrences are refused', () => {
  const fault = (cron: string, durationSeconds: number) =>
    recurrenceFault({ cron, durationSeconds, timezone: 'Europe/Berlin' }, at('2026-11-21T00:00Z'));

  test.each([
    ['with the position of what cannot be read', '0 25 * * *', 60, 'cron', 'position 3'],
    ['when they would never begin', '0 0 30 2 *', 60, 'cron', 'never'],
    ['when they run into each other', '0 * * * *', 3_600, 'duration_seconds', '5 minutes'],
    ['when they leave less than 5 minutes', '0 2 * * *', 86_400 - 299, 'duration_seconds', '5 minutes'],
  ])('%s', (_name, cron, seconds, field, words) => {
    expect(fault(cron, seconds)).toMatchObject({ field, message: expect.stringContaining(words) as string });
  });

  test('but not when they leave just that', () => {
    expect(fault('0 2 * * *', 86_400 - 300)).toBeNull();
  });
});

test('a cut stretch is whole, in order, and inside exactly where a window is', () => {
  const seconds = fc.integer({ min: 0, max: 500 });
  const windows = fc.array(
    fc
      .tuple(seconds, fc.integer({ min: 1, max: 100 }))
      .map(([s, l]) => ({ startsAt: s * 1_000, endsAt: (s + l) * 1_000 })),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(windows, seconds, seconds, (list, a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const parts = cutByWindows(list, from, to);
      expect(parts.reduce((sum, part) => sum + part.to - part.from, 0)).toBe(to - from);
      for (const part of parts) {
        for (let s = part.from; s < part.to; s += 1) expect(isInside(list, s * 1_000)).toBe(part.inside);
      }
    }),
    { numRuns: 300 },
  );
});
