import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { allows, PLANS } from '../core/plan.ts';
import type { Db, Tx } from '../db/client.ts';
import { change_hooks } from '../db/schema/incidents.ts';

export type HookRow = typeof change_hooks.$inferSelect;

/** What became of the newest message of a receiver. */
export interface LatestChange {
  id: string;
  state: string;
  error: string | null;
  /** When it left, or was queued while it has not, epoch ms. */
  at: number;
}

const LATEST = sql<LatestChange | null>`(select json_object('id', d.id, 'state', d.state, 'error', d.last_error,
    'at', coalesce(d.sent_at, d.created_at))
  from deliveries d where d.hook_id = change_hooks.id and d.hook_id is not null and d.state <> 'cancelled'
  order by d.created_at desc, d.rowid desc limit 1)`.mapWith((text: string | null) =>
  text === null ? null : (JSON.parse(text) as LatestChange),
);

function selectHooks(db: Db | Tx) {
  const { id, account_id, name, url, secret, events, enabled, last_error, created_at } = change_hooks;
  const columns = { id, account_id, name, url, secret, events, enabled, last_error, created_at, latest: LATEST };
  return db.select(columns).from(change_hooks);
}

/** Who of an account hears of changes, in the order they were made. */
export async function listHooks(db: Db | Tx, accountId: string) {
  return selectHooks(db)
    .where(eq(change_hooks.account_id, accountId))
    .orderBy(asc(change_hooks.created_at), sql`rowid`)
    .limit(100);
}

export async function findHook(db: Db | Tx, accountId: string, id: string) {
  const [row] = await selectHooks(db).where(and(eq(change_hooks.id, id), eq(change_hooks.account_id, accountId)));
  return row ?? null;
}

export async function insertHook(tx: Tx, row: typeof change_hooks.$inferInsert): Promise<void> {
  await tx.insert(change_hooks).values(row);
}

export async function updateHook(
  tx: Tx,
  accountId: string,
  id: string,
  set: Partial<Pick<HookRow, 'name' | 'url' | 'secret' | 'events' | 'enabled' | 'last_error'>>,
): Promise<void> {
  const mine = and(eq(change_hooks.id, id), eq(change_hooks.account_id, accountId));
  await tx.update(change_hooks).set(set).where(mine);
}

/** With a receiver go its messages, sent or not. */
export async function deleteHook(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(change_hooks).where(and(eq(change_hooks.id, id), eq(change_hooks.account_id, accountId)));
}

/** A receiver was switched off: what has not left yet never leaves. */
export async function cancelOfHook(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null
    where hook_id = ${id} and hook_id is not null and state in ('queued','failed')`);
}

/** The receiver is gone for good: off, and what waited is given up. Returns its name, or null when it was off already. */
export async function switchOffHook(tx: Tx, id: string, reason: string): Promise<string | null> {
  const [row] = await tx.all<{ name: string }>(sql`
    update change_hooks set enabled = 0, last_error = ${reason} where id = ${id} and enabled = 1 returning name`);
  await tx.run(sql`
    update deliveries set state = 'dead', next_attempt_at = null, last_error = ${reason}
    where hook_id = ${id} and hook_id is not null and state in ('queued','failed')`);
  return row?.name ?? null;
}

/** Plans whose accounts are told of changes: those with webhooks for alerts. One without keeps its receivers, silent. */
const WITH_HOOKS = sql.raw(
  PLANS.filter((plan) => allows(plan, 'webhook'))
    .map((plan) => `'${plan}'`)
    .join(','),
);

/** One entry of the record, as its receivers are to get it. */
export interface ToldChange {
  /** Number of the entry: the same one is told once. */
  entry: number;
  accountId: string;
  userId: string | null;
  at: number;
  action: string;
  /** The body; `data.actor` is filled in here. */
  body: Record<string, unknown>;
}

/**
 * Queues an entry of the record for each receiver of the account that wants it, in the transaction that writes the
 * entry; where there is none it costs a look into two indexes. Messages of one receiver leave in this order.
 */
export async function insertChangeMessages(tx: Tx, told: ToldChange): Promise<void> {
  await tx.run(toldStatement(told));
}

/** The statement of `insertChangeMessages`. */
export function toldStatement(told: ToldChange): SQL {
  const { entry, accountId, userId, at, action } = told;
  const noun = action.split('.')[0] ?? '';
  const body = JSON.stringify(told.body);
  return sql`
    insert into deliveries (id, account_id, hook_id, lane, event, dedup_key, order_key, payload, state, attempts,
      next_attempt_at, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), h.account_id, h.id, h.id, 'change', h.id || ':' || ${entry}, h.id,
      case when u.id is null then ${body}
        else json_set(${body}, '$.data.actor', json_object('id', u.id, 'email', u.email)) end,
      'queued', 0, ${at}, ${at}
    from change_hooks h join accounts a on a.id = h.account_id left join users u on u.id = ${userId}
    where h.account_id = ${accountId} and h.enabled = 1 and a.plan in (${WITH_HOOKS})
      and (h.events is null or exists (select 1 from json_each(h.events) e where e.value in (${noun}, ${action})))`;
}
