import type { ChannelKind } from '../core/alert.ts';
import type { Feature } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import type { Sender } from './channel.ts';
import { createEmailChannel, type EmailChannel } from './email.ts';
import { createWebhookChannel } from './webhook.ts';

/** What people call each kind, and what a plan must have for it. A kind without a line here does not compile. */
export const CHANNELS: Record<ChannelKind, { label: string; feature: Feature; receiver: string }> = {
  email: { label: 'E-mail', feature: 'email', receiver: 'The mail server' },
  webhook: { label: 'Webhook', feature: 'webhook', receiver: 'The receiver' },
};

/** A sender for each kind; mail also sends what concerns log-ins and keeps conversations open until closed. */
export type Senders = Record<ChannelKind, Sender> & { email: EmailChannel };

export function createSenders(deps: Pick<Deps, 'config' | 'outbound' | 'clock'>): Senders {
  return { email: createEmailChannel(deps), webhook: createWebhookChannel(deps) };
}
