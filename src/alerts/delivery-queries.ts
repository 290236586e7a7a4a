import { and, eq, inArray, sql } from 'drizzle-orm';
import type { AccountMail, AccountMailEvent } from '../core/account-mail.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { deliveries } from '../db/schema/incidents.ts';
import { inWindow } from '../monitors/window-queries.ts';
import { included, laneOf, verifiedReceiver, withHooks } from './reach-queries.ts';

/** Not delivered and not given up. Spelled as the partial indexes spell it, or SQLite does not use them. */
const UNDONE = sql.raw("state in ('queued','failed','sending')");

/**
 * Queues a mail about a person's log-in. An unsent older one of the same event is replaced by it; with `once` it is
 * queued a single time for what it is about, and later ones are dropped.
 */
export async function insertAccountMail(
  tx: Tx,
  userId: string,
  mail: AccountMail,
  about = '',
  once = false,
): Promise<void> {
  const id = newId('dlv');
  const orderKey = mailKey(userId, mail.event, about);
  if (!once) await cancelAccountMail(tx, userId, mail.event, about);
  const row = {
    id,
    user_id: userId,
    lane: `mail:${userId}`,
    event: mail.event,
    dedup_key: once ? orderKey : `${orderKey}:${id}`,
    order_key: orderKey,
    payload: mail,
    state: 'queued',
    next_attempt_at: mail.at,
    created_at: mail.at,
  } as const;
  await tx.insert(deliveries).values(row).onConflictDoNothing({ target: deliveries.dedup_key });
}

/** An account mail that has not left does not leave any more; its link goes with it. */
export async function cancelAccountMail(tx: Tx, userId: string, event: AccountMailEvent, about = ''): Promise<void> {
  const unsent = inArray(deliveries.state, ['queued', 'failed']);
  await tx
    .update(deliveries)
    .set({ state: 'cancelled', payload: {} })
    .where(and(eq(deliveries.order_key, mailKey(userId, event, about)), unsent, UNDONE));
}

function mailKey(userId: string, event: AccountMailEvent, about: string): string {
  return `mail:${userId}:${event}${about && `:${about}`}`;
}

/**
 * Recoveries of monitors whose planned work ended earlier than planned are due now, unless other work still covers
 * them. They count as written now: whoever reads them is not told that they are late.
 */
export async function releaseRecoveries(tx: Tx, monitorNos: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update deliveries set next_attempt_at = ${now}, created_at = ${now}, held_for = null
    where state = 'queued' and event = 'up' and attempts = 0 and next_attempt_at > ${now} and held_for = 'maintenance'
      and incident_id in (select i.id from json_each(${JSON.stringify(monitorNos)}) j
        cross join incidents i on i.monitor_no = j.value
        where not ${inWindow(sql`j.value`, now)})`);
}

/**
 * Takes back what has not left yet about a monitor. A recovery stays where the failure has arrived: nobody is left
 * with "down" as the last word.
 */
export async function cancelOfMonitor(tx: Tx, monitorNo: number): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null
    where state in ('queued','failed')
      and incident_id in (select id from incidents where monitor_no = ${monitorNo})
      and not (event = 'up' and exists (select 1 from deliveries down
        where down.incident_id = deliveries.incident_id and down.lane = deliveries.lane
          and down.event = 'down' and down.state = 'sent'))`);
}

/** Takes back what was never tried about an incident and returns how many: nobody will have heard of it. */
export async function cancelUntried(tx: Tx, incidentId: string): Promise<number> {
  const result = await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null
    where incident_id = ${incidentId} and state = 'queued' and attempts = 0`);
  return result.rowsAffected;
}

/** Takes back what was kept back for what the monitor depends on: something else says it better. */
export async function cancelKeptBack(tx: Tx, incidentId: string): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null
    where incident_id = ${incidentId} and state = 'queued' and attempts = 0 and held_for = 'parent'`);
}

/** What was kept back for what the monitor depends on is due now, and counts as written now. Returns how many. */
export async function releaseKeptBack(tx: Tx, incidentId: string, now: number): Promise<number> {
  const result = await tx.run(sql`
    update deliveries set next_attempt_at = ${now}, created_at = ${now}, held_for = null
    where incident_id = ${incidentId} and state = 'queued' and attempts = 0 and held_for = 'parent'`);
  return result.rowsAffected;
}

/**
 * Lets go what waited for an address. What waited longer than until `tooOld` and is over by now would only alarm:
 * it goes to the dead letters.
 */
export async function releaseHeld(tx: Tx, emailKey: string, now: number, tooOld: number): Promise<number> {
  const held = sql`${UNDONE} and state = 'queued' and next_attempt_at is null and held_for = 'verification'
    and lower(recipient) = ${emailKey} and channel_id in (
      select c.id from channels c join memberships m on m.account_id = c.account_id join users u on u.id = m.user_id
      where u.email_key = ${emailKey})`;
  await tx.run(sql`
    update deliveries set state = 'dead', held_for = null,
      last_error = 'The address was verified only after the incident was long over.'
    where ${held} and created_at < ${tooOld}
      and incident_id in (select id from incidents where resolved_at < ${tooOld})`);
  // `created_at` is when it was to leave first: what planned work holds back is not hurried.
  const result = await tx.run(sql`
    update deliveries set next_attempt_at = max(${now}, created_at), held_for = null where ${held}`);
  return result.rowsAffected;
}

const CHANNEL_OF = sql.raw('select c.id from channels c where c.id = deliveries.channel_id');
const HOOK_OF = sql.raw('select h.id from change_hooks h where h.id = deliveries.hook_id');
/** What tells of changes has no address to be verified. */
const MAY_GO = sql`deliveries.hook_id is not null or exists (${CHANNEL_OF} and ${verifiedReceiver('c', 'deliveries.recipient')})`;

/**
 * A person asks for another try of what failed or was given up, with everything that was merged with it: its tries
 * count from zero, its key stays: that of the batch, which is its own id when it left alone. An address that is not
 * verified still holds it. False when there is nothing to try again, or when
 * its channel is off or not part of the plan any more.
 */
export async function requeueDelivery(tx: Tx, accountId: string, id: string, now: number): Promise<boolean> {
  const result = await tx.run(sql`
    update deliveries set state = 'queued', attempts = 0, lease_until = null, batch_id = coalesce(batch_id, id),
      next_attempt_at = case when ${MAY_GO} then ${now} end, held_for = case when not (${MAY_GO}) then 'verification' end
    where account_id = ${accountId} and state in ('failed','dead') and event <> 'test'
      and (id = ${id} or batch_id = (select batch_id from deliveries where id = ${id}))
      and (exists (${CHANNEL_OF} and c.enabled = 1 and ${included('c')})
        or exists (${HOOK_OF} and h.enabled = 1 and ${withHooks('h')}))`);
  return result.rowsAffected > 0;
}

/**
 * The addresses of a channel were changed. What waits for one that it no longer has goes to its first address, unless
 * that has the same already; then each waiting message is due if its address is verified, else held.
 */
export async function holdOrRelease(tx: Tx, channelId: string, now: number): Promise<void> {
  const first = sql`(select c.config ->> '$.to[0]' from channels c where c.id = ${channelId})`;
  const gone = sql`channel_id = ${channelId} and state in ('queued','failed') and recipient is not null
    and recipient not in (select r.value from channels c, json_each(c.config -> '$.to') r where c.id = ${channelId})`;
  await tx.run(sql`
    update deliveries set recipient = ${first}, lane = ${laneOf(sql`channel_id`, first)},
      order_key = replace(order_key, lane, ${laneOf(sql`channel_id`, first)})
    where ${gone} and rowid in (
      select min(d.rowid) from deliveries d where d.channel_id = ${channelId} and d.state in ('queued','failed')
        and not exists (select 1 from deliveries o
          where o.channel_id = d.channel_id and o.recipient = ${first} and o.incident_id is d.incident_id
            and o.event = d.event and o.payload = d.payload and o.state <> 'cancelled')
      group by d.incident_id, d.event, d.payload)`);
  await tx.run(sql`update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null where ${gone}`);
  await tx.run(sql`
    update deliveries set state = 'queued',
      next_attempt_at = case when ${MAY_GO} then max(${now}, coalesce(iif(attempts = 0, next_attempt_at, 0), 0)) end,
      held_for = case when not (${MAY_GO}) then 'verification' when held_for <> 'verification' then held_for end
    where channel_id = ${channelId} and state in ('queued','failed')`);
}

/** A channel was switched off: what has not left yet never leaves. */
export async function cancelOfChannel(tx: Tx, channelId: string): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, held_for = null
    where channel_id = ${channelId} and state in ('queued','failed')`);
}

/** Writes a test that the caller sends itself at once, as a message it already holds. Returns its id. */
export async function insertTest(
  tx: Tx,
  test: { accountId: string; payload: Record<string, unknown>; now: number; leaseUntil: number } & (
    | { channelId: string; recipient?: string | null }
    | { hookId: string }
  ),
): Promise<string> {
  const id = newId('dlv');
  const { accountId, payload, now, leaseUntil } = test;
  const to =
    'hookId' in test ? { hook_id: test.hookId } : { channel_id: test.channelId, recipient: test.recipient ?? null };
  await tx.insert(deliveries).values({
    id,
    account_id: accountId,
    ...to,
    // A lane of its own: a test keeps nothing waiting and is merged with nothing.
    lane: `test:${id}`,
    event: 'test',
    dedup_key: `test:${id}`,
    payload,
    state: 'sending',
    attempts: 1,
    next_attempt_at: now,
    lease_until: leaseUntil,
    created_at: now,
  });
  return id;
}
