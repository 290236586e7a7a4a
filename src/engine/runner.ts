import { setMaxListeners } from 'node:events';
import type { AnyCheck } from '../checks/check.ts';
import { CHECKS } from '../checks/registry.ts';
import { mayMove } from '../core/incident.ts';
import type { Kind } from '../core/monitor.ts';
import { SECOND } from '../core/time.ts';
import { judged } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { claim, type DueMonitor, listDue, shiftDue } from '../monitors/due-queries.ts';
import { knownFor } from './known.ts';
import { probe } from './probe.ts';
import type { WitnessStand } from './witness.ts';

/** A tick comes each second and looks a little further, so that what is due just after the next one is not late. */
const AHEAD_MS = 1_250;
/** Checks under way at once: all of them, and those aimed at one host. A stuck host must leave room for the others. */
const MAX_RUNNING = 1_024;
const MAX_PER_HOST = 64;
/** Claimed checks that may wait for their moment or for room. */
const MAX_WAITING = 4_000;
/** A difference between wall clock and monotonic clock that is a step, not drift. */
const STEP_MS = 5 * SECOND;
/** Start lags kept for `lag`. */
const LAGS = 500;

export interface RunnerLag {
  /** Epoch ms of the last tick that found out what is due; null before the first. */
  lastTickAt: number | null;
  running: number;
  waiting: number;
  /** Start of a check minus its due time, over the latest 500 checks, ms. */
  startLagMs: { p50: number; p99: number; max: number };
}

export interface Runner {
  /** Claims what is due in the coming second and starts each check at its own millisecond. */
  tick(): Promise<void>;
  /** Starts nothing more; checks under way may end within `graceMs`, the others are dropped without a result. */
  stop(graceMs: number): Promise<void>;
  lag(): RunnerLag;
}

/** Where results go: `engine/witness.ts`, or ingest itself, which does not ask where they come from. */
type ResultTaker = Pick<WitnessStand, 'submit'>;

/** Runs the checks of all accounts: bounded at once, fair between hosts, never two of one monitor. */
export function createRunner(deps: Deps, ingest: ResultTaker, checks: Record<Kind, AnyCheck> = CHECKS): Runner {
  return new CheckRunner(deps, ingest, checks);
}

class CheckRunner implements Runner {
  readonly #deps: Deps;
  readonly #ingest: ResultTaker;
  readonly #checks: Record<Kind, AnyCheck>;
  /** Monitors claimed and not finished. */
  readonly #busy = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #perHost = new Map<string, number>();
  readonly #stop = new AbortController();
  #waiting: { job: DueMonitor; host: string }[] = [];
  #ticking: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #lastTickAt: number | null = null;
  #clockOffset: number | null = null;
  #lags: number[] = [];
  #checked = 0;

  constructor(deps: Deps, ingest: ResultTaker, checks: Record<Kind, AnyCheck>) {
    this.#deps = deps;
    this.#ingest = ingest;
    this.#checks = checks;
    // Every check under way listens.
    setMaxListeners(0, this.#stop.signal);
  }

  tick(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#ticking) {
      this.#again = true;
      return this.#ticking;
    }
    this.#ticking = this.#ticks().finally(() => {
      this.#ticking = null;
    });
    return this.#ticking;
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    await this.#ticking?.catch(() => {});
    for (const timer of this.#timers) clearTimeout(timer);
    this.#waiting = [];
    if (this.#running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(this.#running), grace]);
    clearTimeout(timer);
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  lag(): RunnerLag {
    const sorted = this.#lags.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      lastTickAt: this.#lastTickAt,
      running: this.#running.size,
      waiting: this.#waiting.length,
      startLagMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
    };
  }

  async #ticks(): Promise<void> {
    do {
      this.#again = false;
      await this.#followClock();
      await this.#claimDue();
    } while (this.#again && !this.#stopped);
  }

  /** R-IN-12: a set clock, or a suspended machine, must cause neither a burst of checks nor a pause. */
  async #followClock(): Promise<void> {
    const offset = this.#deps.clock.now() - this.#deps.clock.monotonic();
    const step = Math.round(offset - (this.#clockOffset ?? offset));
    if (Math.abs(step) > STEP_MS) {
      await this.#deps.db.write('follow the clock', (tx) => shiftDue(tx, step));
      this.#deps.log.warn({ seconds: Math.round(step / SECOND) }, 'the clock was set; checks keep their rhythm');
    }
    this.#clockOffset = offset;
  }

  async #claimDue(): Promise<void> {
    const { db, clock } = this.#deps;
    const room = MAX_WAITING - this.#busy.size;
    const now = clock.now();
    // What still runs stays due: "check now" during a check means once more after it.
    const due = room > 0 ? await listDue(db.read, now + AHEAD_MS, room, this.#busy) : [];
    const claimed = due.length > 0 ? await db.write('claim checks', (tx) => claim(tx, due, now)) : new Set<number>();
    this.#lastTickAt = clock.now();
    for (const job of due) {
      if (claimed.has(job.no)) this.#schedule(job);
    }
  }

  #schedule(job: DueMonitor): void {
    this.#busy.add(job.no);
    const wait = job.due - this.#deps.clock.now();
    if (wait <= 0) return this.#enter(job);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#enter(job);
    }, wait);
    this.#timers.add(timer);
  }

  #enter(job: DueMonitor): void {
    const entry = { job, host: hostOf(job.target) };
    if (this.#hasRoom(entry.host)) this.#start(entry);
    else this.#waiting.push(entry);
  }

  #hasRoom(host: string): boolean {
    return this.#running.size < MAX_RUNNING && (this.#perHost.get(host) ?? 0) < MAX_PER_HOST;
  }

  #start({ job, host }: { job: DueMonitor; host: string }): void {
    this.#perHost.set(host, (this.#perHost.get(host) ?? 0) + 1);
    const run = this.#run(job, host).finally(() => {
      this.#running.delete(run);
      this.#busy.delete(job.no);
      const left = (this.#perHost.get(host) ?? 1) - 1;
      if (left === 0) this.#perHost.delete(host);
      else this.#perHost.set(host, left);
      this.#startWaiting();
    });
    this.#running.add(run);
  }

  #startWaiting(): void {
    while (!this.#stopped) {
      const index = this.#waiting.findIndex(({ host }) => this.#hasRoom(host));
      const [entry] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (!entry) return;
      this.#start(entry);
    }
  }

  async #run(job: DueMonitor, host: string): Promise<void> {
    const at = this.#deps.clock.now();
    this.#lags[this.#checked % LAGS] = Math.max(0, at - job.due);
    this.#checked += 1;
    const check = this.#checks[job.kind];
    const known = knownFor(this.#deps, check, job);
    const verdict = await probe(this.#deps, check, { ...job, known }, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    this.#deps.tally.check(job.kind, verdict.status);
    const { no: monitorNo, config_version: configVersion } = job;
    this.#ingest.submit(
      { monitorNo, configVersion, at, location: 0, verdict },
      mayMove(job.phase, judged(verdict.status)),
      // What only looks at our own knowledge says nothing about the network.
      check.needs === null ? host : '',
    );
  }
}

/** Of a URL, its host; `db.example:5432` is no URL with the scheme `db.example`. */
function hostOf(target: string): string {
  return (URL.canParse(target) && new URL(target).host) || target;
}
