import { and, asc, desc, eq, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Occurrence, Schedule } from '../core/maintenance.ts';
import type { Db, Tx } from '../db/client.ts';
import { maintenance_monitors, maintenance_windows, monitors } from '../db/schema/monitors.ts';
import { components, maintenance_pages, status_pages } from '../db/schema/statuspages.ts';

// Spelled out: in a select from one table drizzle writes columns without the table, which a subquery takes for its own.
const MONITOR_IDS = sql.raw(`(select json_group_array(json_array(m.id, m.name)) from maintenance_monitors x
  join monitors m on m.no = x.monitor_no where x.window_id = maintenance_windows.id and m.deleted_at is null)`);
const PAGE_IDS = sql.raw(`(select json_group_array(x.page_id) from maintenance_pages x
  where x.window_id = maintenance_windows.id)`);

const columns = {
  id: maintenance_windows.id,
  title: maintenance_windows.title,
  body: maintenance_windows.body,
  timezone: maintenance_windows.timezone,
  starts_at: maintenance_windows.starts_at,
  ends_at: maintenance_windows.ends_at,
  cron: maintenance_windows.cron,
  duration_seconds: maintenance_windows.duration_seconds,
  current_starts_at: maintenance_windows.current_starts_at,
  current_ends_at: maintenance_windows.current_ends_at,
  created_at: maintenance_windows.created_at,
  /** Id and name of each. */
  monitors: sql<[id: string, name: string][]>`${MONITOR_IDS}`.mapWith(
    (json: string) => JSON.parse(json) as [string, string][],
  ),
  page_ids: sql<string[]>`${PAGE_IDS}`.mapWith((json: string) => JSON.parse(json) as string[]),
};

function selectWindows(db: Db | Tx) {
  return db.select(columns).from(maintenance_windows);
}

/** A window with what it covers. */
export type WindowRow = Awaited<ReturnType<ReturnType<typeof selectWindows>['execute']>>[number];

function mine(accountId: string, more?: SQL): SQL | undefined {
  return and(eq(maintenance_windows.account_id, accountId), isNull(maintenance_windows.deleted_at), more);
}

/** An account's windows, the one made last first; `before` is `created_at` and `id` of the last one seen. */
export function listWindows(
  db: Db | Tx,
  accountId: string,
  before: readonly [number, string] | null,
  limit: number,
): Promise<WindowRow[]> {
  const older =
    before && sql`(${maintenance_windows.created_at}, ${maintenance_windows.id}) < (${before[0]}, ${before[1]})`;
  return selectWindows(db)
    .where(mine(accountId, older ?? undefined))
    .orderBy(desc(maintenance_windows.created_at), desc(maintenance_windows.id))
    .limit(limit)
    .execute();
}

/** Windows that are on or still to come, the next one first. */
export function listComing(db: Db | Tx, accountId: string, limit: number): Promise<WindowRow[]> {
  return selectWindows(db)
    .where(mine(accountId, isNotNull(maintenance_windows.current_ends_at)))
    .orderBy(asc(maintenance_windows.current_starts_at))
    .limit(limit)
    .execute();
}

/** Windows that will not come back, the last one first. */
export function listOver(db: Db | Tx, accountId: string, limit: number): Promise<WindowRow[]> {
  return selectWindows(db)
    .where(mine(accountId, isNull(maintenance_windows.current_ends_at)))
    .orderBy(desc(maintenance_windows.ends_at), desc(maintenance_windows.created_at))
    .limit(limit)
    .execute();
}

export async function findWindow(db: Db | Tx, accountId: string, id: string): Promise<WindowRow | null> {
  return (
    (
      await selectWindows(db)
        .where(mine(accountId, eq(maintenance_windows.id, id)))
        .execute()
    )[0] ?? null
  );
}

/** How many windows of an account are on or still to come. */
export async function countComing(tx: Tx, accountId: string): Promise<number> {
  const rows = await tx
    .select({ n: sql<number>`count(*)` })
    .from(maintenance_windows)
    .where(mine(accountId, isNotNull(maintenance_windows.current_ends_at)));
  return rows[0]?.n ?? 0;
}

/** Numbers of those of these monitors that are the account's. */
export async function findMonitorNos(tx: Tx, accountId: string, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .select({ id: monitors.id, no: monitors.no })
    .from(monitors)
    .where(
      and(
        eq(monitors.account_id, accountId),
        isNull(monitors.deleted_at),
        sql`${monitors.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );
  return new Map(rows.map(({ id, no }) => [id, no]));
}

/** Those of these status pages that are the account's. */
export async function findPageIds(tx: Tx, accountId: string, ids: readonly string[]): Promise<string[]> {
  const rows = await tx
    .select({ id: status_pages.id })
    .from(status_pages)
    .where(
      and(
        eq(status_pages.account_id, accountId),
        sql`${status_pages.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );
  return rows.map(({ id }) => id);
}

type NewWindow = typeof maintenance_windows.$inferInsert;

export async function insertWindow(tx: Tx, row: NewWindow): Promise<void> {
  await tx.insert(maintenance_windows).values(row);
}

/** What may be changed of a window; its present occurrence follows from the schedule. */
export type WindowChange = Omit<NewWindow, 'id' | 'account_id' | 'changes' | 'created_at' | 'deleted_at'>;

export async function updateWindow(
  tx: Tx,
  accountId: string,
  id: string,
  change: Partial<WindowChange>,
): Promise<void> {
  await tx
    .update(maintenance_windows)
    .set({ ...change, changes: sql`${maintenance_windows.changes} + 1` })
    .where(mine(accountId, eq(maintenance_windows.id, id)));
}

/** Makes a window cover exactly these monitors and be announced on exactly these pages. */
export async function replaceCovered(
  tx: Tx,
  windowId: string,
  monitorNos: readonly number[],
  pageIds: readonly string[],
): Promise<void> {
  await tx.delete(maintenance_monitors).where(eq(maintenance_monitors.window_id, windowId));
  await tx.delete(maintenance_pages).where(eq(maintenance_pages.window_id, windowId));
  await tx.run(sql`insert into ${maintenance_monitors} (window_id, monitor_no)
    select ${windowId}, value from json_each(${JSON.stringify(monitorNos)})`);
  await tx.run(sql`insert into ${maintenance_pages} (window_id, page_id)
    select ${windowId}, value from json_each(${JSON.stringify(pageIds)})`);
}

/** Removes a window; what it covered goes with it. */
export async function deleteWindowRow(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(maintenance_windows).where(mine(accountId, eq(maintenance_windows.id, id)));
}

/** The schedule in a row. */
export function scheduleIn(
  row: Pick<WindowRow, 'starts_at' | 'ends_at' | 'cron' | 'duration_seconds' | 'timezone'>,
): Schedule {
  const { starts_at, ends_at, cron, duration_seconds, timezone } = row;
  if (cron !== null && duration_seconds !== null) return { cron, durationSeconds: duration_seconds, timezone };
  return { startsAt: starts_at ?? 0, endsAt: ends_at ?? 0 };
}

// Without an account: what the engine moves on.

/** Windows whose present occurrence ended before `endedBy`. */
export async function listEnded(db: Db | Tx, endedBy: number, limit: number) {
  return db
    .select({
      id: maintenance_windows.id,
      starts_at: maintenance_windows.starts_at,
      ends_at: maintenance_windows.ends_at,
      cron: maintenance_windows.cron,
      duration_seconds: maintenance_windows.duration_seconds,
      timezone: maintenance_windows.timezone,
      current_starts_at: maintenance_windows.current_starts_at,
    })
    .from(maintenance_windows)
    .where(lte(maintenance_windows.current_ends_at, endedBy))
    .limit(limit);
}

/** Puts the next occurrence in the place of the one that started at `startedAt`, unless somebody changed it meanwhile. */
export async function setOccurrence(
  tx: Tx,
  id: string,
  startedAt: number | null,
  next: Occurrence | null,
): Promise<void> {
  await tx
    .update(maintenance_windows)
    .set({ current_starts_at: next?.startsAt ?? null, current_ends_at: next?.endsAt ?? null })
    .where(and(eq(maintenance_windows.id, id), sql`${maintenance_windows.current_starts_at} is ${startedAt}`));
}

/** Monitors of windows that began or ended after `since` and up to `now`, by account: their state changed unheard. */
export function listTurned(db: Db, since: number, now: number): Promise<{ account_id: string; monitor_ids: string }[]> {
  return db.all<{ account_id: string; monitor_ids: string }>(sql`
    select w.account_id, json_group_array(m.id) as monitor_ids
    from ${maintenance_windows} w join ${maintenance_monitors} x on x.window_id = w.id
      join ${monitors} m on m.no = x.monitor_no
    where w.current_ends_at is not null and w.deleted_at is null and m.deleted_at is null
      and ((w.current_starts_at > ${since} and w.current_starts_at <= ${now})
        or (w.current_ends_at > ${since} and w.current_ends_at <= ${now}))
    group by w.account_id`);
}

/** Ids of the pages that announce a window: those it names, and those that show one of its monitors. */
const ANNOUNCING = sql`(select y.page_id from ${maintenance_pages} y where y.window_id = w.id
  union select c.page_id from ${maintenance_monitors} x join ${monitors} m on m.no = x.monitor_no
    join ${components} c on c.monitor_no = m.no
    join ${status_pages} p on p.id = c.page_id and p.account_id = w.account_id
    where x.window_id = w.id and m.public = 1 and m.deleted_at is null)`;

/** What became of a window, with the pages whose followers are to hear of it. Times are epoch ms. */
export interface Turn {
  id: string;
  what: 'scheduled' | 'started' | 'ended';
  starts_at: number;
  ends_at: number;
  pages: string[];
}

/** Windows that began after `since` and are on, and those that ended after it. */
export async function listTurns(db: Db, since: number, now: number): Promise<Turn[]> {
  const rows = await db.all<Omit<Turn, 'pages'> & { pages: string }>(sql`
    select w.id, case when w.current_ends_at <= ${now} then 'ended' else 'started' end as what,
      w.current_starts_at as starts_at, w.current_ends_at as ends_at,
      (select json_group_array(page_id) from ${ANNOUNCING}) as pages
    from ${maintenance_windows} w
    where w.current_ends_at > ${since} and w.current_starts_at <= ${now} and w.deleted_at is null
      and (w.current_starts_at > ${since} or w.current_ends_at <= ${now})`);
  return rows.map((row) => ({ ...row, pages: JSON.parse(row.pages) as string[] }));
}

/** The occurrence of a window that is to come, null when it is on or over. */
export async function findPlanned(tx: Tx, id: string, now: number): Promise<Turn | null> {
  const [row] = await tx.all<{ starts_at: number; ends_at: number; pages: string }>(sql`
    select w.current_starts_at as starts_at, w.current_ends_at as ends_at,
      (select json_group_array(page_id) from ${ANNOUNCING}) as pages
    from ${maintenance_windows} w where w.id = ${id} and w.current_starts_at > ${now}`);
  return row ? { id, what: 'scheduled', ...row, pages: JSON.parse(row.pages) as string[] } : null;
}
