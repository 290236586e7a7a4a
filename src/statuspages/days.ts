import { DAY, HOUR } from '../core/time.ts';
import { instantOf, wallTime } from '../core/zone.ts';

/** Bars of a page: today and the 89 days before it. */
export const BAR_DAYS = 90;
/** Numbers of a day: seconds up, down, degraded, excluded, and those of the excluded that were planned work. */
export const STRIDE = 5;

/** Seconds of consecutive days, `STRIDE` a day. The last day is today. */
export type DaySeconds = Int32Array;

export const NO_DAYS: DaySeconds = new Int32Array(STRIDE * BAR_DAYS);

/** The days of a page by the calendar of its zone. */
export interface Calendar {
  zone: string;
  /** Today's date as the epoch ms of its midnight in UTC: a date, not an instant. */
  today: number;
  /** Instants at which the days begin, oldest first, and the end of today: `BAR_DAYS + 1` of them, epoch ms. */
  edges: readonly number[];
}

/** Dates change once a day, so the zone's arithmetic is done once a day. */
const KNOWN = new Map<string, Calendar>();
const MOST_ZONES = 500;

export function calendarOf(zone: string, now: number): Calendar {
  const known = KNOWN.get(zone);
  if (known && now >= (known.edges[BAR_DAYS - 1] ?? 0) && now < (known.edges[BAR_DAYS] ?? 0)) return known;
  const wall = wallTime(now, zone);
  const today = Math.floor(wall / DAY) * DAY;
  const edges = Array.from({ length: BAR_DAYS + 1 }, (_, i) => instantOf(today - (BAR_DAYS - 1 - i) * DAY, zone));
  const made = { zone, today, edges };
  if (KNOWN.size >= MOST_ZONES) KNOWN.clear();
  KNOWN.set(zone, made);
  return made;
}

/** Date of the day with that number, as the epoch ms of its midnight in UTC. */
export function dateOf(calendar: Pick<Calendar, 'today'>, i: number): number {
  return calendar.today - (BAR_DAYS - 1 - i) * DAY;
}

/** The date that the zone's calendar shows at an instant, as the epoch ms of its midnight in UTC. */
export function dateAt(zone: string, ms: number): number {
  return Math.floor(wallTime(ms, zone) / DAY) * DAY;
}

/** Hour slots of a day, the last one not included. Days that begin within an hour take the nearest whole one. */
export function hoursOf(calendar: Calendar, i: number): { from: number; to: number } {
  const hour = (at: number) => Math.round((calendar.edges[at] ?? 0) / HOUR);
  return { from: hour(i), to: hour(i + 1) };
}

/** A stretch of time (epoch seconds) by day, without what lies outside. */
export function splitByDay(calendar: Calendar, from: number, to: number): { i: number; seconds: number }[] {
  const parts: { i: number; seconds: number }[] = [];
  for (let i = BAR_DAYS - 1; i >= 0; i--) {
    const [start, end] = [(calendar.edges[i] ?? 0) / 1_000, (calendar.edges[i + 1] ?? 0) / 1_000];
    const seconds = Math.min(to, end) - Math.max(from, start);
    if (seconds > 0) parts.push({ i, seconds });
    if (from >= start) break;
  }
  return parts;
}

export interface Day {
  up_seconds: number;
  down_seconds: number;
  degraded_seconds: number;
  /** Planned work. */
  maintenance_seconds: number;
}

export function dayAt(days: DaySeconds, i: number): Day {
  return {
    up_seconds: days[STRIDE * i] ?? 0,
    down_seconds: days[STRIDE * i + 1] ?? 0,
    degraded_seconds: days[STRIDE * i + 2] ?? 0,
    maintenance_seconds: days[STRIDE * i + 4] ?? 0,
  };
}
