import { CHANNELS } from '../channels/registry.ts';
import type { ChannelRow } from './queries.ts';

/** Whether a message could leave now: what goes through the installation's mail server needs confirmed addresses. */
export function isVerified({ kind, config, unverified }: Pick<ChannelRow, 'kind' | 'config' | 'unverified'>): boolean {
  return CHANNELS[kind].server(config) !== 'installation' || unverified.length === 0;
}

/** Addresses whose alerts wait until somebody confirms them. */
export function waitingAddresses(row: Pick<ChannelRow, 'kind' | 'config' | 'unverified'>): readonly string[] {
  return isVerified(row) ? [] : row.unverified;
}
