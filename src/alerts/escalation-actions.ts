import { recordChange } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { PolicyInput, PolicyPatch } from './escalation-input.ts';
import {
  deletePolicyRow,
  findPolicy,
  insertPolicy,
  listPolicies,
  type PolicyRow,
  updatePolicyRow,
} from './escalation-queries.ts';
import { listChannels } from './queries.ts';

const MOST_POLICIES = 50;

/** Creates a policy and returns its id. Nobody is told by it before a monitor uses it. */
export async function createPolicy(deps: Deps, actor: Actor, input: PolicyInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const id = newId('esc');
  await deps.db.write('create escalation policy', async (tx) => {
    if ((await listPolicies(tx, actor.accountId)).length >= MOST_POLICIES) {
      throw new AppError('limit', `An account has at most ${MOST_POLICIES} policies. Delete one first.`);
    }
    await refuseStrangers(tx, actor, input.steps, null);
    await insertPolicy(tx, { id, account_id: actor.accountId, ...input, created_at: now });
    await recordChange(tx, actor, now, 'escalation.created', id, { name: input.name });
  });
  tell(deps, actor);
  return id;
}

/** Changes a policy; incidents under way take their next step by the new one. */
export async function updatePolicy(deps: Deps, actor: Actor, id: string, patch: PolicyPatch): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('update escalation policy', async (tx) => {
    const row = await mine(tx, actor, id);
    const { name = row.name, steps = row.steps } = patch;
    await refuseStrangers(tx, actor, steps, row);
    await updatePolicyRow(tx, actor.accountId, id, { name, steps });
    const changes = changesOf({ name: row.name, steps: row.steps }, { name, steps });
    await recordChange(tx, actor, now, 'escalation.changed', id, { name }, changes);
  });
  tell(deps, actor);
}

/** Deletes a policy. Its monitors keep their own channels; what was under way goes no further. */
export async function deletePolicy(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('delete escalation policy', async (tx) => {
    const { name } = await mine(tx, actor, id);
    await deletePolicyRow(tx, actor.accountId, id);
    await recordChange(tx, actor, now, 'escalation.deleted', id, { name });
  });
  tell(deps, actor);
}

/** Every channel is the account's own. One that was deleted since it was chosen is only ignored. */
async function refuseStrangers(
  tx: Tx,
  actor: Actor,
  steps: PolicyInput['steps'],
  before: PolicyRow | null,
): Promise<void> {
  const own = new Set((await listChannels(tx, actor.accountId)).map(({ id }) => id));
  const kept = new Set(before?.steps.flatMap((step) => step.channel_ids));
  const fields = steps.flatMap(({ channel_ids }, i) => {
    const missing = channel_ids.find((id) => !own.has(id) && !kept.has(id));
    const message = `There is no channel "${missing}" in this account.`;
    return missing === undefined ? [] : [{ field: `steps.${i}.channel_ids`, message }];
  });
  if (fields.length > 0) throw new AppError('invalid', fields[0]?.message ?? '', { fields });
}

async function mine(tx: Tx, actor: Actor, id: string): Promise<PolicyRow> {
  const row = await findPolicy(tx, actor.accountId, id);
  if (!row) throw notFound();
  return row;
}

function tell(deps: Deps, { accountId }: Actor): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}
