import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { channels } from '../db/schema/incidents.ts';
import { findIncident, type IncidentRow, listIncidentsOf } from './queries.ts';

/** What a link in a message leads to. */
export interface LinkScene {
  /** Never empty; of a merged message all that it tells of, those that go on first. */
  incidents: [IncidentRow, ...IncidentRow[]];
  accountId: string;
  timezone: string;
  channel: { id: string; name: string; enabled: boolean };
}

/** The incidents and the channel of a link, or null when either are gone or they are not of one account. */
export async function findLinkScene(
  db: Db | Tx,
  { about, channelId }: { about: string; channelId: string },
): Promise<LinkScene | null> {
  const [found] = await db
    .select({
      accountId: accounts.id,
      timezone: accounts.timezone,
      channel: { id: channels.id, name: channels.name, enabled: channels.enabled },
    })
    .from(channels)
    .innerJoin(accounts, eq(accounts.id, channels.account_id))
    .where(eq(channels.id, channelId));
  if (!found) return null;
  const [first, ...rest] = await incidentsOf(db, found.accountId, about);
  return first ? { incidents: [first, ...rest], ...found } : null;
}

async function incidentsOf(db: Db | Tx, accountId: string, about: string): Promise<IncidentRow[]> {
  if (!about.startsWith('bat_')) {
    const one = await findIncident(db, accountId, about);
    return one ? [one] : [];
  }
  const told = await db.all<{ id: string }>(sql`
    select distinct incident_id as id from deliveries
    where batch_id = ${about} and account_id = ${accountId} and incident_id is not null`);
  const ids = told.map(({ id }) => id);
  return listIncidentsOf(db, accountId, ids);
}

/** Whether a channel of the account is there and switched on. */
export async function isChannelOpen(tx: Tx, accountId: string, channelId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, channelId), eq(channels.account_id, accountId), eq(channels.enabled, true)));
  return rows.length > 0;
}
