import { expect, test } from 'vitest';
import { snoozeEnd } from '../../src/core/snooze.ts';

const iso = (ms: number) => new Date(ms).toISOString();

test('a length counts from now', () => {
  const now = Date.UTC(2026, 10, 21, 14, 25);
  expect(['30m', '1h', '4h'].map((one) => iso(snoozeEnd(one as '1h', now, 'Europe/Berlin')))).toEqual([
    '2026-11-21T14:55:00.000Z',
    '2026-11-21T15:25:00.000Z',
    '2026-11-21T18:25:00.000Z',
  ]);
});

test.each([
  ['UTC', '2026-11-21T14:25:00Z', '2026-11-22T09:00:00.000Z'],
  ['Europe/Berlin', '2026-11-21T14:25:00Z', '2026-11-22T08:00:00.000Z'],
  // Already the 22nd there.
  ['Asia/Tokyo', '2026-11-21T16:00:00Z', '2026-11-23T00:00:00.000Z'],
  // The clock goes back in the night, and forward.
  ['Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T08:00:00.000Z'],
  ['America/New_York', '2026-03-07T20:00:00Z', '2026-03-08T13:00:00.000Z'],
])('tomorrow in %s, asked at %s, is %s', (zone, now, end) => {
  expect(iso(snoozeEnd('tomorrow', Date.parse(now), zone))).toBe(end);
});
