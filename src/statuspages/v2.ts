import { plainMarkdown } from '../core/markdown.ts';
import { isOver, type ReportStatus } from '../core/status-report.ts';
import { DAY, iso, utcDate } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { Deps } from '../deps.ts';
import {
  type ComponentFacts,
  incidentFacts,
  type IncidentFacts,
  type MaintenanceFacts,
  type PageFacts,
  reportFacts,
  type ReportFacts,
} from './facts.ts';
import type { FormContext, Forms, PageForm } from './forms.ts';
import { incidentJson } from './json.ts';
import { incidentUpdates } from './incident-words.ts';
import { occurrenceId } from './occurrence.ts';
import { readPast } from './past-queries.ts';
import { headlineOf } from './visitor-view.ts';
import { INDICATOR, V2_COMPONENT, type V2ComponentStatus } from './v2-words.ts';

/** Most incidents of a list, and how old they may be. */
const MOST = 50;
const REACH = 366 * DAY;

type Speaking = Pick<FormContext, 'language'>;

/** The page in the shapes of Statuspage's public API v2, so that what reads theirs reads ours. */
export function v2Forms(deps: Pick<Deps, 'db'>): Forms {
  return {
    'v2 summary': form('summary', (facts, context) => ({
      status: status(facts, context),
      components: components(facts),
      incidents: incidents(facts, context).filter(isUnresolved),
      scheduled_maintenances: maintenances(facts),
    })),
    'v2 status': form('status', (facts, context) => ({ status: status(facts, context) })),
    'v2 components': form('components', (facts) => ({ components: components(facts) })),
    'v2 incidents': form('incidents', async (facts, context) => ({
      incidents: incidents(await withPast(deps, facts, context), context),
    })),
    'v2 unresolved': form('incidents/unresolved', (facts, context) => ({
      incidents: incidents(facts, context).filter(isUnresolved),
    })),
    'v2 maintenances': form('scheduled-maintenances', (facts) => ({
      scheduled_maintenances: maintenances(facts, facts.pastMaintenance),
    })),
    'v2 upcoming': form('scheduled-maintenances/upcoming', (facts) => ({
      scheduled_maintenances: maintenances(facts).filter((one) => one.status === 'scheduled'),
    })),
    'v2 active': form('scheduled-maintenances/active', (facts) => ({
      scheduled_maintenances: maintenances(facts).filter((one) => one.status === 'in_progress'),
    })),
  };
}

function form(name: string, body: (facts: PageFacts, context: FormContext) => object | Promise<object>): PageForm {
  return {
    path: `/api/v2/${name}.json`,
    contentType: 'application/json; charset=utf-8',
    kind: 'data',
    write: async (facts, context) => JSON.stringify({ page: page(facts), ...(await body(facts, context)) }),
  };
}

/** The page with what was over before the days that it tells of, unless it hides its history. */
async function withPast(deps: Pick<Deps, 'db'>, facts: PageFacts, { audience, now }: FormContext): Promise<PageFacts> {
  if (facts.appearance.show_history === false) return facts;
  const past = await readPast(deps.db.read, facts.id, audience, now - REACH, now);
  const known = new Set([...facts.reports, ...facts.incidents].map(({ id }) => id));
  const found = past.incidents.map(({ incident: row, component: line }) => incidentFacts(row, line));
  return {
    ...facts,
    reports: [...facts.reports, ...past.reports.map(reportFacts).filter(({ id }) => !known.has(id))],
    incidents: [...facts.incidents, ...found.filter(({ id }) => !known.has(id))],
  };
}

function page(facts: PageFacts) {
  return {
    id: facts.id,
    name: facts.title,
    url: facts.url,
    time_zone: facts.timezone,
    updated_at: iso(facts.updatedAt),
  };
}

function status(facts: PageFacts, { language }: Speaking) {
  return { indicator: INDICATOR[facts.status], description: headlineOf(facts, words(language)) };
}

function components(facts: PageFacts) {
  return facts.components.map((one, at) => component(facts, one, at));
}

/** A group also says whose group it is; groups inside groups count as part of the outermost, theirs know one level. */
function component(facts: PageFacts, one: ComponentFacts, at: number) {
  return {
    id: one.id,
    name: one.name,
    status: V2_COMPONENT[one.state],
    created_at: iso(one.createdAt),
    updated_at: iso(one.updatedAt),
    position: at + 1,
    description: one.description,
    showcase: one.showUptime,
    start_date: utcDate(one.createdAt),
    group_id: one.groupId,
    page_id: facts.id,
    group: one.kind === 'group',
    only_show_if_degraded: false,
    ...(one.kind === 'group'
      ? { components: facts.components.filter(({ groupId }) => groupId === one.id).map(({ id }) => id) }
      : {}),
  };
}

/** Those named, in the page's order. */
function affected(facts: PageFacts, ids: readonly string[]) {
  return facts.components.flatMap((one, at) => (ids.includes(one.id) ? [component(facts, one, at)] : []));
}

function incidents(facts: PageFacts, context: Speaking) {
  const reports = facts.reports.map((one) => reported(facts, one));
  const found = facts.incidents.map((one) => foundByMonitor(facts, one, context));
  return [...reports, ...found].toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1)).slice(0, MOST);
}

function isUnresolved({ resolved_at: resolvedAt }: { resolved_at: string | null }): boolean {
  return resolvedAt === null;
}

interface Update {
  id: string;
  status: ReportStatus;
  body: string;
  at: number;
}

interface Told {
  id: string;
  name: string;
  status: string;
  impact: string;
  createdAt: number;
  updatedAt: number;
  startedAt: number;
  resolvedAt: number | null;
  /** Newest first. */
  updates: Update[];
  /** What is said of each component while it lasts. */
  hit: { id: string; status: V2ComponentStatus }[];
}

/** A report as theirs has it; followers who have a webhook get the same. */
export function reported(facts: PageFacts, one: ReportFacts) {
  return incident(facts, {
    id: one.id,
    name: one.title,
    status: one.status,
    impact: one.impact,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    startedAt: one.startedAt,
    resolvedAt: one.resolvedAt,
    updates: one.updates.map((update) => ({ ...update, body: plainMarkdown(update.body) })),
    hit: one.components.map(({ id, status: said }) => ({ id, status: V2_COMPONENT[said] })),
  });
}

/** Theirs have no word for "found by a monitor": nobody has said more than that it is being looked into. */
function foundByMonitor(facts: PageFacts, one: IncidentFacts, { language }: Speaking) {
  const spoken = words(language);
  const { title, impact } = incidentJson(one, spoken);
  const updates = incidentUpdates(one, spoken).map(({ status: said, body, at }) => {
    const theirs: ReportStatus = said === 'open' ? 'investigating' : 'resolved';
    return { id: `${one.id}-${theirs}`, status: theirs, body, at };
  });
  return incident(facts, {
    id: one.id,
    name: title,
    status: one.resolvedAt === null ? 'investigating' : 'resolved',
    impact,
    createdAt: one.openedAt,
    updatedAt: one.resolvedAt ?? one.openedAt,
    startedAt: one.startedAt,
    resolvedAt: one.resolvedAt,
    updates,
    hit: [{ id: one.componentId, status: one.reason === 'slow' ? 'degraded_performance' : 'major_outage' }],
  });
}

function incident(facts: PageFacts, one: Told) {
  const hit = affected(
    facts,
    one.hit.map(({ id }) => id),
  );
  const monitoring = one.updates.findLast((update) => update.status === 'monitoring');

  const updates = one.updates.map((update, at) => {
    const earlier = one.updates[at + 1];
    return {
      id: update.id,
      status: update.status,
      body: update.body,
      incident_id: one.id,
      created_at: iso(update.at),
      updated_at: iso(update.at),
      display_at: iso(update.at),
      affected_components: hit.map(({ id, name }) => {
        const said = one.hit.find((other) => other.id === id)?.status ?? 'operational';
        const before = earlier === undefined || isOver(earlier.status) ? 'operational' : said;
        return { code: id, name, old_status: before, new_status: isOver(update.status) ? 'operational' : said };
      }),
      deliver_notifications: true,
    };
  });
  return {
    id: one.id,
    name: one.name,
    status: one.status,
    created_at: iso(one.createdAt),
    updated_at: iso(one.updatedAt),
    monitoring_at: iso(monitoring?.at ?? null),
    resolved_at: iso(one.resolvedAt),
    impact: one.impact,
    shortlink: `${facts.url}/incidents/${one.id}`,
    started_at: iso(one.startedAt),
    page_id: facts.id,
    incident_updates: updates,
    components: hit,
  };
}

function maintenances(facts: PageFacts, also: readonly MaintenanceFacts[] = []) {
  return [...facts.maintenance, ...also].map((one) => maintenance(facts, one, also.includes(one)));
}

type WorkStatus = 'scheduled' | 'in_progress' | 'completed';

/** Planned work as theirs has it: an incident with a time table. */
export function maintenance(facts: PageFacts, one: MaintenanceFacts, over = false) {
  const id = occurrenceId(one);
  const covered = affected(facts, one.components);
  const status: WorkStatus = over ? 'completed' : one.active ? 'in_progress' : 'scheduled';
  const steps: [WorkStatus, number][] = [
    ['completed', one.ends_at],
    ['in_progress', Math.max(one.starts_at, one.created_at)],
    ['scheduled', one.created_at],
  ];
  const updates = steps.slice(steps.findIndex(([step]) => step === status)).map(([said, at]) => ({
    id: `${id}-${said}`,
    status: said,
    body: plainMarkdown(one.body ?? one.title),
    incident_id: id,
    created_at: iso(at),
    updated_at: iso(at),
    display_at: iso(at),
    affected_components: covered.map(({ id: code, name }) => ({
      code,
      name,
      old_status: said === 'completed' ? 'under_maintenance' : 'operational',
      new_status: said === 'in_progress' ? 'under_maintenance' : 'operational',
    })),
    deliver_notifications: true,
  }));
  return {
    id,
    name: one.title,
    status,
    created_at: iso(one.created_at),
    updated_at: updates[0]?.updated_at,
    monitoring_at: null,
    resolved_at: over ? iso(one.ends_at) : null,
    impact: 'maintenance',
    shortlink: facts.url,
    started_at: iso(one.starts_at),
    page_id: facts.id,
    incident_updates: updates,
    components: covered,
    scheduled_for: iso(one.starts_at),
    scheduled_until: iso(one.ends_at),
  };
}
