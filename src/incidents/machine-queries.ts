import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { AlertMessage } from '../core/alert.ts';
import type { Reason } from '../core/verdict.ts';
import type { Tx } from '../db/client.ts';
import { accounts } from '../db/schema/accounts.ts';
import { incident_events, incidents } from '../db/schema/incidents.ts';
import { monitors } from '../db/schema/monitors.ts';

export type IncidentRow = typeof incidents.$inferSelect;

export interface NewIncident {
  id: string;
  account_id: string;
  monitor_no: number;
  reason: Reason;
  message: string;
  started_at: number;
  opened_at: number;
}

/** Fails on the unique index when the monitor has an open incident (R-IN-1). */
export async function insertIncident(tx: Tx, row: NewIncident): Promise<void> {
  await tx.insert(incidents).values(row);
}

/** The open incident of a monitor. */
export async function findOpenIncident(tx: Tx, monitorNo: number): Promise<IncidentRow | null> {
  const rows = await tx
    .select()
    .from(incidents)
    .where(and(eq(incidents.monitor_no, monitorNo), isNull(incidents.resolved_at)));
  return rows[0] ?? null;
}

/** The incident of a monitor that began last, open or not. */
export async function findNewestIncident(tx: Tx, monitorNo: number): Promise<IncidentRow | null> {
  const rows = await tx
    .select()
    .from(incidents)
    .where(eq(incidents.monitor_no, monitorNo))
    .orderBy(desc(incidents.started_at), desc(incidents.opened_at))
    .limit(1);
  return rows[0] ?? null;
}

export async function closeIncident(
  tx: Tx,
  id: string,
  resolvedAt: number,
  cause: NonNullable<IncidentRow['resolved_cause']>,
): Promise<void> {
  await tx
    .update(incidents)
    .set({ resolved_at: resolvedAt, resolved_cause: cause, next_escalation_at: null })
    .where(and(eq(incidents.id, id), isNull(incidents.resolved_at)));
}

type Kind = (typeof incident_events.$inferSelect)['kind'];

/** Lines of an incident's timeline, in order. */
export async function insertTimeline(
  tx: Tx,
  incidentId: string,
  lines: readonly { at: number; kind: Kind; text: string }[],
): Promise<void> {
  await tx.insert(incident_events).values(lines.map((line) => ({ incident_id: incidentId, ...line })));
}

/** How many lines of a kind a timeline has. */
export async function countTimeline(tx: Tx, incidentId: string, kind: Kind): Promise<number> {
  const rows = await tx
    .select({ n: sql<number>`count(*)` })
    .from(incident_events)
    .where(and(eq(incident_events.incident_id, incidentId), eq(incident_events.kind, kind)));
  return rows[0]?.n ?? 0;
}

/** When the newest line of a kind was written, epoch ms, or null. */
export async function lastOfTimeline(tx: Tx, incidentId: string, kind: Kind): Promise<number | null> {
  const rows = await tx
    .select({ at: sql<number | null>`max(${incident_events.at})` })
    .from(incident_events)
    .where(and(eq(incident_events.incident_id, incidentId), eq(incident_events.kind, kind)));
  return rows[0]?.at ?? null;
}

/** What an alert says of a monitor and its account. */
export async function readAlertSubject(
  tx: Tx,
  monitorNo: number,
): Promise<Pick<AlertMessage, 'accountName' | 'monitor'> | null> {
  const rows = await tx
    .select({
      accountName: accounts.name,
      monitor: { id: monitors.id, name: monitors.name, kind: monitors.kind, target: monitors.target },
    })
    .from(monitors)
    .innerJoin(accounts, eq(accounts.id, monitors.account_id))
    .where(eq(monitors.no, monitorNo));
  return rows[0] ?? null;
}

/** What the stored result of that second said, if it said anything. `at` is in epoch seconds. */
export async function readMessage(tx: Tx, monitorNo: number, at: number): Promise<string | null> {
  const rows = await tx.all<{ message: string | null }>(
    sql`select message from result_details where monitor_no = ${monitorNo} and at = ${at} limit 1`,
  );
  return rows[0]?.message ?? null;
}
