import { listPolicies } from '../alerts/escalation-queries.ts';
import type { AnyCheck, Needs } from '../checks/check.ts';
import type { Field } from '../core/field.ts';
import { CHECKS } from '../checks/registry.ts';
import { marksOf } from '../core/managed.ts';
import { maskConfig } from '../core/secrets.ts';
import { INTERVALS, type Kind, timeToAlert } from '../core/monitor.ts';
import { PLAN, type Plan, planForInterval } from '../core/plan.ts';
import { duration, MINUTE, SECOND } from '../core/time.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { HOLD_MS } from '../engine/dependencies.ts';
import type { Session } from '../web/env.ts';
import type { Form, Refusal } from '../web/forms.ts';
import { defaultChannelIds, listChannelChoices, listChannelIds } from './channel-queries.ts';
import { drawPhases } from './charts.ts';
import { carriedTarget, kindLinks, kindNamed } from './form-kind.ts';
import { listBelowIds } from './parent-queries.ts';
import { findMonitor, listMonitorNames, listMonitors, type MonitorRow } from './queries.ts';
import { drawnWith, textsOf, withoutUntouched } from './rule-form.ts';
import type { RuleSettings } from './rule-input.ts';
import { type Given, givenByRules } from './rule-presets.ts';
import { settingLines } from './rule-view.ts';
import { presets, proposedName, settingsOf } from './settings.ts';

/** A posted form with what came of it. */
export interface Attempt {
  form: Form;
  refusal?: Refusal;
  verdict?: Verdict;
}

const RULES_TITLE: Record<Needs | 'answer', string> = {
  answer: 'What a good answer looks like',
  heartbeat: 'When the job has to report',
  members: 'What belongs to it',
  domain: 'When to warn',
};

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

/** How often a reminder may come, in minutes. */
const REMINDERS = [5, 10, 15, 30, 60, 120, 240, 720, 1_440];

/** Monitors a group can choose from in the form. */
const CHOICES = 500;

/**
 * The monitor form: of `row` when there is one, else of a new monitor of the kind the attempt names. After a refusal, a
 * test or a preview the person's own values stay in it.
 */
export async function loadForm(deps: Deps, session: Session, row: MonitorRow | null, attempt?: Attempt) {
  const plan = session.account.plan;
  const db = deps.db.read;
  const channels = await listChannelChoices(db, session.account.id);
  const chosen = row
    ? ((await listChannelIds(db, [row.no])).get(row.no) ?? [])
    : await defaultChannelIds(db, session.account.id);
  const kind = row?.kind ?? kindNamed([attempt?.form['type'] ?? ''].flat().at(-1)) ?? 'http';
  const check = CHECKS[kind];
  const sent = row ? (attempt?.form ?? {}) : withoutUntouched(attempt?.form ?? {});
  const given = row ? NO_RULES : await givenTo(deps, session, kind, sent);
  const drawn: Form = { ...storedValues(deps, plan, row, kind, chosen), ...textsOf(given) };
  const values: Form = { ...drawn, ...typed(sent) };
  // What somebody chose is not from a rule, whatever the rule says.
  const ruled = Object.fromEntries(Object.entries(given.from).filter(([name]) => !(name in sent)));
  const fromRule = (name: keyof RuleSettings) => ruled[name] && `From the rule for “${ruled[name]}”.`;
  if (values['intent'] === 'kind') values['target'] = carriedTarget(check, [values['target'] ?? ''].flat()[0] ?? '');
  const errors = attempt?.refusal?.errors ?? {};
  const text = (name: string) => [values[name] ?? ''].flat().at(-1) ?? '';
  const fromFile = marksOf(row);
  const field = (name: string, rest: Omit<Field, 'name'> & Record<string, unknown>) => ({
    ...rest,
    name,
    value: text(name),
    error: errorOf(errors, name),
    fromFile: fromFile.fields[name],
  });
  const policies = await listPolicies(db, session.account.id);
  const parents = await parentChoices(deps, session, row);
  const checked = [values['channel_ids'] ?? []].flat();
  const others = check.fields.some((one) => one.type === 'monitors') ? await listOthers(deps, session, row) : [];
  const own = check.fields.map((one) => {
    const name = `config.${one.name}`;
    const said = { value: text(name), error: errorOf(errors, name, one.type), fromFile: fromFile.fields[name] };
    const drawn = { ...one, name, ...said };
    if (one.type !== 'monitors') return drawn;
    const ticked = new Set([values[name] ?? []].flat().flatMap((ids) => ids.split(/[\s,]+/)));
    return { ...drawn, monitors: others.map((other) => ({ ...other, checked: ticked.has(other.id) })) };
  });
  const advanced = own.filter((one) => one.advanced === true);
  return {
    drawn: row ? null : drawnWith(drawn),
    fromRules: await ruleLines(db, session.account.id, given, ruled),
    channelsFromRule: fromRule('channel_ids'),
    publicFromRule: fromRule('public'),
    row: row && { id: row.id, name: row.name },
    fromFile,
    problem: attempt?.refusal ? problemOf(attempt.refusal) : null,
    kinds: row ? null : kindLinks(plan, kind),
    kind,
    label: check.label,
    kindError: errors['type'],
    rulesTitle: RULES_TITLE[check.needs ?? 'answer'],
    /** A heartbeat waits for pings: there is nothing to try before it is saved. */
    canTest: check.needs !== 'heartbeat',
    target:
      check.targetField &&
      field('target', {
        ...check.targetField,
        type: 'text',
        required: true,
        autofocus: row === null && !attempt?.refusal && !attempt?.verdict,
        autocomplete: 'off',
      }),
    name: field('name', {
      label: 'Name',
      type: 'text',
      optional: true,
      maxlength: 100,
      placeholder: proposedFor(check, text('target')),
      help: 'As you and, if it is public, your customers call it.',
    }),
    interval: field('interval_seconds', {
      label: check.needs === 'heartbeat' ? 'A ping is due every' : 'Check every',
      type: 'select',
      options: intervalOptions(plan, check.longestIntervalSeconds, Number(text('interval_seconds'))),
      help: fromRule('interval_seconds'),
    }),
    // What is judged by our own knowledge takes no time and has nobody to ask again.
    timeout: reachesOut(check)
      ? field('timeout_seconds', { label: 'Give up after', type: 'number', unit: 'seconds' })
      : null,
    failures: field('failure_threshold', {
      label: 'Down after',
      type: 'number',
      unit: 'failed checks in a row',
      help: fromRule('failure_threshold'),
    }),
    recoveries: field('recovery_threshold', { label: 'Up again after', type: 'number', unit: 'good checks in a row' }),
    retries: reachesOut(check)
      ? field('retries', { label: 'Tries inside a check', type: 'number', unit: 'before it counts as failed' })
      : null,
    tags: field('tags', {
      label: 'Tags',
      type: 'text',
      optional: true,
      placeholder: 'shop, production',
      help: 'Separated by commas. Channels with one of these tags hear of it too.',
    }),
    isPublic: text('public') === 'true',
    flapDetection: text('flap_detection') === 'true',
    told: [check.needs === 'heartbeat' ? heartbeatSentence(text) : toldSentence(text), parentSentence(text)]
      .filter(Boolean)
      .join(' '),
    rules: own.filter((one) => one.advanced !== true),
    advanced,
    changed: changedNames(check, advanced),
    atDefault: `${namedFew(advanced.map(({ label }) => label))}all at their defaults`,
    openAdvanced: advanced.some((one) => one.error !== undefined),
    channels: channels.map((channel) => ({ ...channel, checked: checked.includes(channel.id) })),
    channelError: errorOf(errors, 'channel_ids'),
    remind: field('remind_every_minutes', {
      label: 'Remind while it is down',
      type: 'select',
      options: reminderOptions(text('remind_every_minutes')),
      help:
        fromRule('remind_every_minutes') ??
        'With the next check after that time, unless somebody acknowledged or snoozed the incident.',
    }),
    escalation: field('escalation_id', {
      label: 'If nobody acknowledges',
      type: 'select',
      help: fromRule('escalation_id'),
      options: [
        { value: '', label: 'Nobody else is told' },
        ...policies.map(({ id, name }) => ({ value: id, label: name })),
      ],
    }),
    hasPolicies: policies.length > 0,
    parent:
      parents.length > 0
        ? field('parent_id', {
            label: 'Depends on',
            type: 'select',
            options: [{ value: '', label: 'Nothing' }, ...parents.map(({ id, name }) => ({ value: id, label: name }))],
            help: 'While that one is down, failures of this one are recorded and nobody is told of them.',
          })
        : null,
    verdict: attempt?.verdict ? verdictView(attempt.verdict) : null,
  };
}

const NO_RULES: Given = { settings: {}, from: {} };

/** What the rules give to a new monitor as it stands in the form. */
function givenTo(deps: Deps, { account }: Session, kind: Kind, form: Form): Promise<Given> {
  const last = (name: string) => [form[name] ?? ''].flat().at(-1) ?? '';
  const tags = last('tags')
    .split(',')
    .map((tag) => tag.trim());
  const timeoutSeconds = Number(last('timeout_seconds')) || deps.config.defaultTimeoutSeconds;
  return givenByRules(deps.db.read, account.id, { kind, plan: account.plan, tags, timeoutSeconds });
}

/** The same in words, without what somebody chose otherwise; null when there is nothing to say. */
async function ruleLines(db: Db, accountId: string, given: Given, ruled: Record<string, string>) {
  const tags = [...new Set(Object.values(ruled))];
  if (tags.length === 0) return null;
  const said = Object.fromEntries(Object.entries(given.settings).filter(([name]) => name in ruled));
  return { tags, lines: await settingLines(db, accountId, said) };
}

/** What of the form holds for another kind too, when the person just chose one; else all of it. */
function typed(form: Form): Form {
  if (form['intent'] !== 'kind') return form;
  return Object.fromEntries(Object.entries(form).filter(([name]) => FOR_EVERY_KIND.includes(name)));
}

/** The account's monitors beside `row`, by name: what a group chooses from. Groups hold no groups. */
async function listOthers({ db, clock }: Deps, { account }: Session, row: MonitorRow | null) {
  const found = await listMonitors(db.read, account.id, { now: clock.now(), after: null, limit: CHOICES });
  return found
    .filter((other) => other.no !== row?.no && CHECKS[other.kind].needs !== 'members')
    .map(({ id, name, kind }) => ({ id, name, label: CHECKS[kind].label }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The monitors this one may depend on, by name: all but itself and those that depend on it. */
async function parentChoices({ db, clock }: Deps, { account }: Session, row: MonitorRow | null) {
  const below = row ? await listBelowIds(db.read, row.no) : new Set<string>();
  const all = (await listMonitorNames(db.read, account.id)).filter(({ id }) => !below.has(id));
  const present = row?.parent_id ?? null;
  // In an account with more monitors than a list should have, saving must not drop the choice.
  if (present === null || all.some(({ id }) => id === present)) return all;
  const parent = await findMonitor(db.read, account.id, present, clock.now());
  return parent ? [parent, ...all] : all;
}

function reminderOptions(present: string) {
  const chosen = Number(present);
  const all = [...new Set([...REMINDERS, ...(chosen >= 1 ? [chosen] : [])])].toSorted((a, b) => a - b);
  const every = all.map((minutes) => ({ value: String(minutes), label: `Every ${duration(minutes * MINUTE)}` }));
  return [{ value: '', label: 'Never' }, ...every];
}

function reachesOut({ targetField }: AnyCheck): boolean {
  return targetField !== null;
}

function storedValues(deps: Deps, plan: Plan, row: MonitorRow | null, kind: Kind, channels: string[]): Form {
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

/** The sentence for a field, or for a part of it; in a field of several lines it says which one. */
function errorOf(errors: Record<string, string>, name: string, type?: Field['type']): string | undefined {
  const found = Object.entries(errors).find(([key]) => key === name || key.startsWith(`${name}.`));
  if (!found) return undefined;
  const [key, sentence] = found;
  const line = /^\.(\d+)(\.|$)/.exec(key.slice(name.length))?.[1];
  return line === undefined || type !== 'textarea' ? sentence : `Line ${Number(line) + 1}: ${sentence}`;
}

/** Labels of the folded settings that are not at their default, so that the fold hides nothing unusual. */
function changedNames(check: AnyCheck, fields: { name: string; label: string; value: string; type: Field['type'] }[]) {
  const defaults = check.readConfig({});
  return fields
    .filter(
      ({ name, value, type }) => value !== '' && value !== inputText(defaults[name.slice('config.'.length)], type),
    )
    .map(({ label }) => label);
}

/** What is folded away, in a few words before a colon. */
function namedFew(labels: string[]): string {
  return labels.length === 0 ? '' : `${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ' and more' : ''}: `;
}

function intervalOptions(plan: Plan, longest: number, present: number) {
  const offered = INTERVALS.filter((seconds) => seconds <= longest);
  const all = [...new Set([...offered, ...(present > 0 ? [present] : [])])].toSorted((a, b) => a - b);
  return all.map((seconds) => ({
    value: String(seconds),
    label: duration(seconds * SECOND),
    locked: seconds < PLAN[plan].interval ? PLAN[planForInterval(seconds)].label : undefined,
  }));
}

function proposedFor(check: AnyCheck, target: string): string {
  const parsed = check.parseTarget(target);
  return 'target' in parsed ? proposedName(check, parsed.target) : 'Taken from the address';
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

/** What a parent adds to the time until people are told. */
function parentSentence(text: (name: string) => string): string | null {
  if (text('parent_id') === '') return null;
  return `Because it depends on another monitor, that one is looked at first: up to ${duration(HOLD_MS)} more.`;
}

/** The same for a job that is expected to report: its period and grace pass before anything is wrong. */
function heartbeatSentence(text: (name: string) => string): string | null {
  const [interval = 0, grace = 0] = [text('interval_seconds'), text('config.grace_seconds')].map(Number);
  if (!(interval > 0 && grace > 0)) return null;
  if (text('config.cron').trim() !== '') {
    return `You will be told about ${duration(grace * SECOND)} after a run of the schedule that sent no ping, and at once when the job reports a failure.`;
  }
  return `You will be told about ${duration((interval + grace) * SECOND)} after the last ping, and at once when the job reports a failure.`;
}

/** What a test saw, for the panel beside the button. */
export function verdictView(verdict: Verdict) {
  return { ...verdict, parts: drawPhases(verdict.phases) };
}
