import { SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { type Maintenance, type Notice, readMaintenance, readNotice } from './operator-queries.ts';

/** What the operator has put up for everybody. */
export interface Board {
  maintenance: Maintenance | null;
  /** Null once its time is over. */
  notice: Notice | null;
}

/** Every page asks, so the database is asked once in this time; the command line's changes show as soon. */
const KEEP_MS = 3 * SECOND;

/** The board as every request reads it. Of the two functions `forget` makes the next look a fresh one. */
export function createBoard(deps: Deps): { read(): Promise<Board>; forget(): void } {
  let at = Number.NEGATIVE_INFINITY;
  let latest: Promise<Board> = Promise.resolve({ maintenance: null, notice: null });

  async function load(): Promise<Board> {
    const [maintenance, notice] = [await readMaintenance(deps.db.read), await readNotice(deps.db.read)];
    return { maintenance, notice };
  }

  return {
    async read() {
      const now = deps.clock.monotonic();
      if (now - at >= KEEP_MS) {
        at = now;
        const before = latest;
        // A database that fails changes nothing about what was put up.
        latest = load().catch(() => before);
      }
      const { maintenance, notice } = await latest;
      const over = notice?.until != null && notice.until <= deps.clock.now();
      return { maintenance, notice: over ? null : notice };
    },
    forget: () => {
      at = Number.NEGATIVE_INFINITY;
    },
  };
}

export type BoardReader = ReturnType<typeof createBoard>;
