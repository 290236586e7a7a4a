import {
  cancelOfMonitor,
  type IncidentAlert,
  insertAccountMail,
  insertAlerts,
  releaseHeld,
} from '../alerts/delivery-queries.ts';
import { type AccountMailData, type AccountMailEvent, accountMail } from '../core/account-mail.ts';
import { alertMessage } from '../core/alert.ts';
import { GIVE_UP_MS } from '../core/backoff.ts';
import type { Tx } from '../db/client.ts';

/**
 * Queues an incident's alert for each channel concerned, in the transaction of the change it tells of.
 * Returns the number of new rows: the same fact a second time adds none. After the commit call `deps.wake.outbox()`.
 */
export async function enqueueIncident(tx: Tx, alert: IncidentAlert): Promise<number> {
  return insertAlerts(tx, { ...alert, alert: alertMessage.parse(alert.alert) });
}

/**
 * Queues a mail to a person about their log-in. `data.link` is the whole address behind the button (`verify`, `reset`),
 * `data.expiresAt` its end, `data.newEmail` the new address (`email_changed`). It goes whether or not `to` is verified,
 * and replaces an unsent one of the same event. After the commit call `deps.wake.outbox()`.
 */
export async function enqueueAccountMail(
  tx: Tx,
  mail: { event: AccountMailEvent; now: number; userId: string; to: string; data: AccountMailData },
): Promise<void> {
  const { event, now, userId, to, data } = mail;
  await insertAccountMail(tx, userId, accountMail.parse({ event, to, at: now, data }));
}

/** The monitor was paused, changed or deleted: what has not left yet about it never leaves (R-IN-10). */
export async function cancelForMonitor(tx: Tx, monitorNo: number): Promise<void> {
  await cancelOfMonitor(tx, monitorNo);
}

/** An address was verified: the alerts that waited for it are due now. After the commit call `deps.wake.outbox()`. */
export async function releaseAddress(tx: Tx, emailKey: string, now: number): Promise<number> {
  return releaseHeld(tx, emailKey, now, now - GIVE_UP_MS);
}
