import type { ChannelKind } from '../core/alert.ts';
import { type AnyChannel, seal } from './channel.ts';
import { email } from './email.ts';
import { webhook } from './webhook.ts';

/** Every kind of channel. A kind without a line here does not compile. */
export const CHANNELS: Record<ChannelKind, AnyChannel> = {
  email: seal(email),
  webhook: seal(webhook),
};
