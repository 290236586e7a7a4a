import { HOUR, MINUTE, SECOND } from './time.ts';

/** Waits after the first failed tries; hours follow until a day is full (R-AL-4). */
const FIRST_WAITS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  40 * MINUTE,
] as const;
/** Hourly tries that still fit into 24 hours after the waits above. */
const HOURLY_TRIES = 22;
const JITTER = 0.2;

/** Longest time one message may take from the first byte of the connection to the receiver's last answer. */
export const SEND_DEADLINE_MS = 10 * SECOND;
/** Longest time a receiver of its owner's choice may be given, and the lease that outlives it. */
export const HOOK_DEADLINE_MS = 30 * SECOND;
export const HOOK_LEASE_MS = MINUTE;
/** A receiver that names a later moment for the next try is believed up to this. */
export const MOST_PATIENCE_MS = HOUR;
/** How long a claimed message belongs to its sender. A process that died lets go of it after this. */
export const LEASE_MS = 30 * SECOND;
/** A server that cannot be reached is knocked at this often, whatever waits for it (R-AL-8). */
export const PROBE_EVERY_MS = 10 * SECOND;
/** A mail server of a channel's own is knocked at less and less often, down to this. */
export const SLOWEST_PROBE_MS = 5 * MINUTE;
/** A message that could not even be tried for this long is given up, so that an old alarm cannot come out of the blue. */
export const GIVE_UP_MS = 24 * HOUR;
/** From here on a message says that it is late. */
export const LATE_MS = 5 * MINUTE;

/**
 * Milliseconds until the next try after `attempts` failed ones, or null when it is time to give up.
 * `random` is from 0 to 1 and spreads the wait by a fifth either way.
 */
export function retryDelay(attempts: number, random: number): number | null {
  const wait = FIRST_WAITS[attempts - 1] ?? HOUR;
  if (attempts > FIRST_WAITS.length + HOURLY_TRIES) return null;
  return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
}
