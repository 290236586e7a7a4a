import type { Language } from '../core/language.ts';
import type { StoredStatus } from '../core/monitor.ts';
import type { Appearance, ManualStatus, Visibility } from '../core/page.ts';
import type { Plan } from '../core/plan.ts';
import type { ReportImpact, ReportStatus } from '../core/status-report.ts';
import type { Reason, ResultStatus } from '../core/verdict.ts';
import type { AssetName } from './asset-queries.ts';

// What is read of a page: its rows as the rest of the slice knows them, and the JSON cells they come in.

/** Who is reading: anybody, or somebody who may see what is for members. */
export type Audience = 'public' | 'member';
/** A page by the name in its address, or by its id. */
export type PageRef = { slug: string } | { pageId: string };

/** What a line of every kind has. */
interface ShownLine {
  id: string;
  /** Null at the top. */
  parent_id: string | null;
  /** Customer-facing name, or the monitor's; null only for a nameless line. */
  name: string | null;
  description: string | null;
  show_uptime: boolean;
  show_chart: boolean;
  members_only: boolean;
}

/** A monitor on a page with what its state follows from. */
export interface ShownMonitor extends ShownLine {
  kind: 'monitor';
  monitor_no: number;
  paused_at: number | null;
  interval_seconds: number;
  timeout_seconds: number;
  created_at: number;
  /** Null before the first result. */
  status: StoredStatus | null;
  status_since: number | null;
  last_result_at: number | null;
  last_status: ResultStatus | null;
  /** 1 when the newest result was made inside a maintenance window. */
  last_marked: number;
  /** Windows that are on, come next or have just ended: `[starts_at, ends_at]`. */
  windows: [number, number][];
  /** The two days that are not over for good. */
  days: DayCells[];
}

export type ShownComponent =
  | ShownMonitor
  | (ShownLine & { kind: 'group' })
  | (ShownLine & { kind: 'manual'; manual_status: ManualStatus });

/** Seconds of one day: its number among those asked for, up, down, degraded, excluded, planned work. */
export type DayCells = [i: number, up: number, down: number, degraded: number, out: number, work: number];

export interface ShownIncident {
  id: string;
  monitor_no: number;
  reason: Reason;
  started_at: number;
  opened_at: number;
  resolved_at: number | null;
  resolved_cause: 'recovered' | 'paused' | 'changed' | 'deleted' | null;
}

/** Planned work that a page announces: the occurrence that is on or comes next. */
export interface ShownMaintenance {
  id: string;
  title: string;
  body: string | null;
  starts_at: number;
  ends_at: number;
  created_at: number;
  /** How often it was changed. */
  changes: number;
  /** It comes again; the times are those of its present turn. */
  recurring: boolean;
  /** Ids of the components it covers. */
  components: string[];
}

/** A published report. */
export interface ShownReport {
  id: string;
  title: string;
  impact: ReportImpact;
  status: ReportStatus;
  started_at: number;
  resolved_at: number | null;
  next_update_by: number | null;
  incident_id: string | null;
  created_at: number;
  updated_at: number;
  /** Newest first. */
  updates: { id: string; status: ReportStatus; body: string; at: number }[];
  /** Those the reader may see. */
  components: { id: string; status: ManualStatus }[];
}

export interface VisitorPage {
  id: string;
  accountId: string;
  plan: Plan;
  slug: string;
  title: string;
  description: string | null;
  branding: boolean;
  timezone: string;
  language: Language;
  appearance: Appearance;
  visibility: Visibility;
  hiddenFromSearch: boolean;
  autoReport: 'none' | 'draft' | 'publish';
  /** Own host, once it is verified. */
  host: string | null;
  /** Some lines are for members only. */
  membersLayer: boolean;
  /** Its own pictures. */
  assets: AssetName[];
  createdAt: number;
  updatedAt: number;
  /** In the page's order; lines of a group may stand anywhere. */
  components: ShownComponent[];
  /** Without those that a report tells of. Open ones first, then the resolved; each group newest first. */
  incidents: ShownIncident[];
  /** Open ones first, each group newest first. */
  reports: ShownReport[];
  /** The next one first, those that are over at the end. */
  maintenance: ShownMaintenance[];
}

export function tuples<T extends unknown[]>(json: string | undefined): T[] {
  return JSON.parse(json ?? '[]') as T[];
}

/** A line of the page: its own cells, then its monitor's, its days, its open outage and those that are over. */
export type LineCells = [
  ...[id: string, kind: ShownComponent['kind'], parent: string | null, name: string | null, description: string | null],
  ...[manual: ManualStatus | null, uptime: number, chart: number, members: number, no: number, paused: number | null],
  ...[interval: number, timeout: number, created: number, status: StoredStatus | null, since: number | null],
  ...[lastAt: number | null, last: ResultStatus | null, marked: number, windows: [number, number][]],
  ...[days: DayCells[], open: IncidentCells | null, past: IncidentCells[]],
];

export function component(cells: LineCells): ShownComponent {
  const [id, kind, parent_id, name, description, manual, uptime, chart, members] = cells;
  const [show_uptime, show_chart, members_only] = [uptime === 1, chart === 1, members === 1];
  const line = { id, parent_id, name, description, show_uptime, show_chart, members_only };
  if (kind === 'group') return { ...line, kind };
  if (kind === 'manual') return { ...line, kind, manual_status: manual ?? 'operational' };
  // Pages have hundreds of these: written out, because copying an object costs more than all of it.
  return {
    kind,
    id,
    parent_id,
    name,
    description,
    show_uptime,
    show_chart,
    members_only,
    monitor_no: cells[9],
    paused_at: cells[10],
    interval_seconds: cells[11],
    timeout_seconds: cells[12],
    created_at: cells[13],
    status: cells[14],
    status_since: cells[15],
    last_result_at: cells[16],
    last_status: cells[17],
    last_marked: cells[18],
    windows: cells[19],
    days: cells[20],
  };
}

export type IncidentCells = [
  ...[id: string, no: number, reason: Reason, started: number, opened: number, resolved: number | null],
  ...[cause: ShownIncident['resolved_cause']],
];

export function incident([id, no, reason, started, opened, resolved, cause]: IncidentCells): ShownIncident {
  return {
    id,
    monitor_no: no,
    reason,
    started_at: started,
    opened_at: opened,
    resolved_at: resolved,
    resolved_cause: cause,
  };
}

export type ReportCells = [
  ...[id: string, title: string, impact: ReportImpact, status: ReportStatus, started: number, resolved: number | null],
  ...[next: number | null, incidentId: string | null, created: number, updated: number],
  ...[updates: [id: string, status: ReportStatus, body: string, at: number][], about: [string, ManualStatus][]],
];

export function report(cells: ReportCells): ShownReport {
  const [id, title, impact, status, started, resolved, next, incidentId, created, updated, updates, about] = cells;
  return {
    id,
    title,
    impact,
    status,
    started_at: started,
    resolved_at: resolved,
    next_update_by: next,
    incident_id: incidentId,
    created_at: created,
    updated_at: updated,
    updates: updates.map(([updateId, said, body, at]) => ({ id: updateId, status: said, body, at })),
    components: about.map(([componentId, said]) => ({ id: componentId, status: said })),
  };
}

export type WorkCells = [
  ...[id: string, title: string, body: string | null, starts: number, ends: number, created: number],
  ...[changes: number, recurring: number, covered: string[]],
];

export function plannedWork(cells: WorkCells): ShownMaintenance {
  const [id, title, body, starts, ends, created, changes, recurring, covered] = cells;
  return {
    id,
    title,
    body,
    starts_at: starts,
    ends_at: ends,
    created_at: created,
    changes,
    recurring: recurring === 1,
    components: covered,
  };
}
