import { CHANNELS } from '../channels/registry.ts';
import { CHECKS } from '../checks/registry.ts';
import { INTERVALS } from '../core/monitor.ts';
import { PLAN, type Plan, planForInterval } from '../core/plan.ts';
import { duration, MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../web/env.ts';
import type { listChannelChoices } from './channel-queries.ts';
import { listBelowIds } from './parent-queries.ts';
import { findMonitor, listMonitorNames, listMonitors, type MonitorRow } from './queries.ts';

/** How often a reminder may come, in minutes. */
const REMINDERS = [5, 10, 15, 30, 60, 120, 240, 720, 1_440];

/** Monitors a group can choose from in the form. */
const CHOICES = 500;

/** How often to check, up to `longest` seconds and as it is at present; what the plan lacks names the plan that has it. */
export function intervalOptions(plan: Plan, longest: number, present = 0) {
  const offered = INTERVALS.filter((seconds) => seconds <= longest);
  const all = [...new Set([...offered, ...(present > 0 ? [present] : [])])].toSorted((a, b) => a - b);
  return all.map((seconds) => ({
    value: String(seconds),
    label: duration(seconds * SECOND),
    locked: seconds < PLAN[plan].interval ? PLAN[planForInterval(seconds)].label : undefined,
  }));
}

/** The account's channels as boxes to tick, each with the name of its kind that every other page gives it. */
export function channelChoices(channels: Awaited<ReturnType<typeof listChannelChoices>>, ticked: ReadonlySet<string>) {
  return channels.map(({ id, name, kind, enabled }) => {
    return { id, name, label: CHANNELS[kind].label, enabled, checked: ticked.has(id) };
  });
}

/** The account's monitors beside `row`, by name: what a group chooses from. Groups hold no groups. */
export async function listOthers({ db, clock }: Deps, { account }: Session, row: MonitorRow | null) {
  const found = await listMonitors(db.read, account.id, { now: clock.now(), after: null, limit: CHOICES });
  return found
    .filter((other) => other.no !== row?.no && CHECKS[other.kind].needs !== 'members')
    .map(({ id, name, kind }) => ({ id, name, label: CHECKS[kind].label }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The monitors this one may depend on, by name: all but itself and those that depend on it. */
export async function parentChoices({ db, clock }: Deps, { account }: Session, row: MonitorRow | null) {
  const below = row ? await listBelowIds(db.read, row.no) : new Set<string>();
  const all = (await listMonitorNames(db.read, account.id)).filter(({ id }) => !below.has(id));
  const present = row?.parent_id ?? null;
  // In an account with more monitors than a list should have, saving must not drop the choice.
  if (present === null || all.some(({ id }) => id === present)) return all;
  const parent = await findMonitor(db.read, account.id, present, clock.now());
  return parent ? [parent, ...all] : all;
}

/** How often to remind, also as it is at present. */
export function reminderOptions(present = 0) {
  const all = [...new Set([...REMINDERS, ...(present >= 1 ? [present] : [])])].toSorted((a, b) => a - b);
  return all.map((minutes) => ({ value: String(minutes), label: `Every ${duration(minutes * MINUTE)}` }));
}
