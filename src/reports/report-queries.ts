import { mergeHistograms } from '../core/histogram.ts';
import { AppError } from '../core/errors.ts';
import { occurrences } from '../core/maintenance.ts';
import { PLAN } from '../core/plan.ts';
import {
  addTallies,
  type Cover,
  coverOf,
  coveredSeconds,
  type Figures,
  figuresOf,
  keptSince,
  nameSeconds,
  NO_TALLY,
  type Span,
  type Tally,
} from '../core/report.ts';
import type { Days } from '../core/report-period.ts';
import { HOUR, SECOND } from '../core/time.ts';
import { creditSeconds, NO_TOTALS } from '../core/uptime.ts';
import type { Db } from '../db/client.ts';
import { listWindows, scheduleIn } from '../maintenance/queries.ts';
import { readOpenSpans } from '../monitors/result-queries.ts';
import {
  listPauses,
  listReported,
  listWorst,
  type Outage,
  type ReportAccount,
  type Reported,
  type Scope,
  sumIncidents,
  sumSlots,
} from './queries.ts';

/** Most monitors one report covers; a report says so when there are more. */
export const MOST_MONITORS = 5_000;
/** Monitors summed up in one turn of the event loop: ninety days of five take a few milliseconds. */
const PIECE = 5;
const WORST = 10;
/** Windows looked at for planned work, the newest ones. */
const MOST_WINDOWS = 200;
/** A newest result from before the period may still speak for its beginning, if it is not older than this. */
const SPEAKS_MS = 2 * HOUR;

export type MonitorFigures = Figures & { id: string; name: string };

/** Everything that a report says, on paper, as CSV, as JSON or by mail. Times are epoch ms. */
export interface Report {
  account: ReportAccount;
  days: Days;
  /** End of what it speaks of: the end of the period, or the instant at which it was made. */
  until: number;
  madeAt: number;
  scope: Scope;
  /** The lowest uptime first, monitors without any last. */
  monitors: MonitorFigures[];
  total: Figures;
  worst: Outage[];
  /** Groups that are listed but not in the total, because their members are. */
  groups: number;
  /** More monitors fit the scope than a report covers. */
  cut: boolean;
}

let turn: Promise<unknown> = Promise.resolve();
/** Reports that are being made or wait for it, by account. */
const waiting = new Map<string, number>();
/** One account asking for more at once would keep all others waiting. */
const MOST_WAITING = 4;

/**
 * Makes a report from summaries: days, and hours where the zone's days begin and end. In pieces with a pause of the
 * event loop after each, and one report after the other, so that however large it is nobody waits for it. Throws
 * `AppError` `rate_limited` when too many of the account wait already.
 */
export async function readReport(
  db: Db,
  account: ReportAccount,
  days: Days,
  scope: Scope,
  now: number,
): Promise<Report> {
  const before = waiting.get(account.id) ?? 0;
  if (before >= MOST_WAITING) {
    const options = { retryAfterSeconds: 5 };
    throw new AppError('rate_limited', 'Other reports of this account are being made. Try again in a moment.', options);
  }
  waiting.set(account.id, before + 1);
  const made = turn.then(() => make(db, account, days, scope, now));
  turn = made.catch(() => {});
  try {
    return await made;
  } finally {
    const left = (waiting.get(account.id) ?? 1) - 1;
    if (left > 0) waiting.set(account.id, left);
    else waiting.delete(account.id);
  }
}

async function make(db: Db, account: ReportAccount, days: Days, scope: Scope, now: number): Promise<Report> {
  const within: Span = { from: days.from, to: Math.max(days.from, Math.min(days.to, now)) };
  const cover = coverOf(days, now, keptSince(PLAN[account.plan].retention, now));
  const found = await listReported(db, account.id, scope, MOST_MONITORS + 1);
  const monitors = found.slice(0, MOST_MONITORS);
  const whole = scope.monitorId === undefined && scope.tag === undefined;
  const isView = (monitor: Reported | undefined) => whole && monitor?.kind === 'group';
  const causes = await readCauses(db, account, monitors, within, now);
  const rows: MonitorFigures[] = [];
  let sum = NO_TALLY;
  let worst: Outage[] = [];
  for (let at = 0; at < monitors.length; at += PIECE) {
    const piece = monitors.slice(at, at + PIECE);
    const tallies = await tally(db, piece, cover, within, causes);
    await pause();
    const outages = await listWorst(
      db,
      piece.map(({ no }) => no),
      within,
      WORST,
    );
    worst = [...worst, ...outages].toSorted((a, b) => b.within_ms - a.within_ms).slice(0, WORST);
    for (const [i, { id, name }] of piece.entries()) rows.push({ id, name, ...figuresOf(tallies[i] ?? NO_TALLY) });
    sum = addTallies([sum, ...tallies.filter((_, i) => !isView(piece[i]))]);
    await pause();
  }
  return {
    account,
    days,
    until: within.to,
    madeAt: now,
    scope,
    monitors: rows.toSorted(worstFirst),
    total: figuresOf(sum),
    worst,
    groups: monitors.filter(isView).length,
    cut: found.length > MOST_MONITORS,
  };
}

function worstFirst(a: MonitorFigures, b: MonitorFigures): number {
  const [left, right] = [a.uptime_percent ?? 101, b.uptime_percent ?? 101];
  return left - right || b.down_seconds - a.down_seconds || a.name.localeCompare(b.name);
}

async function tally(db: Db, piece: readonly Reported[], cover: Cover, within: Span, causes: Causes): Promise<Tally[]> {
  const nos = piece.map(({ no }) => no);
  const sums = await sumSlots(db, nos, cover.slots);
  await pause();
  const until = Math.floor(within.to / SECOND);
  const open = await readOpenSpans(db, nos, within.from - SPEAKS_MS, until);
  const incidents = await sumIncidents(db, nos, within);
  await pause();
  const seconds = Math.floor((within.to - within.from) / SECOND);
  const expired_seconds = seconds - coveredSeconds(cover.spans, within);
  // What is not kept is named so, whatever else it may have been.
  const inCover = (spans: readonly Span[]) => cover.spans.reduce((sum, kept) => sum + coveredSeconds(spans, kept), 0);
  return piece.map((monitor) => {
    let measured = sums.get(monitor.no) ?? NO_TOTALS;
    for (const { status, from, to } of open.get(monitor.no) ?? []) {
      const within_seconds = to - Math.max(from, Math.ceil(within.from / SECOND));
      if (within_seconds > 0) measured = creditSeconds(measured, status, within_seconds);
    }
    const { unmonitored, paused, away } = causes.of(monitor);
    const paused_seconds = inCover(paused);
    const named = nameSeconds(measured, seconds, {
      expired_seconds,
      unmonitored_seconds: inCover([{ from: 0, to: unmonitored }]),
      paused_seconds,
      maintenance_seconds: inCover(away) - paused_seconds,
    });
    // The joined histogram of a quarter is long: merged once, it is short for everything after.
    const histogram = mergeHistograms([measured.histogram]);
    return { ...NO_TALLY, ...measured, ...named, ...incidents.get(monitor.no), histogram };
  });
}

/** Why nothing was measured, as far as it is known. */
interface Causes {
  of(monitor: Reported): {
    /** Until when there was no such monitor, epoch ms. */
    unmonitored: number;
    paused: Span[];
    /** Paused or planned work: the two may lie over each other. */
    away: Span[];
  };
}

async function readCauses(
  db: Db,
  account: ReportAccount,
  monitors: readonly Reported[],
  within: Span,
  now: number,
): Promise<Causes> {
  const paused = pausedSpans(monitors, await listPauses(db, account.id, within.from), now);
  const planned = await plannedSpans(db, account.id, new Set(monitors.map(({ id }) => id)), within);
  return {
    of: (monitor) => {
      const spans = paused.get(monitor.id) ?? [];
      const work = (planned.get(monitor.id) ?? []).map(({ from, to }) => ({
        from: Math.max(from, monitor.created_at),
        to,
      }));
      return { unmonitored: monitor.created_at, paused: spans, away: [...spans, ...work] };
    },
  };
}

/** A pause lasts from its entry in the record to the next resuming one; the present one is in the monitor's row. */
function pausedSpans(
  monitors: readonly Reported[],
  entries: Awaited<ReturnType<typeof listPauses>>,
  now: number,
): Map<string, Span[]> {
  const byMonitor = new Map<string, typeof entries>();
  for (const entry of entries) byMonitor.set(entry.monitorId, [...(byMonitor.get(entry.monitorId) ?? []), entry]);
  return new Map(
    monitors.map(({ id, created_at, paused_at }) => {
      const spans: Span[] = [];
      let since: number | null = null;
      for (const [i, { at, paused }] of (byMonitor.get(id) ?? []).entries()) {
        // Resumed before it was paused: the pause began before the time that is looked at.
        if (!paused && (since !== null || i === 0)) spans.push({ from: since ?? created_at, to: at });
        since = paused ? (since ?? at) : null;
      }
      if (paused_at !== null) spans.push({ from: paused_at, to: now });
      return [id, spans];
    }),
  );
}

/** Planned work by monitor id. A window counts from the day it was planned; what was deleted is not known any more. */
async function plannedSpans(
  db: Db,
  accountId: string,
  ids: ReadonlySet<string>,
  within: Span,
): Promise<Map<string, Span[]>> {
  const planned = new Map<string, Span[]>();
  for (const row of await listWindows(db, accountId, null, MOST_WINDOWS)) {
    const covered = row.monitors.filter(([id]) => ids.has(id));
    if (covered.length === 0) continue;
    const from = Math.max(within.from, row.created_at);
    const spans = walk(scheduleIn(row), from, within.to).map(({ startsAt, endsAt }) => {
      const early = startsAt === row.current_starts_at ? (row.current_ends_at ?? endsAt) : endsAt;
      return { from: Math.max(startsAt, from), to: Math.min(endsAt, early) };
    });
    for (const [id] of covered) planned.set(id, [...(planned.get(id) ?? []), ...spans]);
    await pause();
  }
  return planned;
}

/** All occurrences between two instants: they are told in portions. */
function walk(schedule: Parameters<typeof occurrences>[0], from: number, until: number) {
  const all: ReturnType<typeof occurrences> = [];
  for (let at = from; at < until; ) {
    const some = occurrences(schedule, at, until);
    const last = some.at(-1);
    if (!last || last.endsAt <= at) break;
    all.push(...some);
    at = last.endsAt;
  }
  return all;
}

/** Everybody else has a turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
