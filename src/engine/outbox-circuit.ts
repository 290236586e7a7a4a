import { PROBE_EVERY_MS } from '../core/backoff.ts';

/** Messages on their way at once while the server is well. */
const AT_ONCE = 4;
/** How long a success vouches for the server. */
const TRUSTED_MS = 60_000;

/**
 * Whether a mail server may be bothered now. While it is away, one message at a time knocks, ten seconds apart, and
 * twice as far with each knock as long as that is no more than `slowest`; a server not heard of lately gets one alone
 * first, so that a dead one costs a single connection (R-AL-8). Times are monotonic milliseconds.
 */
export class Circuit {
  readonly #slowest: number;
  #wait = PROBE_EVERY_MS;
  #knockAt = Number.NEGATIVE_INFINITY;
  #trustedUntil = Number.NEGATIVE_INFINITY;

  constructor(slowest = PROBE_EVERY_MS) {
    this.#slowest = slowest;
  }

  /** How many more messages may start, given how many are on their way. */
  room(now: number, busy: number): number {
    if (now < this.#knockAt) return 0;
    if (now < this.#trustedUntil) return Math.max(0, AT_ONCE - busy);
    return busy === 0 ? 1 : 0;
  }

  /** The server answered a message, whatever it said. */
  answered(now: number): void {
    this.#trustedUntil = now + TRUSTED_MS;
    this.#knockAt = Number.NEGATIVE_INFINITY;
    this.#wait = PROBE_EVERY_MS;
  }

  away(now: number): void {
    this.#trustedUntil = Number.NEGATIVE_INFINITY;
    this.#knockAt = now + this.#wait;
    this.#wait = Math.min(this.#wait * 2, this.#slowest);
  }
}
