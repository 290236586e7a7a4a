import { CHECKS } from '../checks/registry.ts';
import type { Actor } from '../core/access.ts';
import { invalidField } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import { listMembers } from './group-queries.ts';
import type { Settings } from './settings.ts';

/** A group holds monitors of its own account, and no groups: so it can never hold itself. */
export async function refuseForeignMembers(
  tx: Tx,
  actor: Actor,
  { kind, config }: Settings,
  now: number,
  before: Record<string, unknown> = {},
): Promise<void> {
  if (CHECKS[kind].needs !== 'members') return;
  const ids = memberIds(config);
  const found = new Map((await listMembers(tx, actor.accountId, ids, now)).map((member) => [member.id, member]));
  if (found.size === 0) throw invalidField('config.members', 'A group needs at least one monitor of this account.');
  // A member that was deleted since is only ignored.
  const kept = memberIds(before);
  const missing = ids.find((id) => !found.has(id) && !kept.includes(id));
  if (missing !== undefined) throw invalidField('config.members', `There is no monitor "${missing}" in this account.`);
  const nested = ids.map((id) => found.get(id)).find((member) => member && CHECKS[member.kind].needs === 'members');
  if (nested) throw invalidField('config.members', `"${nested.name}" is a group; a group holds monitors only.`);
}

function memberIds(config: Record<string, unknown>): string[] {
  const { members } = config;
  return Array.isArray(members) ? members.filter((id) => typeof id === 'string') : [];
}
