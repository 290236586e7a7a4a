import { DAY, MINUTE } from './time.ts';

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Whether this is the name of a time zone that the system knows, such as `Europe/Berlin` or `UTC`. */
export function isZone(name: string): boolean {
  // `+02:00` is accepted by newer engines, but an offset knows nothing of daylight saving.
  if (!/^[A-Za-z][\w+/-]{1,63}$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clock on the wall shows at an instant, as epoch ms of the same digits in UTC. */
export function wallTime(ms: number, zone: string): number {
  if (zone === 'UTC') return ms;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const whole = Date.UTC(year, month - 1, day, hour, minute, second);
  return whole + (((ms % 1_000) + 1_000) % 1_000);
}

/**
 * The instant at which the wall shows `wall` (to the minute). A time that the clock jumps over in spring happens at
 * the first minute after the jump; one that comes twice in autumn means the first of both.
 */
export function instantOf(wall: number, zone: string): number {
  const offsets = [wall - DAY, wall + DAY].map((near) => wallTime(near, zone) - near);
  const found = offsets
    .map((offset) => wall - offset)
    .filter((at) => wallTime(at, zone) === wall)
    .toSorted((a, b) => a - b);
  return found[0] ?? afterGap(wall - Math.max(...offsets), wall - Math.min(...offsets), wall, zone);
}

/** `2026-11-21T02:30`, what a browser's field for date and time holds. */
export function localText(ms: number, zone: string): string {
  return new Date(wallTime(ms, zone)).toISOString().slice(0, 16);
}

/** The instant of such a text as ISO 8601, null for an empty one. Anything else stays as it is, to be refused. */
export function instantText(local: string, zone: string): string | null {
  if (local === '') return null;
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall) || !isZone(zone)) return local;
  return new Date(instantOf(wall, zone)).toISOString();
}

/** The jump lies between both readings of a wall time that does not exist: its first minute, by halving. */
function afterGap(before: number, after: number, wall: number, zone: string): number {
  let [low, high] = [Math.floor(before / MINUTE), Math.ceil(after / MINUTE)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallTime(middle * MINUTE, zone) > wall) high = middle;
    else low = middle;
  }
  return high * MINUTE;
}

/** Building a format costs more than a hundred readings. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  FORMATS.set(zone, made);
  return made;
}
