import { CHECKS } from '../checks/registry.ts';
import type { Actor } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import type { Kind } from '../core/monitor.ts';
import { allows, PLAN, type Plan, planFor, planForInterval, planForMonitors } from '../core/plan.ts';
import { duration, SECOND } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { countMonitors } from './queries.ts';

/** Throws `limit` when the account has as many monitors as its plan has room for. */
export async function refuseOverCount(tx: Tx, actor: Actor, plan: Plan): Promise<void> {
  const { all } = await countMonitors(tx, actor.accountId);
  if (all >= PLAN[plan].monitors) throw overLimit(plan, `has room for ${PLAN[plan].monitors} monitors`, all + 1);
}

/** The same for one more that runs. */
export async function refuseOverActive(tx: Tx, actor: Actor, plan: Plan): Promise<void> {
  const { active } = await countMonitors(tx, actor.accountId);
  if (active < PLAN[plan].monitors) return;
  throw overLimit(plan, `runs ${PLAN[plan].monitors} monitors at once`, active + 1);
}

function overLimit(plan: Plan, what: string, wanted: number): AppError {
  const next = PLAN[planForMonitors(wanted)];
  const room = Number.isFinite(next.monitors) ? `${next.monitors}` : 'any number of them';
  return new AppError('limit', `Your plan, ${PLAN[plan].label}, ${what}. ${next.label} has room for ${room}.`);
}

/** Throws `limit` for a kind that comes with a larger plan. */
export function refuseLockedKind(plan: Plan, kind: Kind): void {
  const { label, plan: feature } = CHECKS[kind];
  if (feature === null || allows(plan, feature)) return;
  const message = `Your plan, ${PLAN[plan].label}, has no monitors of the kind "${label}". ${PLAN[planFor(feature)].label} has them.`;
  throw new AppError('limit', message, { fields: [{ field: 'type', message }] });
}

/** Throws `limit` at `field` for an interval shorter than the plan's. */
export function refuseTooOften(plan: Plan, seconds: number, field = 'interval_seconds'): void {
  const { label, interval } = PLAN[plan];
  if (seconds >= interval) return;
  const opens = PLAN[planForInterval(seconds)].label;
  const message = `Your plan, ${label}, checks every ${duration(interval * SECOND)} at most. ${opens} checks every ${duration(seconds * SECOND)}.`;
  throw new AppError('limit', message, { fields: [{ field, message }] });
}
