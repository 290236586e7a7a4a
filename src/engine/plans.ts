import { insertAudit } from '../accounts/audit-queries.ts';
import {
  liftIntervals,
  listActiveMonitors,
  listPausedByPlan,
  pauseForPlan,
  resumeMonitor,
} from '../accounts/plan-queries.ts';
import { findAccount, setAccountPlan } from '../accounts/queries.ts';
import { CHECKS } from '../checks/registry.ts';
import { changesOf } from '../core/changes.ts';
import { AppError } from '../core/errors.ts';
import type { Kind } from '../core/monitor.ts';
import { allows, PLAN, type Plan } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { releaseDomains } from '../statuspages/domain-queries.ts';
import { closeOpenIncident } from './ingest.ts';

/** What a change of plan did to the monitors. */
export interface PlanChange {
  paused: number;
  resumed: number;
  /** Monitors whose interval was lifted to what the plan allows. */
  slowed: number;
}

/** `setPlanIn` as a change of its own. */
export async function setPlan(
  deps: Deps,
  accountId: string,
  plan: Plan,
  userId: string | null = null,
): Promise<PlanChange> {
  const done = await deps.db.write('set plan', (tx) =>
    setPlanIn(tx, { accountId, plan, userId, now: deps.clock.now() }),
  );
  tellPlanChange(deps, accountId);
  return done;
}

/** To be called once a change of plan is committed. */
export function tellPlanChange(deps: Deps, accountId: string): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  deps.wake.scheduler();
}

/**
 * Puts an account on a plan. Monitors of kinds it lacks and those beyond its number are paused, newest first, and
 * nothing is deleted (E83);
 * intervals below its floor are lifted to it, and the domains of pages are set free where it has none. A plan with more
 * room wakes those that an earlier one had paused.
 */
export async function setPlanIn(
  tx: Tx,
  change: { accountId: string; plan: Plan; userId: string | null; now: number },
): Promise<PlanChange> {
  const { accountId, plan, userId, now } = change;
  const account = await findAccount(tx, accountId);
  if (!account) throw new AppError('not_found', 'There is no such account.');
  const lifted = await liftIntervals(tx, accountId, PLAN[plan].interval);
  const paused = await pauseBeyond(tx, accountId, plan, now);
  const resumed = await resumeWithin(tx, accountId, plan, now);
  const waiting = await listPausedByPlan(tx, accountId);
  const from = paused > 0 ? account.plan : account.downgraded_from;
  await setAccountPlan(tx, accountId, plan, waiting.length > 0 ? from : null);
  const released = allows(plan, 'customDomain') ? [] : await releaseDomains(tx, accountId);
  const detail = { from: account.plan, to: plan, paused, resumed, lifted, released };
  const changes = changesOf({ plan: account.plan }, { plan });
  await insertAudit(tx, { accountId, userId, at: now, action: 'plan.changed', subject: plan, detail, changes });
  return { paused, resumed, slowed: lifted.length };
}

/** Of the running monitors, oldest first, those that a plan has no room for or whose kind it lacks. */
export function beyondPlan<T extends { kind: Kind }>(active: readonly T[], plan: Plan): T[] {
  const fitting = new Set(active.filter(({ kind }) => hasKind(plan, kind)).slice(0, PLAN[plan].monitors));
  return active.filter((monitor) => !fitting.has(monitor));
}

async function pauseBeyond(tx: Tx, accountId: string, plan: Plan, now: number): Promise<number> {
  const over = beyondPlan(await listActiveMonitors(tx, accountId), plan).map(({ no }) => no);
  if (over.length === 0) return 0;
  await pauseForPlan(tx, over, now);
  for (const monitorNo of over) await closeOpenIncident(tx, { monitorNo, cause: 'paused', now });
  return over.length;
}

function hasKind(plan: Plan, kind: Kind): boolean {
  const feature = CHECKS[kind].plan;
  return feature === null || allows(plan, feature);
}

async function resumeWithin(tx: Tx, accountId: string, plan: Plan, now: number): Promise<number> {
  const free = PLAN[plan].monitors - (await listActiveMonitors(tx, accountId)).length;
  const waiting = (await listPausedByPlan(tx, accountId)).filter(({ kind }) => hasKind(plan, kind));
  const woken = waiting.slice(0, Math.max(0, free));
  // Spread over one interval, so that they do not all start in the same second.
  for (const [i, { no, interval_seconds: seconds }] of woken.entries()) {
    await resumeMonitor(tx, no, now + Math.floor((i * seconds * 1_000) / woken.length));
  }
  return woken.length;
}
