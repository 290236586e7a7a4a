import type { PageStatus } from '../../src/core/severity.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import type { PlannedLine, PlannedState } from './page-states.ts';

/** Names that break what is not written with care. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  `"><img src=x onerror=alert(1)>`,
  `]]> & 'quoted' \\; , \\n`,
  '\u001b[2J\u001b]0;owned\u0007 terminal',
  '\u202egnp.exe\u202c \u2066x',
  'line\nbreak\r\nBEGIN:VALARM',
  '=cmd|calc!A1 {{7*7}} ${7*7} <%= 7 %>',
  `${'very long '.repeat(30)}name`,
  '監視サービス 📡 상태',
  '\ufffe\u0001 broken',
];

export interface Agreed extends PlannedState {
  status: PageStatus;
  /** Names of lines, reports and work that no visitor may read. */
  hidden?: string[];
}

/** What a page can be in, and the one status that everything must say of it. */
export const AGREED: Record<string, Agreed> = {
  'all-up': { status: 'operational', lines: [{ name: 'Website' }, { name: 'API' }, { name: 'Mail' }] },
  'one-down': {
    status: 'partial_outage',
    lines: [
      { name: 'Website' },
      { name: 'API', status: 'down', incidents: [{ startedAgo: HOUR }] },
      { name: 'Mail', incidents: [{ startedAgo: 3 * DAY, endedAgo: 3 * DAY - HOUR }] },
    ],
  },
  'most-down': {
    status: 'major_outage',
    lines: [{ name: 'Website', status: 'down' }, { name: 'API', status: 'down' }, { name: 'Mail' }],
  },
  degraded: { status: 'degraded', lines: [{ name: 'Website' }, { name: 'API', status: 'degraded' }] },
  'group-mixed': {
    status: 'partial_outage',
    lines: [
      { name: 'Europe', members: [{ name: 'Frankfurt' }, { name: 'Paris', status: 'degraded' }] },
      { name: 'Asia', members: [{ name: 'Tokyo', status: 'down' }, { name: 'Osaka' }, { name: 'Singapore' }] },
      { name: 'World', members: [{ name: 'Islands', members: [{ name: 'Iceland' }] }] },
      { name: 'Phone', manual: 'operational' },
    ],
  },
  maintenance: {
    status: 'maintenance',
    lines: [{ name: 'Website' }, { name: 'API', status: 'down' }],
    maintenance: [
      { title: 'Database move', body: 'We **move**.\n\n- first\n- then', from: -10 * MINUTE, to: HOUR, of: ['API'] },
      { title: 'Old work', from: -3 * DAY, to: -3 * DAY + HOUR, of: ['API'] },
      { title: 'New switches', from: 2 * DAY, to: 2 * DAY + HOUR, of: ['Website'] },
    ],
  },
  'by-hand': { status: 'major_outage', lines: [{ name: 'Phone', manual: 'major_outage' }] },
  reported: {
    status: 'partial_outage',
    lines: [{ name: 'Website' }, { name: 'API' }],
    reports: [
      {
        title: 'Payments are slow',
        impact: 'major',
        startedAgo: 90 * MINUTE,
        about: { API: 'degraded' },
        updates: [
          ['investigating', 'We are **looking** into it.', 90 * MINUTE],
          ['identified', 'A [provider](https://provider.example) is slow. <script>alert(1)</script>', 30 * MINUTE],
        ],
      },
      {
        title: 'Outage of yesterday',
        impact: 'critical',
        startedAgo: 26 * HOUR,
        endedAgo: 24 * HOUR,
        about: { Website: 'major_outage' },
        updates: [
          ['investigating', 'It is down.', 26 * HOUR],
          ['monitoring', 'It is back.', 25 * HOUR],
          ['resolved', 'All is well.', 24 * HOUR],
          ['postmortem', 'It was DNS.', 23 * HOUR],
        ],
      },
      { title: 'Secret draft', startedAgo: HOUR, draft: true, updates: [['investigating', 'Hidden words.', HOUR]] },
    ],
    hidden: ['Secret draft', 'Hidden words'],
  },
  empty: { status: 'unknown', lines: [] },
  'no-data': { status: 'unknown', lines: [{ name: 'Website', status: 'pending', downSeconds: () => null }] },
  'one-paused': { status: 'operational', lines: [{ name: 'Website' }, { name: 'Old API', paused: true }] },
  'no-fresh-data': { status: 'unknown', lines: [{ name: 'Website', heardAgo: DAY }, { name: 'API' }] },
  hundred: {
    status: 'partial_outage',
    lines: Array.from({ length: 100 }, (_, i) => ({ name: `Service ${i}`, status: i === 57 ? 'down' : 'up' })),
  },
  private: {
    status: 'operational',
    lines: [
      { name: 'Website' },
      { name: 'Hidden ledger', public: false, status: 'down', incidents: [{ startedAgo: HOUR }] },
      { name: 'Staff tools', membersOnly: true, status: 'down', incidents: [{ startedAgo: HOUR }] },
      { name: 'Staff group', membersOnly: true, members: [{ name: 'Staff chat', status: 'down' }] },
    ],
    hidden: ['Hidden ledger', 'Staff tools', 'Staff group', 'Staff chat', 'Staff report', 'Staff work'],
    reports: [
      {
        title: 'Staff report',
        impact: 'critical',
        startedAgo: HOUR,
        about: { 'Staff tools': 'major_outage' },
        updates: [['investigating', 'Staff report.', HOUR]],
      },
    ],
    maintenance: [{ title: 'Staff work', from: -HOUR, to: HOUR, of: ['Staff chat'] }],
  },
  hostile: {
    status: 'partial_outage',
    title: `Acme <b>"&'</b> \u001b[31m`,
    lines: HOSTILE.map((name, i) => (i === 0 ? { name, status: 'down', incidents: [{ startedAgo: HOUR }] } : { name })),
    reports: HOSTILE.map((title) => ({
      title,
      impact: 'minor',
      startedAgo: HOUR,
      updates: [['investigating', title, HOUR]],
    })),
    maintenance: HOSTILE.map((title, i) => ({
      title,
      body: title,
      from: HOUR,
      to: 2 * HOUR,
      of: [HOSTILE[i] ?? ''],
    })),
  },
};

/** Names of the lines, groups included or not. */
export function namesOf(lines: readonly PlannedLine[], groups: boolean): string[] {
  return lines.flatMap((line) =>
    line.members ? [...(groups ? [line.name] : []), ...namesOf(line.members, groups)] : [line.name],
  );
}
