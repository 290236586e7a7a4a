import { AppError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';

interface Queue {
  /** Over when nobody who came so far is, or wants to be, alone. */
  alone: Promise<unknown>;
  /** Those that run beside each other and are not over. */
  together: Set<Promise<unknown>>;
  /** Calls that are in it still. */
  users: number;
}

/** A form may try out a slow target for two minutes: nobody else of the account is to wait for that. */
const PATIENCE_MS = 10 * SECOND;

/**
 * Turns by key: works side by side unless one of them must be `alone`, in the order they came, so that nobody waits
 * for ever. Who wants to be alone and cannot be in time gives up with `AppError` `conflict`, and the others go on. A
 * key nobody uses is forgotten.
 */
export function createTurns(patienceMs = PATIENCE_MS) {
  const queues = new Map<string, Queue>();
  return async <T>(key: string, alone: boolean, work: () => Promise<T>): Promise<T> => {
    const queue = queues.get(key) ?? { alone: Promise.resolve(), together: new Set(), users: 0 };
    queues.set(key, queue);
    queue.users++;
    const others = alone ? inTime(Promise.all([queue.alone, ...queue.together]), patienceMs) : queue.alone;
    const running = others.then(work);
    const over = running.then(
      () => {},
      () => {},
    );
    if (alone) queue.alone = Promise.all([queue.alone, over]);
    else join(queue.together, over);
    try {
      return await running;
    } finally {
      if (--queue.users === 0) queues.delete(key);
    }
  };
}

async function inTime(others: Promise<unknown>, patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const sentence = 'Another change of this account takes long, so nothing was changed. Try again in a moment.';
      reject(new AppError('conflict', sentence, { retryAfterSeconds: 5 }));
    }, patienceMs);
  });
  try {
    await Promise.race([others, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function join(together: Set<Promise<unknown>>, over: Promise<unknown>): void {
  together.add(over);
  void over.then(() => together.delete(over));
}
