import { type SQL, sql } from 'drizzle-orm';
import type { Language } from '../core/language.ts';
import type { SubscriberKind } from '../core/subscriber.ts';
import type { Db, Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';

/** Somebody who follows a page, as stored. */
export interface SubscriberRow {
  id: string;
  page_id: string;
  kind: SubscriberKind;
  target: string;
  /** Null is all of them. */
  component_ids: string[] | null;
  incidents: boolean;
  maintenance: boolean;
  language: Language;
  secret: string | null;
  confirmed_at: number | null;
  failures: number;
  disabled_at: number | null;
  created_at: number;
}

type Stored = Omit<SubscriberRow, 'component_ids' | 'incidents' | 'maintenance'> & {
  component_ids: string | null;
  incidents: number;
  maintenance: number;
};

const COLUMNS = sql.raw(`s.id, s.page_id, s.kind, s.target, s.component_ids, s.incidents, s.maintenance, s.language,
  s.secret, s.confirmed_at, s.failures, s.disabled_at, s.created_at`);

function row<T extends Stored>(stored: T) {
  const { component_ids: ids, incidents, maintenance, ...rest } = stored;
  return {
    ...rest,
    component_ids: ids === null ? null : (JSON.parse(ids) as string[]),
    incidents: incidents === 1,
    maintenance: maintenance === 1,
  };
}

/** The page at a name; null when nobody lives there. */
export async function findPageId(db: Db, slug: string): Promise<string | null> {
  const [found] = await db.all<{ id: string }>(sql`select id from status_pages where slug = ${slug}`);
  return found?.id ?? null;
}

export async function findSubscriber(db: Db | Tx, id: string): Promise<SubscriberRow | null> {
  const [found] = await db.all<Stored>(sql`select ${COLUMNS} from subscribers s where s.id = ${id}`);
  return found ? row(found) : null;
}

/** A subscriber with what a message to them says of the page. */
export interface Follower extends SubscriberRow {
  title: string;
  slug: string;
  timezone: string;
  /** Own host of the page, once it is verified. */
  host: string | null;
}

/** The first verified host of page `p`. */
const HOST = sql.raw(`(select host from page_domains where page_id = p.id and verified_at is not null
  order by created_at, host limit 1)`);

export async function findFollower(db: Db, id: string): Promise<Follower | null> {
  const [found] = await db.all<Stored & Pick<Follower, 'title' | 'slug' | 'timezone' | 'host'>>(sql`
    select ${COLUMNS}, p.title, p.slug, p.timezone, ${HOST} as host
    from subscribers s join status_pages p on p.id = s.page_id where s.id = ${id}`);
  return found ? row(found) : null;
}

/** What is chosen when somebody subscribes, and later on the page of their preferences. */
export interface Choice {
  component_ids: string[] | null;
  incidents: boolean;
  maintenance: boolean;
}

export interface NewSubscriber extends Choice {
  pageId: string;
  kind: SubscriberKind;
  target: string;
  targetKey: string;
  language: Language;
  secret: string | null;
  /** Known to be wanted already; else null. */
  confirmedAt: number | null;
  now: number;
}

export async function findByTarget(
  tx: Tx,
  pageId: string,
  kind: SubscriberKind,
  targetKey: string,
): Promise<SubscriberRow | null> {
  const [found] = await tx.all<Stored>(sql`
    select ${COLUMNS} from subscribers s
    where s.page_id = ${pageId} and s.kind = ${kind} and s.target_key = ${targetKey}`);
  return found ? row(found) : null;
}

/** Returns the id. */
export async function insertSubscriber(tx: Tx, one: NewSubscriber): Promise<string> {
  const id = newId('sub');
  await tx.run(sql`
    insert into subscribers (id, page_id, kind, target, target_key, component_ids, incidents, maintenance, language,
      secret, confirmed_at, created_at)
    values (${id}, ${one.pageId}, ${one.kind}, ${one.target}, ${one.targetKey}, ${jsonOf(one.component_ids)},
      ${one.incidents ? 1 : 0}, ${one.maintenance ? 1 : 0}, ${one.language}, ${one.secret}, ${one.confirmedAt}, ${one.now})`);
  return id;
}

/** Writes many at once and returns those that were not there before, by kind and key. */
export async function insertSubscribers(
  tx: Tx,
  pageId: string,
  many: readonly Omit<NewSubscriber, 'pageId' | 'now'>[],
  now: number,
): Promise<{ id: string; kind: SubscriberKind; target_key: string }[]> {
  const rows = many.map((one) => [
    newId('sub'),
    one.kind,
    one.target,
    one.targetKey,
    jsonOf(one.component_ids),
    one.incidents ? 1 : 0,
    one.maintenance ? 1 : 0,
    one.language,
    one.secret,
    one.confirmedAt,
  ]);
  return tx.all(sql`
    insert into subscribers (id, page_id, kind, target, target_key, component_ids, incidents, maintenance, language,
      secret, confirmed_at, created_at)
    select value ->> 0, ${pageId}, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
      value ->> 7, value ->> 8, value ->> 9, ${now}
    from json_each(${JSON.stringify(rows)}) where true
    on conflict (page_id, kind, target_key) do nothing returning id, kind, target_key`);
}

export async function updateChoice(tx: Tx, id: string, choice: Choice, language?: Language): Promise<void> {
  await tx.run(sql`
    update subscribers set component_ids = ${jsonOf(choice.component_ids)}, incidents = ${choice.incidents ? 1 : 0},
      maintenance = ${choice.maintenance ? 1 : 0}, language = coalesce(${language ?? null}, language) where id = ${id}`);
}

function jsonOf(ids: string[] | null): string | null {
  return ids === null ? null : JSON.stringify(ids);
}

/** The receiver is theirs; one that was switched off is back. */
export async function confirmSubscriber(tx: Tx, id: string, now: number): Promise<void> {
  await tx.run(sql`
    update subscribers set confirmed_at = coalesce(confirmed_at, ${now}), disabled_at = null, failures = 0
    where id = ${id}`);
}

/** Forgets somebody, and with them what has not left yet. False when they were gone already. */
export async function deleteSubscriber(tx: Tx, pageId: string, id: string): Promise<boolean> {
  const result = await tx.run(sql`delete from subscribers where id = ${id} and page_id = ${pageId}`);
  return result.rowsAffected > 0;
}

/** Forgets up to `limit` of those who never used their link, oldest first. Returns how many. */
export async function deleteUnconfirmed(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await tx.run(sql`
    delete from subscribers where id in (
      select id from subscribers where confirmed_at is null and created_at < ${before} limit ${limit})`);
  return result.rowsAffected;
}

/** A message that was taken ends the count of failures; what went out before `before` is forgotten, for many follow. */
export async function noteTaken(tx: Tx, id: string, before: number): Promise<void> {
  await tx.run(sql`update subscribers set failures = 0 where id = ${id} and failures <> 0`);
  await tx.run(sql`
    delete from deliveries where subscriber_id = ${id} and state in ('sent','cancelled') and created_at < ${before}`);
}

/** One more message that will never be taken: after `most` in a row, or when the receiver is gone, nothing is sent any more. */
export async function noteRefused(
  tx: Tx,
  id: string,
  { now, most, gone, reason }: { now: number; most: number; gone: boolean; reason: string },
): Promise<void> {
  await tx.run(sql`
    update subscribers set failures = failures + 1,
      disabled_at = case when failures + 1 >= ${gone ? 0 : most} then coalesce(disabled_at, ${now}) else disabled_at end
    where id = ${id}`);
  await tx.run(sql`
    update deliveries set state = 'cancelled', next_attempt_at = null, last_error = ${reason}
    where subscriber_id = ${id} and state in ('queued','failed')
      and exists (select 1 from subscribers s where s.id = ${id} and s.disabled_at is not null)`);
}

/** What the dashboard shows of one; `last_error` is what their receiver said last, where it refused. */
export interface ListedSubscriber extends SubscriberRow {
  last_error: string | null;
}

export type SubscriberState = 'active' | 'waiting' | 'disabled';

const STATE: Record<SubscriberState, SQL> = {
  active: sql.raw('s.confirmed_at is not null and s.disabled_at is null'),
  waiting: sql.raw('s.confirmed_at is null and s.disabled_at is null'),
  disabled: sql.raw('s.disabled_at is not null'),
};

/** What of an address may be seen, and so be looked for: of a webhook no more than its host. */
const SEEN = sql`iif(s.kind = 'email', s.target_key, substr(s.target_key, 1, 8 + instr(substr(s.target_key, 9), '/')))`;

/** Those of a page after the cursor (`kind`, `target_key`), by kind and address; `find` is a part of what is seen of it. */
export async function listSubscribers(
  db: Db,
  pageId: string,
  filter: { find?: string; state?: SubscriberState; after?: [kind: string, key: string] | null; limit: number },
): Promise<(ListedSubscriber & { target_key: string })[]> {
  const { find = '', state, after, limit } = filter;
  const rows = await db.all<Stored & { target_key: string; last_error: string | null }>(sql`
    select ${COLUMNS}, s.target_key, iif(s.failures = 0 and s.disabled_at is null, null,
      (select d.last_error from deliveries d where d.subscriber_id = s.id and d.state = 'dead'
        order by d.created_at desc limit 1)) as last_error
    from subscribers s
    where s.page_id = ${pageId} ${after ? sql`and (s.kind, s.target_key) > (${after[0]}, ${after[1]})` : sql``}
      ${find === '' ? sql`` : sql`and instr(${SEEN}, ${find.toLowerCase()}) > 0`}
      ${state === undefined ? sql`` : sql`and ${STATE[state]}`}
    order by s.kind, s.target_key limit ${limit}`);
  return rows.map(row);
}

/** By what somebody of the page stands in its list, or null. */
export async function findTargetKey(db: Db, pageId: string, id: string): Promise<string | null> {
  const [row] = await db.all<{ target_key: string }>(
    sql`select target_key from subscribers where id = ${id} and page_id = ${pageId}`,
  );
  return row?.target_key ?? null;
}

/** How many there are, and how many messages to them have not left yet. */
export interface SubscriberCounts {
  active: number;
  waiting: number;
  disabled: number;
  queued: number;
}

export async function countSubscribers(db: Db, pageId: string): Promise<SubscriberCounts> {
  const [counts] = await db.all<SubscriberCounts>(sql`
    select coalesce(sum(${STATE.active}), 0) as active, coalesce(sum(${STATE.waiting}), 0) as waiting,
      coalesce(sum(${STATE.disabled}), 0) as disabled,
      (select count(*) from deliveries d cross join subscribers f on f.id = d.subscriber_id
        where d.lane >= 'sub:' and d.lane < 'sub;' and d.state in ('queued','failed','sending')
          and f.page_id = ${pageId}) as queued
    from subscribers s where s.page_id = ${pageId}`);
  return counts ?? { active: 0, waiting: 0, disabled: 0, queued: 0 };
}
