import { type SQL, sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { Db, Tx } from '../db/client.ts';

export const DELIVERY_STATES = ['queued', 'sending', 'sent', 'failed', 'dead', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const HOLDS = ['verification', 'quiet', 'maintenance', 'parent'] as const;
type Hold = (typeof HOLDS)[number];

/**
 * A line of the delivery log. `monitor_*` are null for a test; a warning of an end has the host for a name, and what
 * tells of a change what it tells of. That has no channel but a receiver of its own, `hook_id`, which is like a webhook.
 */
export interface DeliveryRow {
  id: string;
  channel_id: string | null;
  hook_id: string | null;
  channel_name: string;
  channel_kind: ChannelKind;
  channel_enabled: 0 | 1;
  recipient: string | null;
  incident_id: string | null;
  monitor_id: string | null;
  monitor_name: string | null;
  event: string;
  state: DeliveryState;
  attempts: number;
  batch_id: string | null;
  /** How many others left in the same message; null when it left alone. */
  batched_with: number | null;
  held_for: Hold | null;
  answer: string | null;
  last_error: string | null;
  next_attempt_at: number | null;
  created_at: number;
  sent_at: number | null;
}

const ROWS = sql.raw(`
  select d.id, d.channel_id, d.hook_id, coalesce(c.name, h.name) as channel_name,
    iif(d.hook_id is null, c.kind, 'webhook') as channel_kind, coalesce(c.enabled, h.enabled) as channel_enabled,
    d.recipient, d.incident_id, m.id as monitor_id,
    case when d.hook_id is not null then d.payload ->> '$.type'
      else coalesce(m.name, d.payload ->> '$.expiry.host') end as monitor_name,
    d.event, d.state, d.attempts, d.batch_id,
    case when d.batch_id is not null then
      (select nullif(count(*) - 1, 0) from deliveries b where b.batch_id = d.batch_id) end as batched_with,
    d.held_for, d.answer, d.last_error, d.next_attempt_at, d.created_at, d.sent_at
  from deliveries d left join channels c on c.id = d.channel_id left join change_hooks h on h.id = d.hook_id
    left join incidents i on i.id = d.incident_id
    left join monitors m on m.no = i.monitor_no and m.deleted_at is null`);

/** What the log is asked for; what is left out is not asked. */
export interface LogFilter {
  state?: DeliveryState | undefined;
  channelId?: string | undefined;
  hookId?: string | undefined;
  incidentId?: string | undefined;
  monitorId?: string | undefined;
  event?: string | undefined;
  /** `created_at` and `id` of the last one seen. */
  before?: readonly [number, string] | null;
  limit: number;
}

/** An account's alerts and what tells of its changes, the newest first. */
export function listDeliveries(db: Db | Tx, accountId: string, filter: LogFilter): Promise<DeliveryRow[]> {
  return db.all<DeliveryRow>(deliveriesStatement(accountId, filter));
}

/**
 * The statement of `listDeliveries`. The rows of a page are found by ids first, in whichever index knows the fewest:
 * states other than `sent` have one of their own, as have channels, incidents and the rarer events. A plus keeps SQLite off the others.
 */
export function deliveriesStatement(accountId: string, filter: LogFilter): SQL {
  const { state, channelId, hookId, incidentId, monitorId, event, before, limit } = filter;
  const unsent = state !== undefined && state !== 'sent';
  const narrow = incidentId !== undefined || monitorId !== undefined;
  const receiver = channelId !== undefined || hookId !== undefined;
  const plus = sql.raw(narrow || (receiver && !unsent) ? '+' : '');
  const where: SQL[] = [sql`${plus}d.account_id = ${accountId}`];
  if (state) where.push(sql`${sql.raw(narrow ? '+' : '')}d.state = ${state}`);
  // Spelled out, for the partial index is only used when the statement itself says that nothing sent is wanted.
  if (unsent) where.push(sql.raw("d.state <> 'sent'"));
  if (channelId !== undefined) where.push(sql`${sql.raw(narrow || unsent ? '+' : '')}d.channel_id = ${channelId}`);
  if (hookId !== undefined) {
    where.push(sql`${sql.raw(narrow || unsent ? '+' : '')}d.hook_id = ${hookId}`, sql.raw('d.hook_id is not null'));
  }
  if (incidentId !== undefined) where.push(sql`d.incident_id = ${incidentId}`);
  if (monitorId !== undefined) {
    where.push(sql`${sql.raw(incidentId === undefined ? '' : '+')}d.incident_id in (select i.id
      from monitors m join incidents i on i.monitor_no = m.no where m.id = ${monitorId} and m.account_id = ${accountId})`);
  }
  if (event !== undefined) {
    where.push(sql`${sql.raw(narrow || unsent || receiver ? '+' : '')}d.event = ${event}`);
    // The same for what is rarer than the two that make up nearly all of the log.
    if (event !== 'down' && event !== 'up') where.push(sql.raw("d.event not in ('down','up')"));
  }
  if (before) where.push(sql`(d.created_at, d.id) < (${before[0]}, ${before[1]})`);
  const found = sql`select d.id from deliveries d where ${sql.join(where, sql` and `)} and (d.channel_id is not null or d.hook_id is not null)
    order by d.created_at desc, d.id desc limit ${limit}`;
  return sql`${ROWS} where d.id in (${found}) order by d.created_at desc, d.id desc`;
}

export async function findDelivery(db: Db | Tx, accountId: string, id: string): Promise<DeliveryRow | null> {
  const rows = await db.all<DeliveryRow>(sql`
    ${ROWS} where d.id = ${id} and d.account_id = ${accountId} and (d.channel_id is not null or d.hook_id is not null)`);
  return rows[0] ?? null;
}

/** Most parts of a merged message that are looked at. */
const PARTS = 500;

/** What was said, as it lies in the outbox: of a delivery and of all that left in the same message, in their order. */
export async function listParts(db: Db, accountId: string, id: string) {
  const rows = await db.all<{ id: string; payload: string; created_at: number }>(sql`
    select p.id, p.payload, p.created_at from deliveries d join deliveries p
      on p.id = d.id or (p.batch_id = d.batch_id and d.batch_id is not null)
    where d.id = ${id} and d.account_id = ${accountId} order by p.rowid limit ${PARTS}`);
  return rows.map(({ payload, ...row }) => ({ ...row, payload: JSON.parse(payload) as unknown }));
}

/** The account's monitors by name, as many as a list to choose from holds. */
export async function listLogMonitors(db: Db, accountId: string): Promise<{ id: string; name: string }[]> {
  return db.all<{ id: string; name: string }>(sql`
    select id, name from monitors where account_id = ${accountId} and deleted_at is null
    order by name collate nocase limit 500`);
}

/** The alerts of one incident in the order they were queued, for its page. */
export function listIncidentDeliveries(
  db: Db | Tx,
  accountId: string,
  incidentId: string,
): Promise<(DeliveryRow & { channel_id: string })[]> {
  return db.all<DeliveryRow & { channel_id: string }>(sql`
    ${ROWS} where d.incident_id = ${incidentId} and d.account_id = ${accountId} and d.channel_id is not null
    order by d.rowid limit 200`);
}

/** Whether a later message about the same monitor has already reached the same receiver. */
export async function isOvertaken(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.all(sql`
    select 1 from deliveries d join deliveries later
      on later.incident_id = d.incident_id and later.channel_id = d.channel_id and later.rowid > d.rowid
        and later.recipient is d.recipient
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
