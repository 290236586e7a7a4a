import type { AccountMailData } from '../core/account-mail.ts';
import type { OperatorEvent } from '../core/operator-mail.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { findOperator } from '../site/operator-queries.ts';
import { enqueueAccountMail } from './outbox.ts';

/**
 * Queues a mail to whoever runs this installation (see `findOperator`; nobody, if there is none).
 * A later mail of the same event takes the place of one that has not left. After the commit call `deps.wake.outbox()`.
 */
export async function enqueueOperatorMail(
  tx: Tx,
  mail: { event: OperatorEvent; now: number; data: AccountMailData },
): Promise<void> {
  const operator = await findOperator(tx);
  if (operator) await enqueueAccountMail(tx, { ...mail, userId: operator.userId, to: operator.email });
}

/** The same as a change of its own. Never throws: whoever reports a fault must not fall over the next one. */
export async function tellOperator(deps: Deps, event: OperatorEvent, data: AccountMailData): Promise<void> {
  try {
    const now = deps.clock.now();
    await deps.db.write('tell the operator', (tx) => enqueueOperatorMail(tx, { event, now, data }));
    deps.wake.outbox();
  } catch (err) {
    deps.log.error({ err, event }, 'the operator could not be told');
  }
}
