/** Longest piece of a large job, in ms: with what others do between two pieces nobody waits over 20. */
const PIECE_MS = 5;

/**
 * For a job that takes long as a whole: call what this returns after each small piece of it. Once the pieces since the
 * last pause have taken 5 ms, checks and requests of others have their turn.
 */
export function pace(): () => Promise<void> {
  let from = performance.now();
  return async () => {
    if (performance.now() - from < PIECE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    from = performance.now();
  };
}

/** Runs a job that says by `yield` where it can be left, with pauses for others, and returns what it returns. */
export async function inPieces<T>(job: Generator<void, T>): Promise<T> {
  const breathe = pace();
  for (;;) {
    const { value, done } = job.next();
    if (done) return value;
    await breathe();
  }
}

/** The same without pauses, for a program that has nothing else to do. */
export function inOneGo<T>(job: Generator<void, T>): T {
  for (;;) {
    const { value, done } = job.next();
    if (done) return value;
  }
}
