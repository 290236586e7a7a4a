/** An abort in the last part of the time is the caller's own deadline, a moment before ours. */
const LAST_PART = 0.1;

/**
 * One end for everything an exchange does. Each stage says how it is stopped; at the deadline (or when the caller
 * gives up) the current stage is stopped and its own sentence becomes the failure.
 */
export class Deadline {
  readonly timeoutMs: number;
  /** Why it ended; null while there is time. `stopped` is the caller giving up, which says nothing about the target. */
  ended: 'timeout' | 'stopped' | null = null;
  #timer: NodeJS.Timeout;
  #late = false;
  #stop: (() => void) | null = null;
  readonly #signal: AbortSignal;

  constructor(timeoutMs: number, signal: AbortSignal) {
    // Whole, because the resolver of Node refuses fractions; what is left of a check's time is rarely whole.
    this.timeoutMs = Math.max(1, Math.ceil(timeoutMs));
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#lastPart(), timeoutMs * (1 - LAST_PART));
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
    return this.timeoutMs >= 1000 ? `${Math.round(this.timeoutMs / 100) / 10} s` : `${Math.round(this.timeoutMs)} ms`;
  }

  #lastPart(): void {
    this.#late = true;
    this.#timer = setTimeout(() => this.#end('timeout'), this.timeoutMs * LAST_PART);
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal.reason;
    const timedOut = this.#late || (reason instanceof Error && reason.name === 'TimeoutError');
    this.#end(timedOut ? 'timeout' : 'stopped');
  };

  #end(why: 'timeout' | 'stopped'): void {
    if (this.ended) return;
    this.ended = why;
    this.#stop?.();
  }
}
