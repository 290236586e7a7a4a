import { parseCron } from '../core/cron.ts';
import { duration, SECOND } from '../core/time.ts';
import { wallTime } from '../core/zone.ts';
import type { WindowRow } from './queries.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** When a window happens, as people say it: "Every Sunday at 02:30 for 1 h (Europe/Berlin)". */
export function scheduleWords(row: WindowRow): string {
  const { cron, duration_seconds, timezone, starts_at, ends_at } = row;
  if (cron !== null && duration_seconds !== null) {
    return `${cronWords(cron)} for ${duration(duration_seconds * SECOND)} (${timezone})`;
  }
  if (starts_at === null || ends_at === null) return '';
  const [from, to] = [wallTime(starts_at, timezone), wallTime(ends_at, timezone)];
  const end = dayOf(from) === dayOf(to) ? clockOf(to) : `${dayOf(to)}, ${clockOf(to)}`;
  return `${dayOf(from)}, ${clockOf(from)} to ${end} (${timezone})`;
}

/** The usual shapes in words, every other expression as it is. */
export function cronWords(cron: string): string {
  const read = parseCron(cron);
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = cron.trim().split(/\s+/);
  if ('fault' in read || !/^\d+$/.test(minute) || !/^\d+$/.test(hour) || month !== '*') return `At ${cron}`;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (date === '*' && weekday === '*') return `Every day at ${time}`;
  if (date === '*') return `Every ${weekdayWords(cron)} at ${time}`;
  return weekday === '*' && /^\d+$/.test(date) ? `On day ${Number(date)} of every month at ${time}` : `At ${cron}`;
}

function weekdayWords(cron: string): string {
  const read = parseCron(cron);
  if ('fault' in read) return '';
  // January 1970 had every weekday: asking the expression saves reading its names and ranges twice.
  const days = WEEKDAYS.filter((_, weekday) => read.cron.onDay(1, 1, weekday));
  if (days.join() === WEEKDAYS.slice(1, 6).join()) return 'weekday';
  const last = days.at(-1) ?? '';
  return days.length < 2 ? last : `${days.slice(0, -1).join(', ')} and ${last}`;
}

function dayOf(wall: number): string {
  const at = new Date(wall);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

function clockOf(wall: number): string {
  return new Date(wall).toISOString().slice(11, 16);
}
