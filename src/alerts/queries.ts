import type { ChannelKind } from '../core/alert.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import { channels } from '../db/schema/incidents.ts';

/** Adds a channel and returns its id. An e-mail channel's config is `{to}`, the address of a member of the account. */
export async function insertChannel(
  tx: Tx,
  channel: {
    accountId: string;
    kind: ChannelKind;
    name: string;
    config: Record<string, unknown>;
    isDefault: boolean;
    now: number;
  },
): Promise<string> {
  const id = newId('chn');
  const { accountId, kind, name, config, isDefault, now } = channel;
  await tx
    .insert(channels)
    .values({ id, account_id: accountId, kind, name, config, is_default: isDefault, created_at: now });
  return id;
}
