import { duration } from '../core/time.ts';
import { bytes, type Figures } from './operator-overview.ts';

/** The figures as the page groups them: label, value, and a word beside it. */
export function statsOf(figures: Figures) {
  const { counts, engine, database, free, now } = figures;
  const { scheduler, ingest, outbox, network, backup } = engine;
  return [
    {
      title: 'Who is here',
      stats: [
        { label: 'Accounts', value: n(counts.accounts) },
        {
          label: 'People',
          value: n(counts.users),
          sub: `${n(counts.sessions)} ${counts.sessions === 1 ? 'log-in' : 'log-ins'}`,
        },
        { label: 'Active monitors', value: n(counts.active) },
        { label: 'Open incidents', value: n(counts.open_incidents) },
      ],
    },
    {
      title: 'Checks',
      stats: [
        {
          label: 'Checks a second',
          value: counts.checks_per_second.toFixed(2),
          sub: `${n(scheduler.running)} running`,
        },
        {
          label: 'Start late by',
          value: ms(scheduler.startLagMs.p50),
          sub: `99 of 100 within ${ms(scheduler.startLagMs.p99)}`,
        },
        { label: 'Program held up', value: ms(scheduler.loopLagMs.p99), sub: `${ms(scheduler.loopLagMs.max)} at most` },
        { label: 'Results to store', value: n(ingest.waiting), sub: `${n(scheduler.waiting)} checks wait` },
      ],
    },
    {
      title: 'Messages',
      stats: [
        {
          label: 'Waiting',
          value: n(figures.waiting),
          sub: figures.oldestMs > 0 ? `oldest ${duration(figures.oldestMs)}` : '',
        },
        { label: 'Given up, 24 h', value: n(figures.dead), tone: figures.dead > 0 ? 'degraded' : null },
        { label: 'Alerts late, 24 h', value: n(figures.late), tone: figures.late > 0 ? 'degraded' : null },
        {
          label: 'Mail server',
          value: outbox.awaySince === null ? 'Answers' : 'Away',
          sub: outbox.awaySince === null ? '' : `for ${duration(now - outbox.awaySince)}`,
          tone: outbox.awaySince === null ? null : 'degraded',
        },
      ],
    },
    {
      title: 'Machine',
      stats: [
        {
          label: 'Database',
          value: database ? bytes(database.file) : 'A server',
          sub: database ? `log ${bytes(database.log)}` : '',
        },
        { label: 'Disk free', value: free === null ? '–' : bytes(free) },
        {
          label: 'Last copy',
          value:
            backup.everyMs === 0 ? 'Off' : backup.lastAt === null ? 'None yet' : `${duration(now - backup.lastAt)} ago`,
          sub: backup.everyMs === 0 ? '' : `every ${duration(backup.everyMs)}`,
        },
        {
          label: 'Network',
          value: network.offlineSince === null ? 'There' : 'Gone',
          tone: network.offlineSince === null ? null : 'down',
          sub: `version ${figures.version}, up ${duration(now - figures.startedAt)}`,
        },
      ],
    },
  ];
}

function n(value: number): string {
  return value.toLocaleString('en-US');
}

function ms(value: number): string {
  return `${n(Math.round(value))} ms`;
}
