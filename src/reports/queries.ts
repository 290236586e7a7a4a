import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Kind } from '../core/monitor.ts';
import type { Plan } from '../core/plan.ts';
import type { Slots, Span } from '../core/report.ts';
import type { Totals } from '../core/uptime.ts';
import type { Reason } from '../core/verdict.ts';
import type { Db, Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { monitors } from '../db/schema/monitors.ts';

/** Whose report it is. */
export interface ReportAccount {
  id: string;
  name: string;
  plan: Plan;
  timezone: string;
}

export async function findReportAccount(db: Db | Tx, accountId: string): Promise<ReportAccount | null> {
  const { id, name, plan, timezone } = accounts;
  const [found] = await db.select({ id, name, plan, timezone }).from(accounts).where(eq(accounts.id, accountId));
  return found ?? null;
}

/** What a report is about: all monitors of the account, one of them, or those with a tag. */
export interface Scope {
  monitorId?: string | undefined;
  tag?: string | undefined;
}

/** A monitor as a report needs it. Times are epoch ms. */
export interface Reported {
  no: number;
  id: string;
  name: string;
  kind: Kind;
  created_at: number;
  paused_at: number | null;
}

/** An account's monitors in the scope, oldest first, at most `limit`. */
export async function listReported(db: Db, accountId: string, scope: Scope, limit: number): Promise<Reported[]> {
  const { monitorId, tag } = scope;
  const where = and(
    eq(monitors.account_id, accountId),
    isNull(monitors.deleted_at),
    monitorId === undefined ? undefined : eq(monitors.id, monitorId),
    tag === undefined ? undefined : sql`exists (select 1 from json_each(${monitors.tags}) where value = ${tag})`,
  );
  // One JSON value: the driver spends more on a row than the database on finding it.
  const found = await db.get<{ list: string }>(sql`
    select json_group_array(json_object('no', no, 'id', id, 'name', name, 'kind', kind, 'created_at', created_at,
      'paused_at', paused_at)) as list
    from (select * from ${monitors} where ${where} order by no limit ${limit})`);
  return JSON.parse(found.list) as Reported[];
}

/** Sums of the slots by monitor number; monitors without any are absent. Histograms are joined, not merged. */
export async function sumSlots(
  db: Db,
  monitorNos: readonly number[],
  slots: readonly Slots[],
): Promise<Map<number, Totals>> {
  const ranges = slots.map(({ grain, from, to }) => [grain, from, to]);
  const rows = await db.all<Totals & { no: number }>(sql`
    select m.value as no, sum(s.checks) as checks, sum(s.failed) as failed, sum(s.up_seconds) as up_seconds,
      sum(s.down_seconds) as down_seconds, sum(s.degraded_seconds) as degraded_seconds,
      sum(s.excluded_seconds) as excluded_seconds, sum(s.sum_ms) as sum_ms, max(s.max_ms) as max_ms,
      group_concat(s.histogram, ' ') as histogram
    from json_each(${JSON.stringify(monitorNos)}) m cross join json_each(${JSON.stringify(ranges)}) r
      cross join summaries s on s.monitor_no = m.value and s.grain = r.value->>0
        and s.slot between r.value->>1 and r.value->>2
    group by m.value`);
  return new Map(rows.map(({ no, ...sums }) => [no, sums]));
}

/** What a monitor's incidents add up to in a stretch of time; lengths in ms. */
export interface IncidentSums {
  incidents: number;
  begun: number;
  recovered: number;
  recovered_ms: number;
  longest_ms: number;
}

/** Of those incidents that touch the stretch, `until` being its end or now, whichever is earlier. */
function touching({ from, to }: Span): SQL {
  return sql`i.started_at < ${to} and (i.resolved_at is null or i.resolved_at >= ${from})`;
}

function lastedWithin({ from, to }: Span): SQL {
  return sql`max(0, min(coalesce(i.resolved_at, ${to}), ${to}) - max(i.started_at, ${from}))`;
}

/** The sums by monitor number; monitors without an incident are absent. */
export async function sumIncidents(
  db: Db,
  monitorNos: readonly number[],
  within: Span,
): Promise<Map<number, IncidentSums>> {
  const recovered = sql`(i.resolved_cause = 'recovered' and i.resolved_at < ${within.to})`;
  const rows = await db.all<IncidentSums & { no: number }>(sql`
    select m.value as no, count(*) as incidents, sum(i.started_at >= ${within.from}) as begun,
      coalesce(sum(${recovered}), 0) as recovered,
      coalesce(sum((i.resolved_at - i.started_at) * ${recovered}), 0) as recovered_ms,
      max(${lastedWithin(within)}) as longest_ms
    from json_each(${JSON.stringify(monitorNos)}) m cross join incidents i
      on i.monitor_no = m.value and ${touching(within)}
    group by m.value`);
  return new Map(rows.map(({ no, ...sums }) => [no, sums]));
}

/** An incident as a report lists it. */
export interface Outage {
  id: string;
  monitor_id: string;
  monitor_name: string;
  reason: Reason;
  message: string;
  /** Epoch ms; null while it goes on. */
  started_at: number;
  resolved_at: number | null;
  /** How long it lasted within the period. */
  within_ms: number;
}

/** The longest incidents of these monitors within a stretch of time, the longest first. */
export function listWorst(db: Db, monitorNos: readonly number[], within: Span, limit: number): Promise<Outage[]> {
  return db.all<Outage>(sql`
    select i.id, n.id as monitor_id, n.name as monitor_name, i.reason, i.message, i.started_at, i.resolved_at,
      ${lastedWithin(within)} as within_ms
    from json_each(${JSON.stringify(monitorNos)}) m cross join incidents i
      on i.monitor_no = m.value and ${touching(within)}
      join monitors n on n.no = i.monitor_no
    order by within_ms desc, i.started_at desc limit ${limit}`);
}

/** Newest entries of an account's record that are looked through for pauses. */
const LOOKED_AT = 10_000;

/** When monitors of an account were paused and resumed by people since `from`, oldest first. */
export async function listPauses(
  db: Db,
  accountId: string,
  from: number,
): Promise<{ monitorId: string; at: number; paused: boolean }[]> {
  const rows = await db.all<{ subject: string; at: number; action: string }>(sql`
    select subject, at, action from
      (select id, subject, at, action from audit_log where account_id = ${accountId} order by id desc limit ${LOOKED_AT})
    where action in ('monitor.paused', 'monitor.resumed') and at >= ${from} and subject is not null order by id`);
  return rows.map(({ subject, at, action }) => ({ monitorId: subject, at, paused: action === 'monitor.paused' }));
}
