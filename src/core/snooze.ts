import { DAY, HOUR, MINUTE } from './time.ts';
import { instantOf, wallTime } from './zone.ts';

/** How long an incident may be put aside from a page or a message. */
export const SNOOZES = ['30m', '1h', '4h', 'tomorrow'] as const;
export type Snooze = (typeof SNOOZES)[number];

/** As buttons say it. */
export const SNOOZE_WORDS: Record<Snooze, string> = {
  '30m': '30 minutes',
  '1h': '1 hour',
  '4h': '4 hours',
  tomorrow: 'Until tomorrow, 9:00',
};

/** Whoever wants silence for longer should acknowledge, or plan maintenance. */
export const LONGEST_SNOOZE_MS = 7 * DAY;

const LENGTHS = { '30m': 30 * MINUTE, '1h': HOUR, '4h': 4 * HOUR };

/** When it ends, epoch ms; tomorrow morning is nine o'clock in the time zone of the account. */
export function snoozeEnd(snooze: Snooze, now: number, zone: string): number {
  if (snooze !== 'tomorrow') return now + LENGTHS[snooze];
  const midnight = Math.floor(wallTime(now, zone) / DAY) * DAY;
  return instantOf(midnight + DAY + 9 * HOUR, zone);
}
