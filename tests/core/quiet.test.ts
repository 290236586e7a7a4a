import { describe, expect, test } from 'vitest';
import { quietHours, quietUntil } from '../../src/core/quiet.ts';

const at = (text: string) => Date.parse(text);
const until = (quiet: Parameters<typeof quietHours.parse>[0], text: string) => {
  const end = quietUntil(quietHours.parse(quiet), at(text));
  return end === null ? null : new Date(end).toISOString().slice(0, 16);
};
const night = { timezone: 'Europe/Berlin', hours: { from: '22:00', to: '07:00' }, days: [] };

describe('quiet hours', () => {
  test.each([
    ['2026-11-20T20:59:59Z', null],
    ['2026-11-20T21:00:00Z', '2026-11-21T06:00'],
    ['2026-11-21T05:59:59Z', '2026-11-21T06:00'],
    ['2026-11-21T06:00:00Z', null],
    // The clock goes forward in this night: 7 o'clock comes an hour earlier in UTC.
    ['2026-03-28T22:30:00Z', '2026-03-29T05:00'],
    ['2026-10-24T21:30:00Z', '2026-10-25T06:00'],
  ])('a night in Berlin seen from %s ends at %s', (now, end) => {
    expect(until(night, now)).toBe(end);
  });

  test('a quiet night, a quiet weekend and the night after it are one stretch', () => {
    expect(until({ ...night, days: [6, 7] }, '2026-11-20T22:00:00Z')).toBe('2026-11-23T06:00');
    expect(until({ timezone: 'UTC', hours: null, days: [6, 7] }, '2026-11-21T12:00:00Z')).toBe('2026-11-23T00:00');
    expect(until({ timezone: 'UTC', hours: null, days: [6, 7] }, '2026-11-23T00:00:00Z')).toBeNull();
  });

  test('hours within a day', () => {
    const lunch = { timezone: 'UTC', hours: { from: '12:00', to: '13:30' }, days: [] };
    expect(until(lunch, '2026-11-21T12:00:00Z')).toBe('2026-11-21T13:30');
    expect(until(lunch, '2026-11-21T13:30:00Z')).toBeNull();
    expect(until(lunch, '2026-11-21T23:00:00Z')).toBeNull();
  });

  test.each([
    [{ timezone: 'Mars/Base', hours: null, days: [1] }, 'timezone'],
    [{ timezone: 'UTC', hours: null, days: [] }, 'hours'],
    [{ timezone: 'UTC', hours: { from: '10:00', to: '10:00' }, days: [] }, 'hours'],
    [{ timezone: 'UTC', hours: { from: '25:00', to: '10:00' }, days: [] }, 'hours'],
    [{ timezone: 'UTC', hours: null, days: [1, 2, 3, 4, 5, 6, 7] }, 'days'],
  ])('%j is refused at %s', (quiet, field) => {
    const parsed = quietHours.safeParse(quiet);
    expect(parsed.error?.issues[0]?.path[0]).toBe(field);
  });
});
