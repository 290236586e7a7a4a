import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Database } from '../db/client.ts';
import { calendarOf } from './days.ts';
import { type PageFacts, pageFacts } from './facts.ts';
import { ClosedDays, openDays } from './history.ts';
import { readVisitorPage } from './public-queries.ts';
import type { Audience, PageRef } from './shown-queries.ts';

/** Resolved incidents and reports stay on the page for this many days. */
export const PAST_DAYS = 14;
/** Planned work is announced this many days ahead. */
export const PLANNED_DAYS = 30;

/** What is remembered of one database: closed days, and the zone of each page, so that one statement is enough. */
interface Memory {
  closed: ClosedDays;
  zones: Map<string, string>;
}
const MEMORIES = new WeakMap<Database, Memory>();
const MOST_ZONES = 20_000;

/** Everything a page says at this moment to such a reader; null for an unknown page. The one source of every form. */
export async function loadFacts(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  ref: PageRef,
  audience: Audience,
): Promise<PageFacts | null> {
  const memory = MEMORIES.get(deps.db) ?? { closed: new ClosedDays(deps.db), zones: new Map<string, string>() };
  MEMORIES.set(deps.db, memory);
  const now = deps.clock.now();
  const key = 'slug' in ref ? ref.slug : ref.pageId;
  const around = { endedAfter: now - PAST_DAYS * DAY, now, plannedUntil: now + PLANNED_DAYS * DAY };
  const read = (zone: string) =>
    readVisitorPage(deps.db.read, ref, audience, { days: openDays(calendarOf(zone, now), now), ...around });
  const expected = memory.zones.get(key) ?? 'UTC';
  let page = await read(expected);
  if (page !== null && page.timezone !== expected) {
    if (memory.zones.size >= MOST_ZONES) memory.zones.clear();
    memory.zones.set(key, page.timezone);
    page = await read(page.timezone);
  }
  if (page === null) return null;
  const nos = page.components.flatMap((one) => (one.kind === 'monitor' ? [one.monitor_no] : []));
  const calendar = calendarOf(page.timezone, now);
  return pageFacts(page, await memory.closed.read(nos, calendar, now), calendar, now, deps.config.baseUrl);
}
