import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/**
 * Deletes deliveries that are over and were queued before `before` (epoch ms), looking at `limit` rows after
 * `afterRow`, oldest first. Returns where to go on, or null when the end of the old ones was reached.
 */
export async function pruneDeliveries(
  tx: Tx,
  { afterRow, before, limit }: { afterRow: number; before: number; limit: number },
): Promise<number | null> {
  const rows = await tx.all<{ row: number; created_at: number }>(sql`
    select rowid as row, created_at from deliveries where rowid > ${afterRow} order by rowid limit ${limit}`);
  const old = rows.filter(({ created_at }) => created_at < before);
  const last = old.at(-1)?.row ?? afterRow;
  await tx.run(sql`
    delete from deliveries
    where rowid > ${afterRow} and rowid <= ${last} and created_at < ${before} and state in ('sent', 'dead', 'cancelled')`);
  return old.length === limit ? last : null;
}
