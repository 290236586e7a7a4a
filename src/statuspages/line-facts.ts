import { isInside } from '../core/maintenance.ts';
import { visibleStatus } from '../core/monitor.ts';
import { type ManualStatus, publicName } from '../core/page.ts';
import { type ComponentState, componentStatus, type PageStatus, pageStatus, worsened } from '../core/severity.ts';
import { SECOND } from '../core/time.ts';
import { spokenFor, uptimePercent } from '../core/uptime.ts';
import type { ResultStatus } from '../core/verdict.ts';
import { toWindows } from '../monitors/window-queries.ts';
import { BAR_DAYS, type Calendar, type DaySeconds, NO_DAYS, splitByDay, STRIDE } from './days.ts';
import type { ComponentFacts, ReportFacts } from './facts.ts';
import type { ShownComponent, ShownMonitor, VisitorPage } from './shown-queries.ts';

/** The lines of a page in reading order, with what is known of each. */
export class Lines {
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
