import { DAY, SECOND } from '../core/time.ts';
import { instantOf } from '../core/zone.ts';
import { BAR_DAYS, dateOf, dayAt } from './days.ts';
import { type EntryView, incidentView, reportView } from './entry-view.ts';
import { incidentFacts, type PageFacts, reportFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { frameView } from './frame-view.ts';
import type { Past } from './past-queries.ts';
import { isoDate, Says } from './says.ts';

/** A month by the page's calendar. */
export interface Month {
  /** `2026-11` */
  name: string;
  /** Dates of the first day and of the one after the last, as midnights of UTC. */
  from: number;
  to: number;
}

/** The month that was asked for, else the present one; null for one before the page's time or after today. */
export function monthOf(facts: PageFacts, asked: string | undefined): Month | null {
  const name = asked ?? isoDate(facts.today).slice(0, 7);
  const [year = 0, month = 0] = name.split('-').map(Number);
  const from = Date.UTC(year, month - 1, 1);
  if (from > facts.today || from < firstMonth(facts)) return null;
  return { name, from, to: Date.UTC(year, month, 1) };
}

/** Nothing was watched before the oldest line was made. */
function firstMonth(facts: PageFacts): number {
  const oldest = Math.min(facts.createdAt, ...facts.components.map(({ createdAt }) => createdAt));
  // A day of slack, because zones begin their days at other hours.
  const at = new Date(Math.min(oldest - DAY, dateOf(facts, 0)));
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}

/** The instants between which a month lies, epoch ms. */
export function spanOf({ from, to }: Month, zone: string): { from: number; to: number } {
  return { from: instantOf(from, zone), to: instantOf(to, zone) };
}

/** What `views/statuspages/history` draws: the days of a month on which something was, newest first. */
export function historyView(facts: PageFacts, context: FormContext, month: Month, past: Past) {
  const says = new Says(facts, context);
  const { w, dates } = says;
  const entries = entryViews(facts, past, says, true);
  const last = Math.min(month.to - DAY, facts.today);
  const days: { id: string; title: string; lost: string[]; entries: EntryView[] }[] = [];
  for (let day = last; day >= month.from; day -= DAY) {
    const found = entries.filter((one) => Math.max(month.from, says.date(one.startedAt)) === day);
    const lost = lostOn(day, facts, says);
    if (found.length > 0 || lost.length > 0) {
      days.push({ id: isoDate(day), title: dates.day(day), lost, entries: found });
    }
  }
  const earlier = month.from > firstMonth(facts) ? isoDate(month.from - DAY).slice(0, 7) : null;
  const later = month.to <= facts.today ? isoDate(month.to).slice(0, 7) : null;
  const heading = w.history.heading(dates.month(month.from));
  return {
    ...frameView(facts, context, says, '/history', `${heading} · ${facts.title}`, `month=${month.name}`),
    summary: `${heading}. ${facts.title}`,
    heading,
    days,
    earlierHref: earlier === null ? null : says.link('/history', `month=${earlier}`),
    laterHref: later === null ? null : says.link('/history', `month=${later}`),
  };
}

/** Time each component lost on a day that has a bar. */
function lostOn(day: number, facts: PageFacts, says: Says): string[] {
  const i = Math.round((day - dateOf(facts, 0)) / DAY);
  if (i < 0 || i >= BAR_DAYS) return [];
  return facts.components.flatMap(({ name, days }) => {
    const { down_seconds } = dayAt(days, i);
    return down_seconds > 0 ? [says.w.history.lost(name, says.f.duration(down_seconds * SECOND))] : [];
  });
}

/** What `views/statuspages/entry` draws: one report or outage with all that was said; null when there is none. */
export function entryPage(facts: PageFacts, context: FormContext, past: Past) {
  const says = new Says(facts, context);
  const [one] = entryViews(facts, past, says, true);
  if (!one) return null;
  return {
    ...frameView(facts, context, says, `/incidents/${one.id}`, `${one.title} · ${facts.title}`),
    summary: one.title,
    one,
    monthHref: says.dayLink(says.date(one.startedAt)),
  };
}

function entryViews(facts: PageFacts, past: Past, says: Says, whole: boolean): EntryView[] {
  const entries = [
    ...past.reports.map((row) => reportView(reportFacts(row), facts, says, whole)),
    ...past.incidents.map(({ incident, component }) => incidentView(incidentFacts(incident, component), says, whole)),
  ];
  return entries.toSorted((a, b) => b.startedAt - a.startedAt);
}
