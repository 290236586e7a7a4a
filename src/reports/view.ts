import { PLAN } from '../core/plan.ts';
import { type Figures, formulaLines, secondsOf } from '../core/report.ts';
import { daysWords, zoneWords } from '../core/report-period.ts';
import { DAY, duration, SECOND } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import { publicReason } from '../core/words/reason.ts';
import type { MonitorFigures, Report } from './report-queries.ts';

/** Rows of a page; the CSV has all. */
export const MOST_ROWS = 200;

/** What `views/reports/_report` draws. `open` leads to the pages behind it; a shared report has none and says less. */
export function reportView(report: Report, open: boolean) {
  const { account, days, until, madeAt, total, monitors, worst } = report;
  const at = (ms: number) => zoneWords(ms, days.zone);
  return {
    account: account.name,
    about: aboutWords(report),
    days: daysWords(days),
    zone: days.zone,
    from: at(days.from),
    until: at(until),
    running: until < days.to,
    madeAt: at(madeAt),
    empty: monitors.length === 0,
    total: figuresView(total),
    rows: monitors.slice(0, MOST_ROWS).map((row) => ({
      ...figuresView(row),
      name: row.name,
      href: open ? `/monitors/${row.id}` : null,
    })),
    count: monitors.length,
    hidden: Math.max(0, monitors.length - MOST_ROWS),
    cut: report.cut,
    groups: report.groups,
    plan: PLAN[account.plan].label,
    missing: total.expired_seconds === 0 ? null : long(total.expired_seconds),
    worst: worst.map((one) => ({
      name: one.monitor_name,
      href: open ? `/incidents/${one.id}` : null,
      // A message names addresses and machines: strangers get the kind of fault.
      why: open ? one.message : capital(words('en').reason[publicReason(one.reason)]),
      started: at(one.started_at),
      ended: one.resolved_at === null ? null : at(one.resolved_at),
      lasted: duration(one.within_ms),
      before: one.started_at < days.from,
    })),
    exclusions: exclusionLines(total),
    formula: formulaLines(total),
  };
}

function aboutWords({ scope, monitors }: Report): string {
  if (scope.monitorId !== undefined) return monitors[0]?.name ?? 'One monitor';
  return scope.tag === undefined ? 'All monitors' : `Monitors tagged “${scope.tag}”`;
}

function figuresView(figures: Figures | MonitorFigures) {
  const { longest_outage_seconds: longest, mttr_seconds: mttr, mtbf_seconds: mtbf } = figures;
  const excluded = secondsOf(figures) - figures.up_seconds - figures.degraded_seconds - figures.down_seconds;
  return {
    uptime: uptimeWords(figures.uptime_percent),
    lost: (figures.uptime_percent ?? 100) < 100,
    incidents: figures.incidents,
    longest: spoken(longest),
    down: duration(figures.down_seconds * SECOND),
    mttr: spoken(mttr),
    mtbf: spoken(mtbf),
    average: figures.average_ms,
    p50: figures.p50_ms,
    p95: figures.p95_ms,
    p99: figures.p99_ms,
    excluded: excluded === 0 ? 'None' : duration(excluded * SECOND),
  };
}

/** Three digits, as the figure is cut; a perfect one has none. */
function uptimeWords(percent: number | null): string {
  if (percent === null) return '–';
  return percent === 100 ? '100%' : `${percent.toFixed(3)}%`;
}

/** Every second of the period under the name it has, in words and in seconds; they add up to the whole. */
function exclusionLines(total: Figures) {
  const all = secondsOf(total);
  const line = (label: string, seconds: number, note: string, counted = false) => ({
    label,
    seconds,
    words: long(seconds),
    share: all === 0 ? 0 : Math.floor((seconds * 10_000) / all) / 100,
    note,
    counted,
  });
  return {
    all,
    lines: [
      line('Up', total.up_seconds, 'Counts as up.', true),
      line('Degraded', total.degraded_seconds, 'It answered, but not well: counts as up.', true),
      line('Down', total.down_seconds, 'Counts as down.', true),
      line('Maintenance', total.maintenance_seconds, 'Planned work, by its plan as it stands today.'),
      line('Paused', total.paused_seconds, 'Somebody paused the checks.'),
      line('Unknown', total.unknown_seconds, 'No result, or one that says nothing about the target.'),
      line('Not monitored yet', total.unmonitored_seconds, 'Before the monitor was made.'),
      line('No longer kept', total.expired_seconds, 'Older than what the plan keeps.'),
    ],
  };
}

/** Days count like any other unit, so that months of many monitors stay readable. */
function long(seconds: number): string {
  const ms = seconds * SECOND;
  return ms < 100 * DAY ? duration(ms) : `${Math.floor(ms / DAY).toLocaleString('en-US')}d`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function spoken(seconds: number | null): string {
  return seconds === null ? '–' : duration(seconds * SECOND);
}
