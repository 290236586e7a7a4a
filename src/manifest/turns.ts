import { AppError } from '../core/errors.ts';

interface Most {
  atOnce: number;
  /** In all, beside those that have their turn. */
  waiting: number;
  /** Of one account, with the one that has its turn. */
  ofOne: number;
}

/**
 * Who may do costly work: each account has one turn at a time, and the place of one that ends goes to the first in the
 * row whose account has none. What takes one account long is no reason for others to wait.
 */
export class Turns {
  readonly #most: Most;
  readonly #running = new Set<string>();
  readonly #waiting: { account: string; go: () => void }[] = [];

  constructor(most: Most) {
    this.#most = most;
  }

  /** Does the work in its turn. Throws `AppError` `rate_limited` when too many wait, and what the work throws. */
  async take<T>(account: string, work: () => Promise<T>): Promise<T> {
    await this.#place(account);
    try {
      return await work();
    } finally {
      this.#running.delete(account);
      this.#callNext();
    }
  }

  async #place(account: string): Promise<void> {
    const isRunning = this.#running.has(account);
    if (!isRunning && this.#running.size < this.#most.atOnce) {
      this.#running.add(account);
      return;
    }
    const own = this.#waiting.filter((one) => one.account === account).length + (isRunning ? 1 : 0);
    if (this.#waiting.length >= this.#most.waiting || own >= this.#most.ofOne) {
      const message = 'Many files are being read just now. Try again in a minute.';
      throw new AppError('rate_limited', message, { retryAfterSeconds: 60 });
    }
    await new Promise<void>((go) => this.#waiting.push({ account, go }));
  }

  #callNext(): void {
    const at = this.#waiting.findIndex(({ account }) => !this.#running.has(account));
    const [next] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (!next) return;
    this.#running.add(next.account);
    next.go();
  }
}
