import { z } from 'zod';
import type { MonitorStatus } from '../core/monitor.ts';
import { cleanMessage, NO_PHASES, type Observation, type Reason, type Verdict } from '../core/verdict.ts';
import type { Check } from './check.ts';
import { choice, noSuchSetting, whole } from '../core/config-values.ts';

/** Most monitors in a group. */
const MAX_MEMBERS = 200;
const RULES = ['any', 'all', 'percentage'] as const;

/** A list; a form sends one id, several, or text with commas. */
const members = z.preprocess(
  (value) => {
    if (typeof value === 'string') return split(value);
    return Array.isArray(value)
      ? value.flatMap((one: unknown) => (typeof one === 'string' ? split(one) : [one]))
      : value;
  },
  z
    .array(
      z.string('Must be the id of a monitor.').max(60, 'Must be the id of a monitor.'),
      'Must be a list of monitors.',
    )
    .max(MAX_MEMBERS, `A group has at most ${MAX_MEMBERS} monitors.`)
    .transform((ids) => [...new Set(ids)])
    .default([]),
);

function split(text: string): string[] {
  return text.split(/[\s,]+/).filter((id) => id !== '');
}

/** Which monitors count, and how many of them must be down for the group to be. */
export const groupConfig = z.strictObject(
  { members, rule: choice(RULES, 'any'), percentage: whole(1, 100, 50) },
  {
    error: noSuchSetting('A group'),
  },
);
export type GroupConfig = z.infer<typeof groupConfig>;

/** A member as people see it now. */
export interface Member {
  name: string;
  status: MonitorStatus;
  /** Reason of its newest result. */
  reason: Reason | null;
}

export const group: Check<GroupConfig, Member[]> = {
  kind: 'group',
  label: 'Group of monitors',
  targetField: null,
  needs: 'members',
  config: groupConfig,
  fields: [
    {
      name: 'members',
      label: 'Monitors',
      type: 'monitors',
      help: 'Paused ones and those in maintenance do not count.',
    },
    {
      name: 'rule',
      label: 'Down when',
      type: 'select',
      options: [
        { value: 'any', label: 'any of them is down' },
        { value: 'all', label: 'all of them are down' },
        { value: 'percentage', label: 'at least a share of them is down' },
      ],
    },
    { name: 'percentage', label: 'Share', type: 'number', unit: '%', placeholder: '50', advanced: true },
  ],
  parseTarget: () => ({ target: '' }),
  probe: async (_target, _config, { known }) => {
    const facts = (known ?? null) as Member[] | null;
    return { failure: null, responseTimeMs: null, phases: NO_PHASES, facts };
  },
  judge,
};

function judge(config: GroupConfig, { facts }: Observation<Member[]>): Verdict {
  if (facts === null || facts.length === 0) return say('unknown', null, 'This group has no monitors.');
  const counted = facts.filter(({ status }) => status === 'up' || status === 'degraded' || status === 'down');
  if (counted.length === 0) return say('unknown', null, 'Nothing is known of any monitor of this group.');
  const down = counted.filter(({ status }) => status === 'down');
  const degraded = counted.filter(({ status }) => status === 'degraded');
  const said = `${down.length} of ${counted.length} down: ${named(down)}.`;
  if (isDown(config, down.length, counted.length)) return say('down', down[0]?.reason ?? 'unreachable', said);
  if (down.length > 0) return say('degraded', down[0]?.reason ?? 'unreachable', said);
  if (degraded.length > 0) {
    return say(
      'degraded',
      degraded[0]?.reason ?? 'slow',
      `${degraded.length} of ${counted.length} degraded: ${named(degraded)}.`,
    );
  }
  return say('up', null, counted.length === 1 ? 'The one monitor is up.' : `All ${counted.length} monitors are up.`);
}

function say(status: Verdict['status'], reason: Reason | null, text: string): Verdict {
  const message = cleanMessage(text);
  return { status, reason, message, responseTimeMs: null, statusCode: null, phases: NO_PHASES };
}

function isDown({ rule, percentage }: GroupConfig, down: number, counted: number): boolean {
  if (down === 0) return false;
  if (rule === 'any') return true;
  return rule === 'all' ? down === counted : down * 100 >= percentage * counted;
}

const NAMED = 10;

function named(members: readonly Member[]): string {
  const names = members.slice(0, NAMED).map(({ name }) => name);
  const more = members.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
