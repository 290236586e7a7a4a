import type { DueLane } from '../alerts/lane-queries.ts';
import { CHANNELS } from '../channels/registry.ts';
import { SLOWEST_PROBE_MS } from '../core/backoff.ts';
import { Circuit } from './outbox-circuit.ts';
import type { Road } from './outbox-due.ts';
import { Pace, paceOf } from './outbox-pace.ts';
import type { Tried } from './outbox-send.ts';

/** Receivers of the owners' choice that are spoken to at once, and of one account. */
const HOOKS_AT_ONCE = 256;
const HOOKS_OF_ACCOUNT = 8;
/** Of these, news of changes takes at most so many: slow receivers of it keep no alert waiting. */
const CHANGES_OF_ACCOUNT = 2;
/** Of all this, news for those who follow pages takes at most so much at once: alerts find the rest free. */
const FOLLOWERS_AT_ONCE = { mail: 2, hooks: 64 };

/**
 * What is on its way and what may start beside it: one message of a lane at a time, so that a receiver that hangs holds
 * up nobody but itself (R-AL-3). Times are monotonic milliseconds.
 */
export class Traffic {
  /** By lane. */
  readonly #onTheirWay = new Map<string, DueLane>();
  readonly #pace = new Pace();
  readonly #installation = new Circuit();
  /** Mail servers of channels that did not answer; one that is well needs no memory. */
  readonly #away = new Map<string, Circuit>();

  get lanes(): string[] {
    return [...this.#onTheirWay.keys()];
  }

  /** How many more messages may start on a road. */
  room({ mail, followers }: Road, now: number): number {
    const busy = this.#count((lane) => isByInstallation(lane) === mail);
    const room = mail ? this.#installation.room(now, busy) : HOOKS_AT_ONCE - busy;
    if (!followers) return room;
    const own = this.#count((lane) => isByInstallation(lane) === mail && lane.subscriber_kind !== null);
    return Math.max(0, Math.min(room, FOLLOWERS_AT_ONCE[mail ? 'mail' : 'hooks'] - own));
  }

  /** How many of an account's messages are on their way. */
  ofAccount(accountId: string | null): number {
    return this.#count((lane) => lane.account_id === accountId);
  }

  /** How many messages of the lane may leave one by one now; 0 is none at all. */
  oneByOne(lane: DueLane, now: number): number {
    if (this.#onTheirWay.has(lane.lane)) return 0;
    if (!isByInstallation(lane)) {
      const same = this.#count((one) => one.account_id === lane.account_id && !isByInstallation(one));
      if (same >= HOOKS_OF_ACCOUNT) return 0;
      const changes = this.#count((one) => one.account_id === lane.account_id && one.hook_id !== null);
      if (lane.hook_id !== null && changes >= CHANGES_OF_ACCOUNT) return 0;
      const server = serverKey(lane);
      if (server && (this.#count((one) => serverKey(one) === server) > 0 || this.#isAway(server, now))) return 0;
    }
    const perMinute = paceOfLane(lane);
    return perMinute === null ? Number.POSITIVE_INFINITY : this.#pace.room(lane.lane, perMinute, now);
  }

  begin(lane: DueLane, now: number): void {
    this.#onTheirWay.set(lane.lane, lane);
    const perMinute = paceOfLane(lane);
    if (perMinute !== null) this.#pace.take(lane.lane, perMinute, now);
  }

  /** What a try says of the road it took. The lane stays busy until `end`. */
  learn(lane: DueLane, { server, patienceMs }: Pick<Tried, 'server' | 'patienceMs'>, now: number): void {
    if (server === 'away') this.#pace.giveBack(lane.lane);
    if (patienceMs) this.#pace.close(lane.lane, now + patienceMs);
    const own = serverKey(lane);
    if (server === 'answered') {
      if (own) this.#away.delete(own);
      else this.#installation.answered(now);
    }
    if (server === 'away') {
      if (own) this.#away.set(own, this.#away.get(own) ?? new Circuit(SLOWEST_PROBE_MS));
      (own ? this.#away.get(own) : this.#installation)?.away(now);
    }
  }

  /** Nothing was due any more: what was begun never left. */
  undo(lane: DueLane): void {
    this.#pace.giveBack(lane.lane);
    this.end(lane);
  }

  end(lane: DueLane): void {
    this.#onTheirWay.delete(lane.lane);
  }

  #isAway(server: string, now: number): boolean {
    return this.#away.get(server)?.room(now, 0) === 0;
  }

  #count(which: (lane: DueLane) => boolean): number {
    let count = 0;
    for (const lane of this.#onTheirWay.values()) if (which(lane)) count += 1;
    return count;
  }
}

/** Whether a kind's alerts may be merged; account mail is never. */
export function mayMerge({ channel_kind: kind }: DueLane): boolean {
  return kind !== null && CHANNELS[kind].merges;
}

function isByInstallation(lane: DueLane): boolean {
  if (lane.hook_id !== null) return false;
  if (lane.subscriber_kind !== null) return lane.subscriber_kind === 'email';
  return lane.channel_kind === null || (lane.channel_kind === 'email' && lane.own_server === null);
}

/** Account mail, news for those who follow a page and news of changes are never slowed down. */
function paceOfLane(lane: DueLane): number | null {
  return lane.channel_kind === null ? null : paceOf(lane, mayMerge(lane));
}

/** Two accounts with the same provider have nothing to do with each other. */
function serverKey(lane: DueLane): string | null {
  return lane.own_server === null ? null : `${lane.account_id ?? ''} ${lane.own_server}`;
}
