import { renderMarkdown } from '../core/markdown.ts';
import type { PageStatus } from '../core/severity.ts';
import { impactStatus } from '../core/severity.ts';
import type { IncidentFacts, MaintenanceFacts, PageFacts, ReportFacts } from './facts.ts';
import { incidentTitle, incidentUpdates } from './incident-words.ts';
import type { Says } from './says.ts';

/** A report or an outage as the page tells of it. Fields named `…Html` are markup. */
export interface EntryView {
  id: string;
  title: string;
  /** Its own address. */
  href: string;
  /** How bad it is or was; a class of the style. */
  tone: PageStatus;
  /** Shape beside the word. */
  symbol: string;
  /** Where it stands: "Investigating"; null where a note says so. */
  word: string | null;
  impact: string | null;
  startedAt: number;
  resolvedAt: number | null;
  whenHtml: string;
  affected: string | null;
  /** When more is promised. */
  nextHtml: string | null;
  /** Newest first. */
  updates: { word: string; whenHtml: string; bodyHtml: string }[];
  /** There is more on its own page. */
  more: boolean;
  /** One sentence instead of updates. */
  note: string | null;
}

const SYMBOL: Record<PageStatus, string> = {
  operational: 'up',
  degraded: 'degraded',
  partial_outage: 'down',
  major_outage: 'down',
  maintenance: 'maintenance',
  unknown: 'unknown',
};

/** Shape of a status; also the name of its tone in the style. */
export function symbolOf(status: PageStatus): string {
  return SYMBOL[status];
}

/** Updates of one report on the page itself; its own page has them all. */
const MOST_UPDATES = 4;

/** What people wrote of an outage, with its newest updates or all of them. */
export function reportView(one: ReportFacts, facts: PageFacts, says: Says, whole = false): EntryView {
  const { w } = says;
  const tone = one.impact === 'none' ? 'maintenance' : impactStatus(one.impact);
  const updates = whole ? one.updates : one.updates.slice(0, one.resolvedAt === null ? MOST_UPDATES : 1);
  const affected = facts.components.filter(({ id }) => one.componentIds.includes(id)).map(({ name }) => name);
  const promised = one.resolvedAt === null && one.nextUpdateBy !== null && one.nextUpdateBy > says.now;
  return {
    id: one.id,
    title: one.title,
    href: says.link(`/incidents/${one.id}`),
    tone,
    symbol: one.resolvedAt !== null ? 'up' : one.impact === 'none' ? 'info' : SYMBOL[tone],
    word: w.reports.status[one.status],
    impact: w.reports.impact[one.impact],
    startedAt: one.startedAt,
    resolvedAt: one.resolvedAt,
    whenHtml: when(one, says),
    affected: affected.length === 0 ? null : w.reports.affected(says.names(affected)),
    nextHtml: promised && one.nextUpdateBy !== null ? w.reports.nextUpdate(says.time(one.nextUpdateBy)) : null,
    updates: updates.map(({ status, body, at }) => ({
      word: w.reports.status[status],
      whenHtml: says.time(at),
      bodyHtml: renderMarkdown(body),
    })),
    more: updates.length < one.updates.length,
    note: null,
  };
}

/** An outage found by a monitor; its own page tells when it was confirmed. */
export function incidentView(one: IncidentFacts, says: Says, whole = false): EntryView {
  const updates = incidentUpdates(one, says.w);
  return {
    id: one.id,
    title: incidentTitle(one, says.w),
    href: says.link(`/incidents/${one.id}`),
    tone: 'partial_outage',
    symbol: 'down',
    word: null,
    impact: null,
    startedAt: one.startedAt,
    resolvedAt: one.resolvedAt,
    whenHtml: when(one, says),
    affected: null,
    nextHtml: null,
    updates: whole
      ? updates.map(({ status, body, at }) => ({
          word: says.w.incidents[status],
          whenHtml: says.time(at),
          bodyHtml: `<p>${body}</p>`,
        }))
      : [],
    more: false,
    note: whole ? null : (updates[0]?.body ?? null),
  };
}

/** "16 Oct, 10:05 to 10:45 CET (40m)." */
function when({ startedAt, resolvedAt }: { startedAt: number; resolvedAt: number | null }, says: Says): string {
  const { times } = says.w;
  const lasted = says.lasted((resolvedAt ?? says.now) - startedAt);
  if (resolvedAt === null) return times.open(says.time(startedAt), lasted);
  return times.over(says.range(startedAt, resolvedAt), lasted);
}

/** Planned work that is on or comes next. */
export function maintenanceView(one: MaintenanceFacts, facts: PageFacts, says: Says) {
  const covered = facts.components.filter(({ id }) => one.components.includes(id)).map(({ name }) => name);
  const { maintenance } = says.w;
  return {
    id: one.id,
    title: one.title,
    bodyHtml: one.body === null ? null : renderMarkdown(one.body),
    word: one.active ? maintenance.underWay : maintenance.planned,
    whenHtml: says.range(one.starts_at, one.ends_at),
    affected: covered.length === 0 ? null : maintenance.affects(says.names(covered)),
  };
}
