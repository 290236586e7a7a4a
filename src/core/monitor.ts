import type { ResultStatus } from './verdict.ts';

/** Kinds of check; the registry in `checks/` has one module for each. */
export const KINDS = [
  'http',
  'tcp',
  'ping',
  'smtp',
  'ssl',
  'dns',
  'websocket',
  'grpc',
  'heartbeat',
  'group',
  'domain',
] as const;
export type Kind = (typeof KINDS)[number];

/** Intervals the form offers, in seconds. */
export const INTERVALS = [30, 60, 120, 180, 300, 600, 900, 1_800, 3_600, 21_600, 43_200, 86_400] as const;

/** What people see as the state of a monitor. */
export const MONITOR_STATUSES = ['pending', 'up', 'degraded', 'down', 'unknown', 'maintenance', 'paused'] as const;
export type MonitorStatus = (typeof MONITOR_STATUSES)[number];

/** Worst first; the one order for page, list, badge, feed and title. */
export const WORST_FIRST: readonly MonitorStatus[] = [
  'down',
  'degraded',
  'unknown',
  'maintenance',
  'pending',
  'up',
  'paused',
];

/** What `monitor_states.status` may hold: the visible states that follow from results alone. */
export type StoredStatus = Extract<MonitorStatus, 'pending' | 'up' | 'degraded' | 'down' | 'unknown'>;

/**
 * The state people see at `now`, from the rows of `monitors` and `monitor_states` (null before the first result).
 * Silence of two intervals and a timeout is no data (R-CK-19), whatever was known before it.
 */
export function visibleStatus(
  state: { status: StoredStatus; status_since: number | null; last_result_at: number | null } | null,
  monitor: {
    paused_at: number | null;
    interval_seconds: number;
    timeout_seconds: number;
    created_at: number;
    /** A maintenance window is on. */
    in_maintenance?: boolean;
  },
  now: number,
): MonitorStatus {
  if (monitor.paused_at !== null) return 'paused';
  if (monitor.in_maintenance) return 'maintenance';
  const status = state?.status ?? 'pending';
  const heardAt = status === 'pending' ? state?.status_since : state?.last_result_at;
  return now - (heardAt ?? monitor.created_at) > silenceMs(monitor) ? 'unknown' : status;
}

/** Longest silence in ms that is still ordinary: two intervals and a timeout. */
function silenceMs(monitor: { interval_seconds: number; timeout_seconds: number }): number {
  return (2 * monitor.interval_seconds + monitor.timeout_seconds) * 1_000;
}

/** What to store as `status` after a result. A failure that is not confirmed yet leaves what was shown before it. */
export function statusAfter(before: StoredStatus, result: ResultStatus, open: boolean): StoredStatus {
  if (open) return 'down';
  if (result === 'up' || result === 'degraded') return result;
  return result === 'down' ? before : 'unknown';
}

/** Longest wait for the next look at a monitor whose last check failed but is not confirmed yet. */
const RECHECK_SECONDS = 5;

/** Seconds until a suspect monitor is looked at again: never slower than its own interval. */
export function recheckSeconds(intervalSeconds: number): number {
  return Math.min(RECHECK_SECONDS, intervalSeconds);
}

/** Two checks of one monitor start at least this far apart, in ms. */
const SPACING_MS = 1_000;

/**
 * The next time after `after` (epoch ms) on the monitor's own beat. Beats of monitors with one interval are spread
 * over it, and depend on nothing but number and interval: a stop of any length costs one late check, not one for each
 * missed beat, and a check in between (a recheck, "check now") does not move the beat (R-CK-17).
 */
export function nextDue(monitorNo: number, intervalMs: number, after: number): number {
  const offset = Math.floor(beat(monitorNo) * intervalMs);
  const earliest = after + SPACING_MS;
  const past = (earliest - offset) % intervalMs;
  return past === 0 ? earliest : earliest - past + intervalMs;
}

/** Where in its interval a monitor beats, 0 to 1. The golden ratio puts consecutive numbers as far apart as can be. */
function beat(monitorNo: number): number {
  return (monitorNo * 0.618_033_988_749_894_9) % 1;
}

/** How long after the first failure people are told, in ms: rechecks, each with its timeout at worst. */
export function timeToAlert(monitor: { intervalSeconds: number; timeoutSeconds: number; failureThreshold: number }): {
  afterFailureMs: number;
  worstMs: number;
} {
  const rechecks = (monitor.failureThreshold - 1) * recheckSeconds(monitor.intervalSeconds);
  const afterFailureMs = rechecks * 1_000;
  return {
    afterFailureMs,
    worstMs: (monitor.intervalSeconds + rechecks + monitor.failureThreshold * monitor.timeoutSeconds) * 1_000,
  };
}
