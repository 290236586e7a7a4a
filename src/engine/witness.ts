import { DAY, duration, HOUR, MINUTE, SECOND } from '../core/time.ts';
import type { CheckResult } from '../core/verdict.ts';
import { DEFAULT_WITNESSES, LastMinute, needsNetwork, type Witness, withoutNetwork } from '../core/witness.ts';
import type { Deps } from '../deps.ts';
import { recheckAt } from '../monitors/due-queries.ts';
import { answers } from '../net/witness.ts';
import { readNetwork, writeNetwork } from '../site/operator-queries.ts';
import type { Ingest } from './ingest.ts';
import { enqueueOperatorMail } from './operator.ts';

/** Results wait for the witnesses no longer than this. */
const ASK_MS = 2_500;
/** How long the word of a witness holds. */
const WORD_MS = 15 * SECOND;
/** A witness nobody has chosen counts only while it has answered within this: some networks lead nowhere by intent. */
const TRUSTED_MS = DAY;
const ROLL_CALL_MS = HOUR;
/** The same after nobody answered. */
const ROLL_AGAIN_MS = 5 * MINUTE;
/** Results that may wait at once; whatever comes beyond it goes on unasked. */
const MAX_HELD = 10_000;
/** Checks that our own outage made worthless are made again within this. */
const AGAIN_MS = 30 * SECOND;

/** Stands before ingest: a failure that may be our own network's waits until a witness has spoken (R-CK-18). */
export interface WitnessStand {
  /** Takes a result of a check that contacted `host` ('' for none) and hands it on, at once or within three seconds. */
  submit(result: CheckResult, urgent: boolean, host: string): void;
  /** To be called every 15 s: asks for the way back while offline, and now and then who could be asked at all. */
  look(): Promise<void>;
  /** Since when our own network has been gone, epoch ms; null while it works. */
  offlineSince(): number | null;
  /** Nobody is asked any more; what still waits is handed on as unknown. */
  stop(): Promise<void>;
}

/** `ingest` gets every result exactly once and those of a monitor in their order. */
export function createWitnessStand(deps: Deps, ingest: Pick<Ingest, 'submit'>): WitnessStand {
  return new Stand(deps, ingest);
}

interface Held {
  result: CheckResult;
  urgent: boolean;
}

class Stand implements WitnessStand {
  readonly #deps: Deps;
  readonly #ingest: Pick<Ingest, 'submit'>;
  readonly #minute = new LastMinute();
  readonly #stop = new AbortController();
  /** `asking`: failures wait. It begins so, until it is known how the last run ended. */
  #state: 'online' | 'asking' | 'offline' = 'asking';
  #held: Held[] = [];
  readonly #heldNos = new Set<number>();
  #offlineSince: number | null = null;
  /** Monitors whose results were made unknown since then. */
  readonly #spoilt = new Set<number>();
  #answeredAt = Number.NEGATIVE_INFINITY;
  #answered: Record<string, number> = {};
  /** Monotonic ms of the next roll call. */
  #rollAt = Number.NEGATIVE_INFINITY;
  #busy: Promise<void>;

  constructor(deps: Deps, ingest: Pick<Ingest, 'submit'>) {
    this.#deps = deps;
    this.#ingest = ingest;
    this.#busy = this.#remember();
  }

  submit(result: CheckResult, urgent: boolean, host: string): void {
    const { verdict, monitorNo } = result;
    const now = this.#deps.clock.now();
    this.#minute.see(monitorNo, host, verdict, now);
    const held = { result, urgent };
    if (!needsNetwork(verdict)) {
      // Behind an older result of the same monitor it waits as well: results keep their order (R-IN-5).
      if (this.#heldNos.has(monitorNo)) this.#hold(held);
      else this.#ingest.submit(result, urgent);
    } else if (this.#state === 'offline') this.#spoil(held);
    else if (this.#state === 'asking') this.#hold(held);
    else if (this.#doubts(now)) {
      this.#hold(held);
      this.#begin(this.#ask());
    } else this.#ingest.submit(result, urgent);
  }

  async look(): Promise<void> {
    await this.#busy;
    if (this.#stop.signal.aborted) return;
    if (this.#state === 'offline') this.#begin(this.#ask());
    else if (this.#deps.clock.monotonic() >= this.#rollAt) this.#begin(this.#callRoll());
    await this.#busy;
  }

  offlineSince(): number | null {
    return this.#offlineSince;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#busy;
    // Machines take their network down before their programs: nobody knows whose failures these are.
    this.#release((held) => this.#spoil(held));
  }

  /** What is under way must be over before the database closes. */
  #begin(task: Promise<void>): void {
    this.#busy = Promise.all([this.#busy, task]).then(() => {});
  }

  /** No witness has spoken lately, there is one to ask, and there is reason to. */
  #doubts(now: number): boolean {
    const silent = this.#deps.clock.monotonic() - this.#answeredAt >= WORD_MS;
    return silent && this.#minute.suspicious(now) && this.#witnesses().length > 0;
  }

  /** Those the operator named, or those of ours that are known to be within reach. */
  #witnesses(): readonly Witness[] {
    const { witnesses: chosen } = this.#deps.config;
    const since = this.#deps.clock.now() - TRUSTED_MS;
    return chosen ?? DEFAULT_WITNESSES.filter(({ text }) => (this.#answered[text] ?? 0) > since);
  }

  /** How the last run ended: a restart during an outage of ours is no reason to believe failures. */
  async #remember(): Promise<void> {
    try {
      const memory = await readNetwork(this.#deps.db.read);
      this.#answered = memory.answered;
      this.#offlineSince = memory.offlineSince;
    } catch (err) {
      this.#deps.log.error({ err }, 'the state of the network could not be read');
    }
    if (this.#stop.signal.aborted) return;
    if (this.#offlineSince === null && !this.#doubts(this.#deps.clock.now())) this.#settle('online');
    else await this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#state === 'online') this.#state = 'asking';
    const witnesses = this.#witnesses();
    const answered = await this.#firstAnswer(witnesses);
    if (this.#stop.signal.aborted) return;
    if (answered !== null) {
      this.#answeredAt = this.#deps.clock.monotonic();
      this.#answered[answered] = this.#deps.clock.now();
    }
    const works = answered !== null || witnesses.length === 0;
    const known = this.#offlineSince !== null;
    if (works) {
      this.#settle('online');
      if (known) await this.#comeBack();
    } else {
      this.#settle('offline');
      if (!known) await this.#goOffline(witnesses);
    }
  }

  #settle(state: 'online' | 'offline'): void {
    this.#state = state;
    this.#release((held) => {
      if (state === 'offline' && needsNetwork(held.result.verdict)) this.#spoil(held);
      else this.#ingest.submit(held.result, held.urgent);
    });
  }

  async #goOffline(witnesses: readonly Witness[]): Promise<void> {
    const since = this.#deps.clock.now();
    this.#offlineSince = since;
    this.#deps.log.error(
      { witnesses: witnesses.map(({ text }) => text) },
      'our own network failed: no witness answers, failed checks count as unknown',
    );
    await this.#change({ since }, async () => {});
  }

  async #comeBack(): Promise<void> {
    const now = this.#deps.clock.now();
    const since = this.#offlineSince ?? now;
    this.#offlineSince = null;
    this.#deps.log.warn({ since, lasted: duration(now - since) }, 'our own network is back');
    const again = [...this.#spoilt].map((no, i, all) => [no, Math.round(now + (i * AGAIN_MS) / all.length)] as const);
    this.#spoilt.clear();
    await this.#change({ since, until: now }, (tx) => recheckAt(tx, again));
    this.#deps.wake.scheduler();
  }

  /** One transaction: what is remembered, what the operator is told, what follows. */
  async #change(
    data: { since: number; until?: number },
    act: (tx: Parameters<typeof writeNetwork>[0]) => Promise<void>,
  ) {
    const { db, clock, wake, log } = this.#deps;
    const memory = { offlineSince: this.#offlineSince, answered: { ...this.#answered } };
    const now = clock.now();
    try {
      await db.write('network', async (tx) => {
        await writeNetwork(tx, memory);
        await enqueueOperatorMail(tx, { event: 'network_offline', now, data });
        await act(tx);
      });
      wake.outbox();
    } catch (err) {
      log.error({ err }, 'the state of the network could not be stored');
    }
  }

  /** Finds out which of our own witnesses can be reached from here at all. */
  async #callRoll(): Promise<void> {
    const { clock } = this.#deps;
    this.#rollAt = clock.monotonic() + ROLL_CALL_MS;
    if (this.#deps.config.witnesses) return;
    const answered = await Promise.all(DEFAULT_WITNESSES.map((witness) => this.#answers(witness, this.#stop.signal)));
    if (this.#stop.signal.aborted) return;
    if (!answered.includes(true)) {
      this.#rollAt = clock.monotonic() + ROLL_AGAIN_MS;
      return;
    }
    const now = clock.now();
    for (const [i, { text }] of DEFAULT_WITNESSES.entries()) if (answered[i]) this.#answered[text] = now;
    const memory = { offlineSince: this.#offlineSince, answered: { ...this.#answered } };
    await this.#deps.db
      .write('witnesses', (tx) => writeNetwork(tx, memory))
      .catch((err: unknown) => this.#deps.log.error({ err }, 'the witnesses could not be stored'));
  }

  /** The first witness that answers, within `ASK_MS`; null when none does. The others are let go. */
  async #firstAnswer(witnesses: readonly Witness[]): Promise<string | null> {
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, this.#stop.signal]);
    const asked = witnesses.map(async (witness) => {
      if (await this.#answers(witness, signal)) return witness.text;
      throw new Error(`${witness.text} does not answer`);
    });
    const first = await Promise.any(asked).catch(() => null);
    enough.abort();
    return first;
  }

  #answers(witness: Witness, signal: AbortSignal): Promise<boolean> {
    const { clock, outbound } = this.#deps;
    // The operator chose them: the router next door is as good a witness as any.
    return answers(witness, { clock, outbound: { ...outbound, allowPrivate: true }, timeoutMs: ASK_MS, signal });
  }

  #hold(held: Held): void {
    if (this.#held.length >= MAX_HELD) return this.#ingest.submit(held.result, held.urgent);
    this.#held.push(held);
    this.#heldNos.add(held.result.monitorNo);
  }

  #release(hand: (held: Held) => void): void {
    const held = this.#held;
    this.#held = [];
    this.#heldNos.clear();
    for (const one of held) hand(one);
  }

  /** Hands a failure on as no data. */
  #spoil({ result, urgent }: Held): void {
    const { verdict, monitorNo } = result;
    if (!needsNetwork(verdict)) return this.#ingest.submit(result, urgent);
    this.#spoilt.add(monitorNo);
    this.#ingest.submit({ ...result, verdict: withoutNetwork(verdict) }, urgent);
  }
}
