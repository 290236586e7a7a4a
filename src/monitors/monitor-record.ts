import { CHECKS } from '../checks/registry.ts';
import { maskConfig } from '../core/secrets.ts';
import type { Tx } from '../db/client.ts';
import { listChannelIds } from './channel-queries.ts';
import type { MonitorRow } from './queries.ts';
import { settingsOf } from './settings.ts';

/** What may be changed of a monitor, as the API spells it: `plain` to compare, `shown` with its secrets masked. */
export async function monitorRecord(tx: Tx, row: MonitorRow) {
  const check = CHECKS[row.kind];
  const { kind: _never, config, ...settings } = settingsOf(row);
  const { parent_id, escalation_id, paused_at } = row;
  const channel_ids = (await listChannelIds(tx, [row.no])).get(row.no) ?? [];
  const fields = { ...settings, parent_id, escalation_id, channel_ids, paused: paused_at !== null };
  // A config that was stored before its kind had all of today's fields has not changed for being read today.
  const complete = check.readConfig(config);
  return { plain: { ...fields, config: complete }, shown: { ...fields, config: maskConfig(check, complete) } };
}
