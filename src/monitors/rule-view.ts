import { listPolicies } from '../alerts/escalation-queries.ts';
import { duration, MINUTE, SECOND } from '../core/time.ts';
import type { Db } from '../db/client.ts';
import type { BulkChange } from './bulk-input.ts';
import { listChannelChoices } from './channel-queries.ts';
import type { RuleSettings } from './rule-input.ts';

/** What a rule gives, a line for each field. */
export async function settingLines(db: Db, accountId: string, said: RuleSettings): Promise<string[]> {
  const channels = new Map((await listChannelChoices(db, accountId)).map(({ id, name }) => [id, name]));
  const policies = new Map((await listPolicies(db, accountId)).map(({ id, name }) => [id, name]));
  const { channel_ids: ids, escalation_id: policy, remind_every_minutes: remind } = said;
  const lines: string[] = [];
  if (said.interval_seconds !== undefined) lines.push(`Checked every ${duration(said.interval_seconds * SECOND)}`);
  if (said.failure_threshold !== undefined) lines.push(`Down after ${said.failure_threshold} failed checks in a row`);
  if (ids)
    lines.push(
      ids.length === 0
        ? 'Alerts go to nobody'
        : `Alerts go to ${ids.map((id) => channels.get(id) ?? 'a channel that is gone').join(', ')}`,
    );
  if (policy === null) lines.push('No escalation');
  if (policy) lines.push(`If nobody acknowledges: ${policies.get(policy) ?? 'a policy that is gone'}`);
  if (remind === null) lines.push('No reminders');
  if (remind) lines.push(`A reminder every ${duration(remind * MINUTE)} while it is down`);
  if (said.public !== undefined) lines.push(said.public ? 'Shown on status pages' : 'Not shown on status pages');
  return lines;
}

/** The same for a change that came from a rule. */
export function changeLines(db: Db, accountId: string, change: BulkChange): Promise<string[]> {
  const {
    channels_set: channel_ids,
    interval_seconds,
    failure_threshold,
    escalation_id,
    remind_every_minutes,
  } = change;
  const rest = { interval_seconds, failure_threshold, escalation_id, remind_every_minutes, public: change.public };
  return settingLines(db, accountId, { channel_ids, ...rest });
}

/** A rule as a change of monitors that exist. */
export function changeOfRule({ channel_ids: channels_set, ...rest }: RuleSettings): BulkChange {
  return channels_set ? { channels_set, ...rest } : rest;
}
