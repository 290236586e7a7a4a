import type { Language } from '../core/language.ts';
import { isInside } from '../core/maintenance.ts';
import { visibleStatus } from '../core/monitor.ts';
import { type Appearance, type ManualStatus, plainLook, publicName, upright, type Visibility } from '../core/page.ts';
import { allows } from '../core/plan.ts';
import {
  type ComponentState,
  componentStatus,
  impactStatus,
  type PageStatus,
  pageStatus,
  worsened,
} from '../core/severity.ts';
import type { ReportImpact, ReportStatus } from '../core/status-report.ts';
import { SECOND } from '../core/time.ts';
import { spokenFor, uptimePercent } from '../core/uptime.ts';
import type { Reason, ResultStatus } from '../core/verdict.ts';
import { toWindows } from '../monitors/window-queries.ts';
import type { AssetName } from './asset-queries.ts';
import { BAR_DAYS, type Calendar, type DaySeconds, NO_DAYS, splitByDay, STRIDE } from './days.ts';
import type {
  ShownComponent,
  ShownIncident,
  ShownMaintenance,
  ShownMonitor,
  ShownReport,
  VisitorPage,
} from './shown-queries.ts';

export interface ComponentFacts {
  id: string;
  kind: 'monitor' | 'group' | 'manual';
  /** The group it is in; null at the top. */
  groupId: string | null;
  name: string;
  description: string | null;
  state: ComponentState;
  status: PageStatus;
  /** Over the days shown; null when nothing was observed or the page hides it. */
  uptimePercent: number | null;
  showUptime: boolean;
  showChart: boolean;
  membersOnly: boolean;
  /** Zeros where uptime is hidden or there is none. */
  days: DaySeconds;
  lastResultAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** An outage found by a monitor that no report tells of. */
export interface IncidentFacts {
  id: string;
  componentId: string;
  componentName: string;
  reason: Reason;
  startedAt: number;
  /** When it was confirmed. */
  openedAt: number;
  resolvedAt: number | null;
  resolvedCause: ShownIncident['resolved_cause'];
}

/** What people wrote about an outage. */
export interface ReportFacts {
  id: string;
  title: string;
  impact: ReportImpact;
  status: ReportStatus;
  startedAt: number;
  resolvedAt: number | null;
  nextUpdateBy: number | null;
  incidentId: string | null;
  /** Those the reader may see, and how the report says they are. */
  components: { id: string; status: ManualStatus }[];
  componentIds: string[];
  /** Newest first; `body` is markdown. */
  updates: { id: string; status: ReportStatus; body: string; at: number }[];
  createdAt: number;
  updatedAt: number;
}

export interface MaintenanceFacts extends ShownMaintenance {
  active: boolean;
}

/** What a page says, for every form it is written in. Times are epoch ms. */
export interface PageFacts {
  id: string;
  accountId: string;
  slug: string;
  title: string;
  description: string | null;
  /** Canonical address, without a slash at the end: the own domain's once it is verified. */
  url: string;
  language: Language;
  timezone: string;
  /** As far as the plan goes. */
  appearance: Appearance;
  assets: AssetName[];
  /** Whether our mark is shown. */
  branding: boolean;
  visibility: Visibility;
  hiddenFromSearch: boolean;
  autoReport: 'none' | 'draft' | 'publish';
  /** Some lines are for members only, whoever reads now. */
  membersLayer: boolean;
  status: PageStatus;
  /** The newest check, change of an incident or report, or edit of the page. */
  updatedAt: number;
  /** The date of today in the page's zone, as midnight of that date in UTC. */
  today: number;
  createdAt: number;
  /** A group comes before its own, which follow it at once. */
  components: ComponentFacts[];
  /** Open ones first, then those of the last days; newest first. */
  reports: ReportFacts[];
  incidents: IncidentFacts[];
  /** On or to come, the next one first. */
  maintenance: MaintenanceFacts[];
  /** Over within the last days, newest first. */
  pastMaintenance: MaintenanceFacts[];
}

/** `closed` are the sums of days that are over, by monitor; rows of `page` stand above them. */
export function pageFacts(
  page: VisitorPage,
  closed: ReadonlyMap<number, DaySeconds>,
  calendar: Calendar,
  now: number,
  baseUrl: string,
): PageFacts {
  const reports = page.reports.map(reportFacts);
  const open = reports.filter(({ resolvedAt }) => resolvedAt === null);
  const lines = new Lines(page, closed, calendar, now, open);
  const components = lines.all();
  const incidents = page.incidents.flatMap((row) => {
    const line = page.components.find((one) => one.kind === 'monitor' && one.monitor_no === row.monitor_no);
    return line ? [incidentFacts(row, line)] : [];
  });
  const leaves = components.filter(({ kind }) => kind !== 'group');
  const branded = allows(page.plan, 'branding');
  const changes = [
    ...components.map(({ lastResultAt }) => lastResultAt ?? 0),
    ...incidents.map(({ startedAt, resolvedAt }) => resolvedAt ?? startedAt),
    ...reports.map(({ updatedAt }) => updatedAt),
  ];
  return {
    id: page.id,
    accountId: page.accountId,
    slug: page.slug,
    title: upright(page.title),
    description: page.description === null ? null : upright(page.description),
    url: page.host === null ? `${baseUrl}/s/${page.slug}` : `https://${page.host}`,
    language: page.language,
    timezone: page.timezone,
    appearance: branded ? page.appearance : plainLook(page.appearance),
    assets: branded ? page.assets : [],
    branding: page.branding || !branded,
    visibility: page.visibility,
    hiddenFromSearch: page.hiddenFromSearch,
    autoReport: page.autoReport,
    membersLayer: page.membersLayer,
    status: pageStatus(
      leaves.map(({ state }) => state),
      [...open.map(({ impact }) => impactStatus(impact)), ...lines.saidOfGroups()],
    ),
    updatedAt: Math.max(page.updatedAt, ...changes),
    today: calendar.today,
    createdAt: page.createdAt,
    components,
    reports,
    incidents,
    maintenance: page.maintenance
      .filter((one) => one.ends_at > now)
      .map((one) => ({ ...one, title: upright(one.title), active: one.starts_at <= now })),
    pastMaintenance: page.maintenance
      .filter((one) => one.ends_at <= now)
      .map((one) => ({ ...one, title: upright(one.title), active: false }))
      .toReversed(),
  };
}

/** The lines of a page in reading order, with what is known of each. */
class Lines {
  readonly #page: VisitorPage;
  readonly #closed: ReadonlyMap<number, DaySeconds>;
  readonly #calendar: Calendar;
  readonly #now: number;
  /** What open reports say of a component. */
  readonly #said = new Map<string, ManualStatus[]>();
  readonly #children = new Map<string | null, ShownComponent[]>();
  readonly #hidesUptime: boolean;
  /** The days of all lines in one piece: an array of its own costs more than what is in it. */
  readonly #room: Int32Array;
  #used = 0;

  constructor(
    page: VisitorPage,
    closed: ReadonlyMap<number, DaySeconds>,
    calendar: Calendar,
    now: number,
    open: readonly ReportFacts[],
  ) {
    this.#page = page;
    this.#closed = closed;
    this.#calendar = calendar;
    this.#now = now;
    this.#room = new Int32Array(page.components.length * NO_DAYS.length);
    this.#hidesUptime = page.appearance.show_uptime === false;
    for (const { components } of open) for (const { id, status } of components) push(this.#said, id, status);
    const groups = new Set(page.components.filter(({ kind }) => kind === 'group').map(({ id }) => id));
    for (const row of page.components) {
      const parent = row.parent_id !== null && groups.has(row.parent_id) ? row.parent_id : null;
      push(this.#children, parent, row);
    }
  }

  all(): ComponentFacts[] {
    return this.#below(null, 0);
  }

  saidOfGroups(): PageStatus[] {
    return this.#page.components.filter(({ kind }) => kind === 'group').flatMap(({ id }) => this.#said.get(id) ?? []);
  }

  #below(groupId: string | null, depth: number): ComponentFacts[] {
    const rows = this.#children.get(groupId) ?? [];
    return rows.flatMap((row) =>
      row.kind === 'group' ? this.#group(row, groupId, depth) : [this.#leaf(row, groupId)],
    );
  }

  /** A group nobody may see anything of is not there. */
  #group(row: Extract<ShownComponent, { kind: 'group' }>, groupId: string | null, depth: number): ComponentFacts[] {
    const below = depth < 3 ? this.#below(row.id, depth + 1) : [];
    const leaves = below.filter(({ kind }) => kind !== 'group');
    if (leaves.length === 0) return [];
    const status = pageStatus(
      leaves.map(({ state }) => state),
      this.#said.get(row.id),
    );
    const heard = leaves.map(({ lastResultAt }) => lastResultAt ?? 0);
    const head = {
      id: row.id,
      groupId,
      name: publicName(row.name ?? ''),
      description: row.description,
      membersOnly: row.members_only,
      kind: 'group' as const,
      state: status,
      status,
      uptimePercent: null,
      showUptime: false,
      showChart: false,
      days: NO_DAYS,
      lastResultAt: Math.max(...heard) || null,
      createdAt: this.#page.createdAt,
      updatedAt: Math.max(...leaves.map(({ updatedAt }) => updatedAt)),
    };
    return [head, ...below];
  }

  /** Written out, here and below: copying common fields from one object to another costs six times as much. */
  #leaf(row: Exclude<ShownComponent, { kind: 'group' }>, groupId: string | null): ComponentFacts {
    const said = this.#said.get(row.id) ?? [];
    if (row.kind === 'manual') {
      const state = worsened(row.manual_status, said);
      return {
        id: row.id,
        groupId,
        name: publicName(row.name ?? ''),
        description: row.description,
        membersOnly: row.members_only,
        kind: 'manual',
        state,
        status: componentStatus(state),
        uptimePercent: null,
        showUptime: false,
        showChart: false,
        days: NO_DAYS,
        lastResultAt: null,
        createdAt: this.#page.createdAt,
        updatedAt: this.#page.updatedAt,
      };
    }
    const state = worsened(monitorState(row, this.#now), said);
    const showUptime = row.show_uptime && !this.#hidesUptime;
    const days = showUptime ? this.#days(row) : NO_DAYS;
    return {
      id: row.id,
      groupId,
      name: publicName(row.name ?? ''),
      description: row.description,
      membersOnly: row.members_only,
      kind: 'monitor',
      state,
      status: componentStatus(state),
      uptimePercent: showUptime ? uptimeOf(days) : null,
      showUptime,
      showChart: row.show_chart,
      days,
      lastResultAt: row.last_result_at,
      createdAt: row.created_at,
      updatedAt: Math.max(row.status_since ?? row.created_at, row.created_at),
    };
  }

  #days(row: ShownMonitor): DaySeconds {
    const days = this.#room.subarray(this.#used, (this.#used += NO_DAYS.length));
    days.set(this.#closed.get(row.monitor_no) ?? NO_DAYS);
    for (const cells of row.days) {
      const at = STRIDE * (BAR_DAYS - 2 + cells[0]);
      for (let k = 0; k < STRIDE; k++) days[at + k] = cells[k + 1] ?? 0;
    }
    creditPresent(days, row, this.#calendar, this.#now);
    return days;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function monitorState(row: ShownMonitor, now: number): ComponentState {
  const { status, status_since, last_result_at, paused_at, interval_seconds, timeout_seconds, created_at } = row;
  const in_maintenance = row.windows.length > 0 && isInside(toWindows(row.windows), now);
  const monitor = { paused_at, interval_seconds, timeout_seconds, created_at, in_maintenance };
  return visibleStatus(status === null ? null : { status, status_since, last_result_at }, monitor, now);
}

const COLUMN: Record<ResultStatus, number> = { up: 0, down: 1, degraded: 2, blocked: 3, unknown: 3 };
const PLANNED = 4;

/** The newest result speaks for the time since: its seconds are stored only with the next one. */
function creditPresent(days: DaySeconds, row: ShownMonitor, calendar: Calendar, now: number): void {
  if (row.last_result_at === null || row.last_status === null || row.paused_at !== null) return;
  const { last_result_at, last_status, last_marked, interval_seconds, timeout_seconds } = row;
  const windows = toWindows(row.windows);
  const newest = { last_result_at, last_status, last_marked, windows, interval_seconds, timeout_seconds };
  for (const { status: spoken, planned, from, to } of spokenFor(newest, Math.floor(now / SECOND))) {
    for (const { i, seconds } of splitByDay(calendar, from, to)) {
      credit(days, STRIDE * i + COLUMN[spoken], seconds);
      if (planned) credit(days, STRIDE * i + PLANNED, seconds);
    }
  }
}

function credit(days: DaySeconds, at: number, seconds: number): void {
  days[at] = (days[at] ?? 0) + seconds;
}

function uptimeOf(days: DaySeconds): number | null {
  const sum = { up_seconds: 0, down_seconds: 0, degraded_seconds: 0 };
  for (let at = 0; at < days.length; at += STRIDE) {
    sum.up_seconds += days[at] ?? 0;
    sum.down_seconds += days[at + 1] ?? 0;
    sum.degraded_seconds += days[at + 2] ?? 0;
  }
  return uptimePercent(sum);
}

/** An outage of the line it is shown under. */
export function incidentFacts(row: ShownIncident, component: { id: string; name: string | null }): IncidentFacts {
  return {
    id: row.id,
    componentId: component.id,
    componentName: publicName(component.name ?? ''),
    reason: row.reason,
    startedAt: row.started_at,
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
    resolvedCause: row.resolved_cause,
  };
}

export function reportFacts(row: ShownReport): ReportFacts {
  return {
    id: row.id,
    title: upright(row.title),
    impact: row.impact,
    status: row.status,
    startedAt: row.started_at,
    resolvedAt: row.resolved_at,
    nextUpdateBy: row.next_update_by,
    incidentId: row.incident_id,
    components: row.components,
    componentIds: row.components.map(({ id }) => id),
    updates: row.updates,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
