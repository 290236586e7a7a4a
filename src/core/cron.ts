import { DAY, HOUR, MINUTE } from './time.ts';

/** A cron expression of five fields, read. Times are wall clock; a time zone makes instants of them, see `zone.ts`. */
export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  /** Whether a day matches: by month, day of the month and day of the week (0 is Sunday). */
  onDay(month: number, date: number, weekday: number): boolean;
}

/** Why an expression cannot be read, and where: `position` counts characters from 1. */
export interface CronFault {
  position: number;
  message: string;
}

interface FieldRule {
  name: string;
  min: number;
  max: number;
  names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: readonly FieldRule[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 7, names: WEEKDAYS },
];

/** Reads minute, hour, day, month and weekday with `*`, lists, ranges, steps and English names; 7 is Sunday too. */
export function parseCron(text: string): { cron: Cron } | { fault: CronFault } {
  const parts = [...text.matchAll(/\S+/g)];
  if (parts.length !== FIELDS.length) {
    const extra = parts[FIELDS.length];
    const position = extra ? extra.index + 1 : text.length + 1;
    const wanted = 'minute, hour, day of the month, month and day of the week';
    return { fault: { position, message: `There must be five fields: ${wanted}. This has ${parts.length}.` } };
  }
  const sets: Set<number>[] = [];
  for (const [i, rule] of FIELDS.entries()) {
    const part = parts[i];
    const read = readField(part?.[0] ?? '', rule, (part?.index ?? 0) + 1);
    if ('position' in read) return { fault: read };
    sets.push(read);
  }
  const [minutes, hours, dates, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  // Vixie's rule: a day that is limited both ways is any of both; `*` in front means that its field does not limit.
  const either = !parts[2]?.[0].startsWith('*') && !parts[4]?.[0].startsWith('*');
  const onDay = (month: number, date: number, weekday: number) => {
    if (!months.has(month)) return false;
    const [byDate, byWeekday] = [dates.has(date), weekdays.has(weekday)];
    return either ? byDate || byWeekday : byDate && byWeekday;
  };
  return { cron: { minutes, hours, onDay } };
}

/** The numbers of one field; `at` is the position of its first character. */
function readField(field: string, rule: FieldRule, at: number): Set<number> | CronFault {
  const found = new Set<number>();
  let position = at;
  for (const item of field.split(',')) {
    const fault = readItem(item, rule, position, found);
    if (fault) return fault;
    position += item.length + 1;
  }
  return found;
}

function readItem(item: string, rule: FieldRule, at: number, found: Set<number>): CronFault | null {
  const shape = /^(?:(\*)|([a-z0-9]+)(?:(-)([a-z0-9]+))?)(?:(\/)(\d+))?$/i.exec(item);
  if (!shape) return { position: at, message: `"${item}" does not fit the ${rule.name}.` };
  const [, star, first = '', dash, second = '', slash, stride = ''] = shape;
  const from = star ? rule.min : numberOf(first, rule);
  if (from === null) return outside(first, rule, at);
  const secondAt = at + first.length + 1;
  // `5/10` means every tenth from five on.
  const to = star || (slash && !dash) ? rule.max : dash ? numberOf(second, rule) : from;
  if (to === null) return outside(second, rule, secondAt);
  if (to < from) return { position: secondAt, message: `The range ${first}-${second} runs backwards.` };
  const step = slash ? Number(stride) : 1;
  if (step < 1 || step > rule.max) {
    return { position: at + item.length - stride.length, message: `A step must be from 1 to ${rule.max}.` };
  }
  for (let n = from; n <= to; n += step) found.add(n);
  return null;
}

function numberOf(word: string, { min, max, names }: FieldRule): number | null {
  const named = names.indexOf(word.toUpperCase());
  if (named !== -1) return named + min;
  const n = /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  return n >= min && n <= max ? n : null;
}

function outside(word: string, { name, min, max }: FieldRule, position: number): CronFault {
  return { position, message: `"${word}" does not fit the ${name}: it must be from ${min} to ${max}.` };
}

/** February the 29th on a certain weekday comes back after 28 years, or 40 over a century that is no leap year. */
const FARTHEST_DAYS = 41 * 366;

/** The first wall time at or after `from` (both as if UTC, epoch ms) that fits; null when none ever does. */
export function nextWallTime(cron: Cron, from: number): number | null {
  const start = Math.ceil(from / MINUTE) * MINUTE;
  const minutes = [...cron.minutes].toSorted((a, b) => a - b);
  const hours = [...cron.hours].toSorted((a, b) => a - b);
  let day = Math.floor(start / DAY) * DAY;
  for (let looked = 0; looked < FARTHEST_DAYS; looked += 1, day += DAY) {
    const date = new Date(day);
    if (!cron.onDay(date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay())) continue;
    for (const hour of hours) {
      if (day + hour * HOUR + 59 * MINUTE < start) continue;
      const minute = minutes.find((one) => day + hour * HOUR + one * MINUTE >= start);
      if (minute !== undefined) return day + hour * HOUR + minute * MINUTE;
    }
  }
  return null;
}
