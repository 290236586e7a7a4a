import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { channels } from '../db/schema/incidents.ts';
import { findIncident, type IncidentRow } from './queries.ts';

/** What a link in a message leads to. */
export interface LinkScene {
  incident: IncidentRow;
  accountId: string;
  timezone: string;
  channel: { id: string; name: string; enabled: boolean };
}

/** The incident and the channel of a link, or null when either is gone or they are not of one account. */
export async function findLinkScene(
  db: Db | Tx,
  { incidentId, channelId }: { incidentId: string; channelId: string },
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
  const incident = found && (await findIncident(db, found.accountId, incidentId));
  return incident ? { incident, ...found } : null;
}

/** Whether a channel of the account is there and switched on. */
export async function isChannelOpen(tx: Tx, accountId: string, channelId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, channelId), eq(channels.account_id, accountId), eq(channels.enabled, true)));
  return rows.length > 0;
}
