import { insertAudit } from '../accounts/audit-queries.ts';
import { findAccount } from '../accounts/queries.ts';
import { findPolicy } from '../alerts/escalation-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { type Changes, changesOf } from '../core/changes.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { PLAN, planForInterval } from '../core/plan.ts';
import { duration, SECOND } from '../core/time.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { ownChannelIds } from './channel-queries.ts';
import type { RuleInput, RulePatch, RuleSettings } from './rule-input.ts';
import { deleteRuleRow, findRule, insertRule, listRules, type RuleRow, setOrder, updateRule } from './rule-queries.ts';

export const MOST_RULES = 50;

/** Creates a rule and returns its id. Monitors that exist stay as they are. */
export async function createRule(deps: Deps, actor: Actor, { tag, settings, position }: RuleInput): Promise<string> {
  const id = newId('tgr');
  await change(deps, actor, 'create tag rule', tag, async (tx) => {
    const rules = await listRules(tx, actor.accountId);
    if (rules.length >= MOST_RULES) {
      throw new AppError('limit', `An account has at most ${MOST_RULES} rules. Delete one first.`);
    }
    await refuse(tx, actor, settings, {});
    await insertRule(tx, { id, account_id: actor.accountId, tag, settings, position: rules.length });
    await place(tx, actor, id, position);
    return { action: 'tag_rule.created', subject: id, tag };
  });
  return id;
}

/** Changes a rule for monitors made from now on; `settings` are replaced as a whole. */
export async function changeRule(deps: Deps, actor: Actor, id: string, patch: RulePatch): Promise<void> {
  await change(deps, actor, 'change tag rule', patch.tag ?? '', async (tx) => {
    const row = await mine(tx, actor, id);
    const { tag = row.tag, settings = row.settings } = patch;
    if (patch.settings) await refuse(tx, actor, patch.settings, row.settings);
    await updateRule(tx, actor.accountId, id, { tag, settings });
    await place(tx, actor, id, patch.position);
    const before = { tag: row.tag, settings: row.settings, position: row.position };
    const position = (await mine(tx, actor, id)).position;
    return { action: 'tag_rule.changed', subject: id, tag, changes: changesOf(before, { tag, settings, position }) };
  });
}

/** Deletes a rule; what it gave to monitors stays theirs. */
export async function deleteRule(deps: Deps, actor: Actor, id: string): Promise<void> {
  await change(deps, actor, 'delete tag rule', '', async (tx) => {
    const { tag } = await mine(tx, actor, id);
    await deleteRuleRow(tx, actor.accountId, id);
    return { action: 'tag_rule.deleted', subject: id, tag };
  });
}

interface Done {
  action: string;
  subject: string;
  tag: string;
  changes?: Changes | undefined;
}

async function change(deps: Deps, actor: Actor, name: string, tag: string, work: (tx: Tx) => Promise<Done>) {
  demand(actor.role, 'write');
  const { accountId, userId } = actor;
  const at = deps.clock.now();
  try {
    await deps.db.write(name, async (tx) => {
      const { tag: itsTag, ...done } = await work(tx);
      await insertAudit(tx, { accountId, userId, at, ...done, detail: { name: itsTag } });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const message = `There is a rule for "${tag}" already.`;
    throw new AppError('conflict', message, { fields: [{ field: 'tag', message }] });
  }
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}

/** Only what the account has, and what its plan allows. What was stored before is not held against anybody. */
async function refuse(tx: Tx, actor: Actor, settings: RuleSettings, before: Record<string, unknown>): Promise<void> {
  const { channel_ids: channels = [], escalation_id: policy, interval_seconds: seconds } = settings;
  const own = new Set(await ownChannelIds(tx, actor.accountId, channels));
  const kept = new Set(Array.isArray(before['channel_ids']) ? before['channel_ids'] : []);
  const missing = channels.find((id) => !own.has(id) && !kept.has(id));
  if (missing !== undefined) {
    throw invalidField('settings.channel_ids', `There is no channel "${missing}" in this account.`);
  }
  if (
    typeof policy === 'string' &&
    policy !== before['escalation_id'] &&
    !(await findPolicy(tx, actor.accountId, policy))
  ) {
    throw invalidField('settings.escalation_id', `There is no escalation policy "${policy}" in this account.`);
  }
  const { label, interval } = PLAN[(await findAccount(tx, actor.accountId))?.plan ?? 'free'];
  if (seconds === undefined || seconds >= interval || seconds === before['interval_seconds']) return;
  const opens = PLAN[planForInterval(seconds)].label;
  const message = `Your plan, ${label}, checks every ${duration(interval * SECOND)} at most. ${opens} checks every ${duration(seconds * SECOND)}.`;
  throw new AppError('limit', message, { fields: [{ field: 'settings.interval_seconds', message }] });
}

/** Moves a rule to its place; the others keep their order. */
async function place(tx: Tx, { accountId }: Actor, id: string, position: number | undefined): Promise<void> {
  const ids = (await listRules(tx, accountId)).map((rule) => rule.id);
  if (position !== undefined) {
    ids.splice(ids.indexOf(id), 1);
    ids.splice(position, 0, id);
  }
  await setOrder(tx, accountId, ids);
}

async function mine(tx: Tx, { accountId }: Actor, id: string): Promise<RuleRow> {
  const row = await findRule(tx, accountId, id);
  if (!row) throw notFound();
  return row;
}
