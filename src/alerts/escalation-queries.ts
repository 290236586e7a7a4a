import { and, asc, eq, sql } from 'drizzle-orm';
import type { Escalating, EscalationStep } from '../core/escalation.ts';
import type { Reason } from '../core/verdict.ts';
import type { Db, Tx } from '../db/client.ts';
import { escalation_policies } from '../db/schema/escalations.ts';
import { incidents } from '../db/schema/incidents.ts';
import { monitors } from '../db/schema/monitors.ts';
import { windowsOf } from '../monitors/window-queries.ts';

export type PolicyRow = typeof escalation_policies.$inferSelect;

/** An account's policies in the order they were made; an account has at most a few dozen. */
export function listPolicies(db: Db | Tx, accountId: string): Promise<PolicyRow[]> {
  return db
    .select()
    .from(escalation_policies)
    .where(eq(escalation_policies.account_id, accountId))
    .orderBy(asc(escalation_policies.created_at), asc(escalation_policies.id))
    .execute();
}

export async function findPolicy(db: Db | Tx, accountId: string, id: string): Promise<PolicyRow | null> {
  const mine = and(eq(escalation_policies.id, id), eq(escalation_policies.account_id, accountId));
  const rows = await db.select().from(escalation_policies).where(mine).limit(1);
  return rows[0] ?? null;
}

/** The monitors that use each policy, by policy id, by name; a policy nobody uses is absent. */
export async function listUsers(db: Db | Tx, accountId: string): Promise<Map<string, { id: string; name: string }[]>> {
  const rows = await db.all<{ policy: string; id: string; name: string }>(sql`
    select escalation_id as policy, id, name from monitors
    where account_id = ${accountId} and escalation_id is not null and deleted_at is null order by lower(name), id`);
  const users = new Map<string, { id: string; name: string }[]>();
  for (const { policy, id, name } of rows) users.set(policy, [...(users.get(policy) ?? []), { id, name }]);
  return users;
}

export async function insertPolicy(tx: Tx, row: PolicyRow): Promise<void> {
  await tx.insert(escalation_policies).values(row);
}

export async function updatePolicyRow(
  tx: Tx,
  accountId: string,
  id: string,
  set: Pick<PolicyRow, 'name' | 'steps'>,
): Promise<void> {
  const mine = and(eq(escalation_policies.id, id), eq(escalation_policies.account_id, accountId));
  await tx.update(escalation_policies).set(set).where(mine);
}

/** Removes a policy; monitors that used it have none, and what was under way stops at its next step. */
export async function deletePolicyRow(tx: Tx, accountId: string, id: string): Promise<void> {
  const mine = and(eq(escalation_policies.id, id), eq(escalation_policies.account_id, accountId));
  await tx.update(monitors).set({ escalation_id: null }).where(eq(monitors.escalation_id, id));
  await tx.delete(escalation_policies).where(mine);
}

/** The steps of a monitor's policy; none without one. */
export async function stepsOf(tx: Tx, monitorNo: number): Promise<EscalationStep[]> {
  const rows = await tx
    .select({ steps: escalation_policies.steps })
    .from(monitors)
    .innerJoin(escalation_policies, eq(escalation_policies.id, monitors.escalation_id))
    .where(eq(monitors.no, monitorNo));
  return rows[0]?.steps ?? [];
}

/** Incidents of all accounts whose next step is due and that nobody took up or put off, the longest due first. */
export async function listDueEscalations(db: Db, now: number, limit: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    select id from incidents where next_escalation_at is not null and next_escalation_at <= ${now}
      and acknowledged_at is null and coalesce(snoozed_until, 0) <= ${now}
    order by next_escalation_at limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** An incident whose time has come, with its policy as it is now. */
export interface DueEscalation extends Escalating {
  id: string;
  account_id: string;
  monitor_no: number;
  monitor_id: string;
  reason: Reason;
  message: string;
  started_at: number;
  steps: EscalationStep[];
  /** Channels that were told, or are to be told, that it is down. */
  told: string[];
  /** Channels of the account that exist. */
  channels: { id: string; name: string }[];
  /** Planned work on its monitor, `[starts_at, ends_at]`. */
  windows: [number, number][];
}

export async function readEscalation(tx: Tx, incidentId: string): Promise<DueEscalation | null> {
  const rows = await tx.all<{ row: string }>(sql`
    select json_object('id', i.id, 'account_id', i.account_id, 'monitor_no', i.monitor_no, 'monitor_id', m.id,
      'reason', i.reason, 'message', i.message, 'started_at', i.started_at, 'resolved_at', i.resolved_at,
      'acknowledged_at', i.acknowledged_at, 'snoozed_until', i.snoozed_until, 'muted_by', i.muted_by,
      'escalation_step', i.escalation_step, 'next_escalation_at', i.next_escalation_at,
      'steps', json(coalesce((select p.steps from escalation_policies p where p.id = m.escalation_id), '[]')),
      'told', (select json_group_array(distinct d.channel_id) from deliveries d
        where d.incident_id = i.id and d.event = 'down' and d.state <> 'cancelled' and d.channel_id is not null),
      'channels', (select json_group_array(json_object('id', c.id, 'name', c.name)) from channels c
        where c.account_id = i.account_id),
      'windows', json(${windowsOf(sql`i.monitor_no`)})) as row
    from incidents i cross join monitors m on m.no = i.monitor_no where i.id = ${incidentId}`);
  return rows[0] ? (JSON.parse(rows[0].row) as DueEscalation) : null;
}

/** Where the incident stands in its policy from now on. */
export async function setEscalation(
  tx: Tx,
  incidentId: string,
  set: Partial<Pick<Escalating, 'escalation_step' | 'next_escalation_at'>>,
): Promise<void> {
  await tx.update(incidents).set(set).where(eq(incidents.id, incidentId));
}
