/** What happened, for those who watch an account: its dashboards, its public pages. */
export interface LiveEvent {
  accountId: string;
  /** `result` moves numbers; `state` changes what an account's pages say; `delivery` and `settings` likewise. */
  type: 'result' | 'state' | 'delivery' | 'settings';
  monitorIds: string[];
}

type Listener = (event: LiveEvent) => void;

/** In-process publish/subscribe. Listeners must not throw and must not wait. */
export class Live {
  readonly #byAccount = new Map<string, Set<Listener>>();
  readonly #all = new Set<Listener>();
  readonly #byPerson = new Map<string, Set<() => void>>();

  /** Hears one account's events, or everyone's for null. Returns the way to stop. */
  subscribe(accountId: string | null, listener: Listener): () => void {
    const set = accountId === null ? this.#all : (this.#byAccount.get(accountId) ?? new Set());
    if (accountId !== null) this.#byAccount.set(accountId, set);
    set.add(listener);
    return () => {
      set.delete(listener);
      if (accountId !== null && set.size === 0) this.#byAccount.delete(accountId);
    };
  }

  publish(event: LiveEvent): void {
    for (const listener of this.#all) listener(event);
    for (const listener of this.#byAccount.get(event.accountId) ?? []) listener(event);
  }

  /** Calls when something of this person's access has ended. Returns the way to stop. */
  watchAccess(userId: string, listener: () => void): () => void {
    const set = this.#byPerson.get(userId) ?? new Set();
    this.#byPerson.set(userId, set);
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#byPerson.delete(userId);
    };
  }

  /** A log-in or a membership of this person has ended: what is open for them looks at once whether it still may be. */
  recheckAccess(userId: string): void {
    for (const listener of this.#byPerson.get(userId) ?? []) listener();
  }
}
