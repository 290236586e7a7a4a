import { z } from '@hono/zod-openapi';
import { iso, SECOND } from '../core/time.ts';
import { REASONS } from '../core/verdict.ts';
import { INCIDENT_STATUSES, type IncidentRow, type IncidentStatus } from '../incidents/queries.ts';

const time = z.string().openapi({ format: 'date-time', example: '2026-11-21T10:00:00.000Z' });

export const Incident = z
  .object({
    id: z.string(),
    monitor_id: z.string(),
    monitor_name: z.string(),
    status: z.enum(INCIDENT_STATUSES),
    reason: z.enum(REASONS),
    message: z.string(),
    started_at: time,
    resolved_at: time.nullable(),
    duration_seconds: z.int(),
    acknowledged_at: time.nullable(),
    snoozed_until: time.nullable().openapi({ description: 'No reminder and no escalation before this.' }),
    muted_by: z
      .string()
      .nullable()
      .openapi({ description: 'The incident of the parent that explains this one, so that nobody is told of it.' }),
  })
  .openapi('Incident');
export type Incident = z.infer<typeof Incident>;

export function incidentStatus(row: Pick<IncidentRow, 'resolved_at' | 'acknowledged_at'>): IncidentStatus {
  if (row.resolved_at !== null) return 'resolved';
  return row.acknowledged_at === null ? 'open' : 'acknowledged';
}

/** How long it lasted, or has lasted until now, in ms; never negative. */
export function incidentLasted(row: Pick<IncidentRow, 'started_at' | 'resolved_at'>, now: number): number {
  return Math.max(0, (row.resolved_at ?? now) - row.started_at);
}

/** The end of a snooze that is on, epoch ms; null for none. */
export function snoozedUntil(row: Pick<IncidentRow, 'resolved_at' | 'snoozed_until'>, now: number): number | null {
  return row.resolved_at === null && row.snoozed_until !== null && row.snoozed_until > now ? row.snoozed_until : null;
}

export function incidentJson(row: IncidentRow, now: number): Incident {
  return {
    id: row.id,
    monitor_id: row.monitor_id,
    monitor_name: row.monitor_name,
    status: incidentStatus(row),
    reason: row.reason,
    message: row.message,
    started_at: iso(row.started_at),
    resolved_at: iso(row.resolved_at),
    duration_seconds: Math.floor(incidentLasted(row, now) / SECOND),
    acknowledged_at: iso(row.acknowledged_at),
    snoozed_until: iso(snoozedUntil(row, now)),
    muted_by: row.muted_by,
  };
}
