import { type SQL, sql } from 'drizzle-orm';
import { allows, PLANS } from '../core/plan.ts';

/** The name a statement has for the table `channels`. */
type Alias = 'c' | 'channels';

/**
 * The receivers of a channel as a table `r`, one row each: `value` is the address, or null where the kind has one
 * receiver. A config from before there were several holds the address as plain text, which makes one row as well.
 */
export function receivers(channel: Alias) {
  return sql.raw(`json_each(case when ${channel}.kind = 'email' then ${channel}.config -> '$.to' else '[null]' end) r`);
}

/** What a receiver's messages wait for one another in, of the table `r`. */
export const LANE = laneOf(sql`c.id`, sql`r.value`);

/** Lane of a channel and a receiver, as SQL: both together where there is more than the channel to name. */
export function laneOf(channelId: SQL, recipient: SQL) {
  return sql`${channelId} || coalesce(':' || ${recipient}, '')`;
}

/** A channel that sends through a mail server of its own answers for its receivers itself. */
function ownServer(channel: Alias): string {
  return `coalesce(${channel}.config ->> '$.smtp_server', '') <> ''`;
}

/**
 * Whether messages may go to one receiver: an address of an e-mail channel is verified when it is the verified address
 * of a member of its account (R-AU-12); what is not mail has nothing to verify, nor has what leaves through a server of
 * the channel's own.
 */
export function verifiedReceiver(channel: Alias, recipient: 'r.value' | 'deliveries.recipient') {
  // Spelled out: in a select from one table drizzle writes columns without the table, which a subquery takes for its own.
  return sql.raw(`(${channel}.kind <> 'email' or ${ownServer(channel)} or exists (
    select 1 from memberships m join users u on u.id = m.user_id
    where m.account_id = ${channel}.account_id and u.email_verified_at is not null
      and (u.email = ${recipient} or u.email_key = lower(${recipient}))))`);
}

/** Whether all receivers of a channel may be written to. */
export function verified(channel: Alias) {
  return sql`(${sql.raw(`${channel}.kind <> 'email'`)} or not exists (
    select 1 from ${receivers(channel)} where not ${verifiedReceiver(channel, 'r.value')}))`;
}

const WITH_HOOKS = PLANS.filter((plan) => allows(plan, 'webhook'))
  .map((plan) => `'${plan}'`)
  .join(',');

/** Whether the account's plan has this kind of channel: one that went to a smaller plan keeps it, and it is silent. */
export function included(channel: Alias) {
  return sql`(${sql.raw(channel)}.kind = 'email' or ${withHooks(channel)})`;
}

/** Whether the plan of whose it is has webhooks; `h` is one that hears of changes. */
export function withHooks(whose: Alias | 'h') {
  return sql.raw(`exists (select 1 from accounts a where a.id = ${whose}.account_id and a.plan in (${WITH_HOOKS}))`);
}

/** Whether the channel wants to hear of this; one that chose nothing hears of everything. */
export function wants(channel: Alias, event: string) {
  const events = sql.raw(`${channel}.events`);
  return sql`(${events} is null or exists (select 1 from json_each(${events}) where value = ${event}))`;
}

/**
 * Ids of the channels that hear of these monitors (a select of their numbers): those on them, those that share a tag
 * with one, and those an escalation policy tells at once.
 */
export function channelsOf(monitorNos: SQL) {
  return sql`
    select channel_id from monitor_channels where monitor_no in (${monitorNos})
    union all
    select t.id from monitors m join channels t on t.account_id = m.account_id and t.tags <> '[]'
      where m.no in (${monitorNos}) and exists (
        select 1 from json_each(t.tags) a join json_each(m.tags) b on b.value = a.value)
    union all
    select named.value from monitors m join escalation_policies p on p.id = m.escalation_id,
      json_each(p.steps) step, json_each(step.value -> '$.channel_ids') named
      where m.no in (${monitorNos}) and step.value ->> '$.after_minutes' = 0`;
}
