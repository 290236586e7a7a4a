import { sql } from 'drizzle-orm';
import { FOLLOWER_LANE } from '../alerts/lane-queries.ts';
import type { MaintenanceNews, News } from '../core/news.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';

// News waits in the outbox twice: once as a whole, in a row that nothing sends (`fan:`), and once for each follower, in a
// row that names it. So a page with ten thousand followers says one sentence in one row when it is said.

/** Lane of what is being handed out. */
const FAN = 'fan:';
/** Spelled as the partial indexes spell it. */
const UNDONE = sql.raw("state in ('queued','failed','sending')");

/** What is to be told, before it was looked up. */
export type Task =
  | { kind: 'report'; pageId: string; reportId: string; updateId: string }
  | { kind: 'maintenance'; pageId: string; windowId: string; what: MaintenanceNews; startsAt: number; endsAt: number };

/** What a task tells; `touched` are the components it is about with all groups around and below, empty for the page. */
export interface Told {
  news: News;
  touched: string[];
}

interface Held {
  task: Task;
  /** Null until it was looked up. */
  told: Told | null;
  /** Kind and key of the follower who came last. */
  after: [kind: string, key: string];
}

/** Something to hand out, and how far that went. */
export interface Fan extends Held {
  id: string;
  created_at: number;
}

/** Writes down that followers are to be told; a second time for the same `key` changes nothing. */
export async function insertTask(tx: Tx, key: string, task: Task, now: number): Promise<void> {
  const id = newId('dlv');
  const payload: Held = { task, told: null, after: ['', ''] };
  await tx.run(sql`
    insert into deliveries (id, lane, event, dedup_key, payload, state, created_at)
    values (${id}, ${FAN + id}, 'fan', ${`fan:${task.pageId}:${key}`}, ${JSON.stringify(payload)}, 'queued', ${now})
    on conflict (dedup_key) do nothing`);
}

/** The oldest that was not handed out whole, but for those that are to be left alone now. */
export async function nextFan(db: Db, without: readonly string[] = []): Promise<Fan | null> {
  const [row] = await db.all<{ id: string; created_at: number; payload: string }>(sql`
    select id, created_at, payload from deliveries
    where ${UNDONE} and lane >= ${FAN} and lane < 'fan;'
      and id not in (select value from json_each(${JSON.stringify(without)}))
    order by rowid limit 1`);
  return row ? { id: row.id, created_at: row.created_at, ...(JSON.parse(row.payload) as Held) } : null;
}

/** There is nothing to tell: what it was about is gone, or nobody may see it. */
export async function dropFan(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`update deliveries set state = 'cancelled', payload = '{}' where id = ${id}`);
}

/** Fixes what is told, before the first follower gets it. */
export async function keepTold(tx: Tx, id: string, told: Told): Promise<void> {
  await tx.run(sql`
    update deliveries set payload = json_set(payload, '$.told', json(${JSON.stringify(told)})) where id = ${id}`);
}

/**
 * Queues a message for those of the next `limit` followers whom it concerns, and moves the mark in the same transaction.
 * Returns the mark, or null when everybody was reached.
 */
export async function fanOut(
  tx: Tx,
  { id, after, created_at: createdAt }: Fan,
  about: { pageId: string; kind: 'incidents' | 'maintenance'; touched: string[]; key: string; matter: string },
  limit: number,
): Promise<[kind: string, key: string] | null> {
  const { pageId, kind, touched, key, matter } = about;
  const rows = await tx.all<{ kind: string; target_key: string }>(sql`
    select kind, target_key from subscribers where page_id = ${pageId} and (kind, target_key) > (${after[0]}, ${after[1]})
    order by kind, target_key limit ${limit}`);
  const last = rows.at(-1);
  if (last) {
    const concerned =
      touched.length === 0
        ? sql`true`
        : sql`(s.component_ids is null or exists (select 1 from json_each(s.component_ids) c
            where c.value in (select value from json_each(${JSON.stringify(touched)}))))`;
    await tx.run(sql`
      insert into deliveries (id, subscriber_id, lane, event, dedup_key, order_key, payload, state, next_attempt_at, created_at)
      select 'dlv_' || lower(hex(randomblob(10))), s.id, ${FOLLOWER_LANE}, 'news', ${`${key}:`} || s.id,
        ${`${matter}:`} || s.id, ${JSON.stringify({ fan: id })}, 'queued', ${createdAt}, ${createdAt}
      from subscribers s
      where s.page_id = ${pageId} and (s.kind, s.target_key) > (${after[0]}, ${after[1]})
        and (s.kind, s.target_key) <= (${last.kind}, ${last.target_key})
        and s.confirmed_at is not null and s.disabled_at is null and ${sql.raw(`s.${kind}`)} = 1 and ${concerned}
      on conflict (dedup_key) do nothing`);
  }
  const mark: [string, string] | null = last && rows.length === limit ? [last.kind, last.target_key] : null;
  await tx.run(
    mark
      ? sql`update deliveries set payload = json_set(payload, '$.after', json(${JSON.stringify(mark)})) where id = ${id}`
      : sql`update deliveries set state = 'sent', payload = json_object('news', payload -> '$.told.news') where id = ${id}`,
  );
  return mark;
}

/** What a follower's message tells; null when it is gone. */
export async function findNews(db: Db, fanId: string): Promise<unknown> {
  const [row] = await db.all<{ news: string | null }>(sql`
    select coalesce(payload -> '$.told.news', payload -> '$.news') as news from deliveries where id = ${fanId} and event = 'fan'`);
  return row?.news ? (JSON.parse(row.news) as unknown) : null;
}

/** Queues what a follower is sent for their own asking, in place of what waits of it. */
export async function insertAsked(
  tx: Tx,
  { subscriberId, event, now }: { subscriberId: string; event: 'confirm' | 'already'; now: number },
): Promise<void> {
  const id = newId('dlv');
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null
    where subscriber_id = ${subscriberId} and event = ${event} and state in ('queued','failed')`);
  await tx.run(sql`
    insert into deliveries (id, subscriber_id, lane, event, dedup_key, payload, state, next_attempt_at, created_at)
    select ${id}, s.id, ${FOLLOWER_LANE}, ${event}, ${`${event}:${id}`}, '{}', 'queued', ${now}, ${now}
    from subscribers s where s.id = ${subscriberId}`);
}

/** Queues the question to many who are new. */
export async function insertQuestions(tx: Tx, subscriberIds: readonly string[], now: number): Promise<void> {
  await tx.run(sql`
    insert into deliveries (id, subscriber_id, lane, event, dedup_key, payload, state, next_attempt_at, created_at)
    select 'dlv_' || lower(hex(randomblob(10))), s.id, ${FOLLOWER_LANE}, 'confirm', 'confirm:' || s.id, '{}',
      'queued', ${now}, ${now}
    from json_each(${JSON.stringify(subscriberIds)}) j join subscribers s on s.id = j.value`);
}

/** Planned work, and which components of a page its monitors are; `named` when the page announces it by name. */
export async function findWork(db: Db, pageId: string, windowId: string) {
  const [row] = await db.all<{
    title: string;
    body: string | null;
    created_at: number;
    recurring: number;
    named: number;
    covered: string;
  }>(sql`
    select w.title, w.body, w.created_at, w.cron is not null as recurring,
      exists (select 1 from maintenance_pages x where x.window_id = w.id and x.page_id = p.id) as named,
      (select json_group_array(c.id) from components c join maintenance_monitors m on m.monitor_no = c.monitor_no
        where c.page_id = p.id and c.kind = 'monitor' and m.window_id = w.id) as covered
    from maintenance_windows w join status_pages p on p.account_id = w.account_id
    where w.id = ${windowId} and p.id = ${pageId}`);
  if (!row) return null;
  const { covered, named, recurring, ...work } = row;
  return { ...work, recurring: recurring === 1, named: named === 1, covered: JSON.parse(covered) as string[] };
}
