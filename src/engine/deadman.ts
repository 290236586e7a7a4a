import { MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { countLate } from '../monitors/due-queries.ts';
import { exchange } from '../net/fetch.ts';
import { tellOperator } from './operator.ts';

const LOOK_MS = 10 * SECOND;
const PING_MS = MINUTE;
const PING_TIMEOUT_MS = 10 * SECOND;
/** A check that has been due for this long, beyond a timeout of the one before it, is late. */
const LATE_MS = MINUTE;
/** Trouble shorter than this is not worth a mail: a restart after a long stop catches up meanwhile. */
const STALL_MS = 30 * SECOND;

/** Watches the scheduler on a timer of its own, and lets another service watch this process. */
export interface Deadman {
  /** One look; called by the timer. Never throws. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Looks every ten seconds whether checks are started in time; `ticks` says whether the scheduler does. While all is well
 * `HEARTBEAT_URL` is called every minute; once it has not been for half a minute, the operator is told.
 */
export function createDeadman(deps: Deps, ticks: () => boolean): Deadman {
  const { clock, log } = deps;
  const stopping = new AbortController();
  let unwellSince: { at: number; monotonic: number } | null = null;
  let told = false;
  let pingAt = Number.NEGATIVE_INFINITY;
  let pingFailed = false;
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => void look(), LOOK_MS);

  async function isWell(): Promise<boolean> {
    try {
      return ticks() && (await countLate(deps.db.read, clock.now() - LATE_MS)) === 0;
    } catch (err) {
      log.error({ err }, 'late checks could not be counted');
      return false;
    }
  }

  async function examine(): Promise<void> {
    const well = await isWell();
    if (stopping.signal.aborted) return;
    const monotonic = clock.monotonic();
    if (!well) {
      unwellSince ??= { at: clock.now(), monotonic };
      if (told || monotonic - unwellSince.monotonic < STALL_MS) return;
      told = true;
      log.error({ since: unwellSince.at }, 'checks are not started in time');
      return tellOperator(deps, 'checks_stalled', { since: unwellSince.at });
    }
    if (told && unwellSince) {
      log.warn({ since: unwellSince.at }, 'checks are started in time again');
      await tellOperator(deps, 'checks_stalled', { since: unwellSince.at, until: clock.now() });
    }
    told = false;
    unwellSince = null;
    if (deps.config.heartbeatUrl && monotonic >= pingAt) {
      pingAt = monotonic + PING_MS;
      await ping(deps.config.heartbeatUrl);
    }
  }

  async function ping(url: string): Promise<void> {
    const request = {
      method: 'GET',
      url: new URL(url),
      headers: {},
      body: null,
      redirects: 3,
      verifyTls: true,
      family: 'any' as const,
      maxBodyBytes: 64 * 1024,
      keepBody: false,
      headFallback: false,
    };
    const context = { clock, outbound: deps.outbound, timeoutMs: PING_TIMEOUT_MS, signal: stopping.signal };
    const { response, failure } = await exchange(request, context);
    if (stopping.signal.aborted) return;
    const problem = failure?.message ?? ((response?.status ?? 0) < 400 ? null : `It answered ${response?.status}.`);
    if (problem !== null && !pingFailed) log.warn({ reason: problem }, 'HEARTBEAT_URL could not be called');
    if (problem === null && pingFailed) log.info('HEARTBEAT_URL can be called again');
    pingFailed = problem !== null;
  }

  function look(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    looking ??= examine().finally(() => {
      looking = null;
    });
    return looking;
  }

  return {
    look,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await looking;
    },
  };
}
