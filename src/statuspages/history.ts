import { slotAt } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import { BAR_DAYS, dayOffset, type DaySeconds } from './bars.ts';
import { readDays, type VisitorPage } from './public-queries.ts';

/** Days that may still change: today, and yesterday while its last results are credited. */
const OPEN_DAYS = 2;
/** Closed days change only when history is purged or agents hand in late results. */
const KEEP_MS = 10 * 60_000;
/** Monitors remembered at most, about 1.5 kB each. */
const MOST_MONITORS = 5_000;

/** The slots a page reads anew each time; everything before them is closed. */
export function openSlots(now: number): { fromSlot: number; toSlot: number } {
  const today = slotAt(2, now);
  return { fromSlot: today - OPEN_DAYS + 1, toSlot: today };
}

interface Remembered {
  days: DaySeconds;
  todaySlot: number;
  readAt: number;
}

/**
 * Remembers the closed days of public monitors. Reading 90 days of 50 monitors costs 3 ms, the two open days 0.2 ms,
 * and only those can differ from one minute to the next.
 */
export function createHistory(deps: Deps) {
  const known = new Map<number, Remembered>();

  async function load(nos: number[], todaySlot: number, now: number): Promise<void> {
    const rows = await readDays(deps.db.read, nos, todaySlot - BAR_DAYS + 1, todaySlot - OPEN_DAYS);
    for (const no of nos) {
      known.delete(no);
      known.set(no, { days: new Int32Array(4 * BAR_DAYS), todaySlot, readAt: now });
    }
    for (const [no, slot, ...seconds] of rows) known.get(no)?.days.set(seconds, dayOffset(slot, todaySlot));
    for (const no of known.keys()) {
      if (known.size <= MOST_MONITORS) break;
      known.delete(no);
    }
  }

  /** Closed days of a page's monitors. */
  return async (page: VisitorPage, now: number): Promise<Map<number, DaySeconds>> => {
    const todaySlot = slotAt(2, now);
    const nos = page.components.map(({ monitor_no }) => monitor_no);
    const missing = nos.filter((no) => {
      const found = known.get(no);
      return !found || found.todaySlot !== todaySlot || now - found.readAt > KEEP_MS || now < found.readAt;
    });
    if (missing.length > 0) await load(missing, todaySlot, now);
    return new Map(nos.flatMap((no) => (known.has(no) ? [[no, (known.get(no) as Remembered).days]] : [])));
  };
}
