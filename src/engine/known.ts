import type { AnyCheck } from '../checks/check.ts';
import { groupConfig, type Member } from '../checks/group.ts';
import { heartbeatConfig, type KnownHeartbeat, waitOf } from '../checks/heartbeat.ts';
import { visibleStatus } from '../core/monitor.ts';
import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { recheckAt } from '../monitors/due-queries.ts';
import { listMembers, ownerOf } from '../monitors/group-queries.ts';
import { findHeartbeat, type HeartbeatRow } from '../monitors/heartbeat-queries.ts';
import { askDomain } from './domains.ts';

type Lenders = Pick<Deps, 'db' | 'clock' | 'config' | 'outbound' | 'log'>;

/** Whose check it is: a stored monitor by its number, or settings somebody of an account tries before saving. */
type Owner = { no: number } | { accountId: string };

/** What loads the `known` of a probe, or undefined for a kind that sees everything from outside. */
export function knownFor(
  deps: Lenders,
  check: AnyCheck,
  job: { target: string; config: unknown } & Owner,
): ((signal: AbortSignal) => Promise<unknown>) | undefined {
  if (check.needs === 'heartbeat') return () => loadHeartbeat(deps, job);
  if (check.needs === 'members') return () => loadMembers(deps, job);
  if (check.needs === 'domain') return (signal) => askDomain(deps, job.target, signal);
  return undefined;
}

/**
 * The pings so far. The next check is brought forward to the deadline they set: kept in the database, it comes at its
 * time after a restart as well.
 */
async function loadHeartbeat(deps: Lenders, job: { config: unknown } & Owner): Promise<KnownHeartbeat | null> {
  const row = 'no' in job ? await findHeartbeat(deps.db.read, job.no) : null;
  if (!row) return null;
  const now = deps.clock.now();
  const known = knownHeartbeat(row, now);
  const config = heartbeatConfig.safeParse(job.config);
  const until = config.success ? waitOf(config.data, known).until : Number.POSITIVE_INFINITY;
  if (until > now && until < now + known.periodMs + 2 * SECOND) {
    await deps.db.write('heartbeat deadline', (tx) => recheckAt(tx, [[row.monitor_no, Math.max(until, now + SECOND)]]));
  }
  return known;
}

/** A monitor that was never judged since it was made, resumed or changed waits from then on. */
export function knownHeartbeat(row: HeartbeatRow, now: number): KnownHeartbeat {
  const waiting = (row.phase ?? 'new') === 'new';
  return {
    now,
    periodMs: row.interval_seconds * SECOND,
    waitingSince: waiting ? (row.status_since ?? row.created_at) : null,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
    lastExitCode: row.last_exit_code,
    startedAt: row.started_at,
    lastRunMs: row.last_run_ms,
  };
}

async function loadMembers(deps: Lenders, job: { config: unknown } & Owner): Promise<Member[]> {
  const { read } = deps.db;
  const config = groupConfig.safeParse(job.config);
  const accountId = 'no' in job ? await ownerOf(read, job.no) : job.accountId;
  if (!config.success || accountId === null) return [];
  const now = deps.clock.now();
  const rows = await listMembers(read, accountId, config.data.members, now);
  return rows
    .filter(({ kind }) => kind !== 'group')
    .map((row) => ({ name: row.name, status: visibleStatus(row, row, now), reason: row.last_reason }));
}
