import { type Failure, NO_PHASES, type Phases } from '../core/verdict.ts';
import { Deadline } from './deadline.ts';
import { type Connection, type Destination, dial, type Trip } from './dial.ts';
import { asFailure } from './failure.ts';
import type { NetContext } from './fetch.ts';

/** How a visit went; `result` is null when it failed. */
export interface Visit<T> {
  result: T | null;
  failure: Failure | null;
  /** From the first look-up to the end of the talk; null when it failed. */
  responseTimeMs: number | null;
  phases: Phases;
}

/**
 * Dials, lets `talk` use the connection, and destroys it, all within `timeoutMs`. `talk` throws `NetFailure` and makes
 * its own end of each wait known by `trip.deadline.stage`. Never throws for the target's sake.
 */
export async function visit<T>(
  to: Destination,
  { clock, outbound, timeoutMs, signal }: NetContext,
  talk: (connection: Connection, trip: Trip) => Promise<T>,
): Promise<Visit<T>> {
  const start = clock.monotonic();
  const deadline = new Deadline(timeoutMs, signal);
  const trip: Trip = { clock, outbound, deadline, phases: { ...NO_PHASES } };
  try {
    const connection = await dial(to, trip);
    try {
      const result = await talk(connection, trip);
      return { result, failure: null, responseTimeMs: clock.monotonic() - start, phases: trip.phases };
    } finally {
      connection.socket.destroy();
    }
  } catch (error) {
    const stopped: Failure = { reason: 'internal', message: 'The check was stopped before it was over.' };
    const failure = deadline.ended === 'stopped' ? stopped : asFailure(error);
    return { result: null, failure, responseTimeMs: null, phases: trip.phases };
  } finally {
    deadline.release();
  }
}
