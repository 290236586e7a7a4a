import { htmlToMarkdown, oneLine } from './html-text.ts';
import { LONGEST_MS, SHORTEST_MS } from './maintenance.ts';
import { type ManualStatus, upright } from './page.ts';
import { isOver, REPORT_IMPACTS, REPORT_STATUSES, type ReportImpact, type ReportStatus } from './status-report.ts';
import {
  Affected,
  Component,
  cut,
  type Documents,
  Incident,
  type Loss,
  Losses,
  Named,
  rows,
  timeOf,
  Update,
} from './statuspage-documents.ts';
import { isZone } from './zone.ts';

/** Most of each that one import takes over. */
export const MOST = { components: 500, reports: 200, updates: 100, open: 100, maintenance: 50 } as const;
/** Their list of incidents holds no more than these. */
const THEIR_LIST = 50;
const LENGTH = { title: 80, name: 80, description: 200, report: 120, body: 10_000, work: 4_000 } as const;

/** What an import makes. Times are epoch ms; `key` is the id that the other page gave a component. */
export interface ImportPlan {
  page: { title: string; timezone: string };
  /** In order: what is in a group follows it. */
  components: PlannedComponent[];
  /** The oldest first, and so are the updates of each. */
  reports: PlannedReport[];
  /** Work that is on or to come. */
  maintenance: { title: string; body: string | null; startsAt: number; endsAt: number }[];
}

export interface PlannedComponent {
  key: string;
  kind: 'group' | 'manual';
  /** `key` of the group it is in; groups go two deep. */
  group: string | null;
  name: string;
  description: string | null;
  /** Null for a group. */
  status: ManualStatus | null;
  showUptime: boolean;
}

export interface PlannedReport {
  title: string;
  impact: ReportImpact;
  status: ReportStatus;
  startedAt: number;
  resolvedAt: number | null;
  components: { key: string; status: ManualStatus }[];
  updates: { status: ReportStatus; body: string; at: number }[];
}

const STATUSES = new Map<string, ManualStatus>([
  ['operational', 'operational'],
  ['degraded_performance', 'degraded'],
  ['partial_outage', 'partial_outage'],
  ['major_outage', 'major_outage'],
  ['under_maintenance', 'maintenance'],
]);

/**
 * What an import of these files would make at `now`, and what would be lost. The same files at the same time give the
 * same plan. Nothing in them can make it fail: what cannot be read is left out and named.
 */
export function planImport(documents: Documents, now: number): { plan: ImportPlan; losses: Loss[] } {
  const losses = new Losses();
  const { page } = documents;
  const title = cut(upright(oneLine(page.name)), LENGTH.title, losses, 'The title of the page') || 'Status';
  const zoned = page.time_zone !== null && isZone(page.time_zone);
  if (page.time_zone !== null && !zoned) {
    losses.add('Time zone', `“${cut(oneLine(page.time_zone), 40)}” is not a name we know; days are those of UTC.`);
  }
  const components = planComponents(documents.components, losses);
  const plan = {
    page: { title, timezone: zoned ? (page.time_zone ?? 'UTC') : 'UTC' },
    components,
    reports: planReports(documents.incidents, new Map(components.map((one) => [one.key, one])), now, losses),
    maintenance: planWork(documents.scheduled_maintenances, now, losses),
  };
  return { plan, losses: [...losses.list(), ...ALWAYS] };
}

/** What the public files of a page never hold. */
const ALWAYS: Loss[] = [
  {
    what: 'Subscribers',
    why: 'The public files do not tell who they are. Export them there and import the list here.',
  },
  { what: 'Uptime history', why: 'The public files hold no past days of a component. Bars begin with the import.' },
  { what: 'Metrics', why: 'Graphs of the other page are not in its public files.' },
  { what: 'Automation of components', why: 'Lines come over set by hand. Put a monitor on each in the editor.' },
  {
    what: 'Looks, links and team',
    why: 'Logo, colours, texts and the people of the page are not in its public files.',
  },
  { what: 'Addresses of old reports', why: 'Every report has an address of its own here; the old links stay there.' },
];

function planComponents(from: readonly unknown[], losses: Losses): PlannedComponent[] {
  const read = rows(Component, from, MOST.components, losses, 'Component');
  const known = new Map<string, Component>();
  for (const one of read) if (!known.has(one.id)) known.set(one.id, one);
  const inside = new Map<string | null, Component[]>();
  for (const one of known.values()) {
    const group = groupOf(one, known, losses);
    inside.set(group, [...(inside.get(group) ?? []), one]);
  }
  const planned: PlannedComponent[] = [];
  const walk = (group: string | null): void => {
    for (const one of (inside.get(group) ?? []).toSorted((a, b) => a.position - b.position)) {
      planned.push(planComponent(one, group, losses));
      if (one.group) walk(one.id);
    }
  };
  walk(null);
  return planned;
}

/** The group it is put into: groups go two deep, so one that is deeper stands in the outermost; one in itself in none. */
function groupOf(one: Component, known: ReadonlyMap<string, Component>, losses: Losses): string | null {
  const group = known.get(one.group_id ?? '');
  if (!group?.group) return null;
  if (!one.group) return group.id;
  const above: string[] = [];
  for (let at: Component | undefined = group; at?.group; at = known.get(at.group_id ?? '')) {
    if (at.id === one.id || above.includes(at.id)) {
      losses.add('Place of a group', 'It is inside itself; it stands alone here.');
      return null;
    }
    above.push(at.id);
  }
  if (above.length > 1) losses.add('Place of a group', 'Groups go two deep; it stands in the outermost one.');
  return above.at(-1) ?? null;
}

function planComponent(one: Component, group: string | null, losses: Losses): PlannedComponent {
  const status = STATUSES.get(one.status);
  if (!one.group && status === undefined) {
    losses.add('Status of a component', 'The word is not one of those that are documented; it counts as operational.');
  }
  if (one.only_show_if_degraded) {
    losses.add('Shown only while degraded', 'Every line of a page is shown here at all times.');
  }
  const description = cut(oneLine(htmlToMarkdown(one.description ?? '')), LENGTH.description, losses, 'Description');
  return {
    key: one.id,
    kind: one.group ? 'group' : 'manual',
    group,
    name: cut(upright(oneLine(one.name)), LENGTH.name, losses, 'Name of a component') || 'Unnamed',
    description: description || null,
    status: one.group ? null : (status ?? 'operational'),
    showUptime: one.showcase,
  };
}

function planReports(
  from: readonly unknown[],
  components: ReadonlyMap<string, PlannedComponent>,
  now: number,
  losses: Losses,
): PlannedReport[] {
  const once = incidentsOf(from, losses, 'Incident');
  if (once.length >= THEIR_LIST) {
    losses.add('Incidents before these', `The public list ends with the newest ${THEIR_LIST}.`);
  }
  let open = 0;
  return once
    .flatMap((one) => {
      const report = planReport(one, components, now, losses);
      if (report.resolvedAt === null && (open += 1) > MOST.open) {
        losses.add(`Open incidents beyond ${MOST.open}`, 'A page has no more that are not over.');
        return [];
      }
      return [report];
    })
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

/** The summary repeats what the lists have. */
function incidentsOf(from: readonly unknown[], losses: Losses, what: string): Incident[] {
  const seen = new Set<string>();
  return rows(Incident, from, MOST.reports, losses, what).filter(({ id }) => {
    if (id !== '' && seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function planReport(
  one: Incident,
  components: ReadonlyMap<string, PlannedComponent>,
  now: number,
  losses: Losses,
): PlannedReport {
  const begun = timeOf(one.started_at ?? one.created_at, now) ?? timeOf(one.created_at, now);
  if (begun === null) losses.add('Start of an incident', 'It names no time; that of the import stands there.');
  const updates = planUpdates(one, begun ?? now, now, losses);
  const status = statusOf(one.status, losses);
  const last = updates.at(-1);
  // What the incident says counts: its newest update says the same here.
  if (last) last.status = status;
  const startedAt = begun ?? updates[0]?.at ?? now;
  const ended = timeOf(one.resolved_at, now) ?? updates.find((update) => isOver(update.status))?.at ?? last?.at ?? now;
  return {
    title: cut(upright(oneLine(one.name)), LENGTH.report, losses, 'Title of an incident') || 'Incident',
    impact: impactOf(one.impact, losses),
    status,
    startedAt,
    resolvedAt: isOver(status) ? Math.max(startedAt, ended) : null,
    components: hit(one, isOver(status), components, losses),
    updates,
  };
}

/** The oldest first, each later than the one before; an incident that says nothing says its own name. */
function planUpdates(one: Incident, begun: number, now: number, losses: Losses): PlannedReport['updates'] {
  const read = rows(Update, one.incident_updates, MOST.updates, losses, 'Update of an incident')
    .toReversed()
    .map((update) => ({
      status: statusOf(update.status, losses),
      body: bodyOf(update.body, LENGTH.body, losses) || oneLine(one.name) || 'No text.',
      at: timeOf(update.display_at ?? update.created_at, now) ?? timeOf(update.created_at, now) ?? begun,
    }))
    .toSorted((a, b) => a.at - b.at);
  const [first] = read;
  if (!first) return [{ status: statusOf(one.status, losses), body: oneLine(one.name) || 'No text.', at: begun }];
  if (read.some(({ status }) => status === 'postmortem')) {
    losses.add('Markup of postmortems', 'Their text comes over; pictures and tables in it do not.');
  }
  let before = 0;
  return read.map((update) => {
    before = Math.max(update.at, before + 1);
    return { ...update, at: before };
  });
}

/** Components as the newest update has them, else as the incident has; all are well once it is over. */
function hit(
  one: Incident,
  over: boolean,
  components: ReadonlyMap<string, PlannedComponent>,
  losses: Losses,
): PlannedReport['components'] {
  const said = new Map<string, string>();
  for (const row of one.components.slice(0, MOST.components)) {
    const { success, data } = Named.safeParse(row);
    if (success && data.id !== '') said.set(data.id, data.status);
  }
  const newest = Update.safeParse(one.incident_updates[0]);
  for (const row of newest.success ? newest.data.affected_components.slice(0, MOST.components) : []) {
    const { success, data } = Affected.safeParse(row);
    if (success && data.code !== '') said.set(data.code, data.new_status ?? '');
  }
  return [...said].flatMap(([key, word]) => {
    if (!components.has(key)) {
      losses.add('Component of an incident', 'It is no longer on the page.');
      return [];
    }
    return [{ key, status: over ? 'operational' : (STATUSES.get(word) ?? 'degraded') }];
  });
}

function planWork(from: readonly unknown[], now: number, losses: Losses): ImportPlan['maintenance'] {
  const work = incidentsOf(from, losses, 'Maintenance').flatMap((one) => {
    const [startsAt, endsAt] = [timeOf(one.scheduled_for), timeOf(one.scheduled_until)];
    if (startsAt === null || endsAt === null) {
      losses.add('Maintenance without times', 'It does not say from when to when.');
      return [];
    }
    if (endsAt <= now || one.status === 'completed') {
      losses.add('Maintenance that is over', 'Only work that is on or to come is taken.');
      return [];
    }
    if (endsAt - startsAt < SHORTEST_MS || endsAt - startsAt > LONGEST_MS) {
      losses.add('Maintenance of an unusual length', 'A window lasts from one minute to 14 days.');
      return [];
    }
    if (one.components.length > 0) {
      losses.add(
        'Components of maintenance',
        'Planned work is announced for the page as a whole; choose monitors for it.',
      );
    }
    const announced = Update.safeParse(one.incident_updates.at(-1));
    return [
      {
        title: cut(upright(oneLine(one.name)), LENGTH.report, losses, 'Title of maintenance') || 'Maintenance',
        body: (announced.success && bodyOf(announced.data.body, LENGTH.work, losses)) || null,
        startsAt,
        endsAt,
      },
    ];
  });
  if (work.length > MOST.maintenance) {
    losses.add(`Maintenance beyond ${MOST.maintenance}`, `An import takes the next ${MOST.maintenance}.`);
  }
  return work.toSorted((a, b) => a.startsAt - b.startsAt).slice(0, MOST.maintenance);
}

/** Cut before it is read too: a body of megabytes is no text. */
function bodyOf(body: string, most: number, losses: Losses): string {
  const read = htmlToMarkdown(body.slice(0, most * 4));
  return cut(read, most, losses, 'Text of an update');
}

function statusOf(word: string, losses: Losses): ReportStatus {
  const known = REPORT_STATUSES.find((one) => one === word);
  if (known === undefined)
    losses.add('Status of an incident', 'The word is not documented; it counts as investigating.');
  return known ?? 'investigating';
}

function impactOf(word: string | null, losses: Losses): ReportImpact {
  const known = REPORT_IMPACTS.find((one) => one === word);
  if (known === undefined) losses.add('Impact of an incident', 'The word is not one of ours; it counts as none.');
  return known ?? 'none';
}
