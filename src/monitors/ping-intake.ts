import { MINUTE } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { recheckAt } from './due-queries.ts';
import {
  findHeartbeat,
  findStart,
  type HeartbeatChange,
  type HeartbeatRow,
  insertPing,
  type Ping,
  updateHeartbeat,
} from './heartbeat-queries.ts';

/** Pings of one heartbeat that are written in a minute. */
const PER_MINUTE = 60;

/**
 * The one way in for pings: those to a heartbeat's own address and those through the API share its limit. Ask `allow`
 * before reading what a ping says.
 */
export function createPingIntake(deps: Deps) {
  return { allow: createLimit(deps), record: (row: HeartbeatRow, ping: Ping) => record(deps, row, ping) };
}

export type PingIntake = ReturnType<typeof createPingIntake>;

/** Stores a ping and makes its monitor due, so that it is judged at once like any other check. */
async function record(deps: Deps, { monitor_no: no }: HeartbeatRow, ping: Ping): Promise<void> {
  await deps.db.write('ping', async (tx) => {
    const row = await findHeartbeat(tx, no);
    if (!row) return;
    const startedAt = await startOf(tx, row, ping.run_id);
    const ended = ping.kind === 'success' || ping.kind === 'fail';
    const runMs = ended ? (ping.run_ms ?? (startedAt === null ? null : ping.at - startedAt)) : null;
    await insertPing(tx, no, { ...ping, run_ms: runMs });
    await updateHeartbeat(tx, no, after(row, { ...ping, run_ms: runMs }));
    if (ping.kind !== 'log') await recheckAt(tx, [[no, ping.at]]);
  });
  if (ping.kind !== 'log') deps.wake.scheduler();
}

/** The start a ping belongs to: of the same run where ids are given, else of the run under way. */
async function startOf(tx: Tx, row: HeartbeatRow, runId: string | null): Promise<number | null> {
  if (runId === null || row.run_id === runId) return row.started_at;
  return findStart(tx, row.monitor_no, runId);
}

/** The heartbeat after a ping. An end closes the run under way unless both have ids that differ. */
function after(row: HeartbeatRow, ping: Ping): HeartbeatChange {
  const next: HeartbeatChange = { ...row, last_ping_at: ping.at };
  if (ping.kind === 'log') return next;
  if (ping.kind === 'start') return { ...next, started_at: ping.at, run_id: ping.run_id };
  const other = row.run_id !== null && ping.run_id !== null && row.run_id !== ping.run_id;
  const run = other ? {} : { started_at: null, run_id: null };
  const ended = { ...next, ...run, last_exit_code: ping.exit_code, last_run_ms: ping.run_ms };
  if (ping.kind === 'fail') return { ...ended, last_failure_at: ping.at };
  return { ...ended, last_success_at: ping.at, last_failure_at: null };
}

/** Sixty a minute for each heartbeat, counted in memory: a ping must stay cheap. */
function createLimit(deps: Deps): (monitorNo: number) => boolean {
  const windows = new Map<number, { count: number; endsAt: number }>();
  return (monitorNo) => {
    const now = deps.clock.now();
    const present = windows.get(monitorNo);
    if (!present || now >= present.endsAt || present.endsAt > now + MINUTE) {
      windows.set(monitorNo, { count: 1, endsAt: now + MINUTE });
      return true;
    }
    present.count += 1;
    return present.count <= PER_MINUTE;
  };
}
