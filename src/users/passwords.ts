import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import { normalisePassword } from '../core/password.ts';

/** bcrypt in worker threads, so that no log-in stalls a check. */
export interface Passwords {
  /** Cost 12. The password must have passed `passwordProblem`. */
  hash(password: string): Promise<string>;
  /** Against `hash`, or against a dummy when there is no such user: both take the same time. */
  verify(password: string, hash: string | null): Promise<boolean>;
  close(): Promise<void>;
}

/** R-AU-10. A waiting log-in costs 0.2 s of patience for those behind it. */
const COST = 12;
const MOST_WORKERS = 4;
const MOST_WAITING = 120;

type Job = { hash: string; cost: number } | { verify: string; hash: string };
interface Waiting {
  job: Job;
  resolve(answer: string | boolean): void;
  reject(error: Error): void;
}
interface Answer {
  value?: string | boolean;
  fault?: string;
}

/**
 * The thread's program, as text: a file of its own would need another name in the bundle than in the sources.
 * It steps behind the main thread in the scheduler's order (on Linux the priority is the thread's own).
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const bcrypt = require(workerData.bcrypt);
try { if (process.platform === 'linux') require('node:os').setPriority(0, 10); } catch {}
parentPort.on('message', (job) => {
  try {
    const value = job.verify === undefined ? bcrypt.hashSync(job.hash, job.cost) : bcrypt.compareSync(job.verify, job.hash);
    parentPort.postMessage({ value });
  } catch (error) {
    parentPort.postMessage({ fault: String(error && error.message) });
  }
});`;

/**
 * Threads start with the first job. A full queue throws `AppError` `rate_limited`.
 * A lower `cost` is for tests: the hashes say their own cost, so both work side by side.
 */
export function createPasswords(options: { cost?: number } = {}): Passwords {
  const cost = options.cost ?? COST;
  // A salt without a known password: comparing against it costs what comparing against a real hash does.
  const dummy = `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(21)}O${'.'.repeat(30)}u`;
  const pool = new Pool(Math.min(MOST_WORKERS, availableParallelism()));
  return {
    hash: async (password) => String(await pool.run({ hash: normalisePassword(password), cost })),
    verify: async (password, hash) => {
      const same = await pool.run({ verify: normalisePassword(password), hash: hash ?? dummy });
      return same === true && hash !== null;
    },
    close: () => pool.close(),
  };
}

class Pool {
  readonly #size: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #queue: Waiting[] = [];
  #closed = false;

  constructor(size: number) {
    this.#size = size;
  }

  run(job: Job): Promise<string | boolean> {
    if (this.#closed) return Promise.reject(new Error('the password threads are closed'));
    if (this.#queue.length >= MOST_WAITING) {
      const message = 'Too many people are logging in right now. Try again in a few seconds.';
      return Promise.reject(new AppError('rate_limited', message, { retryAfterSeconds: 5 }));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const workers = [...this.#idle, ...this.#busy.keys()];
    for (const waiting of this.#queue.splice(0)) waiting.reject(new Error('the password threads were closed'));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    const waiting = this.#queue[0];
    const worker = waiting && (this.#idle.pop() ?? this.#start());
    if (!waiting || !worker) return;
    this.#queue.shift();
    this.#busy.set(worker, waiting);
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(waiting.job);
  }

  #start(): Worker | undefined {
    if (this.#busy.size >= this.#size) return undefined;
    const bcrypt = createRequire(import.meta.url).resolve('bcryptjs');
    const worker = new Worker(PROGRAM, { eval: true, workerData: { bcrypt }, execArgv: [] });
    worker.on('message', (answer: Answer) => this.#answered(worker, answer));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('a password thread ended')));
    return worker;
  }

  #answered(worker: Worker, { value, fault }: Answer): void {
    const waiting = this.#busy.get(worker);
    this.#busy.delete(worker);
    // An idle thread must not keep the process alive.
    worker.unref();
    this.#idle.push(worker);
    if (value === undefined) waiting?.reject(new Error(`bcrypt: ${fault}`));
    else waiting?.resolve(value);
    this.#next();
  }

  #lost(worker: Worker, error: unknown): void {
    this.#busy.get(worker)?.reject(error instanceof Error ? error : new Error(String(error)));
    this.#busy.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#closed) this.#next();
  }
}
