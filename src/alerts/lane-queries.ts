import { type SQL, sql } from 'drizzle-orm';
import type { ChannelKind } from '../core/alert.ts';
import type { QuietHours } from '../core/quiet.ts';
import type { SubscriberKind } from '../core/subscriber.ts';
import type { Db, Tx } from '../db/client.ts';

/** Not delivered and not given up, spelled as the partial indexes spell it. */
function undone(alias: 'd' | 'e') {
  return sql.raw(`${alias}.state in ('queued','failed','sending')`);
}

/** Its moment has come, and nobody holds it. One whose lease ran out was left behind by a process that died. */
function due(now: number) {
  return sql`${undone('d')} and d.next_attempt_at <= ${now} and (d.state <> 'sending' or d.lease_until <= ${now})`;
}

/** Nothing earlier of the same order key is undone: a later message waits for the earlier (R-AL-5). */
const FIRST = sql`not exists (select 1 from deliveries e
  where ${undone('e')} and e.order_key = d.order_key and e.rowid < d.rowid)`;

/** Due, never tried, and of no batch: it may still leave together with others. */
function fresh(alias: 'd' | 'e', now: number) {
  const [state, attempts, batch, next] = ['state', 'attempts', 'batch_id', 'next_attempt_at'].map((column) =>
    sql.raw(`${alias}.${column}`),
  ) as [SQL, SQL, SQL, SQL];
  return sql`${state} = 'queued' and ${attempts} = 0 and ${batch} is null and ${next} <= ${now}`;
}

/** The mail server of a channel's own; null where mail leaves through the installation's, or is no mail at all. */
export const OWN_SERVER = sql.raw("iif(c.kind = 'email', nullif(c.config ->> '$.smtp_server', ''), null)");
/**
 * Leaves through the mail server of the installation: what is about log-ins, e-mail channels without a server, and news
 * for those who follow a page by mail. What tells of changes never does.
 */
export const BY_INSTALLATION = sql`iif(d.subscriber_id is not null,
  exists (select 1 from subscribers f where f.id = d.subscriber_id and f.kind = 'email'),
  d.hook_id is null and (d.channel_id is null or (c.kind = 'email' and ${OWN_SERVER} is null)))`;

/** A lane with a message that is due, and what is to be known of its channel; account mail and changes have none. */
export interface DueLane {
  lane: string;
  /** Whose turn it is: an account, or the page that a subscriber follows. */
  account_id: string | null;
  /** Of somebody who follows a page; null for everything else. */
  subscriber_kind: SubscriberKind | null;
  channel_id: string | null;
  /** Of a program that hears of changes; null for everything else. */
  hook_id: string | null;
  channel_kind: ChannelKind | null;
  own_server: string | null;
  per_minute: number | null;
  quiet: QuietHours | null;
  due_at: number;
}

function firstLane(bounds: SQL): SQL {
  return sql`(select min(lane) from deliveries d where ${undone('d')} and ${bounds})`;
}

/** Lanes of those who follow pages by mail, and by anything else; all other lanes lie before or behind them. */
const FOLLOWERS = 'sub:';
const FOLLOWERS_BY = { mail: `${FOLLOWERS}email:`, hook: `${FOLLOWERS}hook:` };

/** Lane of somebody who follows a page: `s` is the row of theirs. */
export const FOLLOWER_LANE = sql.raw(`iif(s.kind = 'email', '${FOLLOWERS_BY.mail}', '${FOLLOWERS_BY.hook}') || s.id`);

/** The next lane after another on one road; roads of followers and of everything else never meet each other's. */
function nextLane(after: SQL, { mail, followers }: { mail: boolean; followers: boolean }): SQL {
  const prefix = followers ? FOLLOWERS_BY[mail ? 'mail' : 'hook'] : FOLLOWERS;
  const end = prefix.replace(/:$/, ';');
  return followers
    ? firstLane(sql`lane > max(${after}, ${prefix}) and lane < ${end}`)
    : sql`coalesce(${firstLane(sql`lane > ${after} and lane < ${prefix}`)}, ${firstLane(sql`lane > max(${after}, ${end})`)})`;
}

/**
 * Looks at `limit` lanes after `after` ('' to begin), whatever waits in them, and returns those that have something due
 * to send, through the mail server of the installation or not; lanes in `busy` have not. `followers` are the lanes of
 * those who follow pages, else all others. `last` is where to go on, or null at the end. Steps from lane to lane in the
 * index, so a lane with thousands of messages costs as much as any other.
 */
export async function listDueLanes(
  db: Db,
  search: { now: number; mail: boolean; followers: boolean; busy: readonly string[]; after: string; limit: number },
): Promise<{ lanes: DueLane[]; last: string | null }> {
  const { now, mail, busy, after, limit } = search;
  const rows = await db.all<Omit<DueLane, 'quiet'> & { quiet: string | null; n: number; id: string | null }>(sql`
    with recursive walk (lane, n) as (
      select ${nextLane(sql`${after}`, search)}, 1
      union all
      select ${nextLane(sql.raw('walk.lane'), search)}, n + 1
      from walk where walk.lane is not null and n < ${limit})
    select w.lane, w.n, iif(${BY_INSTALLATION} = ${mail ? 1 : 0}, d.id, null) as id,
      coalesce(d.account_id, s.page_id) as account_id, s.kind as subscriber_kind, d.channel_id, d.hook_id, c.kind as channel_kind, ${OWN_SERVER} as own_server, c.per_minute, c.quiet, d.next_attempt_at as due_at
    from walk w
      left join deliveries d on w.lane not in (select value from json_each(${JSON.stringify(busy)})) and d.rowid = (
        select d.rowid from deliveries d where d.lane = w.lane and ${due(now)} and ${FIRST}
        order by d.next_attempt_at limit 1)
      left join channels c on c.id = d.channel_id
      left join subscribers s on s.id = d.subscriber_id
    where w.lane is not null and (d.id is not null or w.n = ${limit})`);
  const lanes = rows
    .filter((row) => row.id !== null)
    .map(({ n: _n, id: _id, quiet, ...lane }) => ({
      ...lane,
      quiet: quiet ? (JSON.parse(quiet) as QuietHours) : null,
    }));
  return { lanes, last: rows.find(({ n }) => n === limit)?.lane ?? null };
}

/** The message a lane would send next. */
export interface Head {
  id: string;
  event: string;
  /** Part of these messages for good; null when it may be merged or was tried alone. */
  batch_id: string | null;
  /** It was never tried. */
  fresh: boolean;
}

export async function findHead(tx: Tx, lane: string, now: number): Promise<Head | null> {
  const [row] = await tx.all<Omit<Head, 'fresh'> & { fresh: number }>(sql`
    select d.id, d.event, d.batch_id, ${fresh('d', now)} as fresh from deliveries d
    where d.lane = ${lane} and ${due(now)} and ${FIRST} order by d.next_attempt_at limit 1`);
  return row ? { ...row, fresh: row.fresh === 1 } : null;
}

/**
 * Messages of a lane that may leave as one now, oldest first: never tried, and nothing that is not among them must leave
 * before. `quiet` is whether one of them waited for the end of a quiet time.
 */
export async function listFresh(tx: Tx, lane: string, now: number, limit: number) {
  const rows = await tx.all<{ id: string; held_for: string | null }>(sql`
    select d.id, d.held_for from deliveries d
    where d.lane = ${lane} and ${undone('d')} and ${fresh('d', now)} and d.event <> 'test' and not exists (
      select 1 from deliveries e
      where ${undone('e')} and e.order_key = d.order_key and e.rowid < d.rowid
        and not (${fresh('e', now)} and e.lane = d.lane and e.next_attempt_at <= d.next_attempt_at))
    order by d.next_attempt_at, d.rowid limit ${limit}`);
  return { ids: rows.map(({ id }) => id), quiet: rows.some(({ held_for: held }) => held === 'quiet') };
}

/**
 * What is due in a lane waits until its channel may speak again. What was never tried counts as written then: nobody
 * who asked for silence is told that a message is late.
 */
export async function holdQuiet(tx: Tx, lane: string, now: number, until: number): Promise<void> {
  await tx.run(sql`
    update deliveries as d set next_attempt_at = ${until}, held_for = 'quiet',
      created_at = iif(attempts = 0, ${until}, created_at)
    where d.lane = ${lane} and ${due(now)}`);
}

/** Quiet hours of a channel were changed: what they held is looked at anew. */
export async function releaseQuiet(tx: Tx, channelId: string, now: number): Promise<void> {
  await tx.run(sql`
    update deliveries set next_attempt_at = ${now}, created_at = iif(attempts = 0, min(created_at, ${now}), created_at)
    where state in ('queued','failed') and held_for = 'quiet' and channel_id = ${channelId} and next_attempt_at > ${now}`);
}
