import { z } from '@hono/zod-openapi';
import { MASK, keepSecrets } from '../core/secrets.ts';
import { newWebhookSecret, type WebhookConfig, webhookConfig } from '../channels/webhook.ts';
import { CHANNELS } from '../channels/registry.ts';
import type { ChannelKind } from '../core/alert.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { allows, type Feature, type Plan, PLAN, planFor } from '../core/plan.ts';
import { MINUTE } from '../core/time.ts';
import { fieldErrors } from '../web/forms.ts';

const name = z.string().trim().min(1, 'Give the channel a name.').max(80, 'Use at most 80 characters.');
const config = z.record(z.string(), z.unknown(), 'Say where it leads.').openapi({
  description:
    'For `email`: `{to}`, the address of a person in the account. For `webhook`: `{url, method?, headers?, timeout_seconds?}`; `method` is POST (default) or PUT, `timeout_seconds` from 1 to 30 (default 10). A masked value sent back stays as it was.',
  example: { url: 'https://example.com/hook', method: 'POST', headers: {}, timeout_seconds: 10 },
});

/** What a channel is made of. Presets: named after its address, enabled, given to new monitors. */
export const ChannelInput = z
  .object({
    kind: z.string('Say which kind of channel it is.'),
    name: name.optional(),
    enabled: z.boolean().optional(),
    is_default: z.boolean().optional(),
    config,
  })
  .openapi('ChannelInput');
export type ChannelInput = z.infer<typeof ChannelInput>;

/** What may be changed of a channel; what is left out stays. */
export const ChannelPatch = z
  .object({
    name: name.optional(),
    enabled: z.boolean().optional(),
    is_default: z.boolean().optional(),
    config: config.optional(),
  })
  .openapi('ChannelPatch');
export type ChannelPatch = z.infer<typeof ChannelPatch>;

/** Tests by hand: enough to try things out, too few to bother anybody. */
export const HAND_TESTS = { max: 6, windowMs: MINUTE };

/** Kinds that are announced but not built yet, with what a plan must have for them. */
const COMING: readonly { kind: string; label: string; feature: Feature }[] = [
  { kind: 'slack', label: 'Slack', feature: 'webhook' },
  { kind: 'discord', label: 'Discord', feature: 'webhook' },
  { kind: 'telegram', label: 'Telegram', feature: 'webhook' },
  { kind: 'teams', label: 'Microsoft Teams', feature: 'webhook' },
  { kind: 'pagerduty', label: 'PagerDuty', feature: 'webhook' },
  { kind: 'opsgenie', label: 'Opsgenie', feature: 'webhook' },
  { kind: 'ntfy', label: 'ntfy', feature: 'webhook' },
  { kind: 'pushover', label: 'Pushover', feature: 'webhook' },
];

/** The announced kinds as an account on `plan` sees them: `locked` names the plan that opens one, or is null. */
export function comingKinds(plan: Plan): { kind: string; label: string; locked: string | null }[] {
  return COMING.map(({ kind, label, feature }) => ({
    kind,
    label,
    locked: allows(plan, feature) ? null : PLAN[planFor(feature)].label,
  }));
}

/** Label of the plan that opens this kind for an account on `plan`, or null when it has it. */
export function lockedKind(plan: Plan, kind: ChannelKind): string | null {
  const { feature } = CHANNELS[kind];
  return allows(plan, feature) ? null : PLAN[planFor(feature)].label;
}

/** Where a channel leads: `whole` tells two apart, `place` may be shown (a query may carry secrets), `field` holds it. */
export function placeOf(kind: ChannelKind, config: Record<string, unknown>) {
  if (kind === 'email') return { field: 'to', whole: String(config['to']), place: String(config['to']) };
  const { href, host, pathname } = new URL(String(config['url']));
  return { field: 'url', whole: href, place: `${host}${pathname}`.slice(0, 80) };
}

/**
 * The whole config of a webhook: what was said over what is `stored` (null: a new one, which gets its secret here).
 * Masked values stay as they were. Throws `AppError` `invalid` with fields such as `config.url`.
 */
export function readWebhook(input: Record<string, unknown>, stored: Record<string, unknown> | null): WebhookConfig {
  const { secret } = input;
  if (secret !== undefined && secret !== MASK)
    throw invalidField('config.secret', 'The secret is chosen by StatusPing.');
  const before = stored ?? { secret: newWebhookSecret() };
  const parsed = webhookConfig.safeParse(keepSecrets(CHANNELS.webhook, { ...before, ...input }, before));
  if (parsed.success) return parsed.data;
  const fields = fieldErrors(parsed.error).map(({ field, message }) => ({
    field: ['config', ...field.split('.').slice(0, 1)].filter(Boolean).join('.'),
    message,
  }));
  throw new AppError('invalid', fields[0]?.message ?? 'That could not be read.', { fields });
}
