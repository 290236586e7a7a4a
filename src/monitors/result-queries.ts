import { inArray, type SQL, sql } from 'drizzle-orm';
import { unpackOutcome } from '../core/outcome.ts';
import { SECOND } from '../core/time.ts';
import {
  creditSeconds,
  type Grain,
  NO_TOTALS,
  type SummaryRow,
  slotStart,
  spokenFor,
  type Totals,
  type Window,
  windowSlots,
} from '../core/uptime.ts';
import type { Phases, Reason, ResultStatus } from '../core/verdict.ts';
import type { Db, Tx } from '../db/client.ts';
import { monitor_states } from '../db/schema/monitors.ts';
import { newestMarked, toWindows, windowsOf } from './window-queries.ts';

/** One stored check as pages and the API show it. */
export interface ResultRow {
  /** Start of the check, epoch ms, exact to the second. */
  at: number;
  location: number;
  status: ResultStatus;
  reason: Reason | null;
  statusCode: number | null;
  responseMs: number | null;
  message: string | null;
  /** Beginning of a failing answer's body: for those who may write, and escaped. */
  evidence: string | null;
  /** Null once the details of an old good result were dropped. */
  phases: Phases | null;
}

export interface ResultRange {
  /** Only older than this, epoch **seconds**: `at` of the last row seen. */
  before?: number | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  limit: number;
}

/** A monitor's results, newest first. The caller has made sure that the monitor is theirs. */
export async function listResults(db: Db | Tx, monitorNo: number, range: ResultRange): Promise<ResultRow[]> {
  const since = Math.ceil((range.sinceMs ?? 0) / SECOND);
  const until = Math.floor((range.untilMs ?? Number.MAX_SAFE_INTEGER) / SECOND) + 1;
  const rows = await db.all<StoredResult>(sql`
    select r.at, r.location, r.outcome, r.response_ms, d.phases, d.message, d.evidence
    from results r left join result_details d
      on d.monitor_no = r.monitor_no and d.at = r.at and d.location = r.location
    where r.monitor_no = ${monitorNo} and r.at >= ${since} and r.at < ${Math.min(until, range.before ?? until)}
    order by r.at desc, r.location desc limit ${range.limit}`);
  return rows.map(asResult);
}

/** The results whose `at` and `location` the statement `keys` gives, oldest first. */
export async function readResults(db: Db | Tx, monitorNo: number, keys: SQL): Promise<ResultRow[]> {
  const rows = await db.all<StoredResult>(sql`
    select r.at, r.location, r.outcome, r.response_ms, d.phases, d.message, d.evidence
    from (${keys}) k join results r on r.monitor_no = ${monitorNo} and r.at = k.at and r.location = k.location
      left join result_details d on d.monitor_no = r.monitor_no and d.at = r.at and d.location = r.location
    order by r.at, r.location`);
  return rows.map(asResult);
}

function asResult({ at, location, outcome, response_ms, phases, message, evidence }: StoredResult): ResultRow {
  return {
    at: at * SECOND,
    location,
    ...unpackOutcome(outcome),
    responseMs: response_ms,
    message,
    evidence,
    phases: parsePhases(phases),
  };
}

interface StoredResult {
  at: number;
  location: number;
  outcome: number;
  response_ms: number | null;
  phases: string | null;
  message: string | null;
  evidence: string | null;
}

function parsePhases(text: string | null): Phases | null {
  if (text === null) return null;
  const [dns_ms = null, connect_ms = null, tls_ms = null, first_byte_ms = null, transfer_ms = null] = text
    .split(',')
    .map((part) => (part === '' ? null : Number(part)));
  return { dns_ms, connect_ms, tls_ms, first_byte_ms, transfer_ms };
}

/** A row of `summaries s` as JSON: the driver takes ten times as long to build rows than to hand over one text. */
export const SUMMARY_JSON = sql`json_object('monitor_no', s.monitor_no, 'grain', s.grain, 'slot', s.slot,
  'checks', s.checks, 'failed', s.failed, 'up_seconds', s.up_seconds, 'down_seconds', s.down_seconds,
  'degraded_seconds', s.degraded_seconds, 'excluded_seconds', s.excluded_seconds,
  'maintenance_seconds', s.maintenance_seconds, 'sum_ms', s.sum_ms, 'max_ms', s.max_ms, 'histogram', s.histogram)`;

/** Summaries of monitors from one slot to another, both included, by monitor and slot. */
export async function readSummaries(
  db: Db | Tx,
  monitorNos: readonly number[],
  grain: Grain,
  fromSlot: number,
  toSlot: number,
): Promise<SummaryRow[]> {
  // The numbers are walked one by one, in order, so that each is one range of the clustered key.
  const numbers = JSON.stringify(monitorNos.toSorted((a, b) => a - b));
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(${SUMMARY_JSON}) as list from json_each(${numbers}) m cross join summaries s
      on s.monitor_no = m.value and s.grain = ${grain} and s.slot between ${fromSlot} and ${toSlot}`);
  return JSON.parse(found.list) as SummaryRow[];
}

/**
 * What a window up to `now` adds up to, for each monitor that has any: the one source of every uptime figure (R-IN-14).
 * The newest result speaks for the time since it, as far as its interval and timeout reach.
 */
export async function readUptime(
  db: Db | Tx,
  monitorNos: readonly number[],
  window: Window,
  now: number,
): Promise<Map<number, Totals>> {
  const { grain, from, to } = windowSlots(window, now);
  const numbers = JSON.stringify(monitorNos);
  const sums = await db.all<Totals & { monitor_no: number }>(sql`
    select s.monitor_no, sum(s.checks) as checks, sum(s.failed) as failed, sum(s.up_seconds) as up_seconds,
      sum(s.down_seconds) as down_seconds, sum(s.degraded_seconds) as degraded_seconds,
      sum(s.excluded_seconds) as excluded_seconds, sum(s.sum_ms) as sum_ms, max(s.max_ms) as max_ms,
      group_concat(s.histogram, ' ') as histogram
    from json_each(${numbers}) m cross join summaries s
      on s.monitor_no = m.value and s.grain = ${grain} and s.slot between ${from} and ${to}
    group by s.monitor_no`);
  const totals = new Map<number, Totals>(sums.map(({ monitor_no, ...sum }) => [monitor_no, sum]));
  const until = Math.floor(now / SECOND);
  for (const [no, spans] of await readOpenSpans(db, monitorNos, slotStart(grain, from), until)) {
    let sums = totals.get(no) ?? NO_TOTALS;
    for (const { status, from, to } of spans) sums = creditSeconds(sums, status, to - from);
    totals.set(no, sums);
  }
  return totals;
}

/**
 * What the time since the newest result counts as, up to `until` (epoch seconds), by monitor number: it is in no sum
 * yet. Only of monitors that run and whose newest result is not older than `sinceMs`.
 */
export async function readOpenSpans(
  db: Db | Tx,
  monitorNos: readonly number[],
  sinceMs: number,
  until: number,
): Promise<Map<number, ReturnType<typeof spokenFor>>> {
  const open = await db.all<OpenSpan>(sql`
    select m.no, m.interval_seconds, m.timeout_seconds, s.last_status, s.last_result_at,
      ${windowsOf(sql`m.no`)} as windows, ${newestMarked(sql`m.no`, sql`s.last_result_at`)} as last_marked
    from json_each(${JSON.stringify(monitorNos)}) j cross join monitors m on m.no = j.value
      join monitor_states s on s.monitor_no = m.no
    where m.paused_at is null and s.last_status is not null and s.last_result_at >= ${sinceMs}`);
  return new Map(
    open.map((span) => {
      const windows = toWindows(JSON.parse(span.windows) as [number, number][]);
      return [span.no, spokenFor({ ...span, windows }, until)];
    }),
  );
}

interface OpenSpan {
  no: number;
  interval_seconds: number;
  timeout_seconds: number;
  last_status: ResultStatus;
  last_result_at: number;
  windows: string;
  last_marked: number;
}

export type StateRow = typeof monitor_states.$inferSelect;

/** The states of monitors by number; a monitor without any row was never checked. */
export async function readStates(db: Db | Tx, monitorNos: readonly number[]): Promise<Map<number, StateRow>> {
  if (monitorNos.length === 0) return new Map();
  const rows = await db
    .select()
    .from(monitor_states)
    .where(inArray(monitor_states.monitor_no, [...monitorNos]));
  return new Map(rows.map((row) => [row.monitor_no, row]));
}
