import { sql } from 'drizzle-orm';
import type { Phase } from '../core/incident.ts';
import type { StoredStatus } from '../core/monitor.ts';
import type { SummaryRow } from '../core/uptime.ts';
import type { Phases, Reason, ResultStatus } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { SUMMARY_JSON } from './result-queries.ts';
import { newestMarked, windowsOf } from './window-queries.ts';

/** A monitor's policy and state, as the machine needs them. */
export interface IngestRow {
  no: number;
  id: string;
  account_id: string;
  config_version: number;
  interval_seconds: number;
  timeout_seconds: number;
  failure_threshold: number;
  recovery_threshold: number;
  phase: Phase;
  bad_run: number;
  good_run: number;
  first_bad_at: number | null;
  first_good_at: number | null;
  incident_id: string | null;
  /** Of the open incident. */
  acknowledged_at: number | null;
  snoozed_until: number | null;
  muted_by: string | null;
  remind_every_minutes: number | null;
  /** It depends on another monitor, or others on it. */
  has_parent: number;
  has_children: number;
  announced: number;
  last_reminder_at: number | null;
  last_result_at: number | null;
  last_status: ResultStatus | null;
  last_reason: Reason | null;
  last_message: string | null;
  last_response_ms: number | null;
  status: StoredStatus;
  status_since: number | null;
  /** Times of the latest changes between good and down, comma-separated. */
  flips: string | null;
  flapping_since: number | null;
  flap_detection: number;
  /** Maintenance that is on, comes next or has just ended: `[starts_at, ends_at]`. */
  windows: [number, number][];
  /** 1 when the newest result was made inside a window. */
  last_marked: number;
}

/**
 * Monitors that are neither paused nor deleted, by number. The open incident is the one that is there, so that state
 * and incidents cannot drift apart (R-IN-1). One JSON value instead of rows: the driver spends more on
 * building a row than SQLite on finding it.
 */
export async function readForIngest(tx: Tx, monitorNos: readonly number[]): Promise<Map<number, IngestRow>> {
  const found = await tx.get<{ list: string }>(sql`
    select json_group_array(json_object('no', m.no, 'id', m.id, 'account_id', m.account_id,
      'config_version', m.config_version, 'interval_seconds', m.interval_seconds,
      'timeout_seconds', m.timeout_seconds, 'failure_threshold', m.failure_threshold,
      'recovery_threshold', m.recovery_threshold, 'phase', coalesce(s.phase, 'new'),
      'bad_run', coalesce(s.bad_run, 0), 'good_run', coalesce(s.good_run, 0), 'first_bad_at', s.first_bad_at,
      'first_good_at', s.first_good_at,
      'incident_id', i.id, 'acknowledged_at', i.acknowledged_at, 'snoozed_until', i.snoozed_until,
      'muted_by', i.muted_by, 'remind_every_minutes', m.remind_every_minutes,
      'has_parent', m.parent_no is not null,
      'has_children', exists (select 1 from monitors k where k.parent_no = m.no), 'announced', coalesce(s.announced, 0),
      'last_reminder_at', s.last_reminder_at, 'last_result_at', s.last_result_at, 'last_status', s.last_status,
      'last_reason', s.last_reason, 'last_message', s.last_message, 'last_response_ms', s.last_response_ms,
      'status', coalesce(s.status, 'pending'), 'status_since', s.status_since, 'flips', s.flips,
      'flapping_since', s.flapping_since, 'flap_detection', m.flap_detection, 'windows', json(${windowsOf(sql`m.no`)}),
      'last_marked', ${newestMarked(sql`m.no`, sql`s.last_result_at`)})) as list
    from json_each(${JSON.stringify(monitorNos)}) j cross join monitors m on m.no = j.value
      left join monitor_states s on s.monitor_no = m.no
      left join incidents i on i.monitor_no = m.no and i.resolved_at is null
    where m.paused_at is null and m.deleted_at is null`);
  const rows = JSON.parse(found.list) as IngestRow[];
  return new Map(rows.map((row) => [row.no, row]));
}

/** Whether this result was stored before. `at` is in epoch seconds. */
export async function hasResult(tx: Tx, monitorNo: number, at: number, location: number): Promise<boolean> {
  const rows = await tx.all(
    sql`select 1 from results where monitor_no = ${monitorNo} and at = ${at} and location = ${location}`,
  );
  return rows.length > 0;
}

export interface NewResult {
  monitorNo: number;
  /** Epoch seconds. */
  at: number;
  location: number;
  outcome: number;
  responseMs: number | null;
  good: boolean;
  phases: Phases;
  message: string | null;
  /** Beginning of a failing answer's body. */
  evidence: string | null;
}

/** Stores results and their details; one that is there already (the clock went back) is replaced. */
export async function insertResults(tx: Tx, rows: readonly NewResult[]): Promise<void> {
  const results = rows.map((r) => [r.monitorNo, r.at, r.location, r.outcome, r.responseMs]);
  await tx.run(sql`
    insert or replace into results (monitor_no, at, location, outcome, response_ms)
    select value->>0, value->>1, value->>2, value->>3, value->>4 from json_each(${JSON.stringify(results)})`);
  const details = rows
    .map((r) => [r.monitorNo, r.at, r.location, r.good ? 1 : 0, printPhases(r.phases), r.message, r.evidence])
    .filter((row) => row[4] !== null || row[5] !== null || row[6] !== null);
  if (details.length === 0) return;
  await tx.run(sql`
    insert or replace into result_details (monitor_no, at, location, good, phases, message, evidence)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 from json_each(${JSON.stringify(details)})`);
}

/** Whole milliseconds, empty for a phase not reached; null when none was. */
function printPhases({ dns_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms }: Phases): string | null {
  const text = [dns_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms]
    .map((ms) => (ms === null ? '' : Math.round(ms)))
    .join(',');
  return text === ',,,,' ? null : text;
}

/** Those of the wanted `[monitor, grain, slot]` that exist. */
export async function findSummaries(
  tx: Tx,
  wanted: readonly (readonly [number, number, number])[],
): Promise<SummaryRow[]> {
  const found = await tx.get<{ list: string }>(sql`
    select json_group_array(${SUMMARY_JSON}) as list
    from json_each(${JSON.stringify(wanted)}) j cross join summaries s
      on s.monitor_no = j.value->>0 and s.grain = j.value->>1 and s.slot = j.value->>2`);
  return JSON.parse(found.list) as SummaryRow[];
}

export async function replaceSummaries(tx: Tx, rows: readonly SummaryRow[]): Promise<void> {
  const values = rows.map((r) => [
    r.monitor_no,
    r.grain,
    r.slot,
    r.checks,
    r.failed,
    r.up_seconds,
    r.down_seconds,
    r.degraded_seconds,
    r.excluded_seconds,
    r.maintenance_seconds,
    r.sum_ms,
    r.max_ms,
    r.histogram,
  ]);
  await tx.run(sql`
    insert or replace into summaries (monitor_no, grain, slot, checks, failed, up_seconds, down_seconds,
      degraded_seconds, excluded_seconds, maintenance_seconds, sum_ms, max_ms, histogram)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
      value->>9, value->>10, value->>11, value->>12 from json_each(${JSON.stringify(values)})`);
}

export async function replaceStates(tx: Tx, rows: readonly IngestRow[]): Promise<void> {
  const values = rows.map((r) => [
    r.no,
    r.phase,
    r.bad_run,
    r.good_run,
    r.first_bad_at,
    r.first_good_at,
    r.incident_id,
    r.announced,
    r.last_reminder_at,
    r.last_result_at,
    r.last_status,
    r.last_reason,
    r.last_message,
    r.last_response_ms,
    r.status,
    r.status_since,
    r.flips,
    r.flapping_since,
  ]);
  await tx.run(sql`
    insert or replace into monitor_states (monitor_no, phase, bad_run, good_run, first_bad_at, first_good_at,
      incident_id, announced, last_reminder_at, last_result_at, last_status, last_reason, last_message,
      last_response_ms, status, status_since, flips, flapping_since)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
      value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15,
      value->>16, value->>17
    from json_each(${JSON.stringify(values)})`);
}

/** Back to a monitor that was never checked: after a pause, or a change of what is checked (R-IN-7, R-IN-9). */
export async function resetState(tx: Tx, monitorNo: number, now: number): Promise<void> {
  await tx.run(sql`
    insert or replace into monitor_states (monitor_no, status_since) values (${monitorNo}, ${now})`);
}
