import { sql } from 'drizzle-orm';
import type { Phase } from '../core/incident.ts';
import type { Kind } from '../core/monitor.ts';
import type { Db, Tx } from '../db/client.ts';

/** A heartbeat as its monitor, its state and its pings tell it. Times are epoch ms. */
export interface HeartbeatRow {
  monitor_no: number;
  token: string;
  interval_seconds: number;
  created_at: number;
  phase: Phase | null;
  status_since: number | null;
  last_ping_at: number | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  last_exit_code: number | null;
  started_at: number | null;
  run_id: string | null;
  last_run_ms: number | null;
}

const SELECT = sql`
  select h.monitor_no, h.token, m.interval_seconds, m.created_at, s.phase, s.status_since, h.last_ping_at,
    h.last_success_at, h.last_failure_at, h.last_exit_code, h.started_at, h.run_id, h.last_run_ms
  from heartbeats h join monitors m on m.no = h.monitor_no left join monitor_states s on s.monitor_no = m.no`;

/** The heartbeat of a monitor, or null. */
export async function findHeartbeat(db: Db | Tx, monitorNo: number): Promise<HeartbeatRow | null> {
  const rows = await db.all<HeartbeatRow>(sql`${SELECT} where h.monitor_no = ${monitorNo}`);
  return rows[0] ?? null;
}

/** The heartbeat behind a ping address, of whatever account: who has the token may ping. Null when unknown or deleted. */
export async function findHeartbeatByToken(db: Db | Tx, token: string): Promise<HeartbeatRow | null> {
  const rows = await db.all<HeartbeatRow>(
    sql`${SELECT} where h.token = ${token} and m.deleted_at is null and m.kind = 'heartbeat'`,
  );
  return rows[0] ?? null;
}

/** The kind of an account's monitor, with its heartbeat where it is one; null when the id is unknown or deleted. */
export async function findHeartbeatById(
  db: Db,
  accountId: string,
  id: string,
): Promise<{ kind: Kind; row: HeartbeatRow | null } | null> {
  const [monitor] = await db.all<{ no: number; kind: Kind }>(
    sql`select no, kind from monitors where id = ${id} and account_id = ${accountId} and deleted_at is null`,
  );
  if (!monitor) return null;
  return { kind: monitor.kind, row: monitor.kind === 'heartbeat' ? await findHeartbeat(db, monitor.no) : null };
}

/** Gives a monitor its ping address; one it has is kept. */
export async function ensureHeartbeat(tx: Tx, monitorNo: number, token: string, now: number): Promise<void> {
  await tx.run(sql`
    insert or ignore into heartbeats (monitor_no, token, created_at) values (${monitorNo}, ${token}, ${now})`);
}

/** Whether a monitor, living or not purged yet, has this token. */
export async function isTokenTaken(tx: Db | Tx, token: string): Promise<boolean> {
  return (await tx.all(sql`select 1 from heartbeats where token = ${token}`)).length > 0;
}

/** Tokens of the given monitors, by number. */
export async function listTokens(db: Db | Tx, monitorNos: readonly number[]): Promise<Map<number, string>> {
  const rows = await db.all<{ no: number; token: string }>(sql`
    select monitor_no as no, token from heartbeats
    where monitor_no in (select value from json_each(${JSON.stringify(monitorNos)}))`);
  return new Map(rows.map(({ no, token }) => [no, token]));
}

/** What a ping leaves of the heartbeat. */
export type HeartbeatChange = Pick<
  HeartbeatRow,
  'last_ping_at' | 'last_success_at' | 'last_failure_at' | 'last_exit_code' | 'started_at' | 'run_id' | 'last_run_ms'
>;

export async function updateHeartbeat(tx: Tx, monitorNo: number, h: HeartbeatChange): Promise<void> {
  await tx.run(sql`
    update heartbeats set last_ping_at = ${h.last_ping_at}, last_success_at = ${h.last_success_at},
      last_failure_at = ${h.last_failure_at}, last_exit_code = ${h.last_exit_code}, started_at = ${h.started_at},
      run_id = ${h.run_id}, last_run_ms = ${h.last_run_ms}
    where monitor_no = ${monitorNo}`);
}

/** One line of the ping log. */
export interface Ping {
  at: number;
  kind: 'success' | 'start' | 'fail' | 'log';
  exit_code: number | null;
  run_id: string | null;
  run_ms: number | null;
  body: string | null;
  source_ip: string | null;
  user_agent: string | null;
}

/** Lines kept of each heartbeat. */
const KEPT = 100;

/** Adds a line and drops the oldest ones. */
export async function insertPing(tx: Tx, monitorNo: number, p: Ping): Promise<void> {
  await tx.run(sql`
    insert into heartbeat_pings (monitor_no, at, kind, exit_code, run_id, run_ms, body, source_ip, user_agent)
    values (${monitorNo}, ${p.at}, ${p.kind}, ${p.exit_code}, ${p.run_id}, ${p.run_ms}, ${p.body}, ${p.source_ip},
      ${p.user_agent})`);
  await tx.run(sql`
    delete from heartbeat_pings where id in (
      select id from heartbeat_pings where monitor_no = ${monitorNo} order by at desc, id desc limit 20 offset ${KEPT})`);
}

/** When the run of this id reported its start, or null. */
export async function findStart(tx: Tx, monitorNo: number, runId: string): Promise<number | null> {
  const rows = await tx.all<{ at: number }>(sql`
    select at from heartbeat_pings where monitor_no = ${monitorNo} and kind = 'start' and run_id = ${runId}
    order by at desc, id desc limit 1`);
  return rows[0]?.at ?? null;
}

/** The newest lines first. */
export async function listPings(db: Db, monitorNo: number, limit: number): Promise<(Ping & { id: number })[]> {
  return db.all(sql`
    select id, at, kind, exit_code, run_id, run_ms, body, source_ip, user_agent from heartbeat_pings
    where monitor_no = ${monitorNo} order by at desc, id desc limit ${limit}`);
}
