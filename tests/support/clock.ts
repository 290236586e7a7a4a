import type { Clock } from '../../src/core/time.ts';

export interface FakeClock extends Clock {
  /** Moves both the wall clock and the monotonic one. */
  advance(ms: number): void;
  /** Steps the wall clock alone, as an operator or NTP does. */
  step(ms: number): void;
}

/** A clock that stands still until told otherwise; noon UTC of 20 November 2026 unless a start is given. */
export function fakeClock(startMs = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let wall = startMs;
  let monotonic = 0;
  return {
    now: () => wall,
    monotonic: () => monotonic,
    advance: (ms) => {
      wall += ms;
      monotonic += ms;
    },
    step: (ms) => {
      wall += ms;
    },
  };
}
