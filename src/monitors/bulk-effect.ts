import { CHECKS } from '../checks/registry.ts';
import type { Kind } from '../core/monitor.ts';
import { allows, PLAN, type Plan } from '../core/plan.ts';
import type { BulkChange } from './bulk-input.ts';
import type { Fields, Target } from './bulk-queries.ts';

const MOST_TAGS = 20;
const MOST_CHANNELS = 50;

/** Why something stays as it is. */
export const KEPT = [
  'already',
  'heartbeat',
  'too_slow',
  'timeout',
  'many_tags',
  'many_channels',
  'plan_kind',
  'plan_interval',
  'plan_room',
] as const;
export type Kept = (typeof KEPT)[number];

/** The sentence for each reason, to people who do not know our words. */
export const KEPT_WORDS: Record<Kept, string> = {
  already: 'It is so already.',
  heartbeat: 'Its interval says when its job reports: change it on its own page.',
  too_slow: 'Monitors of this kind are checked more often than that.',
  timeout: 'One of its checks may take longer than that. Lower "Give up after" first.',
  many_tags: `It would have more than ${MOST_TAGS} tags.`,
  many_channels: `It would have more than ${MOST_CHANNELS} channels.`,
  plan_kind: 'The plan has no monitors of this kind.',
  plan_interval: 'The plan does not check as often as this monitor is set to.',
  plan_room: 'The plan has no room for one more that runs.',
};

/** What a plan leaves to those that are to run. `free` is used up as they are resumed. */
export interface Room {
  plan: Plan;
  free: number;
}

export interface Effect {
  /** The fields that differ afterwards. */
  after: Partial<Fields>;
  /** What was asked for and cannot be. */
  kept: { field: keyof Fields; reason: Kept }[];
}

/** What a change does to one monitor. What fits is done even where another part of the change does not. */
export function effectOn(target: Target, change: BulkChange, room: Room, now: number): Effect {
  const effect: Effect = { after: {}, kept: [] };
  const { failure_threshold, remind_every_minutes, escalation_id } = change;
  const plain = { failure_threshold, remind_every_minutes, escalation_id, public: change.public };
  for (const [field, value] of Object.entries(plain)) {
    if (value !== undefined && value !== target[field as keyof typeof plain])
      Object.assign(effect.after, { [field]: value });
  }
  setInterval(target, change, effect);
  setTags(target, change, effect);
  setChannels(target, change, effect);
  // Last: what it is to run at has been settled.
  if (change.paused !== undefined) setPaused(target, change.paused, room, effect, now);
  return effect;
}

/** Whether a plan lets this monitor run; the reason where it does not. */
export function refusalToRun(kind: Kind, intervalSeconds: number, { plan, free }: Room): Kept | null {
  const { plan: feature } = CHECKS[kind];
  if (feature !== null && !allows(plan, feature)) return 'plan_kind';
  if (intervalSeconds < PLAN[plan].interval) return 'plan_interval';
  return free < 1 ? 'plan_room' : null;
}

function setInterval(target: Target, { interval_seconds: seconds }: BulkChange, { after, kept }: Effect): void {
  if (seconds === undefined || seconds === target.interval_seconds) return;
  const reason = refusalOfInterval(target, seconds);
  if (reason === null) after.interval_seconds = seconds;
  else kept.push({ field: 'interval_seconds', reason });
}

/** Why a monitor cannot be checked this often, whatever the plan; null where it can. */
export function refusalOfInterval(target: Pick<Target, 'kind' | 'timeout_seconds'>, seconds: number): Kept | null {
  // A job that reports once a day is not late for being listed among websites.
  if (CHECKS[target.kind].needs === 'heartbeat') return 'heartbeat';
  if (seconds > CHECKS[target.kind].longestIntervalSeconds) return 'too_slow';
  return seconds < target.timeout_seconds ? 'timeout' : null;
}

function setTags(target: Target, { tags_add: add = [], tags_remove: remove = [] }: BulkChange, effect: Effect): void {
  const tags = [...new Set([...target.tags, ...add])].filter((tag) => !remove.includes(tag));
  if (isSame(tags, target.tags)) return;
  if (tags.length > MOST_TAGS) effect.kept.push({ field: 'tags', reason: 'many_tags' });
  else effect.after.tags = tags;
}

function setChannels(target: Target, change: BulkChange, effect: Effect): void {
  const { channels_set: set = target.channel_ids, channels_add: add = [], channels_remove: remove = [] } = change;
  const ids = [...new Set([...set, ...add])].filter((id) => !remove.includes(id)).toSorted();
  if (isSame(ids, target.channel_ids)) return;
  if (ids.length > MOST_CHANNELS) effect.kept.push({ field: 'channel_ids', reason: 'many_channels' });
  else effect.after.channel_ids = ids;
}

function setPaused(target: Target, paused: boolean, room: Room, { after, kept }: Effect, now: number): void {
  if (paused === (target.paused !== null)) return;
  if (paused) {
    after.paused = { at: now, by: 'person' };
    return;
  }
  const reason = refusalToRun(target.kind, after.interval_seconds ?? target.interval_seconds, room);
  if (reason === null) {
    room.free--;
    after.paused = null;
  } else kept.push({ field: 'paused', reason });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
