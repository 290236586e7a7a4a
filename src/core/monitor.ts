/** Kinds of check; the registry in `checks/` has one module for each. */
export const KINDS = ['http'] as const;
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

/** Longest wait for the next look at a monitor whose last check failed but is not confirmed yet. */
const RECHECK_SECONDS = 5;

/** Seconds until a suspect monitor is looked at again: never slower than its own interval. */
export function recheckSeconds(intervalSeconds: number): number {
  return Math.min(RECHECK_SECONDS, intervalSeconds);
}

/**
 * The next due time after `now` that keeps the monitor's phase: `due` moved on by whole intervals.
 * A stop of any length costs one late check, not one for each missed tick (R-CK-17).
 */
export function nextDue(due: number, intervalMs: number, now: number): number {
  if (due > now) return due;
  return due + intervalMs * (Math.floor((now - due) / intervalMs) + 1);
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
