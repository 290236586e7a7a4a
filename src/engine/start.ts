import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SECOND } from '../core/time.ts';
import { withoutOrigin } from '../db/origin.ts';
import type { Deps } from '../deps.ts';
import { type BackupHealth, createBackups } from './backups.ts';
import { createDeadman } from './deadman.ts';
import { demoJob } from './demo.ts';
import { escalationJob } from './escalation.ts';
import { createHistory } from './history.ts';
import { createIngest } from './ingest.ts';
import { type Job, startJobs } from './jobs.ts';
import { maintenanceJob } from './maintenance.ts';
import { createOutbox, type OutboxHealth } from './outbox.ts';
import { pageDomainJob } from './page-domains.ts';
import { reportMailJob } from './reports.ts';
import { createRunner, type RunnerLag } from './runner.ts';
import { silenceAlarm } from './silence.ts';
import { createWitnessStand } from './witness.ts';

/** A scheduler that has not ticked for this long is not well. */
const TICK_LATE_MS = 10 * SECOND;
/** Checks under way may end within this after the stop; mails within the other. */
const RUNNER_GRACE_MS = 3 * SECOND;
const OUTBOX_GRACE_MS = 6 * SECOND;
/** How often the event loop's lag is sampled. Node counts the sampling time itself as delay. */
const LOOP_SAMPLE_MS = 20;

export interface EngineHealth {
  scheduler: RunnerLag & { ok: boolean; loopLagMs: { p99: number; max: number } };
  outbox: OutboxHealth;
  /** Results not committed yet. */
  ingest: { waiting: number };
  /** Since when our own network has been gone, epoch ms, or null. */
  network: { offlineSince: number | null };
  backup: BackupHealth;
}

export interface Engine {
  /** Something is due now; to be put in the place of `deps.wake`. */
  wake: Deps['wake'];
  health(): EngineHealth;
  /** No new checks, those under way end or are abandoned, what is known is stored. Takes less than eight seconds. */
  stop(): Promise<void>;
}

/** Everything that happens without a request. `more` are jobs that need what the engine may not know, as how a page looks. */
export function startEngine(deps: Deps, more: readonly Job[] = []): Engine {
  const ingest = createIngest(deps);
  const witnesses = createWitnessStand(deps, ingest);
  const runner = createRunner(deps, witnesses);
  const outbox = createOutbox(deps);
  outbox
    .takeOver()
    .catch((err: unknown) => deps.log.error({ err }, 'leases of the last process run out by themselves'));
  const history = createHistory(deps);
  const backups = createBackups(deps);
  const loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  loop.enable();
  const scheduler = () => {
    runner.tick().catch((err: unknown) => deps.log.error({ err }, 'due checks could not be claimed'));
  };
  const jobs = startJobs(
    [
      { name: 'checks', pattern: '* * * * * *', run: () => runner.tick() },
      { name: 'outbox', pattern: '* * * * * *', run: async () => outbox.wake() },
      { name: 'witnesses', pattern: '*/15 * * * * *', run: () => witnesses.look() },
      { name: 'silence', pattern: '30 * * * * *', run: silenceAlarm(deps) },
      { name: 'maintenance', pattern: '*/5 * * * * *', run: maintenanceJob(deps) },
      { name: 'escalation', pattern: '*/5 * * * * *', run: escalationJob(deps) },
      { name: 'reports', pattern: '40 * * * * *', run: reportMailJob(deps) },
      { name: 'page domains', pattern: '20 */5 * * * *', run: pageDomainJob(deps) },
      { name: 'loop lag', pattern: '0 */5 * * * *', run: async () => loop.reset() },
      { name: 'history', pattern: '15 7 * * * *', run: () => history.run() },
      { name: 'backups', pattern: '45 */10 * * * *', run: () => backups.look() },
      { name: 'demo', pattern: '0 */5 * * * *', run: demoJob(deps, ingest) },
      ...more,
    ],
    deps.log,
  );
  const ticks = () => {
    const { lastTickAt } = runner.lag();
    return lastTickAt !== null && Math.abs(deps.clock.now() - lastTickAt) < TICK_LATE_MS;
  };
  const deadman = createDeadman(deps, ticks);
  scheduler();
  outbox.wake();
  return {
    // Who wakes them has not done what they then do.
    wake: {
      outbox: () => withoutOrigin(() => outbox.wake()),
      scheduler: () => withoutOrigin(scheduler),
    },
    health: () => ({
      scheduler: {
        ...runner.lag(),
        ok: ticks(),
        loopLagMs: { p99: lagOf(loop.percentile(99)), max: lagOf(loop.max) },
      },
      outbox: outbox.health(),
      ingest: { waiting: ingest.waiting() },
      network: { offlineSince: witnesses.offlineSince() },
      backup: backups.health(),
    }),
    stop: async () => {
      jobs.stop();
      history.stop();
      backups.stop();
      loop.disable();
      const mails = atMost(OUTBOX_GRACE_MS, outbox.stop());
      await deadman.stop();
      await runner.stop(RUNNER_GRACE_MS);
      await witnesses.stop();
      await ingest.stop();
      await mails;
    },
  };
}

function lagOf(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e5) / 10 - LOOP_SAMPLE_MS);
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, enough]).finally(() => clearTimeout(timer));
}
