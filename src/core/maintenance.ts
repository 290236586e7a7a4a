import { type Cron, nextWallTime, parseCron } from './cron.ts';
import { DAY, MINUTE, SECOND } from './time.ts';
import { instantOf, wallTime } from './zone.ts';

/** A stretch of planned work, epoch ms; the end does not belong to it. */
export interface Occurrence {
  startsAt: number;
  endsAt: number;
}

/** When planned work happens: once, or again and again by the clock on the wall of `timezone`. */
export type Schedule =
  | { startsAt: number; endsAt: number }
  | { cron: string; durationSeconds: number; timezone: string };

/** Longest one window may be, and shortest. */
export const LONGEST_MS = 14 * DAY;
export const SHORTEST_MS = MINUTE;
/** Recurring windows must leave this much between them: what ends in one is settled before the next begins. */
const APART_MS = 5 * MINUTE;
/** Most occurrences that are listed at once. */
export const MOST_OCCURRENCES = 100;
/** Occurrences looked at for those that would touch each other: more than two years of daily work. */
const LOOKED_AT = 800;

/** Whether an instant lies in one of these windows. */
export function isInside(windows: readonly Occurrence[], at: number): boolean {
  return windows.some(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
}

/** A stretch of time (epoch seconds) cut where windows begin and end, in order. */
export function cutByWindows(
  windows: readonly Occurrence[],
  from: number,
  to: number,
): { from: number; to: number; inside: boolean }[] {
  // Most monitors have none, and this is asked for each result and each line of a page.
  if (windows.length === 0) return from < to ? [{ from, to, inside: false }] : [];
  const edges = windows
    .flatMap(({ startsAt, endsAt }) => [Math.floor(startsAt / SECOND), Math.floor(endsAt / SECOND)])
    .filter((edge) => edge > from && edge < to);
  const marks = [from, ...new Set(edges.toSorted((a, b) => a - b)), to];
  return marks
    .slice(1)
    .map((end, i) => ({ from: marks[i] ?? from, to: end }))
    .filter((part) => part.to > part.from)
    .map((part) => ({ ...part, inside: isInside(windows, part.from * SECOND + SECOND - 1) }));
}

/**
 * The occurrences that touch the time from `from` to `until`, oldest first, at most `limit`.
 * A schedule that cannot be read has none.
 */
export function occurrences(schedule: Schedule, from: number, until: number, limit = MOST_OCCURRENCES): Occurrence[] {
  const found: Occurrence[] = [];
  for (const one of walk(schedule, from)) {
    if (one.startsAt >= until || found.length >= Math.min(limit, MOST_OCCURRENCES)) break;
    found.push(one);
  }
  return found;
}

/** The occurrence that is on at `now` or comes next, of those that start after `after`; null when none is left. */
export function currentOccurrence(
  schedule: Schedule,
  now: number,
  after = Number.NEGATIVE_INFINITY,
): Occurrence | null {
  for (const one of walk(schedule, now)) if (one.startsAt > after) return one;
  return null;
}

/** The occurrences that end after `from`, oldest first, without end for most recurring ones. */
function* walk(schedule: Schedule, from: number): Generator<Occurrence> {
  if ('startsAt' in schedule) {
    if (schedule.endsAt > from) yield { startsAt: schedule.startsAt, endsAt: schedule.endsAt };
    return;
  }
  const { durationSeconds, timezone } = schedule;
  const length = durationSeconds * SECOND;
  const read = parseCron(schedule.cron);
  if ('fault' in read) return;
  let end = Number.NEGATIVE_INFINITY;
  for (const startsAt of runs(read.cron, timezone, from - length)) {
    // Times that a clock change throws together are one window.
    if (startsAt < end) continue;
    end = startsAt + length;
    if (end > from) yield { startsAt, endsAt: end };
  }
}

/** Instants at which the expression fits, from shortly before `from` on. */
function* runs(cron: Cron, timezone: string, from: number): Generator<number> {
  let wall: number | null = nextWallTime(cron, wallTime(from, timezone) - DAY / 4);
  while (wall !== null) {
    yield instantOf(wall, timezone);
    wall = nextWallTime(cron, wall + MINUTE);
  }
}

/** What is wrong with a recurrence: the field it belongs to and a sentence; null when it is sound. */
export function recurrenceFault(
  schedule: Extract<Schedule, { cron: string }>,
  now: number,
): { field: 'cron' | 'duration_seconds'; message: string } | null {
  const read = parseCron(schedule.cron);
  if ('fault' in read) {
    const { message, position } = read.fault;
    return { field: 'cron', message: `${message} (at position ${position})` };
  }
  let last: number | null = null;
  let looked = 0;
  for (const startsAt of runs(read.cron, 'UTC', now)) {
    if (last !== null && startsAt - last < schedule.durationSeconds * SECOND + APART_MS) {
      const message = 'Each window must end at least 5 minutes before the next one starts.';
      return { field: 'duration_seconds', message };
    }
    last = startsAt;
    if ((looked += 1) >= LOOKED_AT || startsAt > now + 2 * 366 * DAY) break;
  }
  return last === null ? { field: 'cron', message: 'There is no such day: this would never begin.' } : null;
}
