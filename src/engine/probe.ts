import type { AnyCheck } from '../checks/check.ts';
import { SECOND } from '../core/time.ts';
import { NO_PHASES, type Verdict } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';

/** What is to be checked, as the monitor row or the unsaved form says it. */
export interface ProbeJob {
  target: string;
  config: unknown;
  timeout_seconds: number;
  /** More tries inside this check after a failed one, as far as the deadline leaves time. */
  retries: number;
  /** Loads what a kind with `needs` is handed; inside the deadline. */
  known?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
}

/** How long after its deadline a probe that does not end is left to itself. */
const PATIENCE_MS = SECOND;
const RETRY_PAUSE_MS = 500;

/**
 * One check from start to verdict. A single deadline covers every try (R-CK-2): at the timeout the probe is told to
 * end, a second later it is left behind. What we ourselves do wrong is `unknown` with reason `internal`, never `down`.
 */
export async function probe(
  deps: Pick<Deps, 'clock' | 'outbound' | 'log'>,
  check: AnyCheck,
  job: ProbeJob,
  stop?: AbortSignal,
): Promise<Verdict> {
  const deadline = new AbortController();
  const soft = setTimeout(() => deadline.abort(), job.timeout_seconds * SECOND);
  let hard: NodeJS.Timeout | undefined;
  let leave = () => deadline.abort();
  const stuck = new Promise<Verdict>((resolve) => {
    const giveUp = () => resolve(internal("The check did not end in time. This is our fault, not the target's."));
    hard = setTimeout(giveUp, job.timeout_seconds * SECOND + PATIENCE_MS);
    leave = () => {
      deadline.abort();
      giveUp();
    };
  });
  stop?.addEventListener('abort', leave);
  try {
    return await Promise.race([tries(deps, check, job, deadline.signal), stuck]);
  } catch (error) {
    deps.log.error({ err: error, kind: check.kind }, 'a check failed for a reason of its own');
    return internal("The check could not be made. This is our fault, not the target's.");
  } finally {
    clearTimeout(soft);
    clearTimeout(hard);
    stop?.removeEventListener('abort', leave);
  }
}

async function tries(
  { clock, outbound }: Pick<Deps, 'clock' | 'outbound'>,
  check: AnyCheck,
  job: ProbeJob,
  signal: AbortSignal,
): Promise<Verdict> {
  const until = clock.monotonic() + job.timeout_seconds * SECOND;
  const known = await job.known?.(signal);
  for (let left = job.retries - 1; ; left -= 1) {
    const timeoutMs = Math.max(1, until - clock.monotonic());
    const verdict = await check.run(job.target, job.config, { clock, outbound, timeoutMs, signal, known });
    // What the server knows itself would be the same at the next try.
    if (known !== undefined) return verdict;
    const enough = until - clock.monotonic() > 2 * RETRY_PAUSE_MS;
    if (verdict.status !== 'down' || left <= 0 || !enough || signal.aborted) return verdict;
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
  }
}

function internal(message: string): Verdict {
  return { status: 'unknown', reason: 'internal', message, responseTimeMs: null, statusCode: null, phases: NO_PHASES };
}
