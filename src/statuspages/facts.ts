import type { Language } from '../core/language.ts';
import { type Appearance, type ManualStatus, plainLook, publicName, upright, type Visibility } from '../core/page.ts';
import { allows } from '../core/plan.ts';
import { type ComponentState, impactStatus, type PageStatus, pageStatus } from '../core/severity.ts';
import type { ReportImpact, ReportStatus } from '../core/status-report.ts';
import type { Reason } from '../core/verdict.ts';
import type { AssetName } from './asset-queries.ts';
import type { Calendar, DaySeconds } from './days.ts';
import { Lines } from './line-facts.ts';
import type { ShownIncident, ShownMaintenance, ShownReport, VisitorPage } from './shown-queries.ts';

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
