import type { Figures } from '../core/report.ts';
import { iso } from '../core/time.ts';
import type { Report } from './report-queries.ts';

/** Columns after those that say what and when. New ones go to the end: programs count on the order. */
const COLUMNS = [
  'uptime_percent',
  'up_seconds',
  'degraded_seconds',
  'down_seconds',
  'maintenance_seconds',
  'paused_seconds',
  'unknown_seconds',
  'unmonitored_seconds',
  'expired_seconds',
  'incidents',
  'longest_outage_seconds',
  'mttr_seconds',
  'mtbf_seconds',
  'average_ms',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'checks',
  'failed_checks',
] as const satisfies readonly (keyof Figures)[];

/** A report as RFC 4180 has it: a head, a line for each monitor, and a last one, without an id, for all together. */
export function reportCsv(report: Report): string {
  const { days, until, monitors, total } = report;
  const when = [days.first, days.last, days.zone, iso(days.from), iso(until)];
  const line = (id: string, name: string, figures: Figures) =>
    [id, name, ...when, ...COLUMNS.map((column) => figures[column])].map(cell).join(',');
  const head = ['monitor_id', 'monitor', 'first_day', 'last_day', 'timezone', 'from', 'until', ...COLUMNS].join(',');
  const lines = [head, ...monitors.map(({ id, name, ...figures }) => line(id, name, figures))];
  return `${[...lines, line('', 'All monitors', total)].join('\r\n')}\r\n`;
}

/** The report's name as a file, without anything a file system or a header could take amiss. */
export function csvName({ days }: Report): string {
  return `uptime-${days.first}-to-${days.last}.csv`;
}

/**
 * One cell. Text that a spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets read as
 * "this is text"; numbers are written as they are.
 */
export function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[\s\u0000]*[=+\-@\t\r|]/.test(value) ? `'${value}` : value;
  return /[",\p{Cc}]|^\s|\s$/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
