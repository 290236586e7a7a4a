import { z } from '@hono/zod-openapi';
import { CHECKS } from '../checks/registry.ts';
import { maskConfig } from '../core/secrets.ts';
import { can } from '../core/access.ts';
import { managed, managedOf } from '../core/managed.ts';
import { KINDS, MONITOR_STATUSES } from '../core/monitor.ts';
import { iso, SECOND } from '../core/time.ts';
import { averageMs, NO_TOTALS, type Totals, uptimePercent } from '../core/uptime.ts';
import { NO_PHASES, type Phases, REASONS, RESULT_STATUSES, type Verdict } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { openIncidents } from '../incidents/queries.ts';
import type { Session } from '../web/env.ts';
import { Incident, incidentJson } from '../web/incident-shape.ts';
import { listChannelIds } from './channel-queries.ts';
import { listTokens } from './heartbeat-queries.ts';
import { pingUrl } from './ping.ts';
import type { MonitorRow } from './queries.ts';
import { type ResultRow, readUptime } from './result-queries.ts';
import type { Point, Slot } from './statistics.ts';

const time = z.string().openapi({ format: 'date-time', example: '2026-11-21T10:00:00.000Z' });
const ms = z.number().nullable();

const Summary = z
  .object({
    uptime_percent_24h: z.number().nullable(),
    total_checks_24h: z.int(),
    failed_checks_24h: z.int(),
    avg_response_ms_24h: ms,
    // Not `.nullable()`: that would make the named schema itself nullable in the OpenAPI document.
    ongoing_incident: z.union([Incident, z.null()]),
  })
  .openapi('MonitorSummary');

export const Monitor = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(KINDS),
    target: z.string(),
    config: z.record(z.string(), z.unknown()),
    interval_seconds: z.int(),
    timeout_seconds: z.int(),
    retries: z.int(),
    failure_threshold: z.int(),
    recovery_threshold: z.int(),
    flap_detection: z.boolean(),
    remind_every_minutes: z.int().nullable(),
    parent_id: z.string().nullable().openapi({ description: 'While that one is down nobody is told of this one.' }),
    escalation_id: z.string().nullable(),
    public: z.boolean(),
    paused: z.boolean(),
    tags: z.array(z.string()),
    channel_ids: z.array(z.string()),
    managed: managed.nullable().openapi({ description: 'What a settings file decides of it.' }),
    status: z.enum(MONITOR_STATUSES),
    status_since: time.nullable(),
    last_checked_at: time.nullable(),
    next_check_at: time.nullable(),
    created_at: time,
    summary: Summary,
    ping_url: z.string().optional().openapi({
      description: 'Heartbeats only: the address the job calls. Who has it can report, so viewers do not see it.',
    }),
  })
  .openapi('Monitor');
export type Monitor = z.infer<typeof Monitor>;

const PhaseTimes = z
  .object({ dns_ms: ms, connect_ms: ms, tls_ms: ms, first_byte_ms: ms, transfer_ms: ms })
  .openapi('Phases');

const judged = {
  status: z.enum(RESULT_STATUSES),
  reason: z.enum(REASONS).nullable(),
  message: z.string().nullable(),
  response_time_ms: ms,
  status_code: z.int().nullable(),
};

export const Result = z
  .object({
    id: z.string(),
    monitor_id: z.string(),
    checked_at: time,
    ...judged,
    location: z.string(),
    phases: PhaseTimes,
    evidence: z.string().nullable().optional().openapi({
      description: 'Start of the body of a failing answer, at most 1 KiB; only for those who may change monitors.',
    }),
  })
  .openapi('Result');

export const TestResult = z.object({ ...judged, phases: PhaseTimes }).openapi('TestResult');

export const HistorySlot = z
  .object({
    starts_at: time,
    status: z.enum(['up', 'degraded', 'partial', 'down', 'unknown', 'maintenance', 'none']),
    uptime_percent: z.number().nullable(),
    down_seconds: z.int(),
    total_checks: z.int(),
    failed_checks: z.int(),
  })
  .openapi('HistorySlot');

const Figures = z.object({
  uptime_percent: z.number().nullable(),
  up_seconds: z.int(),
  down_seconds: z.int(),
  excluded_seconds: z.int(),
  incidents: z.int(),
});

export const UptimeAnswer = z
  .object({
    windows: z.object({ '24h': Figures, '7d': Figures, '30d': Figures, '90d': Figures, '365d': Figures }),
    response_ms: z.object({ avg: ms, p50: ms, p95: ms, p99: ms }),
  })
  .openapi('Uptime');

export const ResponsePoint = z
  .object({
    at: time,
    avg_ms: ms,
    p50_ms: ms,
    p95_ms: ms,
    max_ms: ms,
    total_checks: z.int(),
    failed_checks: z.int(),
  })
  .openapi('ResponsePoint');

/** Monitors as the API gives them, with their last day; a handful of queries whatever their number. */
export async function monitorsJson(deps: Deps, session: Session, rows: readonly MonitorRow[]): Promise<Monitor[]> {
  const db = deps.db.read;
  const now = deps.clock.now();
  const numbers = rows.map((row) => row.no);
  const beating = can(session.role, 'write') ? rows.filter((row) => CHECKS[row.kind].needs === 'heartbeat') : [];
  const [channels, uptime, open, tokens] = await Promise.all([
    listChannelIds(db, numbers),
    readUptime(db, numbers, '24h', now),
    openIncidents(db, numbers),
    beating.length > 0
      ? listTokens(
          db,
          beating.map((row) => row.no),
        )
      : new Map<number, string>(),
  ]);
  return rows.map((row) => {
    const day = uptime.get(row.no) ?? NO_TOTALS;
    const incident = open.get(row.no);
    const token = tokens.get(row.no);
    return {
      id: row.id,
      name: row.name,
      type: row.kind,
      target: row.target,
      config: maskConfig(CHECKS[row.kind], CHECKS[row.kind].readConfig(row.config)),
      interval_seconds: row.interval_seconds,
      timeout_seconds: row.timeout_seconds,
      retries: row.retries,
      failure_threshold: row.failure_threshold,
      recovery_threshold: row.recovery_threshold,
      flap_detection: row.flap_detection,
      remind_every_minutes: row.remind_every_minutes,
      parent_id: row.parent_id,
      escalation_id: row.escalation_id,
      public: row.public,
      paused: row.paused_at !== null,
      tags: row.tags,
      channel_ids: channels.get(row.no) ?? [],
      managed: managedOf(row),
      status: row.status,
      status_since: iso(row.paused_at ?? row.status_since),
      last_checked_at: iso(row.last_result_at),
      next_check_at: iso(row.next_check_at),
      created_at: iso(row.created_at),
      summary: { ...dayJson(day), ongoing_incident: incident ? incidentJson(incident, now) : null },
      ...(token === undefined ? {} : { ping_url: pingUrl(deps.config, token) }),
    };
  });
}

function dayJson(day: Totals) {
  return {
    uptime_percent_24h: uptimePercent(day),
    total_checks_24h: day.checks,
    failed_checks_24h: day.failed,
    avg_response_ms_24h: averageMs(day),
  };
}

/**
 * A result as the API gives it. Location 0 is this server; agents have names of their own. What a failing server wrote
 * may hold anything, so only those who may change monitors see it (R-SS-10).
 */
export function resultJson(monitorId: string, row: ResultRow, mayWrite: boolean): z.infer<typeof Result> {
  return {
    ...(mayWrite ? { evidence: row.evidence } : {}),
    id: resultId(monitorId, row),
    monitor_id: monitorId,
    checked_at: iso(row.at),
    status: row.status,
    reason: row.reason,
    message: row.message,
    response_time_ms: row.responseMs,
    status_code: row.statusCode,
    location: row.location === 0 ? 'local' : String(row.location),
    phases: row.phases ?? NO_PHASES,
  };
}

/** Results are stored under their monitor, second and place, and that is what names one. */
function resultId(monitorId: string, { at, location }: ResultRow): string {
  return ['res', monitorId.replace(/^mon_/, ''), (at / SECOND).toString(36), location].join('_');
}

export function verdictJson(verdict: Verdict): z.infer<typeof TestResult> {
  const { status, reason, message, responseTimeMs, statusCode, phases } = verdict;
  const rounded = Object.entries(phases).map(([name, value]) => [name, value === null ? null : tenth(value)]);
  return {
    status,
    reason,
    message,
    response_time_ms: responseTimeMs === null ? null : tenth(responseTimeMs),
    status_code: statusCode,
    phases: Object.fromEntries(rounded) as Phases,
  };
}

/** A clock that is read to the microsecond does not make a network that exact. */
function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}

export function slotJson(slot: Slot & Totals): z.infer<typeof HistorySlot> {
  const { status, uptime_percent, down_seconds } = slot;
  const counts = { total_checks: slot.checks, failed_checks: slot.failed };
  return { starts_at: iso(slot.at), status, uptime_percent, down_seconds, ...counts };
}

export function pointJson(point: Point): z.infer<typeof ResponsePoint> {
  const { avg, p50, p95, max, checks, failed } = point;
  const counts = { total_checks: checks, failed_checks: failed };
  return { at: iso(point.at), avg_ms: avg, p50_ms: p50, p95_ms: p95, max_ms: max, ...counts };
}
