import { type Form, parseInput, textOf } from '../web/forms.ts';
import type { Given } from './rule-presets.ts';
import { RuleInput, type RuleSettings } from './rule-input.ts';

/** Fields of a monitor that rules may give. */
const RULED = [
  'interval_seconds',
  'failure_threshold',
  'remind_every_minutes',
  'escalation_id',
  'public',
  'channel_ids',
] as const;

/** What a form of a new monitor is drawn with, for `withoutUntouched` to compare with what comes back. */
export function drawnWith(values: Form): string {
  return JSON.stringify(Object.fromEntries(RULED.map((name) => [name, spelled(values, name)])));
}

/**
 * A posted form of a new monitor without what nobody touched: a field that is still as it was drawn is left to the rules,
 * which may say something else of the tags that were typed.
 */
export function withoutUntouched(form: Form): Form {
  const drawn = read(textOf(form, 'drawn'));
  const untouched = new Set<string>(RULED.filter((name) => name in form && drawn[name] === spelled(form, name)));
  return Object.fromEntries(Object.entries(form).filter(([name]) => !untouched.has(name)));
}

function spelled(form: Form, name: (typeof RULED)[number]): string {
  if (name !== 'channel_ids') return textOf(form, name);
  return [form[name] ?? []].flat().filter(Boolean).toSorted().join(' ');
}

function read(json: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** What rules give, as the fields of the form of a monitor spell it. */
export function textsOf({ settings }: Given): Form {
  const texts: Form = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) texts[name] = Array.isArray(value) ? value : value === null ? '' : String(value);
  }
  return texts;
}

/** The form of a rule as the schema reads it: what is left open is not in it. */
export function ruleOfForm(form: Form): RuleInput {
  const settings: Record<string, unknown> = {};
  for (const name of ['interval_seconds', 'failure_threshold'] as const) {
    const value = textOf(form, name).trim();
    if (value !== '') settings[name] = /^\d{1,9}$/.test(value) ? Number(value) : value;
  }
  const remind = textOf(form, 'remind_every_minutes');
  if (remind !== '') settings['remind_every_minutes'] = remind === 'never' ? null : Number(remind);
  const policy = textOf(form, 'escalation_id');
  if (policy !== '') settings['escalation_id'] = policy === 'none' ? null : policy;
  const shown = textOf(form, 'public');
  if (shown !== '') settings['public'] = shown === 'true';
  if (textOf(form, 'gives_channels') === 'true') {
    settings['channel_ids'] = [form['channel_ids'] ?? []].flat().filter(Boolean);
  }
  return parseInput(RuleInput, { tag: textOf(form, 'tag'), settings });
}

/** A stored rule as its form spells it. */
export function formOfRule(tag: string, said: RuleSettings): Form {
  const { remind_every_minutes: remind, escalation_id: policy, channel_ids: channels } = said;
  return {
    tag,
    interval_seconds: String(said.interval_seconds ?? ''),
    failure_threshold: String(said.failure_threshold ?? ''),
    remind_every_minutes: remind === null ? 'never' : String(remind ?? ''),
    escalation_id: policy === null ? 'none' : (policy ?? ''),
    public: String(said.public ?? ''),
    gives_channels: String(channels !== undefined),
    channel_ids: channels ?? [],
  };
}
