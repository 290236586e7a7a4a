import { z } from 'zod';
import { invalidField } from '../core/errors.ts';
import { customDays, type Days, namedDays, REPORT_PERIODS } from '../core/report-period.ts';
import type { Scope } from './queries.ts';

/** What a report is asked for with, in an address or a form. Left out: the last thirty days of everything. */
export const ReportQuery = z.object({
  period: z.enum(REPORT_PERIODS, `Must be one of: ${REPORT_PERIODS.join(', ')}.`).default('last-30'),
  from: z.string().max(20).default(''),
  to: z.string().max(20).default(''),
  monitor: z.string().max(60).default(''),
  tag: z.string().max(60).default(''),
});
export type ReportQuery = z.infer<typeof ReportQuery>;

/** The days asked for, by the clock of the zone; throws `AppError` `invalid` for days that are none. */
export function daysAsked({ period, from, to }: ReportQuery, zone: string, now: number): Days {
  if (period !== 'custom') return namedDays(period, zone, now);
  const days = customDays(from, to, zone, now);
  if ('field' in days) throw invalidField(days.field, days.message);
  return days;
}

/** A monitor is more exact than a tag. */
export function scopeAsked({ monitor, tag }: ReportQuery): Scope {
  if (monitor !== '') return { monitorId: monitor };
  return tag === '' ? {} : { tag };
}

/** The same question as the end of an address, without what is preset; begins with `?` unless there is nothing. */
export function addressOf(query: Partial<ReportQuery>): string {
  const { period = 'last-30', from = '', to = '', monitor = '', tag = '' } = query;
  const days: [string, string][] =
    period === 'custom'
      ? [
          ['from', from],
          ['to', to],
        ]
      : [];
  const parts = [['period', period], ...days, ['monitor', monitor], ['tag', tag]].filter(([, value]) => value !== '');
  return `?${new URLSearchParams(parts as [string, string][]).toString()}`;
}
