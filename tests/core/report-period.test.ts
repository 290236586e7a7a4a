import { describe, expect, test } from 'vitest';
import {
  customDays,
  daysWords,
  mailedDays,
  namedDays,
  nextMailAt,
  REPORT_PERIODS,
} from '../../src/core/report-period.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { wallTime } from '../../src/core/zone.ts';
import { fc } from '../support/property.ts';

const at = (text: string) => Date.parse(text);

describe('named periods', () => {
  test.each([
    ['this-month', 'UTC', '2026-11-20T12:00Z', '2026-11-01', '2026-11-30', '2026-11-01T00:00Z', '2026-12-01T00:00Z'],
    [
      'last-month',
      'Europe/Berlin',
      '2026-11-20T12:00Z',
      '2026-10-01',
      '2026-10-31',
      '2026-09-30T22:00Z',
      '2026-10-31T23:00Z',
    ],
    [
      'last-month',
      'America/New_York',
      '2026-01-01T03:00Z',
      '2025-11-01',
      '2025-11-30',
      '2025-11-01T04:00Z',
      '2025-12-01T05:00Z',
    ],
    [
      'last-7',
      'Asia/Kolkata',
      '2026-11-20T19:00Z',
      '2026-11-15',
      '2026-11-21',
      '2026-11-14T18:30Z',
      '2026-11-21T18:30Z',
    ],
    ['last-30', 'UTC', '2026-11-20T12:00Z', '2026-10-22', '2026-11-20', '2026-10-22T00:00Z', '2026-11-21T00:00Z'],
  ] as const)('%s in %s at %s', (period, zone, now, first, last, from, to) => {
    expect(namedDays(period, zone, at(now))).toEqual({ first, last, zone, from: at(from), to: at(to) });
  });
});

describe('days of one’s own', () => {
  test.each([
    ['2026-11-00', '2026-11-02', 'from'],
    ['2026-02-30', '2026-03-02', 'from'],
    ['1999-01-01', '2026-03-02', 'from'],
    ['2026-11-02', 'soon', 'to'],
    ['2026-11-02', '2026-11-01', 'to'],
    ['2025-11-01', '2026-11-02', 'to'],
    ['2026-11-21', '2026-11-21', 'from'],
  ])('%s to %s is a fault of "%s"', (first, last, field) => {
    expect(customDays(first, last, 'UTC', at('2026-11-20T12:00Z'))).toMatchObject({ field });
  });

  test('include both ends, and a day on which the clock changes has 25 hours', () => {
    const days = customDays('2026-10-25', '2026-10-25', 'Europe/Berlin', at('2026-11-20T12:00Z'));
    expect('from' in days && days.to - days.from).toBe(25 * HOUR);
  });
});

describe('mails', () => {
  test.each([
    ['week', 'Europe/Berlin', '2026-10-19T06:00Z', '2026-10-26T07:00Z'], // the clock changes between the two Mondays
    ['week', 'Europe/Berlin', '2026-10-19T05:59Z', '2026-10-19T06:00Z'],
    ['month', 'America/New_York', '2026-11-01T13:00Z', '2026-12-01T13:00Z'],
    ['month', 'America/New_York', '2026-10-31T13:00Z', '2026-11-01T13:00Z'],
    ['month', 'UTC', '2026-12-31T23:00Z', '2027-01-01T08:00Z'],
  ] as const)('each %s in %s: after %s the next leaves at %s', (period, zone, after, next) => {
    expect(new Date(nextMailAt(period, zone, at(after))).toISOString()).toBe(new Date(at(next)).toISOString());
  });

  test('always come later, at eight o’clock, and speak of the whole period before', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'America/Santiago'];
    fc.assert(
      fc.property(
        fc.constantFrom('week' as const, 'month' as const),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2024-01-01T00:00Z'), max: at('2030-01-01T00:00Z') }),
        (period, zone, now) => {
          const next = nextMailAt(period, zone, now);
          expect(next).toBeGreaterThan(now);
          expect(next - now).toBeLessThanOrEqual((period === 'week' ? 7 : 31) * DAY + 2 * HOUR);
          expect(new Date(wallTime(next, zone)).toISOString().slice(11)).toBe('08:00:00.000Z');
          const { days, before } = mailedDays(period, zone, next);
          expect(days.to).toBeLessThan(next);
          expect(before.to).toBe(days.from);
          expect(next - days.to).toBeLessThanOrEqual(9 * HOUR);
          // A minute before, the period before was the last whole one.
          expect(mailedDays(period, zone, days.to - 1).days).toEqual(before);
        },
      ),
    );
  });

  test('every named period ends after it began, in every zone', () => {
    for (const period of REPORT_PERIODS) {
      if (period === 'custom') continue;
      for (const zone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Midway']) {
        const days = namedDays(period, zone, at('2026-03-01T00:30Z'));
        expect(days.to).toBeGreaterThan(days.from);
        expect(days.from).toBeLessThanOrEqual(at('2026-03-01T00:30Z'));
      }
    }
  });
});

test.each([
  ['2026-11-01', '2026-11-30', '1 to 30 Nov 2026'],
  ['2026-10-28', '2026-11-03', '28 Oct to 3 Nov 2026'],
  ['2025-12-30', '2026-01-05', '30 Dec 2025 to 5 Jan 2026'],
  ['2026-11-03', '2026-11-03', '3 Nov 2026'],
])('%s to %s is "%s"', (first, last, words) => {
  expect(daysWords({ first, last })).toBe(words);
});
