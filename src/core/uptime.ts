import { addResponse, type Histogram, responseCount } from './histogram.ts';
import { cutByWindows, type Occurrence } from './maintenance.ts';
import { DAY, HOUR, SECOND, utcDate } from './time.ts';
import type { ResultStatus } from './verdict.ts';

/** 0: five minutes, 1: an hour, 2: a UTC day. */
export type Grain = 0 | 1 | 2;
export const GRAINS: readonly Grain[] = [0, 1, 2];
/** Length of a slot in seconds; slots are numbered from the epoch. */
export const SLOT_SECONDS: Record<Grain, number> = { 0: 300, 1: 3_600, 2: 86_400 };

/** What can be added up over slots. */
export interface Totals {
  checks: number;
  failed: number;
  up_seconds: number;
  down_seconds: number;
  degraded_seconds: number;
  /** Seconds that are no data: results blocked by policy or our own fault, and planned work. */
  excluded_seconds: number;
  sum_ms: number;
  max_ms: number;
  histogram: Histogram;
}

/**
 * How long the sums of each grain are kept where results are kept for `retention` ms: five minutes serve the day and
 * its charts, hours and days the 90 bars, whatever the plan; hours, because days begin at another one in each zone.
 */
export const SUMMARY_MS: Record<Grain, (retention: number) => number> = {
  0: () => 14 * DAY,
  1: (retention) => Math.max(92 * DAY, retention),
  2: (retention) => Math.max(91 * DAY, retention),
};

/** One row of `summaries`. */
export interface SummaryRow extends Totals {
  monitor_no: number;
  grain: Grain;
  slot: number;
  /** Those of the excluded seconds that were planned work. */
  maintenance_seconds: number;
}

export const NO_TOTALS: Totals = {
  checks: 0,
  failed: 0,
  up_seconds: 0,
  down_seconds: 0,
  degraded_seconds: 0,
  excluded_seconds: 0,
  sum_ms: 0,
  max_ms: 0,
  histogram: '',
};

/** Number of the slot that holds the instant (epoch ms). */
export function slotAt(grain: Grain, ms: number): number {
  return Math.floor(ms / SECOND / SLOT_SECONDS[grain]);
}

/** Epoch ms of the start of a slot. */
export function slotStart(grain: Grain, slot: number): number {
  return slot * SLOT_SECONDS[grain] * SECOND;
}

/** Counts one check into the slot that holds its start; `responseTimeMs` is null when nothing answered. */
export function countCheck<T extends Totals>(row: T, status: ResultStatus, responseTimeMs: number | null): T {
  const failed = row.failed + (status === 'down' ? 1 : 0);
  const counted = { ...row, checks: row.checks + 1, failed };
  if (responseTimeMs === null || status === 'down') return counted;
  return {
    ...counted,
    sum_ms: row.sum_ms + responseTimeMs,
    max_ms: Math.max(row.max_ms, responseTimeMs),
    histogram: addResponse(row.histogram, responseTimeMs),
  };
}

const CREDIT = {
  up: 'up_seconds',
  degraded: 'degraded_seconds',
  down: 'down_seconds',
  blocked: 'excluded_seconds',
  unknown: 'excluded_seconds',
} as const satisfies Record<ResultStatus, keyof Totals>;

/** Adds seconds to the account of a result's status. */
export function creditSeconds<T extends Totals>(row: T, status: ResultStatus, seconds: number): T {
  const key = CREDIT[status];
  return { ...row, [key]: row[key] + seconds };
}

/** Adds seconds of planned work, which are no data. */
export function creditPlanned(row: SummaryRow, seconds: number): SummaryRow {
  const maintenance_seconds = row.maintenance_seconds + seconds;
  return creditSeconds({ ...row, maintenance_seconds }, 'unknown', seconds);
}

/** The slots that a stretch of time touches, with its seconds in each. `from` and `to` are epoch seconds. */
export function splitSpan(grain: Grain, from: number, to: number): { slot: number; seconds: number }[] {
  const length = SLOT_SECONDS[grain];
  const parts: { slot: number; seconds: number }[] = [];
  for (let at = from; at < to; ) {
    const slot = Math.floor(at / length);
    const end = Math.min(to, (slot + 1) * length);
    parts.push({ slot, seconds: end - at });
    at = end;
  }
  return parts;
}

/** Longest time a result speaks for, in seconds; what comes after it without a result is no data. */
function spanCap(monitor: { interval_seconds: number; timeout_seconds: number }): number {
  return monitor.interval_seconds + monitor.timeout_seconds;
}

/**
 * What the time after a monitor's newest result, up to `until` (epoch seconds), counts as: that result's status as far
 * as it speaks; planned work, and what follows a result made during it, is no data.
 * Parts that are no data for that reason are `planned`.
 */
export function spokenFor(
  newest: {
    last_status: ResultStatus;
    last_result_at: number;
    last_marked: number;
    windows: readonly Occurrence[];
    interval_seconds: number;
    timeout_seconds: number;
  },
  until: number,
): { status: ResultStatus; planned: boolean; from: number; to: number }[] {
  const from = Math.floor(newest.last_result_at / SECOND);
  const to = Math.min(until, from + spanCap(newest));
  if (to <= from) return [];
  if (newest.last_marked) return [{ status: 'unknown', planned: true, from, to }];
  return cutByWindows(newest.windows, from, to).map((part) => ({
    status: part.inside ? 'unknown' : newest.last_status,
    planned: part.inside,
    from: part.from,
    to: part.to,
  }));
}

/**
 * Share of the observed time that was up (degraded included), 0 to 100; null when nothing was observed (R-IN-14).
 * Cut, not rounded, after three digits: 100 means not a second was lost.
 */
export function uptimePercent(of: Pick<Totals, 'up_seconds' | 'down_seconds' | 'degraded_seconds'>): number | null {
  const good = of.up_seconds + of.degraded_seconds;
  const observed = good + of.down_seconds;
  return observed === 0 ? null : Math.floor((good * 100_000) / observed) / 1_000;
}

/** Mean response time of the answered checks in whole ms; null without any. */
export function averageMs(of: Pick<Totals, 'sum_ms' | 'histogram'>): number | null {
  const answered = responseCount(of.histogram);
  return answered === 0 ? null : Math.round(of.sum_ms / answered);
}

/** The windows people ask about, in ms. */
export const WINDOWS = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY, '90d': 90 * DAY, '365d': 365 * DAY } as const;
export type Window = keyof typeof WINDOWS;

/** Which summaries answer for a window that ends now: the finest grain that stays a small read. */
export function windowSlots(window: Window, now: number): { grain: Grain; from: number; to: number } {
  const length = WINDOWS[window];
  const grain: Grain = length <= DAY ? 0 : length <= 7 * DAY ? 1 : 2;
  const to = slotAt(grain, now);
  return { grain, from: to - length / SECOND / SLOT_SECONDS[grain] + 1, to };
}

/** Worst thing of a slot: `down` was never up, `partial` has some down time, `unknown` was not observed, `maintenance` is planned work. */
export type BarStatus = 'up' | 'degraded' | 'partial' | 'down' | 'unknown' | 'maintenance';

/** One bar of a row of bars. */
export interface Bar {
  /** Start of the slot, epoch ms. */
  at: number;
  /** UTC day of the start, `2026-11-21`. */
  date: string;
  status: BarStatus;
  uptime_percent: number | null;
  down_seconds: number;
}

/** `count` bars, oldest first; the last one holds `now`. `rows` are one monitor's summaries of that grain. */
export function slotBars(rows: readonly SummaryRow[], grain: Grain, now: number, count: number): Bar[] {
  const bySlot = new Map(rows.filter((row) => row.grain === grain).map((row) => [row.slot, row]));
  const last = slotAt(grain, now);
  return Array.from({ length: count }, (_, i) => {
    const slot = last - count + 1 + i;
    const at = slotStart(grain, slot);
    const row = bySlot.get(slot) ?? NO_TOTALS;
    return {
      at,
      date: utcDate(at),
      status: barStatus(row),
      uptime_percent: uptimePercent(row),
      down_seconds: row.down_seconds,
    };
  });
}

function barStatus(row: Totals): BarStatus {
  if (row.down_seconds > 0) return row.up_seconds + row.degraded_seconds > 0 ? 'partial' : 'down';
  if (row.degraded_seconds > 0) return 'degraded';
  // A slot that holds nothing but the first answer of a new monitor has no seconds yet.
  return row.up_seconds > 0 || row.histogram !== '' ? 'up' : 'unknown';
}

/** Finest grain that draws a stretch of time with at most about 300 points. */
export function chartGrain(ms: number): Grain {
  if (ms <= DAY) return 0;
  return ms <= 300 * HOUR ? 1 : 2;
}
