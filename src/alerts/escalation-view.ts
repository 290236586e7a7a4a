import type { Plan } from '../core/plan.ts';
import type { Db } from '../db/client.ts';
import { lockedKind } from './channel-input.ts';
import { listPolicies, listUsers, type PolicyRow } from './escalation-queries.ts';
import { type ChannelRow, listChannels } from './queries.ts';

/** A policy as pages and programs see it: channels that were deleted since are not in it any more. */
export interface PolicyView {
  id: string;
  name: string;
  steps: { after_minutes: number; channels: { id: string; name: string; silent: boolean }[] }[];
  monitors: { id: string; name: string }[];
  /** What keeps it from reaching anybody, or null. */
  warning: string | null;
  created_at: number;
}

/** An account's policies, each with its steps, its users and whether it reaches anybody. */
export async function loadPolicies(db: Db, account: { id: string; plan: Plan }): Promise<PolicyView[]> {
  const [policies, channels, users] = await Promise.all([
    listPolicies(db, account.id),
    listChannels(db, account.id),
    listUsers(db, account.id),
  ]);
  const known = new Map(channels.map((channel) => [channel.id, channel]));
  return policies.map((policy) => viewOf(policy, known, account.plan, users.get(policy.id) ?? []));
}

function viewOf(
  policy: PolicyRow,
  known: ReadonlyMap<string, ChannelRow>,
  plan: Plan,
  monitors: PolicyView['monitors'],
): PolicyView {
  const { id, name, created_at } = policy;
  const steps = policy.steps.map(({ after_minutes, channel_ids }) => ({
    after_minutes,
    channels: channel_ids
      .map((channelId) => known.get(channelId))
      .filter((channel) => channel !== undefined)
      .map((channel) => ({
        id: channel.id,
        name: channel.name,
        silent: !channel.enabled || lockedKind(plan, channel.kind) !== null,
      })),
  }));
  return { id, name, steps, monitors, warning: warningOf(steps), created_at };
}

function warningOf(steps: PolicyView['steps']): string | null {
  if (!steps.some(({ channels }) => channels.some(({ silent }) => !silent))) {
    return 'It tells nobody: none of its channels is there and switched on.';
  }
  const dumb = steps.find(({ channels }) => channels.every(({ silent }) => silent));
  if (!dumb) return null;
  const when = dumb.after_minutes === 0 ? 'at once' : `after ${dumb.after_minutes} min`;
  return `The step ${when} tells nobody: none of its channels is there and switched on.`;
}
