import { currentOccurrence } from '../core/maintenance.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listEnded, listTurned, listTurns, scheduleIn, setOccurrence, type Turn } from '../maintenance/queries.ts';
import type { Tx } from '../db/client.ts';
import { announceMaintenance } from './subscribers.ts';

/** Results of checks that were under way when a window ended still find it: longer than any check may take. */
const SETTLE_MS = 3 * MINUTE;
/** Windows moved on in one transaction. */
const BATCH = 100;
/** What began or ended while no process ran is announced late rather than never. */
const LATE_MS = 15 * MINUTE;

/**
 * A job that puts the next occurrence of each maintenance window in the place of the one that ended, and tells those
 * who watch when a window begins or ends, the followers of status pages too: the states of its monitors change without
 * a result.
 */
export function maintenanceJob(deps: Deps): () => Promise<void> {
  let looked = deps.clock.now();
  let announced = new Set<string>();
  return async () => {
    const now = deps.clock.now();
    const turns = await listTurns(deps.db.read, now - LATE_MS, now);
    const fresh = turns.filter((turn) => !announced.has(keyOf(turn)));
    if (fresh.some(({ pages }) => pages.length > 0)) {
      await deps.db.write('maintenance: announcements', async (tx) => {
        for (const turn of fresh) await announceTurn(tx, turn, now);
      });
    }
    announced = new Set(turns.map(keyOf));
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

function keyOf({ id, what, starts_at }: Turn): string {
  return `${id}:${what}:${starts_at}`;
}

/** Tells the followers of its pages what became of a window; once each, however often it is asked. */
export async function announceTurn(tx: Tx, { id: windowId, what, starts_at, ends_at, pages }: Turn, now: number) {
  for (const pageId of pages) {
    await announceMaintenance(tx, { pageId, windowId, what, startsAt: starts_at, endsAt: ends_at, now });
  }
}
