import { z } from '@hono/zod-openapi';
import { iso, SECOND } from '../core/time.ts';
import { REASONS, RESULT_STATUSES } from '../core/verdict.ts';
import { Incident, incidentJson } from '../web/incident-shape.ts';
import type { IncidentRow } from './queries.ts';
import { incidentFacts, type TimelineEntry } from './timeline.ts';

const time = z.string().openapi({ format: 'date-time' });
const ms = z.number().nullable();

const Check = z.object({
  status: z.enum(RESULT_STATUSES),
  reason: z.enum(REASONS).nullable(),
  status_code: z.int().nullable(),
  response_time_ms: ms,
  phases: z.object({ dns_ms: ms, connect_ms: ms, tls_ms: ms, first_byte_ms: ms, transfer_ms: ms }).nullable(),
  location: z.int().openapi({ description: '0 is this server.' }),
  evidence: z.string().nullable().openapi({ description: 'Beginning of a failing answer, for those who may write.' }),
});

const Told = z.object({
  channel_id: z.string(),
  channel_name: z.string(),
  recipient: z.string().nullable(),
  event: z.string(),
  attempts: z.int(),
  held_for: z.string().nullable(),
  last_error: z.string().nullable(),
  answer: z.string().nullable().openapi({ description: 'The receiver’s own words.' }),
  sent_at: time.nullable(),
});

const TimelineEntryJson = z
  .object({
    at: time,
    kind: z
      .enum([
        'check',
        'checks',
        'first_failure',
        'opened',
        'acknowledged',
        'unacknowledged',
        'snoozed',
        'unsnoozed',
        'muted',
        'unmuted',
        'escalated',
        'note',
        'reminded',
        'reason_changed',
        'resolved',
        'delivery',
      ])
      .openapi({
        description:
          '`check` is one check, `checks` are many in one line, `delivery` is a notification; the rest are steps of the incident, with their check where one made them.',
      }),
    text: z.string(),
    by: z.string().nullable(),
    check: Check.nullable(),
    checks: z
      .object({
        count: z.int(),
        failed: z.int(),
        until: time,
        more: z.boolean().openapi({ description: 'There were more than were counted.' }),
      })
      .nullable(),
    delivery_id: z.string().nullable(),
    delivery_state: z.string().nullable(),
    delivery: Told.nullable(),
  })
  .openapi('TimelineEntry');

const seconds = z.number().nullable();

export const IncidentWithTimeline = Incident.extend({
  detection_seconds: z.number().openapi({ description: 'From the first failed check to the opening.' }),
  first_alert_seconds: seconds.openapi({ description: 'From the opening to the first alert that was taken.' }),
  acknowledge_seconds: seconds.openapi({ description: 'From the opening until somebody acknowledged it.' }),
  timeline: z.array(TimelineEntryJson),
}).openapi('IncidentWithTimeline');

export function storyJson(
  row: IncidentRow,
  timeline: readonly TimelineEntry[],
  now: number,
): z.infer<typeof IncidentWithTimeline> {
  const { detectionMs, firstAlertMs, acknowledgeMs } = incidentFacts(row, timeline);
  return {
    ...incidentJson(row, now),
    detection_seconds: detectionMs / SECOND,
    first_alert_seconds: firstAlertMs === null ? null : firstAlertMs / SECOND,
    acknowledge_seconds: acknowledgeMs === null ? null : acknowledgeMs / SECOND,
    timeline: timeline.map(entryJson),
  };
}

function entryJson({ at, kind, text, by, check, folded, delivery }: TimelineEntry) {
  return {
    at: iso(at),
    kind,
    text,
    by,
    check: check && {
      status: check.status,
      reason: check.reason,
      status_code: check.statusCode,
      response_time_ms: check.responseMs,
      phases: check.phases,
      location: check.location,
      evidence: check.evidence,
    },
    checks: folded && { ...folded, until: iso(folded.until) },
    delivery_id: delivery?.id ?? null,
    delivery_state: delivery?.state ?? null,
    delivery: delivery && {
      channel_id: delivery.channel_id,
      channel_name: delivery.channel_name,
      recipient: delivery.recipient,
      event: delivery.event,
      attempts: delivery.attempts,
      held_for: delivery.held_for,
      last_error: delivery.last_error,
      answer: delivery.answer,
      sent_at: iso(delivery.sent_at),
    },
  };
}
