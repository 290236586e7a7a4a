import { listPolicies } from '../alerts/escalation-queries.ts';
import type { AnyCheck } from '../checks/check.ts';
import type { Field } from '../core/field.ts';
import { CHECKS } from '../checks/registry.ts';
import { marksOf } from '../core/managed.ts';
import type { Kind } from '../core/monitor.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../web/env.ts';
import { type Form, headProblem, type Refusal, textOf } from '../web/forms.ts';
import { defaultChannelIds, listChannelChoices, listChannelIds } from './channel-queries.ts';
import { drawPhases } from './charts.ts';
import { channelChoices, intervalOptions, listOthers, parentChoices, reminderOptions } from './form-choices.ts';
import { carriedTarget, kindLinks, kindNamed } from './form-kind.ts';
import { changedNames, storedValues, typed } from './form-values.ts';
import { namedFew, proposedFor, RULES_TITLE, toldWords } from './form-words.ts';
import type { MonitorRow } from './queries.ts';
import { drawnWith, textsOf, withoutUntouched } from './rule-form.ts';
import type { RuleSettings } from './rule-input.ts';
import { type Given, givenByRules } from './rule-presets.ts';
import { settingLines } from './rule-view.ts';

/** A posted form with what came of it. */
export interface Attempt {
  form: Form;
  refusal?: Refusal;
  verdict?: Verdict;
}

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
  const kind = row?.kind ?? kindNamed(textOf(attempt?.form ?? {}, 'type')) ?? 'http';
  const check = CHECKS[kind];
  const sent = row ? (attempt?.form ?? {}) : withoutUntouched(attempt?.form ?? {});
  const given = row ? NO_RULES : await givenTo(deps, session, kind, sent);
  const drawn: Form = { ...storedValues(deps, plan, row, kind, chosen), ...textsOf(given) };
  const values: Form = { ...drawn, ...typed(sent) };
  // What somebody chose is not from a rule, whatever the rule says.
  const ruled = Object.fromEntries(Object.entries(given.from).filter(([name]) => !(name in sent)));
  const fromRule = (name: keyof RuleSettings) => ruled[name] && `From the rule for “${ruled[name]}”.`;
  if (values['intent'] === 'kind') values['target'] = carriedTarget(check, textOf(values, 'target'));
  const errors = attempt?.refusal?.errors ?? {};
  const text = (name: string) => textOf(values, name);
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
    problem: attempt?.refusal ? headProblem(attempt.refusal) : null,
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
    told: toldWords(check, text),
    rules: own.filter((one) => one.advanced !== true),
    advanced,
    changed: changedNames(check, advanced),
    atDefault: `${namedFew(advanced.map(({ label }) => label))}all at their defaults`,
    openAdvanced: advanced.some((one) => one.error !== undefined),
    channels: channelChoices(channels, new Set(checked)),
    channelError: errorOf(errors, 'channel_ids'),
    remind: field('remind_every_minutes', {
      label: 'Remind while it is down',
      type: 'select',
      options: [{ value: '', label: 'Never' }, ...reminderOptions(Number(text('remind_every_minutes')))],
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
  const tags = textOf(form, 'tags')
    .split(',')
    .map((tag) => tag.trim());
  const timeoutSeconds = Number(textOf(form, 'timeout_seconds')) || deps.config.defaultTimeoutSeconds;
  return givenByRules(deps.db.read, account.id, { kind, plan: account.plan, tags, timeoutSeconds });
}

/** The same in words, without what somebody chose otherwise; null when there is nothing to say. */
async function ruleLines(db: Db, accountId: string, given: Given, ruled: Record<string, string>) {
  const tags = [...new Set(Object.values(ruled))];
  if (tags.length === 0) return null;
  const said = Object.fromEntries(Object.entries(given.settings).filter(([name]) => name in ruled));
  return { tags, lines: await settingLines(db, accountId, said) };
}

function reachesOut({ targetField }: AnyCheck): boolean {
  return targetField !== null;
}

/** The sentence for a field, or for a part of it; in a field of several lines it says which one. */
function errorOf(errors: Record<string, string>, name: string, type?: Field['type']): string | undefined {
  const found = Object.entries(errors).find(([key]) => key === name || key.startsWith(`${name}.`));
  if (!found) return undefined;
  const [key, sentence] = found;
  const line = /^\.(\d+)(\.|$)/.exec(key.slice(name.length))?.[1];
  return line === undefined || type !== 'textarea' ? sentence : `Line ${Number(line) + 1}: ${sentence}`;
}

/** What a test saw, for the panel beside the button. */
function verdictView(verdict: Verdict) {
  return { ...verdict, parts: drawPhases(verdict.phases) };
}
