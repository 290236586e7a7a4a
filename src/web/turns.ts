interface Queue {
  /** The last one that was, or will be, alone. */
  alone: Promise<unknown>;
  /** Those that came after it and run beside each other. */
  together: Set<Promise<unknown>>;
  /** Calls that are in it still. */
  users: number;
}

/**
 * Turns by key: works side by side unless one of them must be `alone`, in the order they came, so that nobody waits
 * for ever. A key nobody uses is forgotten.
 */
export function createTurns() {
  const queues = new Map<string, Queue>();
  return async <T>(key: string, alone: boolean, work: () => Promise<T>): Promise<T> => {
    const queue = queues.get(key) ?? { alone: Promise.resolve(), together: new Set(), users: 0 };
    queues.set(key, queue);
    queue.users++;
    const before = alone ? Promise.all([queue.alone, ...queue.together]) : queue.alone;
    const running = before.then(work);
    const over = running.then(
      () => {},
      () => {},
    );
    if (alone) Object.assign(queue, { alone: over, together: new Set() });
    else join(queue.together, over);
    try {
      return await running;
    } finally {
      if (--queue.users === 0) queues.delete(key);
    }
  };
}

function join(together: Set<Promise<unknown>>, over: Promise<unknown>): void {
  together.add(over);
  void over.then(() => together.delete(over));
}
