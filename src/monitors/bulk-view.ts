import { CHECKS } from '../checks/registry.ts';
import { KINDS } from '../core/monitor.ts';
import type { Plan } from '../core/plan.ts';
import type { Db } from '../db/client.ts';
import { type Form, textOf } from '../web/forms.ts';
import type { Outcome } from './bulk-actions.ts';
import { KEPT_WORDS } from './bulk-effect.ts';
import type { Deed } from './bulk-form.ts';
import type { BulkChange } from './bulk-input.ts';
import { listChannelChoices } from './channel-queries.ts';
import { channelChoices, intervalOptions } from './form-choices.ts';
import { listTags } from './queries.ts';

/** Names a preview shows of each list. */
const SHOWN = 20;

const FIELD_WORDS = {
  interval_seconds: 'the interval',
  failure_threshold: '"down after"',
  remind_every_minutes: 'the reminder',
  escalation_id: 'the escalation',
  public: 'whether it is public',
  tags: 'the tags',
  channel_ids: 'the channels',
  paused: 'whether it runs',
} as const;

/** A field of a monitor as a sentence names it. */
export function fieldWords(field: string): string {
  return FIELD_WORDS[field as keyof typeof FIELD_WORDS] ?? field;
}

const TITLES: Record<Deed, string> = {
  pause: 'Pause',
  resume: 'Resume',
  tags: 'Tags of',
  channels: 'Channels of',
  interval: 'Interval of',
  threshold: '"Down after" of',
  delete: 'Delete',
  rule: 'Apply the rule to',
};

/** "Pause 3 monitors". */
export function titleOf(deed: Deed, count: number): string {
  return `${TITLES[deed]} ${count === 1 ? '1 monitor' : `${count} monitors`}`;
}

/** What a deed asks for, with what was filled in; null where it asks for nothing. */
export async function loadAsking(
  db: Db,
  account: { id: string; plan: Plan },
  deed: Deed,
  form: Form,
  errors: Record<string, string>,
) {
  const how = textOf(form, 'how') || 'add';
  switch (deed) {
    case 'tags':
      return {
        deed,
        how,
        howError: errors['how'],
        value: textOf(form, 'tags'),
        error: errors['tags'],
        known: await listTags(db, account.id),
      };
    case 'channels': {
      const ticked = new Set([form['channels'] ?? []].flat());
      const channels = await listChannelChoices(db, account.id);
      return {
        deed,
        how,
        howError: errors['how'],
        error: errors['channels'],
        channels: channelChoices(channels, ticked),
      };
    }
    case 'interval':
      return { deed, field: intervalField(account.plan, textOf(form, 'interval_seconds'), errors['interval_seconds']) };
    case 'threshold':
      return {
        deed,
        field: {
          name: 'failure_threshold',
          label: 'Down after',
          type: 'number',
          unit: 'failed checks in a row',
          value: textOf(form, 'failure_threshold') || '3',
          error: errors['failure_threshold'],
          required: true,
        },
      };
    default:
      return null;
  }
}

/** How often to check, as far as some kind can be set to it; what the plan lacks names the plan that has it. */
export function intervalField(plan: Plan, value: string, error: string | undefined) {
  const longest = Math.max(...KINDS.map((kind) => CHECKS[kind].longestIntervalSeconds));
  const options = intervalOptions(plan, longest);
  return { name: 'interval_seconds', label: 'Check every', type: 'select', options, value: value || '300', error };
}

/** A preview as it is drawn: first names of each list, those that stay by their reason. */
export function previewView(outcome: Outcome, change: BulkChange, says: string[]) {
  const { matched, changed, unchanged, partly, managed } = outcome;
  return {
    matched,
    /** Where the deed's own name does not say it. */
    says,
    change: JSON.stringify(change),
    changed: few(changed),
    unchanged: grouped(unchanged, ({ reason }) => KEPT_WORDS[reason]),
    partly: grouped(partly, ({ field, reason }) => `Without ${fieldWords(field)}: ${KEPT_WORDS[reason]}`),
    managed: managed.length > 0 ? few(managed) : null,
    note: noteOf(change),
    isDeletion: change.delete === true,
  };
}

function noteOf(change: BulkChange): string | null {
  if (change.delete)
    return 'Their results, incidents and places on status pages go with them, at once and for good. Pausing keeps them.';
  if (change.paused) return 'Open incidents are closed, and nobody is told of that.';
  if (change.paused === false) return 'First results arrive within a minute.';
  if (change.channels_set?.length === 0) return 'Afterwards nobody is told when they go down.';
  return null;
}

function grouped<T extends { name: string }>(list: readonly T[], words: (one: T) => string) {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(words(one), [...(groups.get(words(one)) ?? []), one]);
  return [...groups].map(([why, ones]) => ({ why, ...few(ones) }));
}

function few(list: readonly { name: string }[]) {
  return {
    count: list.length,
    names: list.slice(0, SHOWN).map(({ name }) => name),
    more: Math.max(0, list.length - SHOWN),
  };
}
