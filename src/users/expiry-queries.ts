import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/**
 * Deletes up to `limit` each of the sessions, link tokens, half log-ins, invitations, undos and rate limits that ended
 * before `before` (epoch ms).
 */
export async function pruneExpired(tx: Tx, before: number, limit: number): Promise<number> {
  const expired = [
    sql`delete from sessions where id in (select id from sessions where expires_at < ${before} limit ${limit})`,
    sql`delete from one_time_tokens where hash in
      (select hash from one_time_tokens where expires_at < ${before} limit ${limit})`,
    sql`delete from challenges where hash in (select hash from challenges where expires_at < ${before} limit ${limit})`,
    sql`delete from invitations where id in (select id from invitations where expires_at < ${before} limit ${limit})`,
    sql`delete from undos where id in (select id from undos where expires_at < ${before} limit ${limit})`,
    sql`delete from rate_limits where key in (select key from rate_limits where window_ends_at < ${before} limit ${limit})`,
  ];
  let most = 0;
  for (const statement of expired) most = Math.max(most, (await tx.run(statement)).rowsAffected);
  return most;
}
