import type { AnyCheck } from '../checks/check.ts';
import { CHECKS } from '../checks/registry.ts';
import type { Field } from '../core/field.ts';
import { type Kind, KINDS } from '../core/monitor.ts';
import { maskConfig } from '../core/secrets.ts';
import type { Plan } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { type Form, textOf } from '../web/forms.ts';
import type { MonitorRow } from './queries.ts';
import { presets, settingsOf } from './settings.ts';

const NUMBERS = ['interval_seconds', 'timeout_seconds', 'retries', 'failure_threshold', 'recovery_threshold'] as const;

const FOR_EVERY_KIND = [
  'intent',
  'type',
  'name',
  'target',
  'interval_seconds',
  'tags',
  'channel_ids',
  'remind_every_minutes',
  'escalation_id',
  'parent_id',
  'public',
];

/**
 * A posted form as the object `MonitorInput` reads: numbers and switches out of their texts, `config.x` gathered under
 * `config`. An empty number field means its preset.
 */
export function inputOfForm(form: Form): Record<string, unknown> {
  const text = (name: string) => textOf(form, name);
  const input: Record<string, unknown> = { name: text('name'), target: text('target') };
  if ('type' in form) input['type'] = text('type');
  for (const name of NUMBERS) {
    const value = text(name).trim();
    if (value !== '') input[name] = /^\d{1,9}$/.test(value) ? Number(value) : value;
  }
  for (const name of ['parent_id', 'escalation_id']) if (name in form) input[name] = text(name) || null;
  if ('remind_every_minutes' in form) {
    const minutes = text('remind_every_minutes').trim();
    input['remind_every_minutes'] = minutes === '' ? null : /^\d{1,9}$/.test(minutes) ? Number(minutes) : minutes;
  }
  if ('public' in form) input['public'] = text('public') === 'true';
  if ('flap_detection' in form) input['flap_detection'] = text('flap_detection') === 'true';
  if ('tags' in form) input['tags'] = text('tags').split(',');
  if ('channel_ids' in form) input['channel_ids'] = [form['channel_ids'] ?? []].flat().filter((id) => id !== '');
  const config = Object.entries(form)
    .filter(([name]) => name.startsWith('config.'))
    .map(([name, value]): [string, unknown] => [name.slice('config.'.length), value]);
  const kind = KINDS.find((one) => one === input['type']);
  // A list of boxes of which none is ticked still posts its empty hidden input.
  for (const pair of config) if (kind && isChoice(kind, pair[0])) pair[1] = [pair[1]].flat().filter(Boolean);
  input['config'] = Object.fromEntries(config);
  return input;
}

function isChoice(kind: Kind, name: string): boolean {
  return CHECKS[kind].fields.some((field) => field.type === 'monitors' && field.name === name);
}

/** A stored monitor, or the presets of a new one, as the inputs show them. */
export function storedValues(deps: Deps, plan: Plan, row: MonitorRow | null, kind: Kind, channels: string[]): Form {
  const { config, tags, ...settings } = row
    ? { ...settingsOf(row), parent_id: row.parent_id, escalation_id: row.escalation_id }
    : { ...presets(deps.config, plan, kind), parent_id: null, escalation_id: null, name: '', target: '' };
  const check = CHECKS[kind];
  const shown = maskConfig(check, check.readConfig(config));
  const values: Form = { ...plainTexts(settings), type: kind, tags: tags.join(', '), channel_ids: channels };
  for (const field of check.fields) {
    const value = shown[field.name];
    values[`config.${field.name}`] = field.type === 'monitors' ? asIds(value) : inputText(value, field.type);
  }
  return values;
}

function plainTexts(settings: Record<string, unknown>): Form {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, inputText(value)]));
}

function asIds(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

/**
 * A stored value as its input shows it: headers and lists of rules one a line, switches as `true`, nothing as blank. The
 * schema of the kind reads the same spelling back.
 */
function inputText(value: unknown, type?: Field['type']): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  if (!Array.isArray(value)) return textLines(value, ': ');
  const lines = value.map((one: unknown) => (isRule(one) ? Object.values(one).filter(hasText).join(' ') : String(one)));
  return lines.join(type === 'textarea' ? '\n' : ', ');
}

function isRule(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function hasText(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '';
}

function textLines(value: object, between: string): string {
  return Object.entries(value)
    .map(([name, text]) => `${name}${between}${String(text)}`)
    .join('\n');
}

/** What of the form holds for another kind too, when the person just chose one; else all of it. */
export function typed(form: Form): Form {
  if (form['intent'] !== 'kind') return form;
  return Object.fromEntries(Object.entries(form).filter(([name]) => FOR_EVERY_KIND.includes(name)));
}

/** Labels of the folded settings that are not at their default, so that the fold hides nothing unusual. */
export function changedNames(
  check: AnyCheck,
  fields: { name: string; label: string; value: string; type: Field['type'] }[],
) {
  const defaults = check.readConfig({});
  return fields
    .filter(
      ({ name, value, type }) => value !== '' && value !== inputText(defaults[name.slice('config.'.length)], type),
    )
    .map(({ label }) => label);
}
