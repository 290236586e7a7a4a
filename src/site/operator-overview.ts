import { VERSION } from '../config.ts';
import { LATE_MS } from '../core/backoff.ts';
import { DAY, duration, SECOND } from '../core/time.ts';
import { databaseSize, freeBytes } from '../db/backup.ts';
import type { Deps } from '../deps.ts';
import type { EngineHealth } from './health.ts';
import { oldestDueAt } from './health-queries.ts';
import type { Board } from './operator-board.ts';
import { countInstallation, countRecentSends, countWaiting } from './operator-figure-queries.ts';

/** Beyond these a figure is bad enough for a sentence. */
const START_LAG_MS = 5 * SECOND;
const LOOP_LAG_MS = 200;
const LITTLE_ROOM = 512 * 1_048_576;

/** Everything the operator's first page shows; found in a handful of statements. */
export async function loadFigures(deps: Deps, engine: EngineHealth) {
  const { db, config, clock } = deps;
  const now = clock.now();
  const counts = await countInstallation(db.read, now);
  const waiting = await countWaiting(db.read);
  const sends = await countRecentSends(db.read, now - DAY, LATE_MS);
  const dueAt = await oldestDueAt(db.read, now);
  const total = (key: 'sent' | 'dead' | 'late') => sends.reduce((sum, row) => sum + row[key], 0);
  return {
    now,
    counts,
    sends,
    late: total('late'),
    dead: total('dead'),
    waiting: waiting.reduce((sum, { n }) => sum + n, 0),
    oldestMs: dueAt === null ? 0 : now - dueAt,
    database: databaseSize(config.databaseUrl),
    free: await freeBytes(config.dataPath).catch(() => null),
    version: VERSION,
    startedAt: now - process.uptime() * SECOND,
    engine,
  };
}

export type Figures = Awaited<ReturnType<typeof loadFigures>>;

export interface Finding {
  tone: 'down' | 'degraded' | 'maintenance';
  text: string;
}

const WORST_FIRST: readonly Finding['tone'][] = ['down', 'degraded', 'maintenance'];

/** What is bad, each in a sentence, the worst first; empty when nothing is. */
export function findings(figures: Figures, board: Board): Finding[] {
  const { engine, database, free, now } = figures;
  const { scheduler, network, outbox, backup } = engine;
  const since = (at: number) => duration(now - at);
  const found: (Finding | false | null)[] = [
    !scheduler.ok && {
      tone: 'down',
      text: 'Checks are not being started. Look at the log and the load of the machine.',
    },
    network.offlineSince !== null && {
      tone: 'down',
      text: `Our own network has been gone for ${since(network.offlineSince)}: no witness answers, so failed checks count as unknown.`,
    },
    free !== null &&
      free < LITTLE_ROOM && {
        tone: 'down',
        text: `The disk of the data folder has ${bytes(free)} left. When it is full, nothing can be stored.`,
      },
    outbox.awaySince !== null && {
      tone: 'degraded',
      text: `The mail server has not answered for ${since(outbox.awaySince)}. Mails wait and are sent when it does.`,
    },
    figures.oldestMs > LATE_MS && {
      tone: 'degraded',
      text: `The oldest message that should have left waits for ${duration(figures.oldestMs)} now.`,
    },
    scheduler.startLagMs.p99 > START_LAG_MS && {
      tone: 'degraded',
      text: `One check in a hundred starts more than ${duration(scheduler.startLagMs.p99)} late: this machine has more to do than it can.`,
    },
    scheduler.loopLagMs.p99 > LOOP_LAG_MS && {
      tone: 'degraded',
      text: `The program is held up for ${Math.round(scheduler.loopLagMs.p99)} ms at times; pages are slow then.`,
    },
    figures.late > 0 && {
      tone: 'degraded',
      text: `${count(figures.late, 'alert')} of the last day left more than ${duration(LATE_MS)} late.`,
    },
    figures.dead > 0 && {
      tone: 'degraded',
      text: `${count(figures.dead, 'message')} of the last day ${figures.dead === 1 ? 'was' : 'were'} given up; the accounts see why under deliveries.`,
    },
    backup.problem !== null && { tone: 'degraded', text: `The database is not being copied. ${backup.problem}` },
    free !== null &&
      database !== null &&
      free >= LITTLE_ROOM &&
      free < 2 * (database.file + database.log) && {
        tone: 'degraded',
        text: `The disk has ${bytes(free)} left, less than twice the database: copies of it cannot be made.`,
      },
    board.maintenance !== null && {
      tone: 'maintenance',
      text: 'Maintenance mode is on: nobody can change anything.',
    },
  ];
  return found
    .filter((one): one is Finding => Boolean(one))
    .toSorted((a, b) => WORST_FIRST.indexOf(a.tone) - WORST_FIRST.indexOf(b.tone));
}

function count(n: number, noun: string): string {
  return n === 1 ? `One ${noun}` : `${n} ${noun}s`;
}

/** "3.4 GiB", "512 KiB". */
export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = n;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
