import { and, eq, inArray, sql } from 'drizzle-orm';
import type { AccountMail } from '../core/account-mail.ts';
import type { AlertMessage } from '../core/alert.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { deliveries } from '../db/schema/incidents.ts';
import { inWindow } from '../monitors/window-queries.ts';
import { included, verified } from './reach-queries.ts';

/** Not delivered and not given up. Spelled as the partial indexes spell it, or SQLite does not use them. */
const UNDONE = sql.raw("state in ('queued','failed','sending')");

/** One alert that is to go to every channel concerned. */
export interface IncidentAlert {
  event: 'down' | 'up' | 'reminder' | 'degraded';
  now: number;
  accountId: string;
  monitorNo: number;
  incidentId: string;
  alert: AlertMessage;
  /** Not before this instant, epoch ms: a recovery waits for the end of planned work. */
  notBefore?: number | undefined;
  /** A recovery for the monitor's own channels, whoever was told of the failure: the end of an unstable time. */
  toAll?: boolean | undefined;
}

/**
 * Writes one row for each enabled channel and returns how many. A failure goes to the channels of the monitor;
 * a recovery to those that were to be told of the failure, so nobody hears "up" without "down".
 */
export async function insertAlerts(tx: Tx, alert: IncidentAlert): Promise<number> {
  const { event, now, accountId, monitorNo, incidentId } = alert;
  const due = Math.max(now, alert.notBefore ?? now);
  const told = sql`c.id in (select channel_id from deliveries
    where incident_id = ${incidentId} and event = 'down' and state <> 'cancelled')`;
  const attached = sql`c.id in (select channel_id from monitor_channels where monitor_no = ${monitorNo})`;
  const earlier = sql`(select count(*) from deliveries
    where incident_id = ${incidentId} and channel_id = c.id and event = 'reminder')`;
  const label = event === 'reminder' ? sql`'reminder-' || ${earlier}` : sql`${event}`;
  const result = await tx.run(sql`
    insert into deliveries (id, account_id, channel_id, incident_id, event, dedup_key, order_key, payload, state,
      attempts, next_attempt_at, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), c.account_id, c.id, ${incidentId}, ${event},
      ${incidentId} || ':' || ${label} || ':' || c.id, ${String(monitorNo)} || ':' || c.id,
      ${JSON.stringify(alert.alert)}, 'queued', 0, case when ${verified('c')} then ${due} end, ${due}
    from channels c
    where c.account_id = ${accountId} and c.enabled = 1 and ${included('c')} and ${event === 'up' && !alert.toAll ? told : attached}
    on conflict (dedup_key) do nothing`);
  return result.rowsAffected;
}

/** Queues a mail about a person's log-in. An unsent older one of the same event is replaced by it. */
export async function insertAccountMail(tx: Tx, userId: string, mail: AccountMail): Promise<void> {
  const id = newId('dlv');
  const orderKey = `mail:${userId}:${mail.event}`;
  await tx
    .update(deliveries)
    .set({ state: 'cancelled', payload: {} })
    .where(and(eq(deliveries.order_key, orderKey), inArray(deliveries.state, ['queued', 'failed']), UNDONE));
  await tx.insert(deliveries).values({
    id,
    user_id: userId,
    event: mail.event,
    dedup_key: `${orderKey}:${id}`,
    order_key: orderKey,
    payload: mail,
    state: 'queued',
    next_attempt_at: mail.at,
    created_at: mail.at,
  });
}

/**
 * Recoveries of monitors whose planned work ended earlier than planned are due now, unless other work still covers
 * them. They count as written now: whoever reads them is not told that they are late.
 */
export async function releaseRecoveries(tx: Tx, monitorNos: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update deliveries set next_attempt_at = ${now}, created_at = ${now}
    where state = 'queued' and event = 'up' and attempts = 0 and next_attempt_at > ${now}
      and incident_id in (select i.id from json_each(${JSON.stringify(monitorNos)}) j
        cross join incidents i on i.monitor_no = j.value
        where not ${inWindow(sql`j.value`, now)})`);
}

/** Takes back what has not left yet about a monitor. */
export async function cancelOfMonitor(tx: Tx, monitorNo: number): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null
    where state in ('queued','failed')
      and incident_id in (select id from incidents where monitor_no = ${monitorNo})`);
}

/**
 * Lets go what waited for an address. What waited longer than until `tooOld` and is over by now would only alarm:
 * it goes to the dead letters.
 */
export async function releaseHeld(tx: Tx, emailKey: string, now: number, tooOld: number): Promise<number> {
  const held = sql`${UNDONE} and state = 'queued' and next_attempt_at is null and channel_id in (
    select c.id from channels c join memberships m on m.account_id = c.account_id join users u on u.id = m.user_id
    where u.email_key = ${emailKey} and (u.email = c.config->>'$.to' or lower(c.config->>'$.to') = ${emailKey}))`;
  await tx.run(sql`
    update deliveries set state = 'dead', last_error = 'The address was verified only after the incident was long over.'
    where ${held} and created_at < ${tooOld}
      and incident_id in (select id from incidents where resolved_at < ${tooOld})`);
  const result = await tx.run(sql`update deliveries set next_attempt_at = ${now} where ${held}`);
  return result.rowsAffected;
}

/**
 * A person asks for another try of what failed or was given up: its tries count from zero. An address that is not
 * verified still holds it. False when there is nothing to try again.
 */
export async function requeueDelivery(tx: Tx, accountId: string, id: string, now: number): Promise<boolean> {
  const result = await tx.run(sql`
    update deliveries set state = 'queued', attempts = 0, lease_until = null,
      next_attempt_at = (select case when ${verified('c')} then ${now} end from channels c where c.id = deliveries.channel_id)
    where id = ${id} and account_id = ${accountId} and state in ('failed','dead') and event <> 'test'`);
  return result.rowsAffected > 0;
}

/** A channel has another address: what waits for it is due if that one is verified, else held. */
export async function holdOrRelease(tx: Tx, channelId: string, now: number): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'queued',
      next_attempt_at = (select case when ${verified('c')} then ${now} end from channels c where c.id = deliveries.channel_id)
    where channel_id = ${channelId} and state in ('queued','failed')`);
}

/** A channel was switched off: what has not left yet never leaves. */
export async function cancelOfChannel(tx: Tx, channelId: string): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null
    where channel_id = ${channelId} and state in ('queued','failed')`);
}

/** Writes a test that the caller sends itself at once, as a message it already holds. */
export async function insertTest(
  tx: Tx,
  test: { accountId: string; channelId: string; alert: AlertMessage; now: number; leaseUntil: number },
): Promise<string> {
  const id = newId('dlv');
  const { accountId, channelId, alert, now, leaseUntil } = test;
  await tx.insert(deliveries).values({
    id,
    account_id: accountId,
    channel_id: channelId,
    event: 'test',
    dedup_key: `test:${id}`,
    payload: alert,
    state: 'sending',
    attempts: 1,
    next_attempt_at: now,
    lease_until: leaseUntil,
    created_at: now,
  });
  return id;
}
