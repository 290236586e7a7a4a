import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { BY_INSTALLATION, OWN_SERVER } from './lane-queries.ts';

/**
 * Gives up what was queued before `tooOld` and could not even be tried, of one mail server: a channel's own (its name
 * in `ownServer`, of this account), or that of the installation. Returns how many.
 */
export async function giveUpWaiting(
  tx: Tx,
  {
    now,
    tooOld,
    error,
    own,
  }: { now: number; tooOld: number; error: string; own?: { accountId: string; server: string } },
): Promise<number> {
  const server = own ? sql`d.account_id = ${own.accountId} and ${OWN_SERVER} = ${own.server}` : BY_INSTALLATION;
  const result = await tx.run(sql`
    update deliveries set state = 'dead', next_attempt_at = null, last_error = ${error},
      payload = case when channel_id is null then '{}' else payload end
    where id in (
      select d.id from deliveries d left join channels c on c.id = d.channel_id
      where d.state in ('queued','failed') and d.next_attempt_at <= ${now} and d.created_at < ${tooOld} and ${server})`);
  return result.rowsAffected;
}

/** Since when mail cannot leave, and why, in words; null while it can. */
export interface MailAway {
  since: number;
  error: string;
}

const AWAY_KEY = 'mail_away';

export async function readMailAway(db: Db): Promise<MailAway | null> {
  const [row] = await db.all<{ value: string }>(sql`select value from installation where key = ${AWAY_KEY}`);
  return row ? (JSON.parse(row.value) as MailAway) : null;
}

/** Keeps the beginning of the trouble, renews its reason; null says that it is over. */
export async function writeMailAway(tx: Tx, away: MailAway | null): Promise<void> {
  if (away === null) {
    await tx.run(sql`delete from installation where key = ${AWAY_KEY}`);
    return;
  }
  await tx.run(sql`
    insert into installation (key, value) values (${AWAY_KEY}, ${JSON.stringify(away)})
    on conflict (key) do update set value = json_set(value, '$.error', ${away.error})`);
}
