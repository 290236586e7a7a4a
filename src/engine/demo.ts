import { DEMO_MONITORS, demoCheck, INTERVAL_SECONDS } from '../db/demo.ts';
import { SECOND } from '../core/time.ts';
import { NO_PHASES } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { listDemoMonitors, readDemo } from '../site/demo-queries.ts';
import type { Ingest } from './ingest.ts';

const STEP = INTERVAL_SECONDS * SECOND;

/**
 * Keeps the demo account alive: every five minutes its monitors get a made-up result each, which then goes the way of
 * all results. No target of the demo is ever contacted.
 */
export function demoJob(deps: Deps, ingest: Pick<Ingest, 'submit'>): () => Promise<void> {
  return async () => {
    const demo = deps.config.demo ? await readDemo(deps.db.read) : null;
    if (!demo?.seededAt) return;
    const at = Math.floor(deps.clock.now() / STEP) * STEP;
    for (const { no, name, config_version: configVersion } of await listDemoMonitors(deps.db.read, demo.accountId)) {
      const monitor = DEMO_MONITORS.find((one) => one.name === name);
      if (!monitor) continue;
      const { status, reason, message, code, responseMs } = demoCheck(monitor, at, demo.seededAt);
      const verdict = { status, reason, message, statusCode: code, responseTimeMs: responseMs, phases: NO_PHASES };
      ingest.submit({ monitorNo: no, configVersion, at, location: 0, verdict }, false);
    }
  };
}
