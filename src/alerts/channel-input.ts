import { z } from '@hono/zod-openapi';
import { allows, type Feature, type Plan, PLAN, planFor } from '../core/plan.ts';
import { MINUTE } from '../core/time.ts';

const name = z.string().trim().min(1, 'Give the channel a name.').max(80, 'Use at most 80 characters.');
const to = z.string('Choose an address.').trim().max(254, 'This address is too long.');

/** What a channel is made of. Presets: named after its address, enabled, given to new monitors. */
export const ChannelInput = z
  .object({
    kind: z.string('Say which kind of channel it is.'),
    name: name.optional(),
    enabled: z.boolean().optional(),
    is_default: z.boolean().optional(),
    config: z.object({ to }).openapi({ description: 'For `email`: the address of a person in the account.' }),
  })
  .openapi('ChannelInput');
export type ChannelInput = z.infer<typeof ChannelInput>;

/** What may be changed of a channel; what is left out stays. */
export const ChannelPatch = z
  .object({
    name: name.optional(),
    enabled: z.boolean().optional(),
    is_default: z.boolean().optional(),
    config: z.object({ to }).optional(),
  })
  .openapi('ChannelPatch');
export type ChannelPatch = z.infer<typeof ChannelPatch>;

/** Tests by hand: enough to try things out, too few to bother anybody. */
export const HAND_TESTS = { max: 6, windowMs: MINUTE };

/** Kinds that are announced but not built yet, with what a plan must have for them. */
const COMING: readonly { kind: string; label: string; feature: Feature }[] = [
  { kind: 'webhook', label: 'Webhook', feature: 'webhook' },
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
