import { and, asc, eq, sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { memberships, users } from '../db/schema/accounts.ts';
import { channels } from '../db/schema/incidents.ts';
import { verified } from './reach-queries.ts';

/** Adds a channel and returns its id. An e-mail channel's config is `{to}`, the address of a member of the account. */
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
  },
): Promise<string> {
  const id = newId('chn');
  const { accountId, kind, name, config, isDefault, now, enabled = true } = channel;
  await tx
    .insert(channels)
    .values({ id, account_id: accountId, kind, name, config, enabled, is_default: isDefault, created_at: now });
  return id;
}

const MONITORS = sql.raw(`(select count(*) from monitor_channels mc join monitors m on m.no = mc.monitor_no
  where mc.channel_id = channels.id and m.deleted_at is null)`);
const HELD = sql.raw(`(select count(*) from deliveries d where d.channel_id = channels.id
  and d.state in ('queued','failed','sending') and d.next_attempt_at is null)`);

const columns = {
  id: channels.id,
  kind: channels.kind,
  name: channels.name,
  enabled: channels.enabled,
  is_default: channels.is_default,
  config: channels.config,
  last_error: channels.last_error,
  created_at: channels.created_at,
  verified: sql<boolean>`${verified('channels')}`.mapWith(Boolean),
  /** On how many monitors it is. */
  monitors: sql<number>`${MONITORS}`,
  /** Alerts that wait for the address to be verified. */
  held: sql<number>`${HELD}`,
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

export async function updateChannelRow(
  tx: Tx,
  accountId: string,
  id: string,
  set: Partial<Pick<ChannelRow, 'name' | 'enabled' | 'is_default' | 'config' | 'last_error'>>,
): Promise<void> {
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

/** The addresses alerts of an account may go to: those of its members. */
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
