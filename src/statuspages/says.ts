import { LANGUAGE_TAG } from '../core/language.ts';
import { MINUTE } from '../core/time.ts';
import { type Formats, formats } from '../core/words/formats.ts';
import { type PageWords, words } from '../core/words/index.ts';
import { dateAt } from './days.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';

/** How one page speaks to one visitor: words, dates on the page's clock, links that keep the chosen language. */
export class Says {
  readonly w: PageWords;
  readonly f: Formats;
  /** Of dates as midnights of UTC, such as those of the bars. */
  readonly dates: Formats;
  readonly lang: string;
  readonly now: number;
  readonly zone: string;
  /** Date of today, as midnight of UTC. */
  readonly today: number;
  readonly hasHistory: boolean;
  readonly #context: FormContext;
  readonly #url: string;

  constructor(facts: PageFacts, context: FormContext) {
    this.w = words(context.language);
    this.f = formats(context.language, facts.timezone);
    this.dates = formats(context.language, 'UTC');
    this.lang = LANGUAGE_TAG[context.language];
    this.now = context.now;
    this.zone = facts.timezone;
    this.today = facts.today;
    this.hasHistory = facts.appearance.show_history !== false;
    this.#context = context;
    this.#url = facts.url;
  }

  /** Address of something on the page: `/history`, `month=2026-10`. */
  link(path: string, query = ''): string {
    const { root, tail } = this.#context;
    const at = `${root}${path}` || '/';
    return query === '' ? `${at}${tail}` : `${at}?${query}${tail.replace('?', '&')}`;
  }

  /** The same as a whole address, which search engines know it by. */
  whole(path: string, query = ''): string {
    const { tail } = this.#context;
    return `${this.#url}${path}${query === '' ? tail : `?${query}${tail.replace('?', '&')}`}`;
  }

  /** History of the day with that date (midnight of UTC); null on a page that does not show its history. */
  dayLink(date: number): string | null {
    if (!this.hasHistory) return null;
    const day = isoDate(date);
    return `${this.link('/history', `month=${day.slice(0, 7)}`)}#${day}`;
  }

  /** The date an instant falls on, by the page's calendar. */
  date(ms: number): number {
    return dateAt(this.zone, ms);
  }

  /** An instant as `<time>`, which a script rewrites to the visitor's clock. */
  time(ms: number): string {
    return `<time datetime="${isoSeconds(ms)}">${this.f.stamp(ms)}</time>`;
  }

  /** From one instant to another, with the day only once. */
  range(from: number, to: number): string {
    const end = this.date(from) === this.date(to) ? this.f.hour(to) : this.f.stamp(to);
    return this.w.times.range(this.time(from), `<time datetime="${isoSeconds(to)}" data-end>${end}</time>`);
  }

  /** Whole minutes, so that a page that shows it stays the same for a minute. */
  lasted(ms: number): string {
    return ms < MINUTE ? this.w.times.lessThanMinute : this.f.duration(Math.floor(ms / MINUTE) * MINUTE);
  }

  /** "A, B and C"; a long list ends with how many more there are. */
  names(all: readonly string[]): string {
    const shown = all.length > 4 ? [...all.slice(0, 3), this.w.page.moreNames(all.length - 3)] : [...all];
    return this.f.list(shown);
  }
}

/** A page names the same few days over and over, and writing a date takes a microsecond. */
const DATES = new Map<number, string>();
const MOST_DATES = 2_000;

/** `2026-11-21` of a midnight of UTC. */
export function isoDate(ms: number): string {
  const known = DATES.get(ms);
  if (known !== undefined) return known;
  const made = new Date(ms).toISOString().slice(0, 10);
  if (DATES.size >= MOST_DATES) DATES.clear();
  DATES.set(ms, made);
  return made;
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
