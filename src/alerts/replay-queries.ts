import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/**
 * Queues a sent message again, with everything that left in it. Its key stays: that of the batch, which is its own id
 * when it left alone, so that nothing else is merged into it now.
 */
export async function requeueSent(tx: Tx, accountId: string, id: string, now: number): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'queued', attempts = 0, lease_until = null, next_attempt_at = ${now},
      batch_id = coalesce(batch_id, id), held_for = null
    where state = 'sent' and account_id = ${accountId}
      and (id = ${id} or (batch_id is not null and batch_id = (select batch_id from deliveries where id = ${id})))`);
}
