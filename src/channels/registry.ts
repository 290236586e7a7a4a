import type { ChannelKind } from '../core/alert.ts';
import { type AnyChannel, seal } from './channel.ts';
import { alertmanager } from './alertmanager.ts';
import { discord } from './discord.ts';
import { email } from './email.ts';
import { ntfy } from './ntfy.ts';
import { opsgenie } from './opsgenie.ts';
import { pagerduty } from './pagerduty.ts';
import { pushover } from './pushover.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';

/** Every kind of channel. A kind without a line here does not compile. */
export const CHANNELS: Record<ChannelKind, AnyChannel> = {
  email: seal(email),
  webhook: seal(webhook),
  slack: seal(slack),
  discord: seal(discord),
  teams: seal(teams),
  telegram: seal(telegram),
  pagerduty: seal(pagerduty),
  opsgenie: seal(opsgenie),
  ntfy: seal(ntfy),
  pushover: seal(pushover),
  alertmanager: seal(alertmanager),
};
