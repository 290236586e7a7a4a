import { currentOccurrence } from '../core/maintenance.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listEnded, listTurned, scheduleIn, setOccurrence } from '../maintenance/queries.ts';

/** Results of checks that were under way when a window ended still find it: longer than any check may take. */
const SETTLE_MS = 3 * MINUTE;
/** Windows moved on in one transaction. */
const BATCH = 100;

/**
 * A job that puts the next occurrence of each maintenance window in the place of the one that ended, and tells those
 * who watch when a window begins or ends: the states of its monitors change without a result.
 */
export function maintenanceJob(deps: Deps): () => Promise<void> {
  let looked = deps.clock.now();
  return async () => {
    const now = deps.clock.now();
    const turned = await listTurned(deps.db.read, Math.min(looked, now), now);
    looked = now;
    const ended = await listEnded(deps.db.read, now - SETTLE_MS, BATCH);
    if (ended.length > 0) {
      const next = ended.map((row) => ({
        row,
        next: currentOccurrence(scheduleIn(row), now, row.current_starts_at ?? now),
      }));
      await deps.db.write('maintenance: next occurrences', async (tx) => {
        for (const one of next) await setOccurrence(tx, one.row.id, one.row.current_starts_at, one.next);
      });
    }
    for (const { account_id: accountId, monitor_ids } of turned) {
      deps.live.publish({ accountId, type: 'state', monitorIds: JSON.parse(monitor_ids) as string[] });
    }
  };
}
