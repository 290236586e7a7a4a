import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/**
 * A person changed address: the e-mail channels of their accounts that pointed at the old one follow, and what waits
 * for them is held until the new address is verified (`releaseAddress`). Open incidents follow too, so that a recovery
 * finds who was told of the failure. Channels with a mail server of their own are left alone.
 */
export async function moveEmailChannels(
  tx: Tx,
  move: { userId: string; from: string; fromKey: string; to: string },
): Promise<void> {
  const { userId, from, fromKey, to } = move;
  const theirs = sql`select id from channels where kind = 'email' and coalesce(config ->> '$.smtp_server', '') = ''
    and account_id in (select account_id from memberships where user_id = ${userId})`;
  await tx.run(sql`
    update channels
    set name = iif(name = ${from}, ${to}, name), last_error = null,
      config = json_set(config, '$.to', (
        select json_group_array(value) from (
          select distinct iif(lower(value) = ${fromKey}, ${to}, value) as value from json_each(channels.config, '$.to'))))
    where id in (${theirs}) and exists (select 1 from json_each(config, '$.to') where lower(value) = ${fromKey})`);
  await tx.run(sql`
    update deliveries
    set lane = channel_id || ':' || ${to}, order_key = replace(order_key, lane, channel_id || ':' || ${to})
    where lower(recipient) = ${fromKey} and channel_id in (${theirs})
      and (state in ('queued','failed','sending') or incident_id in (select id from incidents where resolved_at is null))`);
  await tx.run(sql`
    update deliveries set recipient = ${to}, state = 'queued', next_attempt_at = null, held_for = 'verification'
    where state in ('queued','failed') and lower(recipient) = ${fromKey} and channel_id in (${theirs})`);
}
