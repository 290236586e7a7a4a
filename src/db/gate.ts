import { AsyncLocalStorage } from 'node:async_hooks';
import { type Connection, discard, patiently } from './connection.ts';

/** Longest wait for a turn. */
const TURN_MS = 5_000;
/** Longest turn. Only a change that waits for something else than the database can reach it, which is a bug. */
const HOLD_MS = 30_000;

/** Name of the transaction the present code runs in. */
const inside = new AsyncLocalStorage<string>();

/** Writers take turns on one connection. Inside a turn a second one would wait for itself for ever: it is refused at once. */
export class Gate {
  readonly #connection: Connection;
  #tail: Promise<void> = Promise.resolve();
  #holder = '';

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.refuseInside(name);
    const before = this.#tail;
    const done = this.#turn(name, before).then(() => this.#hold(name, work));
    // The next writer waits for those before this one even if this one gave up waiting for its turn.
    this.#tail = done.then(
      () => {},
      () => before,
    );
    return done;
  }

  refuseInside(name: string): void {
    const holder = inside.getStore();
    if (holder) throw new Error(`"${name}" was called inside the transaction "${holder}": use tx, not db`);
  }

  async #turn(name: string, before: Promise<void>): Promise<void> {
    await within(
      TURN_MS,
      before,
      () => `"${name}" waited ${TURN_MS} ms to write; "${this.#holder}" holds the database`,
    );
    this.#holder = name;
  }

  /** A turn that never ends would stop every writer for good: its connection is taken away, which rolls it back. */
  async #hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    let late = false;
    const turn = inside.run(name, () => patiently(this.#connection, work));
    try {
      return await within(HOLD_MS, turn, () => {
        late = true;
        return `"${name}" held the database for ${HOLD_MS} ms and was rolled back`;
      });
    } finally {
      if (late) discard(this.#connection);
    }
  }
}

async function within<T>(ms: number, wait: Promise<T>, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), ms);
  });
  try {
    return await Promise.race([wait, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
