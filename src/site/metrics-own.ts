import type { Counter } from 'prom-client';
import { VERSION } from '../config.ts';
import { SECOND } from '../core/time.ts';
import { databaseSize, freeBytes } from '../db/backup.ts';
import type { Deps } from '../deps.ts';
import { REQUEST_SECONDS } from '../engine/tally.ts';
import type { EngineHealth } from './health.ts';
import { oldestDueAt } from './health-queries.ts';
import { family, labels, writeFamily } from './metrics-text.ts';
import type { BoardReader } from './operator-board.ts';
import { countInstallation, countWaiting } from './operator-figure-queries.ts';

/** Of the process, gauges whose names end as counters do: Prometheus' own check refuses them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The installation's own figures as text. The registry is made at the first call: it takes memory and listens to the process. */
export function createOwnMetrics(deps: Deps, board: BoardReader, health: () => EngineHealth): () => Promise<string> {
  let made: ReturnType<typeof createInstruments> | undefined;
  return async () => {
    made ??= createInstruments(deps);
    const { registry, fill } = await made;
    await fill(health(), (await board.read()).maintenance !== null);
    return (await registry.metrics()) + requestDurations(deps);
  };
}

async function createInstruments(deps: Deps) {
  // A CommonJS package has no names in the bundle but its default.
  const { default: library } = await import('prom-client');
  const { collectDefaultMetrics, Counter, Gauge, Registry } = library;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `statusping_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `statusping_${name}_total`, help, labelNames, registers });

  gauge('build_info', 'Version of the program, always 1', ['version', 'node']).set(
    { version: VERSION, node: process.versions.node },
    1,
  );
  const figures = {
    startLagP50: gauge('check_start_lag_p50_seconds', 'Half of the latest checks started at most this late'),
    startLagP99: gauge('check_start_lag_p99_seconds', '99 of 100 of the latest checks started at most this late'),
    loopLagP99: gauge(
      'event_loop_lag_p99_seconds',
      'How long the program was held up, 99th percentile of five minutes',
    ),
    loopLagMax: gauge('event_loop_lag_max_seconds', 'How long the program was held up at most, in five minutes'),
    schedulerUp: gauge('scheduler_up', 'Whether checks are being started (1) or not (0)'),
    running: gauge('checks_running', 'Checks under way'),
    checksWaiting: gauge('checks_waiting', 'Claimed checks that wait for their moment or for room'),
    resultsWaiting: gauge('results_waiting', 'Results that are not stored yet'),
    checksPerSecond: gauge('checks_scheduled_per_second', 'Checks a second that the active monitors ask for'),
    monitors: gauge('monitors_active', 'Monitors that are checked'),
    accounts: gauge('accounts', 'Accounts'),
    users: gauge('users', 'People'),
    sessions: gauge('sessions', 'Log-ins that are open'),
    incidents: gauge('open_incidents', 'Incidents that are open'),
    outbox: gauge('outbox_messages', 'Messages that have not left', ['state']),
    oldestDue: gauge('outbox_oldest_due_seconds', 'How long the message that waits longest has been due'),
    mailAway: gauge('mail_server_away', 'Whether the mail server is away (1) or answers (0)'),
    offline: gauge('network_offline', 'Whether our own network is gone (1) or there (0)'),
    maintenance: gauge('maintenance_mode', 'Whether maintenance mode is on (1) or off (0)'),
    database: gauge('database_size_bytes', 'Size of the database file'),
    log: gauge('database_wal_size_bytes', 'Size of its write-ahead log'),
    free: gauge('disk_free_bytes', 'Room on the disk of the data folder'),
    backup: gauge('last_backup_timestamp_seconds', 'When the newest scheduled copy was made, 0 for never'),
    backupFailing: gauge('backup_failing', 'Whether the latest scheduled copy failed (1) or not (0)'),
  };
  const counters = {
    checks: counter('checks', 'Checks that ended, by kind and result', ['kind', 'result']),
    deliveries: counter('deliveries', 'Tries to deliver a message, by kind and what became of it', ['kind', 'result']),
    late: counter('late_alerts', 'Alerts that left more than five minutes late'),
  };

  async function fill(engine: EngineHealth, maintenance: boolean): Promise<void> {
    const { db, clock, config, tally } = deps;
    const now = clock.now();
    const { scheduler, backup } = engine;
    figures.startLagP50.set(scheduler.startLagMs.p50 / SECOND);
    figures.startLagP99.set(scheduler.startLagMs.p99 / SECOND);
    figures.loopLagP99.set(scheduler.loopLagMs.p99 / SECOND);
    figures.loopLagMax.set(scheduler.loopLagMs.max / SECOND);
    figures.schedulerUp.set(scheduler.ok ? 1 : 0);
    figures.running.set(scheduler.running);
    figures.checksWaiting.set(scheduler.waiting);
    figures.resultsWaiting.set(engine.ingest.waiting);
    const counts = await countInstallation(db.read, now);
    figures.checksPerSecond.set(counts.checks_per_second);
    figures.monitors.set(counts.active);
    figures.accounts.set(counts.accounts);
    figures.users.set(counts.users);
    figures.sessions.set(counts.sessions);
    figures.incidents.set(counts.open_incidents);
    for (const state of ['queued', 'sending', 'failed']) figures.outbox.set({ state }, 0);
    for (const { state, n } of await countWaiting(db.read)) figures.outbox.set({ state }, n);
    const dueAt = await oldestDueAt(db.read, now);
    figures.oldestDue.set(dueAt === null ? 0 : Math.max(0, now - dueAt) / SECOND);
    figures.mailAway.set(engine.outbox.awaySince === null ? 0 : 1);
    figures.offline.set(engine.network.offlineSince === null ? 0 : 1);
    figures.maintenance.set(maintenance ? 1 : 0);
    const size = databaseSize(config.databaseUrl);
    figures.database.set(size?.file ?? 0);
    figures.log.set(size?.log ?? 0);
    figures.free.set(await freeBytes(config.dataPath).catch(() => 0));
    figures.backup.set((backup.lastAt ?? 0) / SECOND);
    figures.backupFailing.set(backup.problem === null ? 0 : 1);
    copy(tally.checks, counters.checks);
    copy(tally.deliveries, counters.deliveries);
    counters.late.reset();
    counters.late.inc(tally.lateAlerts);
  }

  return { registry, fill };
}

/** What was counted since the start, under its labels. */
function copy(counts: ReadonlyMap<string, number>, counter: Counter): void {
  counter.reset();
  for (const [key, n] of counts) {
    const [kind = '', result = ''] = key.split(' ');
    counter.inc({ kind, result }, n);
  }
}

/** Counted in columns already, which the library cannot be handed. */
function requestDurations({ tally }: Deps): string {
  const name = 'statusping_http_request_duration_seconds';
  const durations = family(name, 'histogram', 'How long requests took until the answer began, by route');
  for (const [key, { columns, sum, count }] of tally.requests) {
    const [method = '', route = '', status = ''] = key.split(' ');
    const own = { method, route, status };
    let below = 0;
    for (const [i, le] of REQUEST_SECONDS.entries()) {
      below += columns[i] ?? 0;
      durations.lines.push(`${name}_bucket${labels({ ...own, le: String(le) })} ${below}`);
    }
    durations.lines.push(`${name}_bucket${labels({ ...own, le: '+Inf' })} ${count}`);
    durations.lines.push(`${name}_sum${labels(own)} ${sum}`, `${name}_count${labels(own)} ${count}`);
  }
  return writeFamily(durations);
}
