import type { Database } from '../db/client.ts';
import { BAR_DAYS, type Calendar, type DaySeconds, dateOf, slotsOf, STRIDE } from './days.ts';
import { type OpenDays, readDays, readZoneDays } from './day-queries.ts';
import { DAY } from '../core/time.ts';
import { SUMMARY_MS } from '../core/uptime.ts';

/** Days that may still change: today, and yesterday while its last results are credited. */
const OPEN = 2;
/** Closed days change only when history is purged or late results come in. */
const KEEP_MS = 30 * 60_000;
/** Monitors and zones remembered at most, about 2 kB each. */
const MOST = 5_000;
/** Monitors of one statement where days are added up from hours: about 4 ms. */
const BATCH = 10;

/** The days a page reads anew each time; everything before them is closed. */
export function openDays(calendar: Calendar, now: number): OpenDays {
  const first = BAR_DAYS - OPEN;
  if (calendar.zone === 'UTC') return { from: dateOf(calendar, first) / DAY };
  const slots = [first, first + 1].flatMap((i) => slotsOf(calendar, i, keptSince(now)));
  return { slots: slots.map((one) => ({ ...one, i: one.i - first })) };
}

/** Five-minute sums reach back to here, epoch ms. */
function keptSince(now: number): number {
  return now - SUMMARY_MS[0](0);
}

interface Remembered {
  days: DaySeconds;
  today: number;
  readAt: number;
}

/**
 * Remembers the closed days of monitors, by zone. Reading 90 days of 50 monitors costs 3 ms, the two open days 0.2 ms,
 * and only those can differ from one minute to the next.
 */
export class ClosedDays {
  readonly #db: Database;
  readonly #known = new Map<string, Remembered>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Closed days by monitor number; a monitor without any history has zeros. */
  async read(nos: readonly number[], calendar: Calendar, now: number): Promise<Map<number, DaySeconds>> {
    const key = (no: number) => `${calendar.zone}:${no}`;
    const missing = nos.filter((no) => {
      const found = this.#known.get(key(no));
      return !found || found.today !== calendar.today || now - found.readAt > KEEP_MS || now < found.readAt;
    });
    for (let at = 0; at < missing.length; at += calendar.zone === 'UTC' ? missing.length : BATCH) {
      await this.#load(missing.slice(at, calendar.zone === 'UTC' ? undefined : at + BATCH), calendar, now);
    }
    const found = new Map<number, DaySeconds>();
    for (const no of nos) {
      const days = this.#known.get(key(no))?.days;
      if (days) found.set(no, days);
    }
    return found;
  }

  async #load(nos: number[], calendar: Calendar, now: number): Promise<void> {
    const loaded = new Map(nos.map((no) => [no, new Int32Array(STRIDE * BAR_DAYS)]));
    const first = dateOf(calendar, 0) / DAY;
    const rows = await readDays(this.#db.read, nos, first, first + BAR_DAYS - OPEN - 1);
    for (const [no, i, ...seconds] of rows) loaded.get(no)?.set(seconds, STRIDE * i);
    if (calendar.zone !== 'UTC') {
      const closed = Array.from({ length: BAR_DAYS - OPEN }, (_, i) => slotsOf(calendar, i, keptSince(now)));
      const hours = await readZoneDays(this.#db.read, nos, closed.flat());
      const first = new Map<number, number>();
      for (const [no, i] of hours) first.set(no, Math.min(i, first.get(no) ?? i));
      // Days from before the oldest hour that is kept stay the days of UTC.
      for (const [no, i] of first) loaded.get(no)?.fill(0, STRIDE * i);
      for (const [no, i, ...seconds] of hours) loaded.get(no)?.set(seconds, STRIDE * i);
    }
    for (const [no, days] of loaded) {
      const key = `${calendar.zone}:${no}`;
      this.#known.delete(key);
      this.#known.set(key, { days, today: calendar.today, readAt: now });
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(key);
    }
  }
}
