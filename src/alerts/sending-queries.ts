import { sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { Db, Tx } from '../db/client.ts';

const UNDONE = sql.raw("state in ('queued','failed','sending')");

/** The same of an alias. */
function of(alias: 'd' | 'e') {
  return sql.raw(`${alias}.state in ('queued','failed','sending')`);
}

/** A message that its sender holds now. `attempts` counts this try too and proves that the lease is still ours. */
export interface ClaimedDelivery {
  id: string;
  account_id: string | null;
  event: string;
  payload: unknown;
  attempts: number;
  created_at: number;
  channel_id: string | null;
  channel_kind: ChannelKind | null;
  channel_config: Record<string, unknown>;
}

/**
 * Takes up to `limit` due messages, oldest first, and holds them until `leaseUntil`. One whose lease ran out was left
 * behind by a process that died: it is taken again. A later message of the same order key waits for the earlier (R-AL-5).
 */
export async function claimDeliveries(tx: Tx, now: number, leaseUntil: number, limit: number) {
  const claimed = await tx.all<{ id: string }>(sql`
    update deliveries set state = 'sending', attempts = attempts + 1, lease_until = ${leaseUntil}
    where id in (
      select d.id from deliveries d
      where ${of('d')} and d.next_attempt_at <= ${now} and (d.state <> 'sending' or d.lease_until <= ${now})
        and not exists (select 1 from deliveries e where ${of('e')} and e.order_key = d.order_key and e.rowid < d.rowid)
      order by d.next_attempt_at limit ${limit})
    returning id`);
  const ids = JSON.stringify(claimed.map(({ id }) => id));
  const rows = await tx.all<
    Omit<ClaimedDelivery, 'payload' | 'channel_config'> & { payload: string; config: string }
  >(sql`
    select d.id, d.account_id, d.event, d.payload, d.attempts, d.created_at, d.channel_id, c.kind as channel_kind,
      coalesce(c.config, '{}') as config
    from json_each(${ids}) wanted join deliveries d on d.id = wanted.value
      left join channels c on c.id = d.channel_id
    order by wanted.key`);
  return rows.map(
    ({ config, payload, ...row }): ClaimedDelivery => ({
      ...row,
      payload: JSON.parse(payload),
      channel_config: JSON.parse(config) as Record<string, unknown>,
    }),
  );
}

/** Whether anything could be claimed now: a look that does not take the writer's turn. */
export async function isAnythingDue(db: Db, now: number): Promise<boolean> {
  const rows = await db.all(sql`
    select 1 from deliveries
    where ${UNDONE} and next_attempt_at <= ${now} and (state <> 'sending' or lease_until <= ${now}) limit 1`);
  return rows.length > 0;
}

/** How a try ended. Nothing changes when the lease was lost in the meantime. */
export type Outcome =
  | { state: 'sent'; at: number }
  | { state: 'failed'; error: string; nextAttemptAt: number }
  /** Nothing was tried: the try does not count, the place in the queue is the last of those due at `at`. */
  | { state: 'queued'; error: string; at: number }
  | { state: 'dead' | 'cancelled'; error: string };

/** Records how a try ended, on the message and, for everyone to see, on its channel. */
export async function finishDelivery(tx: Tx, held: ClaimedDelivery, outcome: Outcome): Promise<boolean> {
  const error = outcome.state === 'sent' ? null : outcome.error;
  const next = outcome.state === 'failed' ? outcome.nextAttemptAt : outcome.state === 'queued' ? outcome.at : null;
  const over = next === null;
  // A mail about a log-in holds a working link: nothing of it stays once it is out or given up.
  const emptied = over && held.channel_id === null;
  const result = await tx.run(sql`
    update deliveries set
      state = case when ${outcome.state} = 'queued' and attempts > 1 then 'failed' else ${outcome.state} end,
      attempts = attempts - ${outcome.state === 'queued' ? 1 : 0},
      payload = case when ${emptied ? 1 : 0} then '{}' else payload end,
      next_attempt_at = ${next}, lease_until = null, last_error = ${error},
      sent_at = ${outcome.state === 'sent' ? outcome.at : null}
    where id = ${held.id} and state = 'sending' and attempts = ${held.attempts}`);
  if (held.channel_id && (outcome.state === 'sent' || outcome.state === 'dead')) {
    await tx.run(sql`
      update channels set last_error = ${error} where id = ${held.channel_id} and last_error is not ${error}`);
  }
  return result.rowsAffected > 0;
}

/** Gives up what was queued before `tooOld` and could not even be tried. Returns how many. */
export async function giveUpWaiting(tx: Tx, now: number, tooOld: number, error: string): Promise<number> {
  const result = await tx.run(sql`
    update deliveries set state = 'dead', next_attempt_at = null, last_error = ${error},
      payload = case when channel_id is null then '{}' else payload end
    where ${UNDONE} and state <> 'sending' and next_attempt_at <= ${now} and created_at < ${tooOld}`);
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
