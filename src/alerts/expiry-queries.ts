import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/** Deletes up to `limit` deliveries that are over and were queued before `before` (epoch ms). */
export async function pruneDeliveries(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await tx.run(sql`
    delete from deliveries where id in (
      select id from deliveries
      where created_at < ${before} and state in ('sent', 'dead', 'cancelled') limit ${limit})`);
  return result.rowsAffected;
}
