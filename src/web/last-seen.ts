import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { touchSession } from '../users/session-queries.ts';

const EVERY_MS = 5 * MINUTE;

/**
 * Remembers when a log-in was last used, to within five minutes, after its request was answered: nobody waits for it, and
 * a page that is asked for every second writes no more than one that is open.
 */
export function createLastSeen(deps: Deps): (sessionId: string) => void {
  const noted = new Map<string, number>();
  return (id) => {
    const now = deps.clock.now();
    const before = noted.get(id);
    if (before !== undefined && now >= before && now - before < EVERY_MS) return;
    for (const [other, at] of noted) if (now - at >= EVERY_MS || at > now) noted.delete(other);
    noted.set(id, now);
    deps.db
      .write('session in use', (tx) => touchSession(tx, id, now))
      .catch((err: unknown) => deps.log.warn({ err }, 'the last use of a log-in could not be noted'));
  };
}
