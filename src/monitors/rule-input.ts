import { z } from '@hono/zod-openapi';
import { MonitorInput } from './settings.ts';

const { interval_seconds, failure_threshold, remind_every_minutes, escalation_id, channel_ids } = MonitorInput.shape;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** What a rule can say of a new monitor. What is left out, or null where null has no meaning of its own, it leaves open. */
export const RuleSettings = z
  .strictObject({
    channel_ids,
    escalation_id,
    failure_threshold,
    interval_seconds,
    public: MonitorInput.shape.public,
    remind_every_minutes,
  })
  .openapi('TagRuleSettings');
export type RuleSettings = z.infer<typeof RuleSettings>;

const tag = z
  .string()
  .transform((text) => text.replace(CONTROL, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, 'Name the tag.')
      .max(40, 'A tag has at most 40 characters.')
      .refine((text) => !text.includes(','), 'A tag has no comma.'),
  );
const settings = RuleSettings.refine(
  (said) => Object.values(said).some((value) => value !== undefined),
  'Say at least one thing that the rule gives.',
);
const position = z
  .int('This must be a whole number.')
  .min(0, 'This must be at least 0.')
  .max(99, 'This must be at most 99.')
  .optional()
  .openapi({ description: 'Its place among the rules: the first one that names a field wins. Last when left out.' });

export const RuleInput = z.strictObject({ tag, settings, position }).openapi('TagRuleInput', {
  example: { tag: 'production', settings: { interval_seconds: 60, failure_threshold: 2 } },
});
export type RuleInput = z.infer<typeof RuleInput>;

export const RulePatch = z
  .strictObject({ tag: tag.optional(), settings: settings.optional(), position })
  .openapi('TagRulePatch');
export type RulePatch = z.infer<typeof RulePatch>;
