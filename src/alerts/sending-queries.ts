import { type SQL, sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { SubscriberKind } from '../core/subscriber.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { findHead, listFresh, OWN_SERVER } from './lane-queries.ts';

/** One of the alerts that leave as one message. */
export interface ClaimedAlert {
  id: string;
  created_at: number;
  payload: unknown;
}

/** Who hears of changes. */
export interface ClaimedHook {
  id: string;
  url: string;
  secret: string;
}

/** A message that its sender holds now. `attempts` counts this try too and proves that the lease is still ours. */
export interface ClaimedDelivery {
  /** Key of the message, the same on every try: of its batch, or of the delivery itself. */
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
  /** Somebody who follows a page, and how; null for everything else. */
  subscriber: { id: string; kind: SubscriberKind } | null;
  /** A program that hears of changes; left out for everything else. */
  hook?: ClaimedHook;
  /** All alerts in it, in the order they leave; left out when there is one. */
  merged?: readonly ClaimedAlert[];
}

/** Most alerts in one message. */
const MOST_MERGED = 500;

/**
 * Takes the next message of a lane and holds it until `leaseUntil`; null when nothing is due any more. A message that
 * was tried is taken again as it was, under its key. Of what was never tried, everything that is due is merged when
 * there is more than `oneByOne` may leave, or when it waited for the end of a quiet time: the batch is written down
 * before anything leaves, so a crash changes no key.
 */
export async function claimLane(
  tx: Tx,
  lane: string,
  { now, leaseUntil, oneByOne, merges }: { now: number; leaseUntil: number; oneByOne: number; merges: boolean },
): Promise<ClaimedDelivery | null> {
  const head = await findHead(tx, lane, now);
  if (!head) return null;
  if (head.event === 'test') {
    // Whoever sent it died before it could say how it went, and a test is not repeated (R-AL-11).
    await tx.run(sql`update deliveries set state = 'dead', next_attempt_at = null, lease_until = null,
      last_error = 'The test was interrupted.' where id = ${head.id}`);
    return null;
  }
  if (head.batch_id !== null) return hold(tx, leaseUntil, sql`batch_id = ${head.batch_id}`, head.batch_id);
  if (head.fresh && merges) {
    const { ids, quiet } = await listFresh(tx, lane, now, MOST_MERGED);
    if (ids.length > 1 && (quiet || ids.length > oneByOne)) {
      const batch = newId('bat');
      const wanted = JSON.stringify(ids);
      await tx.run(sql`
        update deliveries set batch_id = ${batch} where id in (select value from json_each(${wanted}))`);
      return hold(tx, leaseUntil, sql`batch_id = ${batch}`, batch);
    }
  }
  return hold(tx, leaseUntil, sql`id = ${head.id}`, head.id);
}

/** Lets go of what a process that died was sending. Only for one that has just started and holds nothing itself. */
export async function releaseLeases(tx: Tx, now: number): Promise<number> {
  const result = await tx.run(
    sql`update deliveries set lease_until = ${now} where state = 'sending' and lease_until > ${now}`,
  );
  return result.rowsAffected;
}

async function hold(tx: Tx, leaseUntil: number, chosen: SQL, key: string): Promise<ClaimedDelivery | null> {
  await tx.run(sql`
    update deliveries set state = 'sending', held_for = null, lease_until = ${leaseUntil},
      attempts = 1 + (select max(attempts) from deliveries where ${chosen} and state in ('queued','failed','sending'))
    where ${chosen} and state in ('queued','failed','sending')`);
  type Row = Omit<ClaimedDelivery, 'payload' | 'channel_config' | 'merged' | 'subscriber' | 'hook'> & {
    payload: string;
    config: string;
    subscriber_id: string | null;
    subscriber_kind: SubscriberKind | null;
    hook: string | null;
  };
  const rows = await tx.all<Row>(sql`
    select d.id, d.account_id, d.event, d.payload, d.attempts, d.created_at, d.channel_id, d.recipient,
      c.kind as channel_kind, coalesce(c.config, '{}') as config, d.subscriber_id, s.kind as subscriber_kind,
      iif(h.id is not null, json_object('id', h.id, 'url', h.url, 'secret', h.secret), null) as hook
    from (select rowid as row from deliveries where ${chosen} and state = 'sending') j
      join deliveries d on d.rowid = j.row left join channels c on c.id = d.channel_id
      left join subscribers s on s.id = d.subscriber_id left join change_hooks h on h.id = d.hook_id
    order by d.rowid`);
  const [first] = rows;
  if (!first) return null;
  const merged = rows.map(({ id, created_at, payload }) => ({
    id,
    created_at,
    payload: JSON.parse(payload) as unknown,
  }));
  const { config, payload, subscriber_id: follower, subscriber_kind: kind, hook, ...row } = first;
  return {
    ...row,
    subscriber: follower !== null && kind !== null ? { id: follower, kind } : null,
    id: key,
    created_at: Math.min(...merged.map(({ created_at: at }) => at)),
    payload: JSON.parse(payload),
    channel_config: JSON.parse(config) as Record<string, unknown>,
    ...(hook === null ? {} : { hook: JSON.parse(hook) as ClaimedHook }),
    ...(merged.length > 1 ? { merged } : {}),
  };
}

/** How a try ended. Nothing changes when the lease was lost in the meantime. */
export type Outcome =
  | { state: 'sent'; at: number }
  | { state: 'failed'; error: string; nextAttemptAt: number }
  /** Nothing was tried: the try does not count, the place in the queue is the last of those due at `at`. */
  | { state: 'queued'; error: string; at: number }
  | { state: 'dead' | 'cancelled'; error: string };

/**
 * Records how a try ended, with the receiver's words, on the message and, for everyone to see, on its channel. False
 * when the lease was lost.
 */
export async function finishDelivery(
  tx: Tx,
  held: Pick<ClaimedDelivery, 'id' | 'attempts' | 'channel_id' | 'hook'>,
  outcome: Outcome,
  answer: string | null = null,
): Promise<boolean> {
  const error = outcome.state === 'sent' ? null : outcome.error;
  const next = outcome.state === 'failed' ? outcome.nextAttemptAt : outcome.state === 'queued' ? outcome.at : null;
  const over = next === null;
  // Switched off, paused or deleted while it was on its way: it is not tried again.
  const unwanted = sql`(exists (select 1 from channels c where c.id = deliveries.channel_id and c.enabled = 0)
    or exists (select 1 from change_hooks h where h.id = deliveries.hook_id and h.enabled = 0)
    or event <> 'up' and exists (select 1 from incidents i
      where i.id = deliveries.incident_id and i.resolved_cause in ('paused','changed','deleted')))`;
  const again = over ? sql`false` : sql`not ${unwanted}`;
  // A mail about a log-in holds a working link: nothing of it stays once it is out or given up.
  const emptied = over && held.channel_id === null && !held.hook;
  const result = await tx.run(sql`
    update deliveries set
      state = case when ${over ? 0 : 1} and ${unwanted} then 'cancelled'
        when ${outcome.state} = 'queued' and attempts > 1 then 'failed' else ${outcome.state} end,
      attempts = attempts - ${outcome.state === 'queued' ? 1 : 0},
      payload = case when ${emptied ? 1 : 0} then '{}' else payload end,
      next_attempt_at = case when ${again} then ${next} end, lease_until = null, last_error = ${error}, answer = ${answer},
      sent_at = ${outcome.state === 'sent' ? outcome.at : null}
    where (id = ${held.id} or batch_id = ${held.id}) and state = 'sending' and attempts = ${held.attempts}`);
  if (held.channel_id && outcome.state !== 'failed' && outcome.state !== 'cancelled') {
    // That the server of the installation is away says nothing of a channel.
    const its = outcome.state === 'queued' ? sql`${OWN_SERVER} is not null` : sql`true`;
    await tx.run(sql`
      update channels as c set last_error = ${error}
      where c.id = ${held.channel_id} and c.last_error is not ${error} and ${its}`);
  }
  if (held.hook && outcome.state !== 'failed' && outcome.state !== 'cancelled') {
    await tx.run(sql`
      update change_hooks set last_error = ${error} where id = ${held.hook.id} and last_error is not ${error}`);
  }
  return result.rowsAffected > 0;
}

/** The receiver moved: these settings of its channel are different from now on. */
export async function moveReceiver(tx: Tx, channelId: string, changed: Record<string, unknown>): Promise<void> {
  await tx.run(sql`
    update channels set config = json_patch(config, ${JSON.stringify(changed)}) where id = ${channelId}`);
}

/**
 * The receiver is gone for good: the channel is off, with the reason, until somebody switches it on again, and what
 * waited for it goes to the dead letters. Returns its name, or null when it was off already.
 */
export async function switchOffChannel(tx: Tx, channelId: string, reason: string): Promise<string | null> {
  const [row] = await tx.all<{ name: string }>(sql`
    update channels set enabled = 0, disabled_reason = ${reason} where id = ${channelId} and enabled = 1 returning name`);
  await tx.run(sql`
    update deliveries set state = 'dead', next_attempt_at = null, held_for = null, last_error = ${reason}
    where channel_id = ${channelId} and state in ('queued','failed')`);
  return row?.name ?? null;
}

/** People who look after an account and whose address is verified. */
export async function listKeepers(tx: Tx, accountId: string): Promise<{ id: string; email: string }[]> {
  return tx.all<{ id: string; email: string }>(sql`
    select u.id, u.email from memberships m join users u on u.id = m.user_id
    where m.account_id = ${accountId} and m.role in ('owner','admin') and u.email_verified_at is not null`);
}
