import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/core/time.ts';
import { SLOT_SECONDS } from '../../src/core/uptime.ts';
import { BAR_DAYS, calendarOf, dateOf, slotsOf, splitByDay } from '../../src/statuspages/days.ts';
import { isoDate } from '../../src/statuspages/says.ts';

const at = (text: string) => Date.parse(text);

describe('the calendar of a page', () => {
  test.each([
    ['UTC', '2026-11-20T12:00:00Z', '2026-11-20'],
    ['Asia/Tokyo', '2026-11-20T14:59:59Z', '2026-11-20'],
    ['Asia/Tokyo', '2026-11-20T15:00:00Z', '2026-11-21'],
    ['America/New_York', '2026-11-20T04:59:59Z', '2026-11-19'],
    ['Asia/Kolkata', '2026-11-20T18:30:00Z', '2026-11-21'],
  ])('of %s at %s shows %s', (zone, now, date) => {
    expect(isoDate(calendarOf(zone, at(now)).today)).toBe(date);
  });

  test('has ninety days without gaps; those of a clock change are an hour longer or shorter', () => {
    const calendar = calendarOf('Europe/Berlin', at('2026-11-20T12:00:00Z'));
    expect(calendar.edges).toHaveLength(BAR_DAYS + 1);
    const lengths = calendar.edges.slice(1).map((end, i) => (end - (calendar.edges[i] ?? 0)) / HOUR);
    expect(new Set(lengths)).toEqual(new Set([24, 25]));
    expect(isoDate(dateOf(calendar, lengths.indexOf(25)))).toBe('2026-10-25');
    const spring = calendarOf('Europe/Berlin', at('2026-04-20T12:00:00Z'));
    const short = spring.edges.slice(1).findIndex((end, i) => end - (spring.edges[i] ?? 0) === 23 * HOUR);
    expect(isoDate(dateOf(spring, short))).toBe('2026-03-29');
  });

  test('moves on at midnight, and back again', () => {
    const [before, after] = [at('2026-11-20T22:59:59.999Z'), at('2026-11-20T23:00:00Z')];
    for (const now of [before, after, before]) {
      expect(isoDate(calendarOf('Europe/Berlin', now).today)).toBe(now === before ? '2026-11-20' : '2026-11-21');
    }
  });

  test('gives every slot to one day, whatever grain it is of', () => {
    const now = at('2026-11-20T12:00:00Z');
    const zones = [
      'Asia/Tokyo',
      'Asia/Kolkata',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Australia/Adelaide',
    ];
    for (const zone of zones) {
      const calendar = calendarOf(zone, now);
      const seconds = Array.from({ length: BAR_DAYS }, (_, i) =>
        slotsOf(calendar, i, now - 14 * DAY)
          .map(({ grain, from, to }) => [from * SLOT_SECONDS[grain], to * SLOT_SECONDS[grain]] as const)
          .toSorted((a, b) => a[0] - b[0]),
      );
      const all = seconds.flat();
      for (let k = 1; k < all.length; k++) expect(all[k]?.[0], `${zone} ${k}`).toBe(all[k - 1]?.[1]);
      // Of the last fortnight to the second, of what is older to the nearest hour.
      for (const [i, day] of seconds.entries()) {
        const edge = (calendar.edges[i] ?? 0) / 1_000;
        const off = Math.abs((day[0]?.[0] ?? 0) - edge);
        if (edge * 1_000 >= now - 13 * DAY) expect(off, `${zone} ${i}`).toBe(0);
        else expect(off, `${zone} ${i}`).toBeLessThanOrEqual(HOUR / 2_000);
      }
    }
  });

  test('takes hours apart only where midnight falls within one', () => {
    const now = at('2026-11-20T12:00:00Z');
    expect(slotsOf(calendarOf('Europe/Berlin', now), BAR_DAYS - 1, 0).map(({ grain }) => grain)).toEqual([1]);
    expect(slotsOf(calendarOf('Asia/Kolkata', now), BAR_DAYS - 1, 0)).toEqual([
      { i: 89, grain: 1, from: at('2026-11-19T19:00:00Z') / HOUR, to: at('2026-11-20T18:00:00Z') / HOUR },
      { i: 89, grain: 0, from: at('2026-11-19T18:30:00Z') / 300_000, to: at('2026-11-19T19:00:00Z') / 300_000 },
      { i: 89, grain: 0, from: at('2026-11-20T18:00:00Z') / 300_000, to: at('2026-11-20T18:30:00Z') / 300_000 },
    ]);
  });

  test('cuts a stretch of time at its midnights and drops what lies outside', () => {
    const calendar = calendarOf('Asia/Tokyo', at('2026-11-20T12:00:00Z'));
    const midnight = at('2026-11-19T15:00:00Z') / 1_000;
    expect(splitByDay(calendar, midnight - 60, midnight + 90)).toEqual([
      { i: BAR_DAYS - 1, seconds: 90 },
      { i: BAR_DAYS - 2, seconds: 60 },
    ]);
    expect(splitByDay(calendar, midnight + 86_400, midnight + 86_500)).toEqual([]);
    expect(splitByDay(calendar, midnight - 200 * 86_400, midnight - 199 * 86_400)).toEqual([]);
  });
});
