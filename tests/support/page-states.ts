import { sql } from 'drizzle-orm';
import type { ManualStatus } from '../../src/core/page.ts';
import type { ReportImpact, ReportStatus } from '../../src/core/status-report.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import type { Database } from '../../src/db/client.ts';
import { newId } from '../../src/db/ids.ts';
import { type PlannedMonitor, plantPage } from './pages.ts';

export interface PlannedLine extends Partial<PlannedMonitor> {
  name: string;
  /** A group with its members, or a line set by hand; else a monitor. */
  members?: PlannedLine[];
  manual?: ManualStatus;
  about?: string;
  membersOnly?: boolean;
  showUptime?: boolean;
  showChart?: boolean;
}

export interface PlannedReport {
  title: string;
  impact?: ReportImpact;
  startedAgo: number;
  endedAgo?: number;
  draft?: boolean;
  /** What it says of lines, by their names. */
  about?: Record<string, ManualStatus>;
  /** Oldest first; ms ago. */
  updates: [ReportStatus, string, number][];
}

export interface PlannedState {
  title?: string;
  description?: string;
  timezone?: string;
  language?: string;
  appearance?: object;
  lines: PlannedLine[];
  reports?: PlannedReport[];
  /** Planned work over lines by name; ms from now. */
  maintenance?: { title: string; body?: string; from: number; to: number; of: string[] }[];
}

const hostile = `<img src=x onerror=alert(1)>"'&\u202e</script><script>alert(1)</script>`;

/** A page in every state worth looking at, by slug. */
export const STATES: Record<string, PlannedState> = {
  'all-up': {
    title: 'Acme',
    description: 'The shop and its parts.',
    lines: [
      { name: 'Website', about: 'Pages and pictures', showChart: true },
      { name: 'API', downSeconds: (ago) => (ago === 3 ? 3_600 : ago === 40 ? 864 : 0) },
      { name: 'Mail', manual: 'operational' },
    ],
  },
  'one-down': {
    lines: [
      { name: 'Website' },
      { name: 'Checkout', status: 'down', incidents: [{ startedAgo: 42 * MINUTE }] },
      { name: 'Docs' },
    ],
  },
  groups: {
    timezone: 'Europe/Berlin',
    lines: [
      {
        name: 'Shop',
        members: [{ name: 'Cart' }, { name: 'Checkout', status: 'down' }, { name: 'Pay', manual: 'degraded' }],
      },
      {
        name: 'Infrastructure',
        members: [{ name: 'Europe', members: [{ name: 'Frankfurt' }, { name: 'Paris' }] }, { name: 'DNS' }],
      },
      { name: 'Status page', manual: 'operational' },
    ],
  },
  maintenance: {
    lines: [
      { name: 'Database', downSeconds: (ago) => (ago === 5 ? null : 0) },
      { name: 'Website', showUptime: false },
    ],
    maintenance: [
      { title: 'New disks', body: 'We change **all** of them.', from: -HOUR, to: HOUR, of: ['Database'] },
      { title: 'New switches', from: 2 * DAY, to: 2 * DAY + HOUR, of: ['Website'] },
    ],
  },
  'no-data': {
    lines: [
      { name: 'New one', status: 'pending' },
      { name: 'Paused one', paused: true },
      { name: 'Silent one', heardAgo: 2 * HOUR },
    ],
  },
  empty: { lines: [] },
  reports: {
    timezone: 'America/New_York',
    lines: [{ name: 'Website' }, { name: 'API' }, { name: 'Inner', membersOnly: true }],
    reports: [
      {
        title: 'Slow answers in Europe',
        impact: 'minor',
        startedAgo: 90 * MINUTE,
        about: { API: 'partial_outage' },
        updates: [
          ['investigating', 'We look into **slow** answers.', 90 * MINUTE],
          ['identified', 'A [cable](https://example.com/cable) is cut:\n\n- one\n- two', 30 * MINUTE],
        ],
      },
      {
        title: 'Logins failed',
        impact: 'critical',
        startedAgo: 4 * DAY,
        endedAgo: 4 * DAY - 3 * HOUR,
        updates: [
          ['investigating', 'We are looking.', 4 * DAY],
          ['resolved', 'It works again.', 4 * DAY - 3 * HOUR],
        ],
      },
      { title: 'Secret draft', startedAgo: HOUR, draft: true, updates: [['investigating', 'Unsaid.', HOUR]] },
      {
        title: 'Inner trouble',
        startedAgo: HOUR,
        about: { Inner: 'major_outage' },
        updates: [['investigating', 'Hush.', HOUR]],
      },
    ],
  },
  hundred: {
    lines: Array.from({ length: 100 }, (_, i) => ({
      name: `Service number ${i + 1}`,
      status: i % 33 === 7 ? ('down' as const) : ('up' as const),
      downSeconds: (ago: number) => ((ago * 7 + i) % 31 === 0 ? 60 * i : 0),
    })),
  },
  private: {
    lines: [
      { name: 'Website' },
      { name: 'Hidden ledger', public: false, status: 'down', incidents: [{ startedAgo: HOUR }] },
      { name: 'Inner group', membersOnly: true, members: [{ name: 'Inner part', status: 'down' }] },
      { name: 'Outer group', members: [{ name: 'Removed thing', deleted: true }] },
    ],
  },
  hostile: {
    title: hostile,
    description: hostile,
    appearance: { header_links: [{ label: hostile, url: 'https://example.com/"><script>' }], footer_text: hostile },
    lines: [
      { name: hostile, about: hostile, status: 'down', incidents: [{ startedAgo: HOUR }] },
      { name: hostile, members: [{ name: hostile, manual: 'degraded' }] },
    ],
    reports: [
      { title: hostile, startedAgo: HOUR, updates: [['investigating', `${hostile}\n[x](javascript:alert(1))`, HOUR]] },
    ],
    maintenance: [{ title: hostile, body: hostile, from: -HOUR, to: HOUR, of: [hostile] }],
  },
};

/** Writes a state into the tables as the product would have; ids of lines by name, of reports by title. */
export async function plantState(db: Database, now: number, slug: string, state: PlannedState) {
  const page = { slug, ...(state.title === undefined ? {} : { title: state.title }) };
  const flat = leavesOf(state.lines);
  const planted = await plantPage(db, now, {
    ...page,
    ...(state.description === undefined ? {} : { description: state.description }),
    monitors: flat.map((line) => ({ ...line })),
  });
  const { pageId, accountId } = planted;
  const ids = new Map<string, string>();
  const reports = new Map<string, string>();
  const monitorOf = new Map(flat.map((line, i) => [line, planted.monitors[i]]));
  await db.write('plant state', async (tx) => {
    await tx.run(sql`update status_pages set timezone = ${state.timezone ?? 'UTC'}, language = ${state.language ?? 'en'},
      appearance = ${JSON.stringify(state.appearance ?? {})} where id = ${pageId}`);
    let position = 0;
    const put = async (lines: PlannedLine[], parent: string | null): Promise<void> => {
      for (const line of lines) {
        position += 1;
        const monitor = monitorOf.get(line);
        const id = monitor?.componentId ?? newId('cmp');
        ids.set(line.name, id);
        if (!monitor) {
          await tx.run(sql`insert into components (id, page_id, kind, name, manual_status, position)
            values (${id}, ${pageId}, ${line.members ? 'group' : 'manual'}, ${line.name}, ${line.manual ?? null}, 0)`);
        }
        await tx.run(sql`update components set position = ${position}, parent_id = ${parent},
          description = ${line.about ?? null}, members_only = ${line.membersOnly ? 1 : 0},
          show_uptime = ${line.showUptime === false ? 0 : 1}, show_chart = ${line.showChart ? 1 : 0} where id = ${id}`);
        await put(line.members ?? [], id);
      }
    };
    await put(state.lines, null);
    for (const report of state.reports ?? []) {
      const id = newId('rep');
      reports.set(report.title, id);
      const [, , newest = 0] = report.updates.at(-1) ?? [];
      const began = now - report.startedAgo;
      await tx.run(sql`insert into status_reports (id, page_id, title, impact, status, published_at, started_at,
          resolved_at, created_at, updated_at)
        values (${id}, ${pageId}, ${report.title}, ${report.impact ?? 'major'}, ${report.updates.at(-1)?.[0] ?? 'investigating'},
          ${report.draft ? null : began}, ${began}, ${report.endedAgo === undefined ? null : now - report.endedAgo}, ${began},
          ${now - newest})`);
      for (const [status, body, ago] of report.updates) {
        await tx.run(sql`insert into status_report_updates (id, report_id, status, body, at)
          values (${newId('upd')}, ${id}, ${status}, ${body}, ${now - ago})`);
      }
      for (const [name, status] of Object.entries(report.about ?? {})) {
        await tx.run(sql`insert into status_report_components (report_id, component_id, status)
          values (${id}, ${ids.get(name)}, ${status})`);
      }
    }
    for (const { title, body, from, to, of } of state.maintenance ?? []) {
      const id = newId('mnt');
      const [starts, ends] = [now + from, now + to];
      await tx.run(sql`insert into maintenance_windows (id, account_id, title, body, timezone, starts_at, ends_at,
          current_starts_at, current_ends_at, created_at)
        values (${id}, ${accountId}, ${title}, ${body ?? null}, 'UTC', ${starts}, ${ends}, ${starts}, ${ends}, ${now})`);
      for (const name of of) {
        await tx.run(sql`insert into maintenance_monitors (window_id, monitor_no)
          select ${id}, monitor_no from components where id = ${ids.get(name)} and monitor_no is not null`);
      }
    }
  });
  return { ...planted, ids, reports };
}

function leavesOf(lines: PlannedLine[]): PlannedLine[] {
  return lines.flatMap((line) => (line.members ? leavesOf(line.members) : line.manual ? [] : [line]));
}
