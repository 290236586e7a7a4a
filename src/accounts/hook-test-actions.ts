import { insertTest } from '../alerts/delivery-queries.ts';
import { MailLines } from '../channels/mail-lines.ts';
import { type Actor, demand } from '../core/access.ts';
import { HOOK_LEASE_MS } from '../core/backoff.ts';
import { changeBody } from '../core/change-message.ts';
import { currentOrigin } from '../db/origin.ts';
import type { Deps } from '../deps.ts';
import { recordTry } from '../engine/outbox-record.ts';
import { tryDelivery } from '../engine/outbox-send.ts';
import { mine, refusePlan } from './hook-actions.ts';

/** How a test went: the receiver's own words, or why it was not reached. */
export interface HookTest {
  delivery_id: string;
  sent: boolean;
  message: string;
  duration_ms: number;
}

/** Sends a change that never was, on the road of real ones, once, to a receiver that may be switched off. */
export async function testHook(deps: Deps, actor: Actor, id: string): Promise<HookTest> {
  demand(actor.role, 'manage');
  const { accountId } = actor;
  const now = deps.clock.now();
  const { hook, body, deliveryId } = await deps.db.write('queue a test of a change webhook', async (tx) => {
    await refusePlan(tx, actor);
    const { name, url, secret } = await mine(tx, actor, id);
    const told = {
      accountId,
      at: now,
      subject: id,
      detail: { name },
      changes: null,
      via: currentOrigin()?.via ?? null,
    };
    const body = changeBody({ ...told, id: 0, action: 'webhook.test' });
    const test = { accountId, hookId: id, payload: body, now, leaseUntil: now + HOOK_LEASE_MS };
    const deliveryId = await insertTest(tx, test);
    return { hook: { id, url, secret }, body, deliveryId };
  });
  const held = {
    id: deliveryId,
    account_id: accountId,
    event: 'test',
    payload: body,
    attempts: 1,
    created_at: now,
    channel_id: null,
    channel_kind: null,
    channel_config: {},
    recipient: null,
    subscriber: null,
    hook,
  };
  const began = deps.clock.monotonic();
  const tried = await tryDelivery(deps, new MailLines(), held);
  const duration_ms = Math.round(deps.clock.monotonic() - began);
  await recordTry(deps, held, tried);
  const message = 'error' in tried.outcome ? tried.outcome.error : (tried.answer ?? '');
  return { delivery_id: deliveryId, sent: tried.outcome.state === 'sent', message, duration_ms };
}
