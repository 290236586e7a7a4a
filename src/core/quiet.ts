import { z } from 'zod';
import { DAY, MINUTE } from './time.ts';
import { instantOf, isZone, wallTime } from './zone.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time such as 22:00.');

/**
 * When a channel must be quiet: every day between two times of the wall clock (over midnight when `from` is the later),
 * and whole days of the week, 1 for Monday to 7 for Sunday.
 */
export const quietHours = z
  .strictObject({
    timezone: z.string().refine(isZone, 'This is not the name of a time zone, such as Europe/Berlin.'),
    hours: z.strictObject({ from: clockTime, to: clockTime }).nullable(),
    days: z.array(z.int().min(1).max(7)).transform((days) => [...new Set(days)].toSorted((a, b) => a - b)),
  })
  .superRefine(({ hours, days }, ctx) => {
    const say = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (!hours && days.length === 0) say('hours', 'Say which hours or which days are quiet.');
    if (hours && hours.from === hours.to) say('hours', 'The quiet time must end at another time than it begins.');
    if (days.length === 7) say('days', 'One day must be left, or nothing would ever be sent.');
  });
export type QuietHours = z.infer<typeof quietHours>;

/** The end of the quiet time that covers `now`, epoch ms; null when it is not quiet. */
export function quietUntil(quiet: QuietHours | null, now: number): number | null {
  if (!quiet) return null;
  let at = now;
  // A quiet night runs into a quiet day and the other way round: at most a week of them in a row.
  for (let turns = 0; turns < 16; turns += 1) {
    const end = endOfStretch(quiet, at);
    if (end === null) break;
    at = end;
  }
  return at === now ? null : at;
}

function endOfStretch({ timezone, hours, days }: QuietHours, at: number): number | null {
  const wall = wallTime(at, timezone);
  const midnight = Math.floor(wall / DAY) * DAY;
  if (days.includes(isoWeekday(midnight))) return instantOf(midnight + DAY, timezone);
  if (!hours) return null;
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  const minute = Math.floor((wall - midnight) / MINUTE);
  const inside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!inside) return null;
  const nextDay = from > to && minute >= from ? DAY : 0;
  return instantOf(midnight + nextDay + to * MINUTE, timezone);
}

/** The epoch began on a Thursday. */
function isoWeekday(midnight: number): number {
  return ((((midnight / DAY + 3) % 7) + 7) % 7) + 1;
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}
