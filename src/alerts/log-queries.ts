import { type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';

export const DELIVERY_STATES = ['queued', 'sending', 'sent', 'failed', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A line of the delivery log. `monitor_*` are null for a test; a warning of an end has the host for a name. */
export interface DeliveryRow {
  id: string;
  channel_id: string;
  channel_name: string;
  incident_id: string | null;
  monitor_id: string | null;
  monitor_name: string | null;
  event: string;
  state: DeliveryState;
  attempts: number;
  last_error: string | null;
  next_attempt_at: number | null;
  created_at: number;
  sent_at: number | null;
}

const ROWS = sql.raw(`
  select d.id, d.channel_id, c.name as channel_name, d.incident_id, m.id as monitor_id,
    coalesce(m.name, d.payload ->> '$.expiry.host') as monitor_name,
    d.event, d.state, d.attempts, d.last_error, d.next_attempt_at, d.created_at, d.sent_at
  from deliveries d join channels c on c.id = d.channel_id
    left join incidents i on i.id = d.incident_id
    left join monitors m on m.no = i.monitor_no and m.deleted_at is null`);

/** An account's alerts, the newest first. `before` is `created_at` and `id` of the last one seen. */
export function listDeliveries(
  db: Db | Tx,
  accountId: string,
  filter: {
    state?: DeliveryState | undefined;
    channelId?: string | undefined;
    incidentId?: string | undefined;
    before?: readonly [number, string] | null;
    limit: number;
  },
): Promise<DeliveryRow[]> {
  const { state, channelId, incidentId, before, limit } = filter;
  const where: SQL[] = [sql`d.account_id = ${accountId}`];
  if (state) where.push(sql`d.state = ${state}`);
  if (channelId !== undefined) where.push(sql`d.channel_id = ${channelId}`);
  if (incidentId !== undefined) where.push(sql`d.incident_id = ${incidentId}`);
  if (before) where.push(sql`(d.created_at, d.id) < (${before[0]}, ${before[1]})`);
  return db.all<DeliveryRow>(sql`
    ${ROWS} where ${sql.join(where, sql` and `)} order by d.created_at desc, d.id desc limit ${limit}`);
}

export async function findDelivery(db: Db | Tx, accountId: string, id: string): Promise<DeliveryRow | null> {
  const rows = await db.all<DeliveryRow>(sql`${ROWS} where d.id = ${id} and d.account_id = ${accountId}`);
  return rows[0] ?? null;
}

/** The alerts of one incident in the order they were queued, for its page. */
export function listIncidentDeliveries(db: Db | Tx, accountId: string, incidentId: string): Promise<DeliveryRow[]> {
  return db.all<DeliveryRow>(sql`
    ${ROWS} where d.incident_id = ${incidentId} and d.account_id = ${accountId} order by d.rowid limit 200`);
}

/** Whether a later message about the same monitor has already reached the same channel. */
export async function isOvertaken(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.all(sql`
    select 1 from deliveries d join deliveries later
      on later.incident_id = d.incident_id and later.channel_id = d.channel_id and later.rowid > d.rowid
    where d.id = ${id} and later.state = 'sent' limit 1`);
  return rows.length > 0;
}

/**
 * How many of an account's messages queued since `since` are due and not out, those to its people included. Asked by
 * every page while mail is away, so both halves are look-ups in an index (account mail by the start of its order key).
 */
export async function countWaiting(db: Db, accountId: string, since: number): Promise<number> {
  const rows = await db.all<{ n: number }>(sql`
    select
      (select count(*) from deliveries
        where account_id = ${accountId} and created_at >= ${since}
          and state in ('queued','failed','sending') and next_attempt_at is not null
          and channel_id in (select id from channels where account_id = ${accountId} and kind = 'email')) +
      (select count(*) from memberships m join deliveries d
        on d.order_key >= 'mail:' || m.user_id || ':' and d.order_key < 'mail:' || m.user_id || ';'
        where m.account_id = ${accountId} and d.state in ('queued','failed','sending')) as n`);
  return rows[0]?.n ?? 0;
}
