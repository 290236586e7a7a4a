import type { Part } from '../core/manifest.ts';
import type { Outcome, Progress } from './apply.ts';
import type { FieldChange, Plan, Step } from './plan.ts';
import type { Held } from './server.ts';

const NOUN: Record<Part, string> = {
  channels: 'channel',
  escalations: 'escalation policy',
  monitors: 'monitor',
  pages: 'status page',
};
const SIGN = { create: '+', change: '~', delete: '-' } as const;

/** What a step is about: `monitor api "Our API"`. */
export function subject({ part, key, name }: Pick<Step, 'part' | 'key' | 'name'>): string {
  return `${NOUN[part]} ${key} "${name}"`;
}

/** How many of each there are in a plan. */
export function counts({ steps }: Plan): Record<Step['action'], number> {
  const of = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  return { create: of('create'), change: of('change'), delete: of('delete') };
}

/** One sentence for a plan: `2 to create, 1 to change, 0 to delete.` */
export function summary(plan: Plan): string {
  if (plan.steps.length === 0) return 'Nothing to do: the account is as the file says.';
  const { create, change, delete: remove } = counts(plan);
  return `${create} to create, ${change} to change, ${remove} to delete.`;
}

/** A plan as lines of text. */
export function planLines(plan: Plan): string[] {
  const steps = plan.steps.flatMap((step) => [...stepLines(step), '']);
  const gone = plan.gone.map((held) => `  ${goneWords(held)}`);
  return [
    ...steps,
    ...(gone.length > 0 ? ['No longer in the file, and kept without --prune:', ...gone, ''] : []),
    summary(plan),
  ];
}

function stepLines(step: Step): string[] {
  const note = step.adopts ? '  (was there already; the file takes it over)' : '';
  const only =
    step.action === 'change' && step.changes.length === 0 && !step.adopts
      ? '  (only which fields the file decides)'
      : '';
  return [
    `${SIGN[step.action]} ${step.action} ${subject(step)}${note}${only}`,
    ...step.changes.map((change) => `    ${changeWords(change, step.action)}`),
  ];
}

function changeWords({ field, before, after }: FieldChange, action: Step['action']): string {
  return action === 'create' ? `${field}: ${onOneLine(after)}` : `${field}: ${onOneLine(before)} → ${onOneLine(after)}`;
}

function onOneLine(text: string | null): string {
  return text === null ? 'none' : text.replaceAll('\n', '⏎');
}

export function goneWords({ part, key, name }: Held): string {
  return subject({ part, key: key ?? '', name });
}

/** A step as the page shows it. */
export function stepView(step: Step) {
  const { action, adopts, changes } = step;
  const note = adopts
    ? 'Was there already; the file takes it over.'
    : action === 'change' && changes.length === 0
      ? 'Nothing of it changes but which fields the file decides.'
      : null;
  const word = { create: 'Create', change: 'Change', delete: 'Delete' }[action];
  return { action, word, sign: SIGN[action], noun: NOUN[step.part], key: step.key, name: step.name, note, changes };
}

/** A finished step in words: `Created monitor api "Our API"`. */
export function progressWords({ step }: Progress): string {
  const word = DONE[step.action];
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${subject(step)}`;
}

/** `3/12 created monitor api "Our API"` */
export function progressLine({ step, number, total }: Progress): string {
  return `${number}/${total} ${DONE[step.action]} ${subject(step)}`;
}

const DONE = { create: 'created', change: 'changed', delete: 'deleted' } as const;

/** How an apply ended, as lines of text. */
export function outcomeLines({ done, failed, left }: Outcome): string[] {
  if (!failed)
    return [done.length === 0 ? 'Nothing to do: the account is as the file says.' : `Done: ${times(done.length)}.`];
  return [
    `Stopped at ${subject(failed.step)}: ${failed.message}`,
    ...failed.faults.map(({ line, column, message }) => `  line ${line}, column ${column}: ${message}`),
    `Done before it, and kept: ${times(done.length)}.`,
    ...(left.length > 0 ? ['Not tried:', ...left.map((step) => `  ${step.action} ${subject(step)}`)] : []),
    'Mend the file and apply it again: only what is left will be done.',
  ];
}

function times(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}

/** A plan for programs; secrets are hidden here too. */
export function planJson(plan: Plan) {
  return {
    ...counts(plan),
    steps: plan.steps.map(({ part, action, key, name, adopts, changes }) => ({
      part,
      action,
      key,
      name,
      adopts,
      changes,
    })),
    no_longer_in_file: plan.gone.map(({ part, key, name }) => ({ part, key, name })),
  };
}
