import { type SQL, sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { Db, Tx } from '../db/client.ts';

/** Not delivered and not given up, spelled as the partial indexes spell it. */
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
  recipient: string | null;
}

/** Mail: what has no channel (about log-ins), or one of kind e-mail. */
const MAIL = sql.raw(
  "(d.channel_id is null or exists (select 1 from channels c where c.id = d.channel_id and c.kind = 'email'))",
);

/** Nothing earlier of the same order key is undone. */
const FIRST = sql`not exists (select 1 from deliveries e
  where ${of('e')} and e.order_key = d.order_key and e.rowid < d.rowid)`;

/** Due at `now`: its moment has come, and nobody holds it. */
function due(now: number) {
  return sql`${of('d')} and d.next_attempt_at <= ${now} and (d.state <> 'sending' or d.lease_until <= ${now})`;
}

/**
 * Takes up to `limit` due mails, oldest first, and holds them until `leaseUntil`. One whose lease ran out was left
 * behind by a process that died: it is taken again. A later message of the same order key waits for the earlier (R-AL-5).
 */
export async function claimDeliveries(tx: Tx, now: number, leaseUntil: number, limit: number) {
  return hold(
    tx,
    leaseUntil,
    sql`select d.id from deliveries d where ${due(now)} and ${MAIL} and ${FIRST} order by d.next_attempt_at limit ${limit}`,
  );
}

/**
 * The next message of each channel that is not mail, as ids, for at most `limit` channels; none for those in `busy`:
 * a receiver that hangs holds up nobody but itself (R-AL-3).
 */
export async function listDueHooks(db: Db, now: number, busy: string[], limit: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    select d.id, min(d.next_attempt_at) as at from deliveries d join channels c on c.id = d.channel_id
    where ${due(now)} and c.kind <> 'email' and ${FIRST}
      and d.channel_id not in (select value from json_each(${JSON.stringify(busy)}))
    group by d.channel_id order by at limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** Takes these messages like `claimDeliveries`, as far as they are still due. */
export async function claimHooks(tx: Tx, now: number, leaseUntil: number, ids: string[]) {
  return hold(
    tx,
    leaseUntil,
    sql`select d.id from json_each(${JSON.stringify(ids)}) j cross join deliveries d on d.id = j.value where ${due(now)}`,
  );
}

async function hold(tx: Tx, leaseUntil: number, chosen: SQL): Promise<ClaimedDelivery[]> {
  const claimed = await tx.all<{ id: string }>(sql`
    update deliveries set state = 'sending', attempts = attempts + 1, lease_until = ${leaseUntil}
    where id in (${chosen}) returning id`);
  const ids = JSON.stringify(claimed.map(({ id }) => id));
  const rows = await tx.all<
    Omit<ClaimedDelivery, 'payload' | 'channel_config'> & { payload: string; config: string }
  >(sql`
    select d.id, d.account_id, d.event, d.payload, d.attempts, d.created_at, d.channel_id, d.recipient, c.kind as channel_kind,
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

/** Whether any mail could be claimed now: a look that does not take the writer's turn. */
export async function isAnythingDue(db: Db, now: number): Promise<boolean> {
  const rows = await db.all(sql`select 1 from deliveries d where ${due(now)} and ${MAIL} limit 1`);
  return rows.length > 0;
}

/** The receiver is gone for good: nothing is sent to the channel until its owner switches it on again. */
export async function switchOffChannel(tx: Tx, channelId: string): Promise<void> {
  await tx.run(sql`update channels set enabled = 0 where id = ${channelId}`);
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

/** Gives up mail that was queued before `tooOld` and could not even be tried. Returns how many. */
export async function giveUpWaiting(tx: Tx, now: number, tooOld: number, error: string): Promise<number> {
  const result = await tx.run(sql`
    update deliveries as d set state = 'dead', next_attempt_at = null, last_error = ${error},
      payload = case when channel_id is null then '{}' else payload end
    where ${of('d')} and d.state <> 'sending' and d.next_attempt_at <= ${now} and d.created_at < ${tooOld} and ${MAIL}`);
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
