import type { Field } from '../checks/check.ts';
import { CHECKS } from '../checks/registry.ts';
import { maskConfig } from '../checks/secrets.ts';
import { INTERVALS, KINDS, type Kind, timeToAlert } from '../core/monitor.ts';
import { PLAN, type Plan, planForInterval } from '../core/plan.ts';
import { duration, SECOND } from '../core/time.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../web/env.ts';
import type { Form, Refusal } from '../web/forms.ts';
import { defaultChannelIds, listChannelChoices, listChannelIds } from './channel-queries.ts';
import { drawPhases } from './charts.ts';
import type { MonitorRow } from './queries.ts';
import { presets, proposedName, settingsOf } from './settings.ts';

/** A posted form with what came of it. */
export interface Attempt {
  form: Form;
  refusal?: Refusal;
  verdict?: Verdict;
}

/**
 * The monitor form: of `row` when there is one, else of a new monitor. After a refusal, a test or a preview the
 * person's own values stay in it.
 */
export async function loadForm(deps: Deps, session: Session, row: MonitorRow | null, attempt?: Attempt) {
  const plan = session.account.plan;
  const db = deps.db.read;
  const channels = await listChannelChoices(db, session.account.id);
  const chosen = row
    ? ((await listChannelIds(db, [row.no])).get(row.no) ?? [])
    : await defaultChannelIds(db, session.account.id);
  const values = { ...storedValues(deps, plan, row, chosen), ...attempt?.form };
  const errors = attempt?.refusal?.errors ?? {};
  const text = (name: string) => [values[name] ?? ''].flat().at(-1) ?? '';
  const kind = KINDS.find((one) => one === text('type')) ?? row?.kind ?? 'http';
  const field = (name: string, rest: Omit<Field, 'name'> & Record<string, unknown>) => ({
    ...rest,
    name,
    value: text(name),
    error: errorOf(errors, name),
  });
  const checked = [values['channel_ids'] ?? []].flat();
  const own = CHECKS[kind].fields.map((one) => configField(one, text(`config.${one.name}`), errors));
  const advanced = own.filter((one) => one.advanced === true);
  return {
    row: row && { id: row.id, name: row.name },
    problem: attempt?.refusal ? problemOf(attempt.refusal) : null,
    kinds: KINDS.length > 1 ? KINDS.map((one) => ({ value: one, label: CHECKS[one].label })) : null,
    kind,
    target: field('target', {
      label: 'Address',
      type: 'text',
      placeholder: 'https://example.com',
      required: true,
      autofocus: row === null && !attempt,
      autocomplete: 'off',
      inputmode: 'url',
    }),
    name: field('name', {
      label: 'Name',
      type: 'text',
      optional: true,
      maxlength: 100,
      placeholder: proposedFor(kind, text('target')),
      help: 'As you and, if it is public, your customers call it.',
    }),
    interval: field('interval_seconds', {
      label: 'Check every',
      type: 'select',
      options: intervalOptions(plan, Number(text('interval_seconds'))),
    }),
    timeout: field('timeout_seconds', { label: 'Give up after', type: 'number', unit: 'seconds' }),
    failures: field('failure_threshold', {
      label: 'Down after',
      type: 'number',
      unit: 'failed checks in a row',
    }),
    recoveries: field('recovery_threshold', { label: 'Up again after', type: 'number', unit: 'good checks in a row' }),
    retries: field('retries', {
      label: 'Tries inside a check',
      type: 'number',
      unit: 'more before it counts as failed',
    }),
    tags: field('tags', {
      label: 'Tags',
      type: 'text',
      optional: true,
      placeholder: 'shop, production',
      help: 'Separated by commas.',
    }),
    isPublic: text('public') === 'true',
    told: toldSentence(text),
    rules: own.filter((one) => one.advanced !== true),
    advanced,
    changed: changedNames(kind, advanced),
    openAdvanced: advanced.some((one) => one.error !== undefined),
    channels: channels.map((channel) => ({ ...channel, checked: checked.includes(channel.id) })),
    channelError: errorOf(errors, 'channel_ids'),
    verdict: attempt?.verdict ? verdictView(attempt.verdict) : null,
  };
}

function storedValues(deps: Deps, plan: Plan, row: MonitorRow | null, channels: string[]): Form {
  const { config, tags, kind, ...settings } = row
    ? settingsOf(row)
    : { ...presets(deps.config, plan), name: '', target: '' };
  const check = CHECKS[kind];
  const shown = maskConfig(check, check.parseConfig(config));
  const values: Form = { type: kind, tags: tags.join(', '), channel_ids: channels };
  for (const [name, value] of Object.entries(settings)) values[name] = inputText(value);
  for (const { name } of check.fields) values[`config.${name}`] = inputText(shown[name]);
  return values;
}

/** A stored value as its input shows it: headers one a line, switches as `true`, nothing as blank. */
function inputText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return Object.entries(value)
    .map(([name, text]) => `${name}: ${String(text)}`)
    .join('\n');
}

type ConfigField = Omit<Field, 'name'> & { name: string; value: string; error: string | undefined };

function configField(field: Field, value: string, errors: Record<string, string>): ConfigField {
  const name = `config.${field.name}`;
  return { ...field, name, value, error: errorOf(errors, name) };
}

/** The sentence for a field, or for a part of it. */
function errorOf(errors: Record<string, string>, name: string): string | undefined {
  return Object.entries(errors).find(([key]) => key === name || key.startsWith(`${name}.`))?.[1];
}

/** Labels of the folded settings that are not at their default, so that the fold hides nothing unusual. */
function changedNames(kind: Kind, fields: ConfigField[]): string[] {
  const defaults = CHECKS[kind].parseConfig({});
  return fields
    .filter(({ name, value }) => value !== inputText(defaults[name.slice('config.'.length)]) && value !== '')
    .map(({ label }) => label);
}

function intervalOptions(plan: Plan, present: number) {
  const all = [...new Set([...INTERVALS, ...(present > 0 ? [present] : [])])].toSorted((a, b) => a - b);
  return all.map((seconds) => ({
    value: String(seconds),
    label: duration(seconds * SECOND),
    locked: seconds < PLAN[plan].interval ? PLAN[planForInterval(seconds)].label : undefined,
  }));
}

function proposedFor(kind: Kind, target: string): string {
  const parsed = CHECKS[kind].parseTarget(target);
  return 'target' in parsed ? proposedName(parsed.target) : 'Taken from the address';
}

/** With sentences beside fields the head of the form only points at them. */
function problemOf({ problem, errors }: Refusal): string {
  const count = Object.keys(errors).length;
  if (count === 0) return problem;
  return count === 1
    ? 'Nothing was saved: look at the marked field.'
    : `Nothing was saved: look at the ${count} marked fields.`;
}

/** When people hear of an outage, computed from the values as they stand in the form. */
function toldSentence(text: (name: string) => string): string | null {
  const [intervalSeconds = 0, timeoutSeconds = 0, failureThreshold = 0] = [
    'interval_seconds',
    'timeout_seconds',
    'failure_threshold',
  ].map((name) => Number(text(name)));
  if (!(intervalSeconds > 0 && timeoutSeconds > 0 && failureThreshold > 0)) return null;
  const { afterFailureMs, worstMs } = timeToAlert({ intervalSeconds, timeoutSeconds, failureThreshold });
  const worst = `at the very worst ${duration(worstMs)} after the outage began`;
  if (afterFailureMs === 0) return `You will be told with the first failed check; ${worst}.`;
  return `A failed check is looked at again within seconds. You will be told about ${duration(afterFailureMs)} after it; ${worst}.`;
}

/** What a test saw, for the panel beside the button. */
export function verdictView(verdict: Verdict) {
  return { ...verdict, parts: drawPhases(verdict.phases) };
}
