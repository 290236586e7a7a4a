import { iso } from '../core/time.ts';
import { uptimePercent } from '../core/uptime.ts';
import { type PageWords, words } from '../core/words/index.ts';
import { dayStatus } from './bars.ts';
import { BAR_DAYS, dateOf, dayAt, type DaySeconds } from './days.ts';
import type { ComponentFacts, IncidentFacts, PageFacts, ReportFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { incidentTitle, incidentUpdates } from './incident-words.ts';
import { isoDate } from './says.ts';

/** The contract's JSON of a page. Groups are no components in it: each component names its own. */
export function pageJson(facts: PageFacts, { language }: Pick<FormContext, 'language'>) {
  const spoken = words(language);
  const dates = Array.from({ length: BAR_DAYS }, (_, i) => isoDate(dateOf(facts, i)));
  const groups = new Map(facts.components.map(({ id, name }) => [id, name]));
  return {
    page: {
      name: facts.title,
      slug: facts.slug,
      url: facts.url,
      description: facts.description,
      timezone: facts.timezone,
      updated_at: iso(facts.updatedAt),
    },
    status: facts.status,
    components: facts.components
      .filter(({ kind }) => kind !== 'group')
      .map((one) => ({
        id: one.id,
        name: one.name,
        description: one.description,
        group: one.groupId === null ? null : (groups.get(one.groupId) ?? null),
        status: one.status,
        uptime_percent: one.uptimePercent,
        days: dayList(one, dates),
      })),
    incidents: [...facts.reports.map(reportJson), ...facts.incidents.map((one) => incidentJson(one, spoken))].toSorted(
      byTime,
    ),
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

/** What goes on before what is over, then the newest first. */
function byTime(a: { resolved_at: string | null; started_at: string }, b: typeof a): number {
  const open = Number(a.resolved_at !== null) - Number(b.resolved_at !== null);
  return open || (a.started_at < b.started_at ? 1 : a.started_at > b.started_at ? -1 : 0);
}

/** A report in words of people; bodies are markdown. */
export function reportJson(one: ReportFacts) {
  return {
    id: one.id,
    title: one.title,
    status: one.status,
    impact: one.impact,
    started_at: iso(one.startedAt),
    resolved_at: iso(one.resolvedAt),
    updates: one.updates.map(({ status, body, at }) => ({ status: status as string, body, created_at: iso(at) })),
    components: one.componentIds,
  };
}

/** An outage that a monitor found. */
export function incidentJson(one: IncidentFacts, spoken: PageWords) {
  return {
    id: one.id,
    title: incidentTitle(one, spoken),
    status: one.resolvedAt === null ? 'open' : 'resolved',
    impact: 'major',
    started_at: iso(one.startedAt),
    resolved_at: iso(one.resolvedAt),
    updates: incidentUpdates(one, spoken).map(({ status, body, at }) => ({ status, body, created_at: iso(at) })),
    components: [one.componentId],
  };
}

function dayList({ days, showUptime }: ComponentFacts, dates: readonly string[]) {
  return showUptime ? dates.map((date, i) => dayJson(days, i, date)) : [];
}

function dayJson(days: DaySeconds, i: number, date: string) {
  const day = dayAt(days, i);
  return {
    date,
    status: dayStatus(day),
    uptime_percent: uptimePercent(day),
    down_seconds: day.down_seconds,
  };
}
