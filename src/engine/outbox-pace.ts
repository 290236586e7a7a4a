import { MINUTE } from '../core/time.ts';

/** Messages a minute for one receiver where its channel says nothing else (R-AL-13). */
const PRESET = 6;
/** Receivers whose alerts are never merged get at least this many a minute. */
const NEVER_MERGED = 60;
/** With more lanes than this in mind, those that have rested are forgotten. */
const MANY = 1_000;

interface Lane {
  /** Messages that may leave at once, at `at`. */
  left: number;
  at: number;
  perMinute: number;
  /** The receiver asked for patience until then. */
  closedUntil: number;
}

/**
 * How many messages each lane may send: half of its number a minute at once, and from then on one at a time, so that
 * with a number of six no minute sees more than six and no five minutes more than eighteen. Lives in memory: a new
 * process begins with full measure. Times are monotonic milliseconds.
 */
export class Pace {
  readonly #lanes = new Map<string, Lane>();
  #tidyAt = MANY;

  /** How many may leave now, one by one. */
  room(lane: string, perMinute: number, now: number): number {
    const known = this.#lanes.get(lane);
    if (!known) return Math.floor(burst(perMinute));
    return now < known.closedUntil ? 0 : Math.floor(filled(known, perMinute, now));
  }

  take(lane: string, perMinute: number, now: number): void {
    const known = this.#lanes.get(lane);
    const left = (known ? filled(known, perMinute, now) : burst(perMinute)) - 1;
    this.#lanes.set(lane, { left, at: now, perMinute, closedUntil: known?.closedUntil ?? 0 });
    if (this.#lanes.size > this.#tidyAt) this.#forget(now);
  }

  /** What was taken was not used: the receiver was never spoken to. */
  giveBack(lane: string): void {
    const known = this.#lanes.get(lane);
    if (known) known.left += 1;
  }

  /** The receiver wants nothing for so long. */
  close(lane: string, until: number): void {
    const known = this.#lanes.get(lane);
    if (known) known.closedUntil = until;
  }

  #forget(now: number): void {
    for (const [lane, known] of this.#lanes) {
      if (now >= known.closedUntil && filled(known, known.perMinute, now) >= burst(known.perMinute)) {
        this.#lanes.delete(lane);
      }
    }
    this.#tidyAt = Math.max(MANY, 2 * this.#lanes.size);
  }
}

/** Messages a minute of a channel. */
export function paceOf(channel: { per_minute: number | null }, merges: boolean): number {
  return merges ? (channel.per_minute ?? PRESET) : Math.max(channel.per_minute ?? NEVER_MERGED, NEVER_MERGED);
}

function burst(perMinute: number): number {
  return Math.max(1, perMinute / 2);
}

function filled({ left, at }: Lane, perMinute: number, now: number): number {
  return Math.min(burst(perMinute), left + ((now - at) * perMinute) / (2 * MINUTE));
}
