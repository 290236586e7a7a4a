import { z } from 'zod';
import { DAY } from '../core/time.ts';
import { instantOf, wallTime } from '../core/zone.ts';
import { INCIDENT_STATUSES } from './queries.ts';

/** Months that can be chosen by name. */
const MONTHS = 13;
const date = z.iso.date().optional().catch(undefined);

/** What the list of incidents is asked for by its address; what does not fit is not asked. */
export const ListQuery = z.object({
  status: z
    .enum([...INCIDENT_STATUSES, 'ongoing'])
    .optional()
    .catch(undefined),
  monitor: z.string().min(1).max(60).optional().catch(undefined),
  /** `2026-11`. Days below come before it. */
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
    .optional()
    .catch(undefined),
  from: date,
  to: date,
  before: z.string().max(200).optional().catch(undefined),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** The time asked for in epoch ms, whole days by the clock of the account; an open end is undefined. */
export function timeAsked({ month, from, to }: Pick<ListQuery, 'month' | 'from' | 'to'>, zone: string) {
  if (from !== undefined || to !== undefined) {
    return {
      sinceMs: from === undefined ? undefined : instantOf(Date.parse(from), zone),
      untilMs: to === undefined ? undefined : instantOf(Date.parse(to) + DAY, zone),
    };
  }
  if (month === undefined) return { sinceMs: undefined, untilMs: undefined };
  const [year = 0, number = 1] = month.split('-').map(Number);
  return {
    sinceMs: instantOf(Date.UTC(year, number - 1, 1), zone),
    untilMs: instantOf(Date.UTC(year, number, 1), zone),
  };
}

/** The last months by the clock of the account, the present one first, and with them the one that was asked for. */
export function monthsUntil(now: number, zone: string, asked: string | undefined): { value: string; words: string }[] {
  const today = new Date(wallTime(now, zone));
  const months = Array.from({ length: MONTHS }, (_, ago) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - ago, 1)).toISOString().slice(0, 7),
  );
  if (asked !== undefined && !months.includes(asked)) months.push(asked);
  return months.map((value) => ({
    value,
    words: new Date(`${value}-01T00:00:00Z`).toLocaleString('en-GB', {
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    }),
  }));
}

/** The address that asks for this. */
export function listAddress(query: Partial<ListQuery>, path = '/incidents'): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
