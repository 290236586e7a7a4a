import type { ComponentState, PageStatus } from '../core/severity.ts';
import { COMPONENT_WORD, HEADLINE } from '../core/severity.ts';
import { DAY, duration, MINUTE, SECOND, utcDate } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import { BAR_WIDTH, drawBars, percent, shortDate } from './bars.ts';
import { BAR_DAYS } from './days.ts';
import type { ComponentFacts, IncidentFacts, MaintenanceFacts, PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { incidentTitle, incidentUpdates } from './incident-words.ts';
import { PAST_DAYS } from './load.ts';

/** Bad days of one page that get a tooltip in the markup; each weighs about 90 bytes. */
const MOST_TITLES = 60;
/** Bad days listed for each component. */
const MOST_LISTED = 5;

/** Shape and tone of each state; both have the same name in the style and among the symbols. */
const TONE: Record<ComponentState, string> = {
  up: 'up',
  operational: 'up',
  partial_outage: 'down',
  major_outage: 'down',
  degraded: 'degraded',
  down: 'down',
  maintenance: 'maintenance',
  unknown: 'unknown',
  pending: 'unknown',
  paused: 'unknown',
};
const PAGE_ICON: Record<PageStatus, string> = {
  operational: 'up',
  degraded: 'degraded',
  partial_outage: 'down',
  major_outage: 'down',
  maintenance: 'maintenance',
  unknown: 'unknown',
};

/** What `views/statuspages/show` draws. */
export function visitorView(facts: PageFacts, { now, root, language }: FormContext) {
  const titles = { left: MOST_TITLES };
  const heardAt = Math.max(0, ...facts.components.map(({ lastResultAt }) => lastResultAt ?? 0));
  const icon = PAGE_ICON[facts.status];
  const past = pastDays(facts, now);
  const told = new Set(past.map(({ id }) => id));
  const headline = heardAt === 0 ? 'Not reporting yet' : HEADLINE[facts.status];
  return {
    title: `${headline} · ${facts.title}`,
    favicon: favicon(icon),
    name: facts.title,
    root,
    language,
    description: facts.description,
    status: facts.status,
    symbol: icon,
    live: { url: facts.url, headline, sentence: sentence(facts) },
    checked: heardAt === 0 ? null : stamp(heardAt, false),
    components: facts.components
      .filter(({ kind }) => kind !== 'group')
      .map((one) => componentView(one, facts.today, titles, told)),
    open: facts.incidents.filter(({ resolvedAt }) => resolvedAt === null).map((one) => incidentView(one, now)),
    maintenance: facts.maintenance.map((one) => maintenanceView(one, facts)),
    past,
    firstDay: utcDate(facts.today - (BAR_DAYS - 1) * DAY),
    barWidth: BAR_WIDTH,
    branding: facts.branding,
  };
}

/** One sentence under the headline: who is hit. */
function sentence({ components, status }: PageFacts): string {
  const named = (state: ComponentState) => names(components.filter((one) => one.state === state));
  const [down, degraded] = [named('down'), named('degraded')];
  const hit = [
    down.count > 0 && `${down.text} ${down.count === 1 ? 'is' : 'are'} down.`,
    degraded.count > 0 && `${degraded.text} ${degraded.count === 1 ? 'works' : 'work'}, but not as well as usual.`,
  ].filter(Boolean);
  if (hit.length > 0) return hit.join(' ');
  if (status === 'operational') {
    return components.length === 1
      ? 'The component works as it should.'
      : 'Every monitored component works as it should.';
  }
  if (status === 'maintenance') return 'Planned work is going on.';
  const unknown = named('unknown');
  if (unknown.count > 0) return `There are no fresh results for ${unknown.text}.`;
  if (components.length === 0) return 'No component has been put on this page yet.';
  return components.some(({ state }) => state === 'pending')
    ? 'The first check has not finished yet.'
    : 'Nothing on this page is being monitored at present.';
}

function names(components: ComponentFacts[]): { count: number; text: string } {
  const all = components.map(({ name }) => name);
  const shown = all.length > 4 ? [...all.slice(0, 3), `${all.length - 3} more`] : [...all];
  const last = shown.pop() ?? '';
  return { count: all.length, text: shown.length === 0 ? last : `${shown.join(', ')} and ${last}` };
}

/** `told` holds the ids of the days that the list of past incidents has a heading for. */
function componentView(one: ComponentFacts, today: number, titles: { left: number }, told: Set<string | null>) {
  const row = drawBars(one.days, today, titles);
  const watched = BAR_DAYS - row.firstDay;
  const over = watched === 1 ? 'today' : `over ${watched} days`;
  const outages = row.bad.slice(0, MOST_LISTED).map(({ at, downSeconds }) => ({
    day: shortDate(at),
    link: told.has(utcDate(at)) ? utcDate(at) : null,
    lost: duration(downSeconds * SECOND),
  }));
  const rest = row.bad.length - outages.length;
  return {
    id: one.id,
    name: one.name,
    word: COMPONENT_WORD[one.state],
    tone: TONE[one.state],
    symbol: one.state === 'paused' ? 'paused' : TONE[one.state],
    svg: row.svg,
    runs: row.runs,
    uptime: one.uptimePercent === null ? null : percent(one.uptimePercent),
    over,
    outages,
    outageDays: row.bad.length === 1 ? '1 day with an outage' : `${row.bad.length} days with outages`,
    more: rest === 0 ? null : rest === 1 ? 'and 1 day before' : `and ${rest} days before`,
  };
}

function incidentView(one: IncidentFacts, now: number) {
  const sameDay = one.resolvedAt !== null && utcDate(one.resolvedAt) === utcDate(one.startedAt);
  return {
    id: one.id,
    title: incidentTitle(one, words('en')),
    started: stamp(one.startedAt, false),
    resolved: one.resolvedAt === null ? null : stamp(one.resolvedAt, sameDay),
    lasted: lasted((one.resolvedAt ?? now) - one.startedAt),
    note: incidentUpdates(one, words('en'))[0]?.body ?? '',
  };
}

function maintenanceView(one: MaintenanceFacts, facts: PageFacts) {
  const covered = facts.components.filter(({ id }) => one.components.includes(id));
  return {
    id: one.id,
    title: one.title,
    body: one.body,
    word: one.active ? 'Maintenance under way' : 'Planned maintenance',
    starts: stamp(one.starts_at, false),
    ends: stamp(one.ends_at, utcDate(one.starts_at) === utcDate(one.ends_at)),
    components: covered.length === 0 ? null : names(covered).text,
  };
}

/** Whole minutes, so that a page that shows it stays the same for a minute. */
export function lasted(ms: number): string {
  return ms < MINUTE ? 'less than a minute' : duration(Math.floor(ms / MINUTE) * MINUTE);
}

/** An instant for `<time>`; the hour is enough on the day that was named before. */
function stamp(at: number, hourOnly: boolean) {
  const hour = `${new Date(at).toISOString().slice(11, 16)} UTC`;
  return { iso: `${new Date(at).toISOString().slice(0, 19)}Z`, text: hourOnly ? hour : `${shortDate(at)}, ${hour}` };
}

interface PastDay {
  /** Anchor of a day with incidents: its date. */
  id: string | null;
  title: string;
  incidents: ReturnType<typeof incidentView>[];
}

/** The last two weeks, newest first; days without incidents that follow each other are one line. */
function pastDays(facts: PageFacts, now: number): PastDay[] {
  const first = facts.today - (PAST_DAYS - 1) * DAY;
  const byDay = new Map<number, PastDay['incidents']>();
  for (const one of facts.incidents) {
    // What began before the two weeks is told on the day it ended, or today while it goes on.
    const at = one.startedAt < first ? (one.resolvedAt ?? facts.today) : one.startedAt;
    const day = Math.max(first, Math.floor(at / DAY) * DAY);
    byDay.set(day, [...(byDay.get(day) ?? []), incidentView(one, now)]);
  }
  const days: PastDay[] = [];
  let quietSince: number | null = null;
  const closeQuiet = (end: number) => {
    if (quietSince !== null) days.push({ id: null, title: stretch(end, quietSince, facts.today), incidents: [] });
    quietSince = null;
  };
  for (let day = facts.today; day >= first; day -= DAY) {
    const incidents = byDay.get(day);
    if (incidents) {
      closeQuiet(day + DAY);
      days.push({ id: utcDate(day), title: dayName(day, facts.today), incidents });
    } else quietSince ??= day;
  }
  closeQuiet(first);
  return days;
}

function stretch(from: number, to: number, today: number): string {
  if (from === to) return dayName(from, today);
  return `${shortDate(from)} to ${to === today ? 'today' : shortDate(to)}`;
}

function dayName(day: number, today: number): string {
  return day === today ? `Today, ${shortDate(day)}` : shortDate(day);
}

const FAVICON: Record<string, string> = {
  up: '%232f9e63',
  degraded: '%23d98a00',
  down: '%23d92d2d',
  maintenance: '%238b5cf6',
  unknown: '%238a8580',
};

/** A dot for the tab: another shape when something is down, since colour alone says too little. */
function favicon(icon: string): string {
  const fill = FAVICON[icon] ?? FAVICON['unknown'];
  const shape = icon === 'down' ? "path d='M5 1h6l4 4v6l-4 4H5l-4-4V5z'" : "circle cx='8' cy='8' r='6'";
  return `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><${shape} fill='${fill}'/></svg>`;
}

/** The tab of a page that has no state, such as a 404. */
export const NEUTRAL_FAVICON = favicon('unknown');
