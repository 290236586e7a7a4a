import { isInside } from '../core/maintenance.ts';
import { type MonitorStatus, visibleStatus } from '../core/monitor.ts';
import { componentStatus, type PageStatus, pageStatus, publicReason } from '../core/severity.ts';
import { DAY, duration, iso, MINUTE, SECOND, utcDate } from '../core/time.ts';
import { slotAt, slotStart, splitSpan, spokenFor, uptimePercent } from '../core/uptime.ts';
import type { ResultStatus } from '../core/verdict.ts';
import { toWindows } from '../monitors/window-queries.ts';
import { BAR_DAYS, dayAt, dayOffset, type DaySeconds, dayStatus } from './bars.ts';
import type { ShownComponent, ShownIncident, ShownMaintenance, VisitorPage } from './public-queries.ts';

/** Resolved incidents stay on the page for this many days. */
export const PAST_DAYS = 14;
/** Planned work is announced this many days ahead. */
export const PLANNED_DAYS = 30;

export interface ComponentFacts {
  id: string;
  name: string;
  state: MonitorStatus;
  status: PageStatus;
  /** Over the days shown; null when nothing was observed. */
  uptimePercent: number | null;
  days: DaySeconds;
  lastResultAt: number | null;
}

export interface IncidentFacts {
  id: string;
  componentId: string;
  title: string;
  startedAt: number;
  resolvedAt: number | null;
  /** Newest first. */
  updates: { status: 'open' | 'resolved'; body: string; at: number }[];
}

/** What a page says, for the HTML and the JSON alike. Times are epoch ms. */
export interface PageFacts {
  slug: string;
  title: string;
  description: string | null;
  status: PageStatus;
  /** The newest check, change of an incident or edit of the page. */
  updatedAt: number;
  /** Start of the present UTC day. */
  today: number;
  components: ComponentFacts[];
  incidents: IncidentFacts[];
  maintenance: MaintenanceFacts[];
}

export interface MaintenanceFacts extends ShownMaintenance {
  active: boolean;
}

const NO_DAYS: DaySeconds = new Int32Array(4 * BAR_DAYS);

/** `closed` are the sums of days that are over, by monitor; rows of `page` stand above them. */
export function pageFacts(page: VisitorPage, closed: ReadonlyMap<number, DaySeconds>, now: number): PageFacts {
  const slot = slotAt(2, now);
  const days = mergeDays(page, closed, slot);
  const components = page.components.map((row) => componentFacts(row, days.get(row.monitor_no) ?? NO_DAYS, now));
  const incidents = page.incidents.map((row) => incidentFacts(row, page.components)).filter((one) => one !== null);
  const heard = components.map(({ lastResultAt }) => lastResultAt ?? 0);
  const changed = incidents.map(({ startedAt, resolvedAt }) => resolvedAt ?? startedAt);
  return {
    slug: page.slug,
    title: page.title,
    description: page.description,
    status: pageStatus(components.map(({ state }) => state)),
    updatedAt: Math.max(page.updatedAt, ...heard, ...changed),
    today: slotStart(2, slot),
    components,
    incidents,
    maintenance: page.maintenance.map((one) => ({ ...one, active: one.starts_at <= now })),
  };
}

function mergeDays(page: VisitorPage, closed: ReadonlyMap<number, DaySeconds>, todaySlot: number) {
  const merged = new Map<number, DaySeconds>();
  for (const { monitor_no } of page.components) {
    merged.set(monitor_no, (closed.get(monitor_no) ?? NO_DAYS).slice());
  }
  for (const [no, slot, ...seconds] of page.days) merged.get(no)?.set(seconds, dayOffset(slot, todaySlot));
  return merged;
}

const COLUMN: Record<ResultStatus, number> = { up: 0, down: 1, degraded: 2, blocked: 3, unknown: 3 };

/** The newest result speaks for the time since: its seconds are stored only with the next one. */
function creditPresent(days: DaySeconds, row: ShownComponent, now: number): void {
  if (row.last_result_at === null || row.last_status === null || row.paused_at !== null) return;
  const { last_result_at, last_status } = row;
  const newest = { ...row, last_result_at, last_status, windows: toWindows(row.windows) };
  for (const { status: spoken, from, to } of spokenFor(newest, Math.floor(now / SECOND))) {
    for (const { slot, seconds } of splitSpan(2, from, to)) {
      const at = dayOffset(slot, slotAt(2, now)) + COLUMN[spoken];
      if (at >= 0) days[at] = (days[at] ?? 0) + seconds;
    }
  }
}

function componentFacts(row: ShownComponent, days: DaySeconds, now: number): ComponentFacts {
  creditPresent(days, row, now);
  const { status, status_since, last_result_at } = row;
  const monitor = { ...row, in_maintenance: isInside(toWindows(row.windows), now) };
  const state = visibleStatus(status === null ? null : { status, status_since, last_result_at }, monitor, now);
  const sum = { up_seconds: 0, down_seconds: 0, degraded_seconds: 0 };
  for (let at = 0; at < days.length; at += 4) {
    sum.up_seconds += days[at] ?? 0;
    sum.down_seconds += days[at + 1] ?? 0;
    sum.degraded_seconds += days[at + 2] ?? 0;
  }
  return {
    id: row.id,
    name: publicName(row.name),
    state,
    status: componentStatus(state),
    uptimePercent: uptimePercent(sum),
    days,
    lastResultAt: last_result_at,
  };
}

/** A monitor named by its URL must not show path, query or credentials to visitors (R-SP-9). */
function publicName(name: string): string {
  return /^\w+:\/\//.test(name) && URL.canParse(name) ? new URL(name).hostname : name;
}

function incidentFacts(row: ShownIncident, components: ShownComponent[]): IncidentFacts | null {
  const component = components.find(({ monitor_no }) => monitor_no === row.monitor_no);
  if (!component) return null;
  const opened = { status: 'open' as const, body: 'Confirmed by repeated checks.', at: row.opened_at };
  return {
    id: row.id,
    componentId: component.id,
    title: `${publicName(component.name)}: ${publicReason(row.reason)}`,
    startedAt: row.started_at,
    resolvedAt: row.resolved_at,
    updates: row.resolved_at === null ? [opened] : [closed(row, row.resolved_at), opened],
  };
}

function closed(row: ShownIncident, at: number) {
  return { status: 'resolved' as const, body: CLOSED_BECAUSE[row.resolved_cause ?? 'recovered'], at };
}

const CLOSED_BECAUSE = {
  recovered: 'Working again.',
  paused: 'Closed, because monitoring was paused.',
  changed: 'Closed, because the check was changed.',
  deleted: 'Closed, because monitoring ended.',
} as const;

/** Whole minutes, so that a page that shows it stays the same for a minute. */
export function lasted(ms: number): string {
  return ms < MINUTE ? 'less than a minute' : duration(Math.floor(ms / MINUTE) * MINUTE);
}

/** The contract's JSON of a page. `url` is the page's address. */
export function pageJson(facts: PageFacts, url: string) {
  return {
    page: {
      name: facts.title,
      slug: facts.slug,
      url,
      description: facts.description,
      updated_at: iso(facts.updatedAt),
    },
    status: facts.status,
    components: facts.components.map(({ id, name, status, uptimePercent, days }) => ({
      id,
      name,
      group: null,
      status,
      uptime_percent: uptimePercent,
      days: dayList(days, facts.today),
    })),
    incidents: facts.incidents.map((one) => ({
      id: one.id,
      title: one.title,
      status: one.resolvedAt === null ? 'open' : 'resolved',
      impact: 'major',
      started_at: iso(one.startedAt),
      resolved_at: iso(one.resolvedAt),
      updates: one.updates.map(({ status, body, at }) => ({ status, body, created_at: iso(at) })),
      components: [one.componentId],
    })),
    maintenance: facts.maintenance.map((one) => ({
      id: one.id,
      title: one.title,
      body: one.body,
      state: one.active ? 'active' : 'scheduled',
      starts_at: iso(one.starts_at),
      ends_at: iso(one.ends_at),
      components: one.components,
    })),
  };
}

function dayList(days: DaySeconds, today: number) {
  return Array.from({ length: BAR_DAYS }, (_, i) => {
    const day = dayAt(days, i);
    return {
      date: utcDate(today - (BAR_DAYS - 1 - i) * DAY),
      status: dayStatus(day),
      uptime_percent: uptimePercent(day),
      down_seconds: day.down_seconds,
    };
  });
}
