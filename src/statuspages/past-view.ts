import { DAY } from '../core/time.ts';
import type { EntryView } from './entry-view.ts';
import { isoDate, type Says } from './says.ts';

export interface PastDay {
  /** Anchor of a day with entries: its date. */
  id: string | null;
  title: string;
  entries: EntryView[];
}

/**
 * The days from `first` to today (dates as midnights of UTC), newest first, each with what began on it; what began
 * before is told on the day it ended, or today while it goes on. Quiet days that follow each other are one line.
 */
export function pastDays(entries: readonly EntryView[], first: number, says: Says): PastDay[] {
  const { today } = says;
  const byDay = new Map<number, EntryView[]>();
  for (const one of entries) {
    const began = says.date(one.startedAt);
    const told = began >= first ? began : one.resolvedAt === null ? today : says.date(one.resolvedAt);
    const day = Math.max(first, told);
    byDay.set(day, [...(byDay.get(day) ?? []), one]);
  }
  const days: PastDay[] = [];
  let quietSince: number | null = null;
  const closeQuiet = (end: number) => {
    if (quietSince !== null) days.push({ id: null, title: stretch(end, quietSince, says), entries: [] });
    quietSince = null;
  };
  for (let day = today; day >= first; day -= DAY) {
    const found = byDay.get(day);
    if (found) {
      closeQuiet(day + DAY);
      const sorted = found.toSorted((a, b) => b.startedAt - a.startedAt);
      days.push({ id: isoDate(day), title: dayName(day, says), entries: sorted });
    } else quietSince ??= day;
  }
  closeQuiet(first);
  return days;
}

function stretch(from: number, to: number, says: Says): string {
  if (from === to) return dayName(from, says);
  const { w, dates } = says;
  const start = dates.shortDay(from);
  return to === says.today ? w.times.toToday(start) : w.times.range(start, dates.shortDay(to));
}

function dayName(day: number, { today, w, dates }: Says): string {
  const name = dates.shortDay(day);
  return day === today ? w.times.todayIs(name) : name;
}
