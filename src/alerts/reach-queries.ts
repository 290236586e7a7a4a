import { sql } from 'drizzle-orm';
import { allows, PLANS } from '../core/plan.ts';

/** The name a statement has for the table `channels`. */
type Alias = 'c' | 'channels';

/**
 * An e-mail channel's address is verified when it is the verified address of a member of its account (R-AU-12); what
 * is not mail has nothing to verify.
 */
export function verified(channel: Alias) {
  // Spelled out: in a select from one table drizzle writes columns without the table, which a subquery takes for its own.
  return sql.raw(`(${channel}.kind <> 'email' or exists (
    select 1 from memberships m join users u on u.id = m.user_id
    where m.account_id = ${channel}.account_id and u.email_verified_at is not null
      and (u.email = ${channel}.config ->> '$.to' or u.email_key = lower(${channel}.config ->> '$.to'))))`);
}

const WITH_HOOKS = PLANS.filter((plan) => allows(plan, 'webhook'))
  .map((plan) => `'${plan}'`)
  .join(',');

/** Whether the account's plan has this kind of channel: one that went to a smaller plan keeps it, and it is silent. */
export function included(channel: Alias) {
  return sql.raw(`(${channel}.kind = 'email' or exists (
    select 1 from accounts a where a.id = ${channel}.account_id and a.plan in (${WITH_HOOKS})))`);
}
