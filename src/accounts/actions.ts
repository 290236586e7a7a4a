import { CHECKS } from '../checks/registry.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import type { Kind } from '../core/monitor.ts';
import { allows, PLAN, type Plan } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { closeOpenIncident } from '../engine/ingest.ts';
import { moveSubscriptions } from '../reports/subscription-queries.ts';
import { findUserByEmail } from '../users/queries.ts';
import { insertAudit } from './audit-queries.ts';
import { liftIntervals, listActiveMonitors, listPausedByPlan, pauseForPlan, resumeMonitor } from './plan-queries.ts';
import { findAccount, listOwnedAccounts, setAccountName, setAccountPlan, setAccountZone } from './queries.ts';

/** What a change of plan did to the monitors. */
export interface PlanChange {
  paused: number;
  resumed: number;
  /** Monitors whose interval was lifted to what the plan allows. */
  slowed: number;
}

/**
 * Puts an account on a plan. Monitors of kinds it lacks and those beyond its number are paused, newest first, and
 * nothing is deleted (E83);
 * intervals below its floor are lifted to it. A plan with more room wakes those that an earlier one had paused.
 */
export async function setPlan(
  deps: Deps,
  accountId: string,
  plan: Plan,
  userId: string | null = null,
): Promise<PlanChange> {
  const done = await deps.db.write('set plan', async (tx) => {
    const account = await findAccount(tx, accountId);
    if (!account) throw new AppError('not_found', 'There is no such account.');
    const now = deps.clock.now();
    const lifted = await liftIntervals(tx, accountId, PLAN[plan].interval);
    const paused = await pauseBeyond(tx, accountId, plan, now);
    const resumed = await resumeWithin(tx, accountId, plan, now);
    const waiting = await listPausedByPlan(tx, accountId);
    const from = paused > 0 ? account.plan : account.downgraded_from;
    await setAccountPlan(tx, accountId, plan, waiting.length > 0 ? from : null);
    const detail = { from: account.plan, to: plan, paused, resumed, lifted };
    await insertAudit(tx, { accountId, userId, at: now, action: 'plan.changed', subject: plan, detail });
    return { paused, resumed, slowed: lifted.length };
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  deps.wake.scheduler();
  return done;
}

/** `setPlan` for every account that the person with this address owns. */
export async function setPlanByEmail(deps: Deps, email: string, plan: Plan): Promise<PlanChange> {
  const user = await findUserByEmail(deps.db.read, emailKey(email));
  const owned = user ? await listOwnedAccounts(deps.db.read, user.id) : [];
  if (owned.length === 0) throw new AppError('not_found', `Nobody with the address ${email} owns an account here.`);
  const total: PlanChange = { paused: 0, resumed: 0, slowed: 0 };
  for (const { id } of owned) {
    const { paused, resumed, slowed } = await setPlan(deps, id, plan);
    total.paused += paused;
    total.resumed += resumed;
    total.slowed += slowed;
  }
  return total;
}

async function pauseBeyond(tx: Tx, accountId: string, plan: Plan, now: number): Promise<number> {
  const active = await listActiveMonitors(tx, accountId);
  const fitting = new Set(active.filter(({ kind }) => hasKind(plan, kind)).slice(0, PLAN[plan].monitors));
  const over = active.filter((monitor) => !fitting.has(monitor)).map(({ no }) => no);
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

/** The account's name, as its mails and its settings say it, and the zone whose days its reports have. */
export async function changeAccount(
  deps: Deps,
  actor: { userId: string; accountId: string },
  change: { name: string; timezone?: string | undefined },
): Promise<void> {
  const clean = change.name.trim();
  if (clean === '') throw invalidField('account_name', 'Give the account a name.');
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  await deps.db.write('change account', async (tx) => {
    const before = await findAccount(tx, accountId);
    const audit = (action: string, subject: string) => insertAudit(tx, { accountId, userId, at: now, action, subject });
    if (before?.name !== clean) {
      await setAccountName(tx, accountId, clean);
      await audit('account.renamed', clean);
    }
    const { timezone = before?.timezone } = change;
    if (timezone === undefined || timezone === before?.timezone) return;
    await setAccountZone(tx, accountId, timezone);
    await moveSubscriptions(tx, accountId, timezone, now);
    await audit('account.zone_changed', timezone);
  });
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
