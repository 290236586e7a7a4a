import { z } from '@hono/zod-openapi';
import { AppError, invalidField } from '../core/errors.ts';
import { LONGEST_MS, recurrenceFault, type Schedule, SHORTEST_MS } from '../core/maintenance.ts';
import { SECOND } from '../core/time.ts';
import { isZone } from '../core/zone.ts';

const time = z.iso.datetime({ offset: true, error: 'Write it as 2026-11-21T02:00:00Z.' });
const ids = z.array(z.string().max(80)).max(500, 'Choose at most 500.');

const fields = {
  title: z.string('Give it a title.').trim().min(1, 'Give it a title.').max(120, 'Use at most 120 characters.'),
  body: z.string().trim().max(4_000, 'Use at most 4,000 characters.').nullable(),
  monitor_ids: ids.openapi({ description: 'Monitors that are not alerted on while it lasts.' }),
  status_page_ids: ids.openapi({ description: 'Pages that announce it, beside those that show one of its monitors.' }),
  timezone: z
    .string()
    .refine(isZone, 'This is not a time zone, such as Europe/Berlin.')
    .openapi({ example: 'Europe/Berlin' }),
  starts_at: time.nullable(),
  ends_at: time.nullable(),
  cron: z
    .string()
    .trim()
    .max(120, 'Use at most 120 characters.')
    .nullable()
    .openapi({ example: '30 2 * * SUN', description: 'Minute, hour, day of the month, month, day of the week.' }),
  duration_seconds: z
    .int('This must be a whole number of seconds.')
    .min(SHORTEST_MS / SECOND, 'A window lasts at least one minute.')
    .max(LONGEST_MS / SECOND, 'A window lasts at most 14 days.')
    .nullable(),
};

/** A window: `starts_at` and `ends_at` for once, or `cron` and `duration_seconds` for again and again. */
export const WindowInput = z
  .strictObject({
    ...fields,
    body: fields.body.optional(),
    monitor_ids: fields.monitor_ids.optional(),
    status_page_ids: fields.status_page_ids.optional(),
    timezone: fields.timezone.optional(),
    starts_at: fields.starts_at.optional(),
    ends_at: fields.ends_at.optional(),
    cron: fields.cron.optional(),
    duration_seconds: fields.duration_seconds.optional(),
  })
  .openapi('MaintenanceInput', {
    example: {
      title: 'Moving to the new database',
      monitor_ids: ['mon_0123456789abcdef'],
      starts_at: '2027-01-31T02:00:00Z',
      ends_at: '2027-01-31T04:00:00Z',
    },
  });
export type WindowInput = z.infer<typeof WindowInput>;

/** What may be changed of a window; what is left out stays. */
export const WindowPatch = z
  .strictObject(fields)
  .partial()
  .openapi('MaintenancePatch', { example: { ends_at: '2027-01-31T05:00:00Z' } });
export type WindowPatch = z.infer<typeof WindowPatch>;

/** The schedule of an input, checked: both ways at once, neither, or one that makes no sense is the caller's fault. */
export function readSchedule(input: Omit<WindowPatch, 'title'>, now: number): Schedule {
  const { starts_at = null, ends_at = null, cron = null, duration_seconds = null, timezone = 'UTC' } = input;
  if (cron !== null || duration_seconds !== null) {
    if (starts_at !== null || ends_at !== null) {
      throw invalidField('cron', 'Give either starts_at and ends_at, or cron and duration_seconds.');
    }
    if (cron === null || cron === '') throw invalidField('cron', 'Say when it repeats, such as 30 2 * * SUN.');
    if (duration_seconds === null) throw invalidField('duration_seconds', 'Say how long each window lasts.');
    const schedule = { cron, durationSeconds: duration_seconds, timezone };
    const fault = recurrenceFault(schedule, now);
    if (fault) throw invalidField(fault.field, fault.message);
    return schedule;
  }
  const missing = [
    ...(starts_at === null ? [{ field: 'starts_at', message: 'Say when it begins.' }] : []),
    ...(ends_at === null ? [{ field: 'ends_at', message: 'Say when it ends.' }] : []),
  ];
  if (starts_at === null || ends_at === null) {
    throw new AppError('invalid', missing[0]?.message ?? '', { fields: missing });
  }
  const schedule = { startsAt: Date.parse(starts_at), endsAt: Date.parse(ends_at) };
  const length = schedule.endsAt - schedule.startsAt;
  if (length < SHORTEST_MS) throw invalidField('ends_at', 'It must end at least one minute after it begins.');
  if (length > LONGEST_MS) throw invalidField('ends_at', 'A window lasts at most 14 days.');
  if (schedule.endsAt <= now) throw invalidField('ends_at', 'This is in the past.');
  return schedule;
}
