import { DAY, HOUR } from '../core/time.ts';
import { SLOT_SECONDS, slotAt, slotStart } from '../core/uptime.ts';
import { instantOf, wallTime } from '../core/zone.ts';
import type { DaySlots } from './day-queries.ts';

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

/**
 * What day `i` is added up from: its whole hours and, where midnight falls within an hour (Kolkata, Kathmandu, Adelaide),
 * the five minutes of that hour on this side of it. Those are kept for a fortnight: an hour that began before `kept`
 * (epoch ms) goes whole to the day that has more of it, to the earlier one where both have the same.
 */
export function slotsOf(calendar: Pick<Calendar, 'edges'>, i: number, kept: number): DaySlots[] {
  const start = cutAt(calendar.edges[i] ?? 0, kept);
  const end = cutAt(calendar.edges[i + 1] ?? 0, kept);
  const slots: DaySlots[] = [
    { i, grain: 1, from: start.after, to: end.before },
    { i, grain: 0, from: start.fives, to: start.after * FIVES },
    { i, grain: 0, from: end.before * FIVES, to: end.fives },
  ];
  return slots.filter(({ from, to }) => from < to);
}

const FIVES = SLOT_SECONDS[1] / SLOT_SECONDS[0];

/** The hours before and after a midnight, and the five minutes that begin with it. */
function cutAt(midnight: number, kept: number): { before: number; after: number; fives: number } {
  const hour = slotAt(1, midnight);
  if (midnight === slotStart(1, hour) || slotStart(1, hour) < kept) {
    const nearest = Math.round(midnight / HOUR);
    return { before: nearest, after: nearest, fives: nearest * FIVES };
  }
  return { before: hour, after: hour + 1, fives: slotAt(0, midnight) };
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
