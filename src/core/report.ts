import { mergeHistograms, percentile } from './histogram.ts';
import { DAY, SECOND } from './time.ts';
import {
  averageMs,
  type Grain,
  NO_TOTALS,
  SLOT_SECONDS,
  SUMMARY_MS,
  slotAt,
  slotStart,
  type Totals,
  uptimePercent,
} from './uptime.ts';

/** A stretch of time, epoch ms; the end does not belong to it. */
export interface Span {
  from: number;
  to: number;
}

/** Slots `from` to `to` of one grain, both included. */
export interface Slots {
  grain: Grain;
  from: number;
  to: number;
}

/** Since when the sums of each grain are there, epoch ms, for results kept `retention` ms. */
export function keptSince(retention: number, now: number): Record<Grain, number> {
  const since = (grain: Grain) => slotStart(grain, slotAt(grain, now - SUMMARY_MS[grain](retention)));
  return { 0: since(0), 1: since(1), 2: since(2) };
}

/** How a period is put together from sums: whole UTC days, hours and five minutes where its days begin and end. */
export interface Cover {
  slots: Slots[];
  /** The stretches of the period, up to `now`, that these slots hold. */
  spans: Span[];
}

/**
 * The sums that make up a period up to `now`. `kept` says since when (epoch ms) the sums of each grain are there; what
 * no sum is kept for is left out, so the slots never reach beyond the period.
 */
export function coverOf(period: Span, now: number, kept: Record<Grain, number>): Cover {
  // The slot that holds the present ends in the future, and holds nothing of it.
  const to = period.to > now ? Math.ceil(now / DAY + 1e-9) * DAY : period.to;
  const slots = cover(period.from, to, 2, kept);
  const spans = slots.map(({ grain, from, to: last }) => {
    const length = SLOT_SECONDS[grain] * SECOND;
    return { from: from * length, to: Math.min(now, (last + 1) * length) };
  });
  return { slots, spans: spans.filter((span) => span.to > span.from) };
}

function cover(from: number, to: number, grain: Grain, kept: Record<Grain, number>): Slots[] {
  if (from >= to) return [];
  const length = SLOT_SECONDS[grain] * SECOND;
  const [first, end] = [Math.ceil(from / length), Math.floor(to / length)];
  const finer = (a: number, b: number) => (grain === 0 ? [] : cover(a, b, (grain - 1) as Grain, kept));
  if (first >= end) return finer(from, to);
  const start = Math.max(first, Math.ceil(kept[grain] / length));
  const whole = start < end ? [{ grain, from: start, to: end - 1 }] : [];
  return [...finer(from, first * length), ...whole, ...finer(end * length, to)];
}

/** Seconds that the spans cover together between two instants; where they lie over each other they count once. */
export function coveredSeconds(spans: readonly Span[], within: Span): number {
  let [sum, reached] = [0, within.from];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const [start, end] = [Math.max(from, reached), Math.min(to, within.to)];
    if (end <= start) continue;
    sum += end - start;
    reached = end;
  }
  return Math.floor(sum / SECOND);
}

/** Seconds of a period that are not in the sum of which uptime is a share, by their cause. */
export interface Exclusions {
  /** Planned work, by its plan as it stands. */
  maintenance_seconds: number;
  paused_seconds: number;
  /** No result, or one that says nothing: blocked, our own fault, our own network. */
  unknown_seconds: number;
  /** Before the monitor was made. */
  unmonitored_seconds: number;
  /** Before what is kept, by the plan of the account. */
  expired_seconds: number;
}

/** What is known of one monitor in a period, and what is said of several added up. */
export interface Tally extends Totals, Exclusions {
  /** Incidents that were going on at any time of it, those that began in it, those that recovered in it. */
  incidents: number;
  begun: number;
  recovered: number;
  /** Whole length of the ones that recovered, ms. */
  recovered_ms: number;
  /** Longest time within the period that one of them lasted, ms. */
  longest_ms: number;
}

export const NO_TALLY: Tally = {
  ...NO_TOTALS,
  maintenance_seconds: 0,
  paused_seconds: 0,
  unknown_seconds: 0,
  unmonitored_seconds: 0,
  expired_seconds: 0,
  incidents: 0,
  begun: 0,
  recovered: 0,
  recovered_ms: 0,
  longest_ms: 0,
};

/**
 * Gives every second of a period (of `seconds` in all) exactly one name. Measured seconds come first; of the rest each
 * known cause gets what it claims as long as there is any, and what remains is unknown.
 */
export function nameSeconds(
  measured: Pick<Totals, 'up_seconds' | 'down_seconds' | 'degraded_seconds'>,
  seconds: number,
  claims: Omit<Exclusions, 'unknown_seconds'>,
): Exclusions {
  let rest = Math.max(0, seconds - measured.up_seconds - measured.degraded_seconds - measured.down_seconds);
  const take = (claimed: number) => {
    const taken = Math.min(rest, Math.max(0, claimed));
    rest -= taken;
    return taken;
  };
  const expired_seconds = take(claims.expired_seconds);
  const unmonitored_seconds = take(claims.unmonitored_seconds);
  const paused_seconds = take(claims.paused_seconds);
  const maintenance_seconds = take(claims.maintenance_seconds);
  return { expired_seconds, unmonitored_seconds, paused_seconds, maintenance_seconds, unknown_seconds: rest };
}

/** Several monitors as one: seconds and counts add up, so each weighs as long as it was watched. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = { ...NO_TALLY };
  for (const one of tallies) {
    for (const key of ADDED) sum[key] += one[key];
    sum.max_ms = Math.max(sum.max_ms, one.max_ms);
    sum.longest_ms = Math.max(sum.longest_ms, one.longest_ms);
  }
  sum.histogram = mergeHistograms(tallies.map(({ histogram }) => histogram));
  return sum;
}

const ADDED = [
  'checks',
  'failed',
  'up_seconds',
  'down_seconds',
  'degraded_seconds',
  'excluded_seconds',
  'sum_ms',
  'maintenance_seconds',
  'paused_seconds',
  'unknown_seconds',
  'unmonitored_seconds',
  'expired_seconds',
  'incidents',
  'begun',
  'recovered',
  'recovered_ms',
] as const satisfies readonly (keyof Tally)[];

/** The figures of a report, of one monitor or of all. Null is "nothing to say": no time measured, nothing recovered. */
export interface Figures extends Exclusions {
  uptime_percent: number | null;
  up_seconds: number;
  degraded_seconds: number;
  down_seconds: number;
  incidents: number;
  begun: number;
  recovered: number;
  /** Whole length of those that recovered. */
  recovered_seconds: number;
  longest_outage_seconds: number | null;
  /** Mean length of the incidents that recovered in the period. */
  mttr_seconds: number | null;
  /** Good time of the period by the incidents that began in it. */
  mtbf_seconds: number | null;
  checks: number;
  failed_checks: number;
  average_ms: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export function figuresOf(tally: Tally): Figures {
  const { histogram, up_seconds, degraded_seconds, down_seconds, incidents, begun, recovered } = tally;
  const good = up_seconds + degraded_seconds;
  return {
    uptime_percent: uptimePercent(tally),
    up_seconds,
    degraded_seconds,
    down_seconds,
    maintenance_seconds: tally.maintenance_seconds,
    paused_seconds: tally.paused_seconds,
    unknown_seconds: tally.unknown_seconds,
    unmonitored_seconds: tally.unmonitored_seconds,
    expired_seconds: tally.expired_seconds,
    incidents,
    begun,
    recovered,
    recovered_seconds: Math.round(tally.recovered_ms / SECOND),
    longest_outage_seconds: incidents === 0 ? null : Math.floor(tally.longest_ms / SECOND),
    mttr_seconds: recovered === 0 ? null : Math.round(tally.recovered_ms / recovered / SECOND),
    mtbf_seconds: begun === 0 || good === 0 ? null : Math.floor(good / begun),
    checks: tally.checks,
    failed_checks: tally.failed,
    average_ms: averageMs(tally),
    p50_ms: percentile(histogram, 50),
    p95_ms: percentile(histogram, 95),
    p99_ms: percentile(histogram, 99),
  };
}

/** All seconds that the figures speak of, named or measured. */
export function secondsOf(figures: Figures): number {
  const measured = figures.up_seconds + figures.degraded_seconds + figures.down_seconds;
  const { maintenance_seconds, paused_seconds, unknown_seconds, unmonitored_seconds, expired_seconds } = figures;
  return measured + maintenance_seconds + paused_seconds + unknown_seconds + unmonitored_seconds + expired_seconds;
}

/** How the figures come about, with the numbers filled in; one line each, plain text. */
export function formulaLines(figures: Figures): string[] {
  const { up_seconds: up, degraded_seconds: degraded, down_seconds: down, uptime_percent: uptime } = figures;
  const { begun, recovered, mttr_seconds: mttr, mtbf_seconds: mtbf } = figures;
  return [
    uptime === null
      ? 'Uptime = (up + degraded) ÷ (up + degraded + down): nothing was measured, so there is no figure.'
      : `Uptime = (up + degraded) ÷ (up + degraded + down) = (${n(up)} s + ${n(degraded)} s) ÷ (${n(up)} s + ${n(degraded)} s + ${n(down)} s) = ${uptime.toFixed(3)}%, cut after the third digit, never rounded up.`,
    mttr === null
      ? 'MTTR = time until recovery ÷ incidents that recovered in the period: none did.'
      : `MTTR = time until recovery ÷ incidents that recovered in the period = ${n(figures.recovered_seconds)} s ÷ ${n(recovered)} = ${n(mttr)} s.`,
    mtbf === null
      ? 'MTBF = (up + degraded) ÷ incidents that began in the period: none did.'
      : `MTBF = (up + degraded) ÷ incidents that began in the period = ${n(up + degraded)} s ÷ ${n(begun)} = ${n(mtbf)} s.`,
  ];
}

/** "1,234" */
function n(value: number): string {
  return value.toLocaleString('en-US');
}
