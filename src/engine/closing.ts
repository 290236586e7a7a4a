import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tx } from '../db/client.ts';
import { closeIncidentsOf } from '../incidents/closing-queries.ts';
import { listEntangled, resetStates } from '../monitors/bulk-queries.ts';
import { CLOSED_BECAUSE, closeOpenIncident } from './incidents.ts';

/**
 * `closeOpenIncident` for many monitors of one account. Those whose end touches nothing but themselves are closed
 * together; the others one by one, and the event loop gets its turn in between: the driver's statements block it.
 */
export async function closeOpenIncidents(
  tx: Tx,
  { monitorNos, cause, now }: { monitorNos: readonly number[]; cause: 'paused' | 'deleted'; now: number },
): Promise<void> {
  const entangled = await listEntangled(tx, monitorNos);
  const simple = monitorNos.filter((no) => !entangled.has(no));
  await closeIncidentsOf(tx, simple, { cause, text: CLOSED_BECAUSE[cause], now });
  await nextTurn();
  await resetStates(tx, simple, now);
  for (const monitorNo of entangled) {
    await nextTurn();
    await closeOpenIncident(tx, { monitorNo, cause, now });
  }
}
