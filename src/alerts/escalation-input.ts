import { z } from '@hono/zod-openapi';
import { type EscalationStep, escalationStep, MOST_STEPS } from '../core/escalation.ts';
import { type Form, textOf } from '../web/forms.ts';

const LONGEST_NAME = 80;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Steps in the order they are taken, whatever order they came in. */
const steps = z
  .array(escalationStep)
  .min(1, 'A policy needs at least one step.')
  .max(MOST_STEPS, `A policy has at most ${MOST_STEPS} steps.`)
  .check(({ value, issues }) => {
    value.forEach(({ after_minutes }, i) => {
      if (value.findIndex((step) => step.after_minutes === after_minutes) === i) return;
      const message = 'Another step has the same time already: put its channels there.';
      issues.push({ code: 'custom', input: value, path: [i, 'after_minutes'], message });
    });
  })
  .transform((all) =>
    all
      .map((step) => ({ ...step, channel_ids: [...new Set(step.channel_ids)] }))
      .toSorted((a, b) => a.after_minutes - b.after_minutes),
  );

export const PolicyInput = z
  .strictObject({
    name: z
      .string()
      .transform((text) => text.replace(CONTROL, ' ').trim())
      .pipe(z.string().min(1, 'Give it a name.').max(LONGEST_NAME, `A name has at most ${LONGEST_NAME} characters.`)),
    steps: steps.openapi({ description: 'Minutes since people were told, and who is told then.' }),
  })
  .openapi('EscalationPolicyInput');
export type PolicyInput = z.infer<typeof PolicyInput>;

export const PolicyPatch = PolicyInput.partial().openapi('EscalationPolicyPatch');
export type PolicyPatch = z.infer<typeof PolicyPatch>;

/** One row of the form as it was filled in. */
export interface StepRow {
  minutes: string;
  channelIds: string[];
}

/** The rows of the form, all of them, empty ones too. */
export function rowsOfForm(form: Form): StepRow[] {
  return Array.from({ length: MOST_STEPS }, (_, i) => ({
    minutes: textOf(form, `after_${i}`).trim(),
    channelIds: [form[`channels_${i}`] ?? []].flat().filter((id) => id !== ''),
  }));
}

/** The rows that a policy's steps fill. */
export function rowsOfSteps(filled: readonly EscalationStep[]): StepRow[] {
  return Array.from({ length: MOST_STEPS }, (_, i) => ({
    minutes: filled[i] ? String(filled[i].after_minutes) : '',
    channelIds: filled[i]?.channel_ids ?? [],
  }));
}

/**
 * What the schema reads, without the rows in which nothing is filled in. `rows` has the number of the row of each step,
 * to bring a sentence back to where it belongs.
 */
export function inputOfRows(name: string, rows: readonly StepRow[]): { input: unknown; rows: number[] } {
  const used = rows
    .map((row, i) => ({ ...row, i }))
    .filter(({ minutes, channelIds }) => minutes !== '' || channelIds.length > 0);
  const given = used.map(({ minutes, channelIds }) => ({
    after_minutes: /^\d{1,9}$/.test(minutes) ? Number(minutes) : Number.NaN,
    channel_ids: channelIds,
  }));
  return { input: { name, steps: given }, rows: used.map(({ i }) => i) };
}
