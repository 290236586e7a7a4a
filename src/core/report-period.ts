import { DAY, HOUR } from './time.ts';
import { instantOf, wallTime } from './zone.ts';

/** What a report can be asked for by name. */
export const REPORT_PERIODS = ['this-month', 'last-month', 'last-7', 'last-30', 'last-90', 'custom'] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

/** Whole days by the clock of a zone: both dates belong to it, `from` and `to` are its ends in epoch ms. */
export interface Days {
  /** `2026-11-01` */
  first: string;
  last: string;
  zone: string;
  from: number;
  to: number;
}

/** Longest report, in days. */
const MOST_DAYS = 366;

/** The days of a named period that contains or precedes `now`; the last ones include today. */
export function namedDays(period: Exclude<ReportPeriod, 'custom'>, zone: string, now: number): Days {
  const today = Math.floor(wallTime(now, zone) / DAY) * DAY;
  const date = new Date(today);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  switch (period) {
    case 'this-month':
      return wallDays(month(0), month(1), zone);
    case 'last-month':
      return wallDays(month(-1), month(0), zone);
    case 'last-7':
      return wallDays(today - 6 * DAY, today + DAY, zone);
    case 'last-30':
      return wallDays(today - 29 * DAY, today + DAY, zone);
    case 'last-90':
      return wallDays(today - 89 * DAY, today + DAY, zone);
  }
}

/** The days from one date to another, both included; or the field that does not fit and a sentence. */
export function customDays(
  first: string,
  last: string,
  zone: string,
  now: number,
): Days | { field: 'from' | 'to'; message: string } {
  const [start, end] = [wallOf(first), wallOf(last)];
  if (start === null) return { field: 'from', message: 'Give the first day as year-month-day, like 2026-11-01.' };
  if (end === null) return { field: 'to', message: 'Give the last day as year-month-day, like 2026-11-30.' };
  if (end < start) return { field: 'to', message: 'The last day must not be before the first.' };
  if (end - start >= MOST_DAYS * DAY) return { field: 'to', message: `A report covers at most ${MOST_DAYS} days.` };
  const days = wallDays(start, end + DAY, zone);
  return days.from > now ? { field: 'from', message: 'This day has not begun yet.' } : days;
}

/** What the mail of a week or a month is about: the last whole one before `now`, and the one before that. */
export function mailedDays(period: MailPeriod, zone: string, now: number): { days: Days; before: Days } {
  const today = Math.floor(wallTime(now, zone) / DAY) * DAY;
  const date = new Date(today);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  if (period === 'month') {
    return { days: wallDays(month(-1), month(0), zone), before: wallDays(month(-2), month(-1), zone) };
  }
  const monday = today - ((date.getUTCDay() + 6) % 7) * DAY;
  return {
    days: wallDays(monday - 7 * DAY, monday, zone),
    before: wallDays(monday - 14 * DAY, monday - 7 * DAY, zone),
  };
}

export const MAIL_PERIODS = ['week', 'month'] as const;
export type MailPeriod = (typeof MAIL_PERIODS)[number];

/** Hour of the day at which reports are mailed. */
const MAIL_HOUR = 8;

/** The first Monday, or first of a month, 8:00 by the clock of the zone, that comes after `after` (epoch ms). */
export function nextMailAt(period: MailPeriod, zone: string, after: number): number {
  const today = Math.floor(wallTime(after, zone) / DAY) * DAY;
  const date = new Date(today);
  const monday = today - ((date.getUTCDay() + 6) % 7) * DAY;
  const candidates = [0, 1, 2].map((i) =>
    period === 'week' ? monday + 7 * i * DAY : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + i, 1),
  );
  const instants = candidates.map((day) => instantOf(day + MAIL_HOUR * HOUR, zone));
  return instants.find((at) => at > after) ?? after + 7 * DAY;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "1 to 30 Nov 2026", "28 Oct to 3 Nov 2026", "30 Dec 2025 to 5 Jan 2026", "3 Nov 2026". */
export function daysWords({ first, last }: Pick<Days, 'first' | 'last'>): string {
  const [year, month, day] = first.split('-').map(Number);
  const [lastYear, lastMonth, lastDay] = last.split('-').map(Number);
  const end = `${lastDay} ${MONTHS[(lastMonth ?? 1) - 1]} ${lastYear}`;
  if (first === last) return end;
  if (year !== lastYear) return `${day} ${MONTHS[(month ?? 1) - 1]} ${year} to ${end}`;
  return month === lastMonth ? `${day} to ${end}` : `${day} ${MONTHS[(month ?? 1) - 1]} to ${end}`;
}

/** "3 Nov 2026, 14:05" by the clock of the zone. */
export function zoneWords(ms: number, zone: string): string {
  const at = new Date(wallTime(ms, zone));
  const clock = at.toISOString().slice(11, 16);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${clock}`;
}

/** From midnight to midnight on the wall, `end` not included. */
function wallDays(start: number, end: number, zone: string): Days {
  return {
    first: dateOf(start),
    last: dateOf(end - DAY),
    zone,
    from: instantOf(start, zone),
    to: instantOf(end, zone),
  };
}

function dateOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

/** Midnight of a date as the wall shows it; null for what is no date of this century. */
function wallOf(date: string): number | null {
  if (!/^20\d\d-\d\d-\d\d$/.test(date)) return null;
  const wall = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(wall) || dateOf(wall) !== date ? null : wall;
}
