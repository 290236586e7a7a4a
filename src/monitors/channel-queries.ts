import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { channels, monitor_channels } from '../db/schema/incidents.ts';

/** The channels of each monitor, by monitor number; a monitor without any is absent. */
export async function listChannelIds(db: Db | Tx, monitorNos: readonly number[]): Promise<Map<number, string[]>> {
  const rows = await db
    .select()
    .from(monitor_channels)
    .where(sql`${monitor_channels.monitor_no} in (select value from json_each(${JSON.stringify(monitorNos)}))`)
    .orderBy(asc(monitor_channels.channel_id));
  const byMonitor = new Map<number, string[]>();
  for (const { monitor_no, channel_id } of rows) {
    byMonitor.set(monitor_no, [...(byMonitor.get(monitor_no) ?? []), channel_id]);
  }
  return byMonitor;
}

/** Which of these ids are channels of the account. */
export async function ownChannelIds(db: Db | Tx, accountId: string, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .select({ id: channels.id })
    .from(channels)
    .where(
      and(
        eq(channels.account_id, accountId),
        sql`${channels.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );
  return rows.map(({ id }) => id);
}

/** The channels that new monitors of an account get. */
export async function defaultChannelIds(db: Db | Tx, accountId: string): Promise<string[]> {
  const rows = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.account_id, accountId), eq(channels.is_default, true)));
  return rows.map(({ id }) => id);
}

/** Puts exactly these channels on a monitor; the caller has checked whose they are. */
export async function replaceChannels(tx: Tx, monitorNo: number, ids: readonly string[]): Promise<void> {
  await tx.delete(monitor_channels).where(eq(monitor_channels.monitor_no, monitorNo));
  if (ids.length === 0) return;
  await tx.insert(monitor_channels).values(ids.map((channel_id) => ({ monitor_no: monitorNo, channel_id })));
}

/** The channels a monitor may have, for the form. */
export function listChannelChoices(db: Db | Tx, accountId: string) {
  return db
    .select({
      id: channels.id,
      name: channels.name,
      kind: channels.kind,
      enabled: channels.enabled,
      is_default: channels.is_default,
    })
    .from(channels)
    .where(eq(channels.account_id, accountId))
    .orderBy(asc(channels.created_at), asc(channels.id))
    .limit(100);
}
