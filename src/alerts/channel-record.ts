import { CHANNELS } from '../channels/registry.ts';
import { maskConfig } from '../core/secrets.ts';
import type { ChannelRow } from './queries.ts';

/** What may be changed of a channel, as the API spells it: `plain` to compare, `shown` with its secrets masked. */
export function channelRecord(row: ChannelRow) {
  const { kind, config, name, enabled, is_default, events, tags, quiet, per_minute } = row;
  const fields = { name, enabled, is_default, events, tags, quiet, per_minute };
  return { plain: { ...fields, config }, shown: { ...fields, config: maskConfig(CHANNELS[kind], config) } };
}
