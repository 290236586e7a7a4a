import { insertAudit } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { requeueDelivery } from './delivery-queries.ts';
import { type DeliveryRow, findDelivery, isOvertaken } from './log-queries.ts';
import { requeueSent } from './replay-queries.ts';

/** Puts a message that failed or was given up back into the queue, unless a newer one has already arrived. */
export async function retryDelivery(deps: Deps, actor: Actor, id: string): Promise<void> {
  await queueAgain(deps, actor, id, 'delivery.retried', async (tx, delivery, now) => {
    if (delivery.event === 'test') throw new AppError('conflict', 'A test is not repeated. Send a new one.');
    if (await isOvertaken(tx, id)) {
      throw new AppError('conflict', 'A later message about this incident has arrived; this one would mislead.');
    }
    if (!(await requeueDelivery(tx, actor.accountId, id, now))) {
      throw new AppError('conflict', 'Only a delivery that failed or was given up can be tried again.');
    }
  });
}

/** Kinds whose receivers know a message by its key, so that a second copy does no harm. */
export function mayReplay({ channel_kind, state, event, channel_enabled }: DeliveryRow): boolean {
  return channel_kind === 'webhook' && state === 'sent' && event !== 'test' && channel_enabled === 1;
}

/** Sends what was sent once more: the same words under the same key, with what it was merged with (N21). */
export async function replayDelivery(deps: Deps, actor: Actor, id: string): Promise<void> {
  await queueAgain(deps, actor, id, 'delivery.replayed', async (tx, delivery, now) => {
    if (!mayReplay(delivery)) {
      throw new AppError('conflict', 'Only what a webhook that is on has taken can be sent again.');
    }
    await requeueSent(tx, actor.accountId, id, now);
  });
}

async function queueAgain(
  deps: Deps,
  actor: Actor,
  id: string,
  action: string,
  queue: (tx: Tx, delivery: DeliveryRow, now: number) => Promise<void>,
): Promise<void> {
  demand(actor.role, 'write');
  const { accountId, userId } = actor;
  const now = deps.clock.now();
  await deps.db.write('queue a delivery again', async (tx) => {
    const delivery = await findDelivery(tx, accountId, id);
    if (!delivery) throw notFound();
    await queue(tx, delivery, now);
    const detail = { channel: delivery.channel_name, event: delivery.event, key: delivery.batch_id ?? id };
    await insertAudit(tx, { accountId, userId, at: now, action, subject: id, detail });
  });
  deps.live.publish({ accountId, type: 'delivery', monitorIds: [] });
  deps.wake.outbox();
}
