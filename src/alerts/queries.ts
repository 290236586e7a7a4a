import { and, asc, eq, sql } from 'drizzle-orm';
import type { ChannelEvent, ChannelKind } from '../core/alert.ts';
import type { QuietHours } from '../core/quiet.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { memberships, users } from '../db/schema/accounts.ts';
import { channels } from '../db/schema/incidents.ts';
import type { DeliveryState } from './log-queries.ts';

/** Adds a channel and returns its id. `config` is as the kind parsed it. */
export async function insertChannel(
  tx: Tx,
  channel: {
    accountId: string;
    kind: ChannelKind;
    name: string;
    config: Record<string, unknown>;
    isDefault: boolean;
    now: number;
    enabled?: boolean;
    events?: ChannelEvent[] | null;
    tags?: string[];
    quiet?: QuietHours | null;
    perMinute?: number | null;
    managed?: Pick<ChannelRow, 'managed_key' | 'managed_fields'>;
  },
): Promise<string> {
  const id = newId('chn');
  const { accountId, kind, name, config, isDefault, now, enabled = true } = channel;
  const { events = null, tags = [], quiet = null, perMinute = null } = channel;
  await tx.insert(channels).values({
    id,
    account_id: accountId,
    kind,
    name,
    config,
    enabled,
    is_default: isDefault,
    events,
    tags,
    quiet,
    per_minute: perMinute,
    ...channel.managed,
    created_at: now,
  });
  return id;
}

const MONITORS = sql.raw(`(select count(*) from monitor_channels mc join monitors m on m.no = mc.monitor_no
  where mc.channel_id = channels.id and m.deleted_at is null)`);
/** Plus signs keep SQLite off the index of a channel's whole past: what is not sent is always few. */
const HELD = sql.raw(`(select count(*) from deliveries d where d.account_id = channels.account_id
  and d.state in ('queued','failed','sending') and d.state <> 'sent' and +d.channel_id = channels.id
  and d.held_for = 'verification')`);
/** Addresses of its config that are not the verified address of a member. */
const UNVERIFIED = sql.raw(`(select json_group_array(a.value) from json_each(channels.config, '$.to') a
  where channels.kind = 'email' and not exists (
    select 1 from memberships m join users u on u.id = m.user_id
    where m.account_id = channels.account_id and u.email_verified_at is not null
      and (u.email = a.value or u.email_key = lower(a.value))))`);
const LATEST = sql.raw(`(select json_object('id', d.id, 'state', d.state, 'event', d.event, 'error', d.last_error,
    'at', coalesce(d.sent_at, d.created_at), 'next_at', d.next_attempt_at)
  from deliveries d where d.channel_id = channels.id and d.state <> 'cancelled'
  order by d.created_at desc, d.rowid desc limit 1)`);
/** When what `last_error` speaks of was queued. Only asked while there is an error: the unsent are few. */
const ERROR_AT = sql.raw(`(case when channels.last_error is not null then (select max(d.created_at) from deliveries d
  where d.account_id = channels.account_id and +d.channel_id = channels.id and d.state in ('dead','failed')
    and d.state <> 'sent' and d.last_error is not null) end)`);

/** The newest message of a channel and what became of it. */
export interface LatestDelivery {
  id: string;
  state: DeliveryState;
  event: string;
  error: string | null;
  at: number;
  next_at: number | null;
}

const columns = {
  id: channels.id,
  kind: channels.kind,
  name: channels.name,
  enabled: channels.enabled,
  is_default: channels.is_default,
  config: channels.config,
  events: channels.events,
  tags: channels.tags,
  quiet: channels.quiet,
  per_minute: channels.per_minute,
  disabled_reason: channels.disabled_reason,
  last_error: channels.last_error,
  managed_key: channels.managed_key,
  managed_fields: channels.managed_fields,
  created_at: channels.created_at,
  /** Its addresses nobody of the account has confirmed; empty for what is not mail. */
  unverified: sql<string[]>`${UNVERIFIED}`.mapWith((text: string) => JSON.parse(text) as string[]),
  /** On how many monitors it is, not counting those it has by their tags. */
  monitors: sql<number>`${MONITORS}`,
  /** Alerts that wait for the address to be verified. */
  held: sql<number>`${HELD}`,
  latest: sql<LatestDelivery | null>`${LATEST}`.mapWith((text: string) => JSON.parse(text) as LatestDelivery),
  error_at: sql<number | null>`${ERROR_AT}`,
};

function selectChannels(db: Db | Tx) {
  return db.select(columns).from(channels);
}

export type ChannelRow = Awaited<ReturnType<ReturnType<typeof selectChannels>['execute']>>[number];

/** An account's channels in the order they were made; an account has at most a few dozen. */
export function listChannels(db: Db | Tx, accountId: string): Promise<ChannelRow[]> {
  return selectChannels(db)
    .where(eq(channels.account_id, accountId))
    .orderBy(asc(channels.created_at), sql`rowid`)
    .execute();
}

export async function findChannel(db: Db | Tx, accountId: string, id: string): Promise<ChannelRow | null> {
  const mine = and(eq(channels.id, id), eq(channels.account_id, accountId));
  return (await selectChannels(db).where(mine).execute())[0] ?? null;
}

type Changeable = Pick<
  typeof channels.$inferSelect,
  | 'name'
  | 'enabled'
  | 'is_default'
  | 'config'
  | 'events'
  | 'tags'
  | 'quiet'
  | 'per_minute'
  | 'disabled_reason'
  | 'last_error'
  | 'managed_key'
  | 'managed_fields'
>;

export async function updateChannelRow(tx: Tx, accountId: string, id: string, set: Partial<Changeable>): Promise<void> {
  await tx
    .update(channels)
    .set(set)
    .where(and(eq(channels.id, id), eq(channels.account_id, accountId)));
}

/** Removes a channel; its deliveries and its place on monitors go with it. */
export async function deleteChannelRow(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(channels).where(and(eq(channels.id, id), eq(channels.account_id, accountId)));
}

/** Puts a channel on every monitor the account has. */
export async function attachToAll(tx: Tx, accountId: string, channelId: string): Promise<void> {
  await tx.run(sql`
    insert into monitor_channels (monitor_no, channel_id)
    select no, ${channelId} from monitors where account_id = ${accountId} and deleted_at is null
    on conflict do nothing`);
}

/** The addresses alerts of an account may go to through the installation's mail server: those of its members. */
export async function listMemberAddresses(db: Db | Tx, accountId: string) {
  return db
    .select({
      email: users.email,
      key: users.email_key,
      verified: sql<boolean>`${users.email_verified_at} is not null`.mapWith(Boolean),
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(eq(memberships.account_id, accountId))
    .orderBy(asc(memberships.created_at), asc(users.email));
}
