import type { Clock } from '../core/time.ts';

/**
 * One end for everything an exchange does. Each stage says how it is stopped; at the deadline (or when the caller
 * gives up) the current stage is stopped and its own sentence becomes the failure.
 */
export class Deadline {
  readonly timeoutMs: number;
  /** Why it ended; null while there is time. `stopped` is the caller giving up, which says nothing about the target. */
  ended: 'timeout' | 'stopped' | null = null;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #startedAt: number;
  readonly #clock: Clock;
  #stop: (() => void) | null = null;

  constructor(timeoutMs: number, signal: AbortSignal, clock: Clock) {
    this.timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#timer = setTimeout(() => this.#end('timeout'), timeoutMs);
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort);
  }

  /** Makes `stop` what ends the current stage; called at once when time is already over. */
  stage(stop: () => void): void {
    this.#stop = stop;
    if (this.ended) stop();
  }

  /** Must be called when the exchange is over: frees the timer and the listener. */
  release(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#stop = null;
  }

  /** "30 s", for sentences. */
  get words(): string {
    return this.timeoutMs % 1000 === 0 ? `${this.timeoutMs / 1000} s` : `${this.timeoutMs} ms`;
  }

  readonly #onAbort = (): void => {
    const late = this.#clock.monotonic() - this.#startedAt >= this.timeoutMs * 0.9;
    const reason: unknown = this.#signal.reason;
    this.#end(late || (reason instanceof Error && reason.name === 'TimeoutError') ? 'timeout' : 'stopped');
  };

  #end(why: 'timeout' | 'stopped'): void {
    if (this.ended) return;
    this.ended = why;
    this.#stop?.();
  }
}
