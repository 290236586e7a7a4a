import { and, asc, count, desc, eq, gte, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db, Tx } from '../db/client.ts';
import { incident_events, incidents } from '../db/schema/incidents.ts';
import { monitors } from '../db/schema/monitors.ts';

export const INCIDENT_STATUSES = ['open', 'acknowledged', 'resolved'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

const columns = {
  id: incidents.id,
  monitor_no: incidents.monitor_no,
  monitor_id: monitors.id,
  monitor_name: monitors.name,
  target: monitors.target,
  reason: incidents.reason,
  message: incidents.message,
  started_at: incidents.started_at,
  opened_at: incidents.opened_at,
  resolved_at: incidents.resolved_at,
  resolved_cause: incidents.resolved_cause,
  acknowledged_at: incidents.acknowledged_at,
  acknowledged_by: incidents.acknowledged_by,
  snoozed_until: incidents.snoozed_until,
  muted_by: incidents.muted_by,
  next_escalation_at: incidents.next_escalation_at,
};

function selectIncidents(db: Db | Tx) {
  return db.select(columns).from(incidents).innerJoin(monitors, eq(monitors.no, incidents.monitor_no));
}

/** An incident with the name of its monitor; those of deleted monitors are never listed (R-IN-10). */
export type IncidentRow = Awaited<ReturnType<ReturnType<typeof selectIncidents>['execute']>>[number];

/** `open` in a filter means nobody has taken it up yet, as in the status that people and programs see. */
const WHERE: Record<IncidentStatus | 'ongoing', SQL | undefined> = {
  open: and(isNull(incidents.resolved_at), isNull(incidents.acknowledged_at)),
  acknowledged: and(isNull(incidents.resolved_at), isNotNull(incidents.acknowledged_at)),
  resolved: isNotNull(incidents.resolved_at),
  ongoing: isNull(incidents.resolved_at),
};

export interface IncidentFilter {
  status?: IncidentStatus | 'ongoing' | undefined;
  monitorId?: string | undefined;
  /** Only incidents that were going on at this instant or later, epoch ms. */
  sinceMs?: number | undefined;
  /** Only incidents that began before this instant, epoch ms. */
  untilMs?: number | undefined;
  /** `started_at` and `id` of the last one seen. */
  before: readonly [number, string] | null;
  limit: number;
}

/** An account's incidents, the newest first. */
export function listIncidents(db: Db | Tx, accountId: string, filter: IncidentFilter): Promise<IncidentRow[]> {
  const { status, monitorId, sinceMs, untilMs, before, limit } = filter;
  return selectIncidents(db)
    .where(
      and(
        eq(incidents.account_id, accountId),
        isNull(monitors.deleted_at),
        status && WHERE[status],
        monitorId === undefined ? undefined : eq(monitors.id, monitorId),
        sinceMs === undefined ? undefined : or(isNull(incidents.resolved_at), gte(incidents.resolved_at, sinceMs)),
        untilMs === undefined ? undefined : lt(incidents.started_at, untilMs),
        before ? sql`(${incidents.started_at}, ${incidents.id}) < (${before[0]}, ${before[1]})` : undefined,
      ),
    )
    .orderBy(desc(incidents.started_at), desc(incidents.id))
    .limit(limit)
    .execute();
}

export async function findIncident(db: Db | Tx, accountId: string, id: string): Promise<IncidentRow | null> {
  const where = and(eq(incidents.id, id), eq(incidents.account_id, accountId), isNull(monitors.deleted_at));
  const rows = await selectIncidents(db).where(where).limit(1).execute();
  return rows[0] ?? null;
}

/** These incidents, as far as they are the account's: those that go on first, then the newest. */
export function listIncidentsOf(db: Db | Tx, accountId: string, ids: readonly string[]): Promise<IncidentRow[]> {
  return selectIncidents(db)
    .where(
      and(
        sql`${incidents.id} in (select value from json_each(${JSON.stringify(ids)}))`,
        eq(incidents.account_id, accountId),
        isNull(monitors.deleted_at),
      ),
    )
    .orderBy(sql`${incidents.resolved_at} is not null`, desc(incidents.started_at), desc(incidents.id))
    .execute();
}

/** The open incident of each of these monitors, by monitor number. */
export async function openIncidents(db: Db | Tx, monitorNos: readonly number[]): Promise<Map<number, IncidentRow>> {
  const rows = await selectIncidents(db)
    .where(
      and(
        isNull(incidents.resolved_at),
        sql`${incidents.monitor_no} in (select value from json_each(${JSON.stringify(monitorNos)}))`,
      ),
    )
    .execute();
  return new Map(rows.map((row) => [row.monitor_no, row]));
}

/** How many incidents of a monitor touch the time from each instant until now, in the order asked. */
export async function countIncidentsSince(
  db: Db | Tx,
  monitorNo: number,
  sinceMs: readonly number[],
): Promise<number[]> {
  const sums = sinceMs.map((since, i) => [
    `w${i}`,
    sql<number>`coalesce(sum(${incidents.resolved_at} is null or ${incidents.resolved_at} >= ${since}), 0)`,
  ]);
  const fields = Object.fromEntries(sums) as Record<string, SQL<number>>;
  const rows = await db.select(fields).from(incidents).where(eq(incidents.monitor_no, monitorNo));
  return sinceMs.map((_, i) => rows[0]?.[`w${i}`] ?? 0);
}

/** Number of incidents going on now, and when the last one of the account ended (epoch ms). */
export async function incidentTally(
  db: Db | Tx,
  accountId: string,
): Promise<{ ongoing: number; lastEndedAt: number | null }> {
  const rows = await db
    .select({
      ongoing: sql<number>`count(*) filter (where ${incidents.resolved_at} is null)`,
      lastEndedAt: sql<number | null>`max(${incidents.resolved_at})`,
    })
    .from(incidents)
    .innerJoin(monitors, eq(monitors.no, incidents.monitor_no))
    .where(and(eq(incidents.account_id, accountId), isNull(monitors.deleted_at)));
  return rows[0] ?? { ongoing: 0, lastEndedAt: null };
}

/** The timeline of an incident, oldest first, with who did something: a person's address, or a channel by its name. */
export function listEvents(db: Db | Tx, incidentId: string) {
  return db
    .select({
      at: incident_events.at,
      kind: incident_events.kind,
      text: incident_events.text,
      by: doer(incident_events.user_id),
    })
    .from(incident_events)
    .where(eq(incident_events.incident_id, incidentId))
    .orderBy(asc(incident_events.at), asc(incident_events.id))
    .limit(500);
}

/** Who has taken an incident up, in the words of its timeline. */
export async function acknowledger(db: Db | Tx, incidentId: string): Promise<string | null> {
  const by = doer(incidents.acknowledged_by);
  const rows = await db.select({ by }).from(incidents).where(eq(incidents.id, incidentId));
  return rows[0]?.by ?? null;
}

/** Only links have a channel for a name; one that was deleted since is still known to have been one. */
function doer(id: SQLiteColumn): SQL<string | null> {
  return sql<string | null>`case
    when substr(${id}, 1, 4) = 'chn_' then
      coalesce('a link sent to ' || (select name from channels where id = ${id}), 'a link sent to a deleted channel')
    else (select email from users where id = ${id}) end`;
}

/** Marks an open incident as taken up; false when somebody already had or it is over. */
export async function setAcknowledged(tx: Tx, incidentId: string, by: string, now: number): Promise<boolean> {
  const result = await tx
    .update(incidents)
    .set({ acknowledged_at: now, acknowledged_by: by })
    .where(and(eq(incidents.id, incidentId), WHERE.open));
  return result.rowsAffected === 1;
}

/** Nobody is on it any more; false when nobody was or it is over. */
export async function setUnacknowledged(tx: Tx, incidentId: string): Promise<boolean> {
  const result = await tx
    .update(incidents)
    .set({ acknowledged_at: null, acknowledged_by: null })
    .where(and(eq(incidents.id, incidentId), WHERE.acknowledged));
  return result.rowsAffected === 1;
}

/** Puts an open incident aside until an instant, or for null takes it up again; false when it is over. */
export async function setSnoozed(tx: Tx, incidentId: string, until: number | null): Promise<boolean> {
  const result = await tx
    .update(incidents)
    .set({ snoozed_until: until })
    .where(and(eq(incidents.id, incidentId), WHERE.ongoing));
  return result.rowsAffected === 1;
}

type PersonKind = 'acknowledged' | 'unacknowledged' | 'snoozed' | 'unsnoozed' | 'note';

/** `by` is a person, or the channel of a link. */
export async function insertPersonEvent(
  tx: Tx,
  event: { incidentId: string; at: number; kind: PersonKind; text: string; by: string },
): Promise<void> {
  const { incidentId, at, kind, text, by } = event;
  await tx.insert(incident_events).values({ incident_id: incidentId, at, kind, text, user_id: by });
}

/** How many notes an incident has. */
export async function countNotes(db: Db | Tx, incidentId: string): Promise<number> {
  const rows = await db
    .select({ n: count() })
    .from(incident_events)
    .where(and(eq(incident_events.incident_id, incidentId), eq(incident_events.kind, 'note')));
  return rows[0]?.n ?? 0;
}

/** The incidents of a monitor that touch a stretch of time, oldest first: the bands behind a chart. */
export function incidentsWithin(db: Db | Tx, monitorNo: number, fromMs: number, toMs: number) {
  return db
    .select({ id: incidents.id, started_at: incidents.started_at, resolved_at: incidents.resolved_at })
    .from(incidents)
    .where(
      and(
        eq(incidents.monitor_no, monitorNo),
        lt(incidents.started_at, toMs),
        or(isNull(incidents.resolved_at), gte(incidents.resolved_at, fromMs)),
      ),
    )
    .orderBy(asc(incidents.started_at))
    .limit(200);
}
