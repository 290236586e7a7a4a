import { type Histogram, percentile } from '../core/histogram.ts';
import { PLAN, type Plan, PLANS } from '../core/plan.ts';
import { DAY, HOUR, SECOND } from '../core/time.ts';
import {
  averageMs,
  type Bar,
  type Grain,
  NO_TOTALS,
  SLOT_SECONDS,
  slotAt,
  slotBars,
  slotStart,
  type Totals,
  uptimePercent,
  WINDOWS,
  type Window,
} from '../core/uptime.ts';
import type { ResultStatus } from '../core/verdict.ts';
import type { Db } from '../db/client.ts';
import { countIncidentsSince, incidentsWithin } from '../incidents/queries.ts';
import type { MonitorRow } from './queries.ts';
import { listResults, readSummaries, readUptime } from './result-queries.ts';
import { readParts, readStretches } from './summary-queries.ts';

/** Hours of status history that every plan shows (decision 8); a longer retention shows more. */
const HISTORY_HOURS = 72;

/** How far back a plan shows hour by hour what happened, in ms. */
export function historyReach(plan: Plan): number {
  return Math.max(PLAN[plan].retention, HISTORY_HOURS * HOUR);
}

/** The cheapest plan that keeps results this long, for what is shown locked. */
export function planForReach(ms: number): Plan {
  return PLANS.find((plan) => PLAN[plan].retention >= ms) ?? 'business';
}

export interface WindowFigures {
  uptime_percent: number | null;
  up_seconds: number;
  down_seconds: number;
  excluded_seconds: number;
  incidents: number;
}

export interface Uptime {
  windows: Record<Window, WindowFigures>;
  /** Of the last 24 hours. */
  response_ms: { avg: number | null; p50: number | null; p95: number | null; p99: number | null };
}

const WINDOW_NAMES = Object.keys(WINDOWS) as Window[];
/** Daily sums live this long on every plan, for the bars of the public page. */
const DAILY_KEPT = 90 * DAY;

/** Whether a plan shows a window at all. */
export function windowOpen(window: Window, plan: Plan): boolean {
  return WINDOWS[window] <= Math.max(PLAN[plan].retention, DAILY_KEPT);
}

/** Uptime over the standard windows, and response times of the last day. A window the plan lacks is empty. */
export async function loadUptime(db: Db, row: MonitorRow, plan: Plan, now: number): Promise<Uptime> {
  const open = WINDOW_NAMES.filter((window) => windowOpen(window, plan));
  const totals = new Map<Window, Totals>();
  for (const window of open) {
    totals.set(window, (await readUptime(db, [row.no], window, now)).get(row.no) ?? NO_TOTALS);
  }
  const counts = await countIncidentsSince(
    db,
    row.no,
    WINDOW_NAMES.map((window) => now - WINDOWS[window]),
  );
  const figures = WINDOW_NAMES.map((window, i) => {
    const sum = totals.get(window) ?? NO_TOTALS;
    return [
      window,
      {
        uptime_percent: uptimePercent(sum),
        up_seconds: sum.up_seconds + sum.degraded_seconds,
        down_seconds: sum.down_seconds,
        excluded_seconds: sum.excluded_seconds,
        incidents: totals.has(window) ? (counts[i] ?? 0) : 0,
      },
    ];
  });
  const day = totals.get('24h') ?? NO_TOTALS;
  return {
    windows: Object.fromEntries(figures) as Record<Window, WindowFigures>,
    response_ms: { avg: averageMs(day), ...percentiles(day.histogram) },
  };
}

function percentiles(histogram: Histogram) {
  return { p50: percentile(histogram, 50), p95: percentile(histogram, 95), p99: percentile(histogram, 99) };
}

/** A bar in a row of bars; `none` is before the monitor existed. */
export interface Slot {
  at: number;
  /** Length in ms. */
  length: number;
  status: Bar['status'] | 'none';
  uptime_percent: number | null;
  down_seconds: number;
}

const HALF_HOUR = 6;
const HALF_HOURS = 48;

/** The last 24 hours of many monitors in 48 half hours each, by monitor number. */
export async function loadDaySlots(db: Db, rows: readonly MonitorRow[], now: number): Promise<Map<number, Slot[]>> {
  const last = Math.floor(slotAt(0, now) / HALF_HOUR);
  const first = last - HALF_HOURS + 1;
  const numbers = rows.map((row) => row.no);
  const stretches = await readStretches(db, numbers, first * HALF_HOUR, (last + 1) * HALF_HOUR - 1, HALF_HOUR);
  const slots = (row: MonitorRow) => {
    const found = new Map((stretches.get(row.no) ?? []).map((stretch) => [stretch.part, stretch]));
    return Array.from({ length: HALF_HOURS }, (_, i) => {
      const part = first + i;
      const at = slotStart(0, part * HALF_HOUR);
      return slotOf(found.get(part), at, HALF_HOUR * SLOT_SECONDS[0] * SECOND, row, now);
    });
  };
  return new Map(rows.map((row) => [row.no, slots(row)]));
}

/** The hours of one monitor's recent history, oldest first, the present hour last. */
export async function loadHistory(db: Db, row: MonitorRow, hours: number, now: number): Promise<(Slot & Totals)[]> {
  const last = slotAt(1, now);
  const summaries = await readSummaries(db, [row.no], 1, last - hours + 1, last);
  const found = new Map(summaries.map((summary) => [summary.slot, summary]));
  return slotBars(summaries, 1, now, hours).map((bar) => {
    const sums = found.get(slotAt(1, bar.at));
    return { ...NO_TOTALS, ...sums, ...slotOf(sums, bar.at, HOUR, row, now) };
  });
}

type Seconds = Pick<Totals, 'up_seconds' | 'down_seconds' | 'degraded_seconds'>;

function slotOf(sums: Seconds | undefined, at: number, length: number, row: MonitorRow, now: number): Slot {
  const seen = sums ?? NO_TOTALS;
  const known = { at, length, uptime_percent: uptimePercent(seen), down_seconds: seen.down_seconds };
  const status = worst(seen);
  if (status !== 'unknown') return { ...known, status };
  return { ...known, status: at + length <= row.created_at ? 'none' : sinceLastResult(row, at, length, now) };
}

function worst(sums: Seconds): Bar['status'] {
  if (sums.down_seconds > 0) return sums.up_seconds + sums.degraded_seconds > 0 ? 'partial' : 'down';
  if (sums.degraded_seconds > 0) return 'degraded';
  return sums.up_seconds > 0 ? 'up' : 'unknown';
}

/** A slot whose time is not written yet belongs to the newest result, while that still speaks for the present. */
function sinceLastResult(row: MonitorRow, at: number, length: number, now: number): Bar['status'] {
  // Planned work: the slot that holds the present says so, the ones before it only know that nothing counted.
  if (row.status === 'maintenance') return at <= now && now < at + length ? 'maintenance' : 'unknown';
  if (row.last_result_at === null || row.last_result_at >= at + length || at > now) return 'unknown';
  if (row.status === 'paused' || row.status === 'unknown') return 'unknown';
  const byStatus: Partial<Record<ResultStatus, Bar['status']>> = { up: 'up', degraded: 'degraded', down: 'down' };
  return byStatus[row.last_status ?? 'unknown'] ?? 'unknown';
}

/** Ranges of the response-time chart. */
export const RANGES = {
  '1h': { label: '1 h', length: HOUR, grain: 0, step: 1 },
  '6h': { label: '6 h', length: 6 * HOUR, grain: 0, step: 1 },
  '24h': { label: '24 h', length: DAY, grain: 0, step: 2 },
  '7d': { label: '7 d', length: 7 * DAY, grain: 1, step: 1 },
  '30d': { label: '30 d', length: 30 * DAY, grain: 1, step: 4 },
} as const satisfies Record<string, { label: string; length: number; grain: Grain; step: number }>;
export type Range = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as Range[];

/** One point of a chart; figures are null where nothing answered. */
export interface Point {
  /** Start, epoch ms. */
  at: number;
  avg: number | null;
  p50: number | null;
  p95: number | null;
  max: number | null;
  checks: number;
  failed: number;
  /** Seconds of this point that were down. */
  down_seconds: number;
}

export interface Series {
  from: number;
  to: number;
  /** Distance of two points, ms. */
  step: number;
  /** How long each point stands for, ms; 0 for single checks. */
  width: number;
  /** Oldest first, one for each step, those without any check included. */
  points: Point[];
  incidents: { id: string; started_at: number; resolved_at: number | null }[];
}

/** Most single results that the one-hour chart draws: a check each 30 seconds with room for rechecks. */
const MOST_RESULTS = 180;

/** Response times of a stretch up to `now`, with the incidents behind them. */
export async function loadSeries(
  db: Db,
  monitorNo: number,
  range: { length: number; grain: Grain; step: number },
  now: number,
): Promise<Series> {
  const { grain, step } = range;
  const length = step * SLOT_SECONDS[grain] * SECOND;
  const last = Math.floor(slotAt(grain, now) / step);
  const first = last - Math.ceil(range.length / length) + 1;
  const slots = { grain, from: first * step, to: (last + 1) * step - 1 };
  const parts = new Map((await readParts(db, monitorNo, slots, step)).map((part) => [part.part, part]));
  const points = Array.from({ length: last - first + 1 }, (_, i) => {
    const sums = parts.get(first + i) ?? NO_TOTALS;
    return {
      at: slotStart(grain, (first + i) * step),
      ...middleAndHigh(sums),
      avg: averageMs(sums),
      max: sums.max_ms || null,
      checks: sums.checks,
      failed: sums.failed,
      down_seconds: sums.down_seconds,
    };
  });
  const from = slotStart(grain, first * step);
  return {
    from,
    to: now,
    step: length,
    width: length,
    points,
    incidents: await incidentsWithin(db, monitorNo, from, now),
  };
}

/** A histogram is right within five per cent; of one or two checks the sums say it exactly. */
function middleAndHigh(sums: Totals): { p50: number | null; p95: number | null } {
  if (sums.checks - sums.failed <= 2) return { p50: averageMs(sums), p95: sums.max_ms || null };
  return { p50: percentile(sums.histogram, 50), p95: percentile(sums.histogram, 95) };
}

/** The last hour check by check: few enough rows to draw each of them. */
export async function loadLastHour(db: Db, row: MonitorRow, now: number): Promise<Series> {
  const from = now - HOUR;
  const results = await listResults(db, row.no, { sinceMs: from, limit: MOST_RESULTS });
  const points = results.toReversed().map(({ at, responseMs, status }) => {
    const ms = status === 'up' || status === 'degraded' ? responseMs : null;
    const down = status === 'down';
    return { at, avg: ms, p50: ms, p95: null, max: ms, checks: 1, failed: Number(down), down_seconds: 0 };
  });
  const step = row.interval_seconds * SECOND;
  return { from, to: now, step, width: 0, points, incidents: await incidentsWithin(db, row.no, from, now) };
}
