import type { CheckResult } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import { type Absorbed, absorb } from './absorb.ts';
import { Slots } from './slots.ts';

export { closeOpenIncident } from './incidents.ts';

/** Steady results wait at most this long for company. */
const LINGER_MS = 250;
const BATCH = 500;
/** Urgent results may each write an incident and its alerts: fewer of them fit into a turn of the event loop. */
const URGENT_BATCH = 50;
/** Results kept while the database cannot be written; beyond it the oldest go. */
const MAX_WAITING = 50_000;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** A batch that fails this often for another reason than storage is taken apart. */
const TRIES = 3;

export interface Ingest {
  /** Takes a result. `urgent` ones are committed at once, together with all that waits. */
  submit(result: CheckResult, urgent: boolean): void;
  /** Resolves when everything submitted so far is committed, or a try to do so has failed. */
  flush(): Promise<void>;
  /** The last flush, with a few tries; results after it are dropped. */
  stop(): Promise<void>;
  /** Results waiting to be committed. */
  waiting(): number;
}

/** The only place where results become state: one transaction for results, summaries, state, incidents and outbox. */
export function createIngest(deps: Deps): Ingest {
  return new Queue(deps);
}

interface Waiting {
  result: CheckResult;
  urgent: boolean;
}

class Queue implements Ingest {
  readonly #deps: Deps;
  readonly #slots = new Slots();
  #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #soon = false;
  #draining: Promise<void> | null = null;
  #failures = 0;
  /** Results that are to be written one by one, because a batch with them failed. */
  #singly = 0;
  #lost = 0;
  #stopped = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  submit(result: CheckResult, urgent: boolean): void {
    if (this.#stopped) return;
    this.#queue.push({ result, urgent });
    if (this.#queue.length > MAX_WAITING) this.#dropOldest();
    if (this.#failures > 0) return;
    if (urgent || this.#queue.length >= BATCH) this.#drainSoon();
    else this.#timer ??= setTimeout(() => this.#drainSoon(), LINGER_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#draining;
    await this.#drain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (let tries = 0; tries < TRIES && this.waiting() > 0; tries += 1) await this.flush();
    clearTimeout(this.#timer);
    if (this.waiting() > 0)
      this.#deps.log.error({ results: this.waiting() }, 'results could not be stored before the stop');
  }

  waiting(): number {
    return this.#queue.length;
  }

  #drainSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#soon) return;
    this.#soon = true;
    // At the end of this turn of the event loop, so that results which arrive together share a transaction.
    setImmediate(() => {
      this.#soon = false;
      void this.#drain();
    });
  }

  #drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #drainAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#take();
      try {
        await this.#commit(batch);
      } catch (error) {
        this.#failed(batch, error);
        return;
      }
      if (this.#failures > 0) this.#deps.log.info({ failures: this.#failures }, 'results are stored again');
      this.#failures = 0;
      this.#singly = Math.max(0, this.#singly - batch.length);
      // Checks and requests get a turn between two transactions.
      if (this.#queue.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #take(): Waiting[] {
    if (this.#singly > 0) return this.#queue.splice(0, 1);
    let urgent = 0;
    const end = this.#queue.findIndex((item, i) => i >= BATCH || (item.urgent && ++urgent > URGENT_BATCH));
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const results = batch.map((item) => item.result);
    const absorbed = await this.#deps.db.write('store results', (tx) =>
      absorb(tx, results, this.#slots, this.#deps.clock.now()),
    );
    absorbed.keepSlots();
    announce(this.#deps, absorbed);
  }

  #failed(batch: Waiting[], error: unknown): void {
    this.#failures += 1;
    const ours = !isStorageTrouble(error) && this.#failures >= TRIES;
    if (ours && batch.length === 1) {
      this.#singly = Math.max(0, this.#singly - 1);
      this.#deps.log.error({ err: error, monitor: batch[0]?.result.monitorNo }, 'a result cannot be stored, dropped');
    } else {
      if (ours) this.#singly = batch.length;
      this.#queue = [...batch, ...this.#queue];
      if (this.#failures === 1) {
        this.#deps.log.error({ err: error, waiting: this.waiting() }, 'results cannot be stored, trying again');
      }
    }
    const wait = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failures - 1, 8));
    if (!this.#stopped) this.#timer = setTimeout(() => this.#drainSoon(), wait);
  }

  #dropOldest(): void {
    this.#queue.shift();
    this.#lost += 1;
    if (this.#lost % 1_000 === 1) this.#deps.log.error({ lost: this.#lost }, 'too many results wait, the oldest go');
  }
}

/** After the commit: those who watch are told, and the outbox looks at once. */
function announce(deps: Deps, { touched, queued }: Absorbed): void {
  if (queued > 0) deps.wake.outbox();
  const byAccount = new Map<string, { results: string[]; states: string[] }>();
  for (const { accountId, monitorId, from, to } of touched) {
    const account = byAccount.get(accountId) ?? { results: [], states: [] };
    byAccount.set(accountId, account);
    account.results.push(monitorId);
    if (from === to) continue;
    account.states.push(monitorId);
    deps.log.info({ monitor: monitorId, from, to }, 'monitor changed state');
  }
  for (const [accountId, { results, states }] of byAccount) {
    deps.live.publish({ accountId, type: 'result', monitorIds: results });
    if (states.length > 0) deps.live.publish({ accountId, type: 'state', monitorIds: states });
  }
}

/** The disk, the lock or the turn at the gate, not the rows: such a batch is as good as before. */
function isStorageTrouble(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown };
    if (typeof code === 'string') return !/^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)/.test(code);
    if (/ms to write; | held the database for /.test(e.message)) return true;
  }
  return false;
}
