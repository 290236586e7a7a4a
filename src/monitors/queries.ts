import { and, asc, count, eq, getTableColumns, isNull, or, type SQL, sql } from 'drizzle-orm';
import { type MonitorStatus, WORST_FIRST } from '../core/monitor.ts';
import type { Db, Tx } from '../db/client.ts';
import { monitor_states, monitors } from '../db/schema/monitors.ts';
import { inWindow } from './window-queries.ts';

export interface MonitorFilter {
  now: number;
  status?: MonitorStatus | undefined;
  tag?: string | undefined;
  /** Part of a name or target, any case. */
  q?: string | undefined;
}

/** The state people see, in SQL; `visibleStatus` in core says the same for one monitor, a test holds them together. */
export function statusAt(now: number): SQL<MonitorStatus> {
  const stored = sql`coalesce(${monitor_states.status}, 'pending')`;
  const heardAt = sql`iif(${stored} = 'pending', ${monitor_states.status_since}, ${monitor_states.last_result_at})`;
  return sql`case
    when ${monitors.paused_at} is not null then 'paused'
    when ${inWindow(sql`${monitors.no}`, now)} then 'maintenance'
    when ${now} - coalesce(${heardAt}, ${monitors.created_at})
      > (2 * ${monitors.interval_seconds} + ${monitors.timeout_seconds}) * 1000 then 'unknown'
    else ${stored} end`;
}

function rankAt(now: number): SQL<number> {
  const whens = WORST_FIRST.map((status, rank) => sql`when ${status} then ${rank}`);
  return sql`case ${statusAt(now)} ${sql.join(whens, sql` `)} end`;
}

const stateColumns = {
  phase: monitor_states.phase,
  bad_run: monitor_states.bad_run,
  last_result_at: monitor_states.last_result_at,
  last_status: monitor_states.last_status,
  last_reason: monitor_states.last_reason,
  last_message: monitor_states.last_message,
  last_response_ms: monitor_states.last_response_ms,
  status_since: monitor_states.status_since,
  parent_id: sql<
    string | null
  >`(select p.id from monitors p where p.no = ${monitors.parent_no} and p.deleted_at is null)`,
};

function selectMonitors(db: Db | Tx, now: number) {
  return db
    .select({ ...getTableColumns(monitors), ...stateColumns, status: statusAt(now), rank: rankAt(now) })
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor_no, monitors.no));
}

/** A monitor with what its last check left behind; the state columns are null before the first one. */
export type MonitorRow = Awaited<ReturnType<ReturnType<typeof selectMonitors>['execute']>>[number];

function matching(accountId: string, filter: MonitorFilter): (SQL | undefined)[] {
  const like = `%${(filter.q ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  return [
    eq(monitors.account_id, accountId),
    isNull(monitors.deleted_at),
    filter.status && eq(statusAt(filter.now), filter.status),
    filter.tag ? sql`exists (select 1 from json_each(${monitors.tags}) where value = ${filter.tag})` : undefined,
    filter.q
      ? or(sql`${monitors.name} like ${like} escape '\\'`, sql`${monitors.target} like ${like} escape '\\'`)
      : undefined,
  ];
}

/** An account's monitors in the order they were made, those after `after` (`created_at`, `id`). */
export function listMonitors(
  db: Db | Tx,
  accountId: string,
  filter: MonitorFilter & { after: readonly [number, string] | null; limit: number },
): Promise<MonitorRow[]> {
  const after =
    filter.after && sql`(${monitors.created_at}, ${monitors.id}) > (${filter.after[0]}, ${filter.after[1]})`;
  return selectMonitors(db, filter.now)
    .where(and(...matching(accountId, filter), after ?? undefined))
    .orderBy(asc(monitors.created_at), asc(monitors.id))
    .limit(filter.limit)
    .execute();
}

/** An account's monitors as a person wants them: the worst first, then by name. `after` is rank, name and id. */
export function listMonitorsWorstFirst(
  db: Db | Tx,
  accountId: string,
  filter: MonitorFilter & { after: readonly [number, string, string] | null; limit: number },
): Promise<MonitorRow[]> {
  const name = sql`lower(${monitors.name})`;
  const after =
    filter.after &&
    sql`(${rankAt(filter.now)}, ${name}, ${monitors.id}) > (${filter.after[0]}, lower(${filter.after[1]}), ${filter.after[2]})`;
  return selectMonitors(db, filter.now)
    .where(and(...matching(accountId, filter), after ?? undefined))
    .orderBy(asc(rankAt(filter.now)), asc(name), asc(monitors.id))
    .limit(filter.limit)
    .execute();
}

/** Ids of the account's monitors that match, in the order they were made. */
export async function listMatchingIds(
  db: Db | Tx,
  accountId: string,
  filter: MonitorFilter,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: monitors.id })
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor_no, monitors.no))
    .where(and(...matching(accountId, filter)))
    .orderBy(asc(monitors.created_at), asc(monitors.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** How many of the account's monitors match. */
export async function countMatching(db: Db | Tx, accountId: string, filter: MonitorFilter): Promise<number> {
  const rows = await db
    .select({ n: count() })
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor_no, monitors.no))
    .where(and(...matching(accountId, filter)));
  return rows[0]?.n ?? 0;
}

/** How many monitors an account has in each state; states nobody is in are absent. */
export async function countByStatus(
  db: Db | Tx,
  accountId: string,
  now: number,
): Promise<Partial<Record<MonitorStatus, number>>> {
  const rows = await db
    .select({ status: statusAt(now), n: count() })
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor_no, monitors.no))
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)))
    .groupBy(statusAt(now));
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

/** Every tag of an account, each once, in order. */
export async function listTags(db: Db | Tx, accountId: string): Promise<string[]> {
  const rows = await db.all<{ tag: string }>(
    sql`select distinct value as tag from ${monitors}, json_each(${monitors.tags})
        where ${monitors.account_id} = ${accountId} and ${monitors.deleted_at} is null order by 1 limit 200`,
  );
  return rows.map(({ tag }) => tag);
}

/** The monitors of an account by name, for a list to choose from. */
export function listMonitorNames(db: Db | Tx, accountId: string): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: monitors.id, name: monitors.name })
    .from(monitors)
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)))
    .orderBy(asc(sql`lower(${monitors.name})`), asc(monitors.id))
    .limit(1_000)
    .execute();
}

/** Whether the account shows anything to the world. */
export async function hasPublicMonitor(db: Db | Tx, accountId: string): Promise<boolean> {
  const rows = await db
    .select({ no: monitors.no })
    .from(monitors)
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at), eq(monitors.public, true)))
    .limit(1);
  return rows.length > 0;
}

export async function findMonitor(db: Db | Tx, accountId: string, id: string, now: number): Promise<MonitorRow | null> {
  const where = and(eq(monitors.id, id), eq(monitors.account_id, accountId), isNull(monitors.deleted_at));
  const rows = await selectMonitors(db, now).where(where).limit(1).execute();
  return rows[0] ?? null;
}

/** All monitors of an account that are not deleted, and those of them that run. */
export async function countMonitors(db: Db | Tx, accountId: string): Promise<{ all: number; active: number }> {
  const rows = await db
    .select({ all: count(), active: sql<number>`count(*) filter (where ${monitors.paused_at} is null)` })
    .from(monitors)
    .where(and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at)));
  return rows[0] ?? { all: 0, active: 0 };
}

/** Whether a monitor of the account has this key of a settings file. */
export async function isManagedMonitor(db: Db | Tx, accountId: string, key: string): Promise<boolean> {
  const mine = and(eq(monitors.account_id, accountId), isNull(monitors.deleted_at));
  const rows = await db
    .select({ no: monitors.no })
    .from(monitors)
    .where(and(mine, eq(monitors.managed_key, key)))
    .limit(1);
  return rows.length > 0;
}

type NewMonitor = typeof monitors.$inferInsert;

/** Inserts a monitor and returns its number. Its state row comes with the first result. */
export async function insertMonitor(tx: Tx, row: NewMonitor): Promise<number> {
  const inserted = await tx.insert(monitors).values(row).returning({ no: monitors.no });
  const no = inserted[0]?.no;
  if (no === undefined) throw new Error('the new monitor has no number');
  return no;
}

/** What a person may change of a monitor; `config_version` follows from it. */
export type MonitorChange = Pick<
  NewMonitor,
  | 'name'
  | 'kind'
  | 'target'
  | 'config'
  | 'config_version'
  | 'interval_seconds'
  | 'timeout_seconds'
  | 'retries'
  | 'failure_threshold'
  | 'recovery_threshold'
  | 'flap_detection'
  | 'remind_every_minutes'
  | 'parent_no'
  | 'escalation_id'
  | 'public'
  | 'tags'
  | 'next_check_at'
  | 'managed_key'
  | 'managed_fields'
>;

export async function updateMonitorRow(tx: Tx, monitorNo: number, change: MonitorChange): Promise<void> {
  await tx.update(monitors).set(change).where(eq(monitors.no, monitorNo));
}

/** Stops the checks. `by` is kept so that an upgrade can resume what only the plan had paused. */
export async function setPaused(tx: Tx, monitorNo: number, by: 'person' | 'plan', now: number): Promise<void> {
  await tx
    .update(monitors)
    .set({ paused_at: now, paused_by: by, next_check_at: null })
    .where(eq(monitors.no, monitorNo));
}

export async function setResumed(tx: Tx, monitorNo: number, now: number): Promise<void> {
  await tx
    .update(monitors)
    .set({ paused_at: null, paused_by: null, next_check_at: now })
    .where(eq(monitors.no, monitorNo));
}

/** Gone for everyone from now on, and nothing depends on it; the rows behind it are purged later. */
export async function setDeleted(tx: Tx, monitorNo: number, now: number): Promise<void> {
  await tx.update(monitors).set({ parent_no: null }).where(eq(monitors.parent_no, monitorNo));
  await tx.update(monitors).set({ deleted_at: now, next_check_at: null }).where(eq(monitors.no, monitorNo));
}
