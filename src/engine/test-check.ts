import { CHECKS } from '../checks/registry.ts';
import { AppError } from '../core/errors.ts';
import type { Kind } from '../core/monitor.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { probe } from './probe.ts';

/** Tries of unsaved settings under way in this process: they must not take the room of real checks. */
const MAX_TESTS = 32;
let running = 0;

/** Checks once with the given, perhaps unsaved, settings. Nothing is stored and nobody is told. */
export async function testCheck(
  deps: Pick<Deps, 'clock' | 'outbound' | 'log'>,
  input: {
    kind: Kind;
    target: string;
    config: unknown;
    timeoutSeconds: number;
    known?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  },
): Promise<Verdict> {
  if (running >= MAX_TESTS) {
    throw new AppError('rate_limited', 'Too many tests run at the moment. Try again in a few seconds.', {
      retryAfterSeconds: 5,
    });
  }
  running += 1;
  try {
    const { target, config, timeoutSeconds, known } = input;
    return await probe(deps, CHECKS[input.kind], {
      target,
      config,
      timeout_seconds: timeoutSeconds,
      retries: 1,
      known,
    });
  } finally {
    running -= 1;
  }
}
