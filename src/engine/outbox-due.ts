import { type DueLane, listDueLanes } from '../alerts/lane-queries.ts';
import type { Deps } from '../deps.ts';
import type { Traffic } from './outbox-traffic.ts';

/** Lanes looked at in one statement, which stops the process for a few milliseconds. */
const LANES_AT_ONCE = 500;
/** Of those who follow pages no more are looked for: thousands may wait, and each of them is sent to and done. */
const FOLLOWERS_FOUND = 200;
/** What was found is good for so long, or for many times the time it took to find. */
const FRESH_MS = 200;
const COST = 20;
/** The next search waits at most so long. */
const REST_MS = 500;

/** A lane that was begun, and how many of its messages may leave one by one, this one included. */
export interface Begun {
  lane: DueLane;
  oneByOne: number;
}

/** What a road takes: mail of the installation or everything else, and of that news for those who follow pages or the rest. */
export interface Road {
  mail: boolean;
  followers: boolean;
}

/**
 * Lanes with something due on one of the roads, the accounts taking turns. One long list is used up before the next
 * is read, as long as it is not old; so a mountain of waiting messages costs a search now and then, not one for each
 * message that leaves.
 */
export class DueList {
  readonly #deps: Pick<Deps, 'db' | 'clock'>;
  readonly #traffic: Traffic;
  readonly #road: Road;
  #lanes: DueLane[] = [];
  #goodUntil = Number.NEGATIVE_INFINITY;
  #idleUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: Pick<Deps, 'db' | 'clock'>, traffic: Traffic, road: Road) {
    this.#deps = deps;
    this.#traffic = traffic;
    this.#road = road;
  }

  /** Begins what may start now, `most` at most; none when there is none, or when looking again so soon costs too much. */
  async take(most: number): Promise<Begun[]> {
    const { clock } = this.#deps;
    const began = clock.monotonic();
    const known = began < this.#goodUntil ? this.#pick(most) : [];
    // Each message that comes back asks for more: while some are on their way, a search is not repeated for every one.
    if (known.length > 0 || began < this.#idleUntil) return known;
    const long = await this.#search();
    const took = clock.monotonic() - began;
    this.#goodUntil = clock.monotonic() + Math.max(FRESH_MS, COST * took);
    const found = this.#pick(most);
    const rests = this.#traffic.lanes.length > 0 || long;
    this.#idleUntil = rests ? clock.monotonic() + Math.min(REST_MS, COST * took) : Number.NEGATIVE_INFINITY;
    return found;
  }

  #pick(most: number): Begun[] {
    const now = this.#deps.clock.monotonic();
    const picked: Begun[] = [];
    let looked = 0;
    for (const lane of this.#lanes) {
      if (picked.length === most) break;
      looked += 1;
      const oneByOne = this.#traffic.oneByOne(lane, now);
      if (oneByOne === 0) continue;
      this.#traffic.begin(lane, now);
      picked.push({ lane, oneByOne });
    }
    this.#lanes = this.#lanes.slice(looked);
    return picked;
  }

  /** Returns whether there were more lanes than one statement looks at. */
  async #search(): Promise<boolean> {
    const found: DueLane[] = [];
    let statements = 0;
    const busy = this.#traffic.lanes;
    const now = this.#deps.clock.now();
    const most = this.#road.followers ? FOLLOWERS_FOUND : Number.POSITIVE_INFINITY;
    for (let after: string | null = ''; after !== null && found.length < most; ) {
      const search = { now, ...this.#road, busy, after, limit: Math.min(most, LANES_AT_ONCE) };
      const { lanes, last }: Awaited<ReturnType<typeof listDueLanes>> = await listDueLanes(this.#deps.db.read, search);
      found.push(...lanes);
      after = last;
      statements += 1;
    }
    this.#lanes = inTurn(found, (account) => this.#traffic.ofAccount(account));
    return statements > 1;
  }
}

/** The oldest of each account, then the second of each; an account with messages on their way comes so much later. */
function inTurn(lanes: DueLane[], busy: (accountId: string | null) => number): DueLane[] {
  const turns = new Map<string | null, number>();
  return lanes
    .toSorted((a, b) => a.due_at - b.due_at)
    .map((lane) => {
      // Account mail has no account: each person is one of their own.
      const whose = lane.account_id ?? lane.lane;
      const turn = turns.get(whose) ?? (lane.account_id === null ? 0 : busy(lane.account_id));
      turns.set(whose, turn + 1);
      return { lane, turn };
    })
    .toSorted((a, b) => a.turn - b.turn || a.lane.due_at - b.lane.due_at)
    .map(({ lane }) => lane);
}
