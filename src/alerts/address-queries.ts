import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { memberships } from '../db/schema/accounts.ts';
import { channels } from '../db/schema/incidents.ts';

/**
 * A person changed address: the e-mail channels of their accounts that pointed at the old one follow, and what waits
 * for them is held until the new address is verified (`releaseAddress`).
 */
export async function moveEmailChannels(
  tx: Tx,
  move: { userId: string; from: string; fromKey: string; to: string },
): Promise<void> {
  await tx.run(sql`
    update ${channels}
    set config = json_set(config, '$.to', ${move.to}), name = iif(name = ${move.from}, ${move.to}, name), last_error = null
    where kind = 'email' and lower(json_extract(config, '$.to')) = ${move.fromKey}
      and account_id in (select account_id from ${memberships} where user_id = ${move.userId})`);
  await tx.run(sql`
    update deliveries set state = 'queued', next_attempt_at = null
    where state in ('queued','failed','sending') and state <> 'sending' and channel_id in (
      select id from ${channels} where kind = 'email' and json_extract(config, '$.to') = ${move.to}
        and account_id in (select account_id from ${memberships} where user_id = ${move.userId}))`);
}
