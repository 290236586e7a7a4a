import { rotatedSecret } from '../channels/hook-secret.ts';
import { newWebhookSecret } from '../channels/webhook.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import { MASK } from '../core/secrets.ts';
import type { Tx } from '../db/client.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { recordChange } from './audit-queries.ts';
import type { HookInput, HookPatch } from './hook-input.ts';
import { cancelOfHook, deleteHook, findHook, type HookRow, insertHook, listHooks, updateHook } from './hook-queries.ts';
import { findAccount } from './queries.ts';

/** Each change is sent to each of them. */
export const MOST_HOOKS = 10;

/** Makes a receiver of changes. Its secret is told this once; the first that it hears of is itself. */
export async function createHook(deps: Deps, actor: Actor, input: HookInput): Promise<{ id: string; secret: string }> {
  demand(actor.role, 'manage');
  const now = deps.clock.now();
  const [id, secret] = [newId('hok'), newWebhookSecret()];
  await deps.db.write('create change webhook', async (tx) => {
    await refusePlan(tx, actor);
    if ((await listHooks(tx, actor.accountId)).length >= MOST_HOOKS) {
      throw new AppError('limit', `An account has at most ${MOST_HOOKS} webhooks for changes. Delete one first.`);
    }
    const { name, url, events = null, enabled = true } = input;
    await insertHook(tx, { id, account_id: actor.accountId, name, url, secret, events, enabled, created_at: now });
    await recordChange(tx, actor, now, 'webhook.created', id, { name, to: new URL(url).host });
  });
  tell(deps, actor);
  return { id, secret };
}

/** Changes a receiver. Switched off, it is not sent what has not left yet; switched on, its last fault is forgotten. */
export async function changeHook(deps: Deps, actor: Actor, id: string, patch: HookPatch): Promise<void> {
  demand(actor.role, 'manage');
  const now = deps.clock.now();
  await deps.db.write('change a change webhook', async (tx) => {
    const row = await mine(tx, actor, id);
    if (patch.enabled === true && !row.enabled) await refusePlan(tx, actor);
    const { name = row.name, url = row.url, events = row.events, enabled = row.enabled } = patch;
    const healed = url !== row.url || (enabled && !row.enabled);
    await updateHook(tx, actor.accountId, id, {
      name,
      url,
      events,
      enabled,
      last_error: healed ? null : row.last_error,
    });
    if (!enabled) await cancelOfHook(tx, id);
    const after = { name, url, events, enabled };
    const before = { name: row.name, url: row.url, events: row.events, enabled: row.enabled };
    const changes = changesOf(before, after, [shown(before), shown(after)]);
    await recordChange(tx, actor, now, 'webhook.changed', id, { name }, changes);
  });
  tell(deps, actor);
}

/** Takes a receiver away with everything that was to be sent to it. */
export async function removeHook(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'manage');
  const now = deps.clock.now();
  await deps.db.write('delete change webhook', async (tx) => {
    const { name, url } = await mine(tx, actor, id);
    await deleteHook(tx, actor.accountId, id);
    await recordChange(tx, actor, now, 'webhook.deleted', id, { name, to: new URL(url).host });
  });
  tell(deps, actor);
}

/** Gives a receiver a new secret and returns it, this once; the former one signs beside it for a day. */
export async function rotateHook(deps: Deps, actor: Actor, id: string): Promise<string> {
  demand(actor.role, 'manage');
  const now = deps.clock.now();
  const secret = await deps.db.write('rotate a change webhook', async (tx) => {
    const { name, secret: before } = await mine(tx, actor, id);
    const rotated = rotatedSecret(before, now);
    await updateHook(tx, actor.accountId, id, { secret: rotated.stored });
    await recordChange(tx, actor, now, 'webhook.secret_rotated', id, { name }, { secret: [MASK, MASK] });
    return rotated.secret;
  });
  tell(deps, actor);
  return secret;
}

/** The receiver of this account, or `not_found`. */
export async function mine(tx: Tx, actor: Actor, id: string): Promise<HookRow> {
  const row = await findHook(tx, actor.accountId, id);
  if (!row) throw notFound();
  return row;
}

/** `AppError` `limit` unless the account's plan has webhooks. */
export async function refusePlan(tx: Tx, { accountId }: Actor): Promise<void> {
  const plan = (await findAccount(tx, accountId))?.plan ?? 'free';
  if (allows(plan, 'webhook')) return;
  throw new AppError('limit', `Webhooks for changes are part of the ${PLAN[planFor('webhook')].label} plan.`);
}

/** Of an address the record has the host: the rest may be a key. */
function shown<T extends { url: string }>(fields: T): T {
  return { ...fields, url: `${new URL(fields.url).origin}/…` };
}

function tell(deps: Deps, { accountId }: Actor): void {
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
  deps.wake.outbox();
}
