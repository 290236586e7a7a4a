import { type IncidentAlert, insertAcknowledgement, insertAlerts } from '../alerts/alert-queries.ts';
import { insertAccountMail, releaseHeld } from '../alerts/delivery-queries.ts';
import {
  claimDeliveries,
  type ClaimedDelivery,
  claimHooks,
  isAnythingDue,
  listDueHooks,
} from '../alerts/sending-queries.ts';
import { MailLines } from '../channels/mail-lines.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type AccountMailData, type AccountMailEvent, accountMail } from '../core/account-mail.ts';
import { alertMessage, CHANNEL_KINDS } from '../core/alert.ts';
import { GIVE_UP_MS, HOOK_LEASE_MS, LEASE_MS } from '../core/backoff.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { Circuit } from './outbox-circuit.ts';
import { recordTry, tryDelivery } from './outbox-send.ts';

/**
 * Queues an incident's alert for each channel concerned, in the transaction of the change it tells of.
 * Returns the number of new rows: the same fact a second time adds none. After the commit call `deps.wake.outbox()`.
 */
export async function enqueueIncident(tx: Tx, alert: IncidentAlert): Promise<number> {
  return insertAlerts(tx, { ...alert, alert: alertMessage.parse(alert.alert) });
}

/**
 * Somebody (`by`, a name) acknowledged an incident: receivers that keep a state of their own for it are told, if they
 * were told of the failure. Returns the number of new rows; after the commit call `deps.wake.outbox()`.
 */
export async function enqueueAcknowledgement(
  tx: Tx,
  one: { accountId: string; incidentId: string; now: number; by: string },
): Promise<number> {
  return insertAcknowledgement(tx, { ...one, kinds: CHANNEL_KINDS.filter((kind) => CHANNELS[kind].acknowledges) });
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

/** An address was verified: the alerts that waited for it are due now. After the commit call `deps.wake.outbox()`. */
export async function releaseAddress(tx: Tx, emailKey: string, now: number): Promise<number> {
  return releaseHeld(tx, emailKey, now, now - GIVE_UP_MS);
}

/** Receivers of the owners' choice that are spoken to at once, with one message each. */
const HOOKS_AT_ONCE = 16;

/** What the health check wants to know of the outbox. */
export interface OutboxHealth {
  /** Messages on their way now. */
  sending: number;
  /** Since when the mail server is away, epoch ms, or null. */
  awaySince: number | null;
}

/**
 * Sends what is due. `wake()` looks once more without waiting; `tick()` does too and resolves when nothing is on its way
 * and nothing more may start now; both may be called at any time. `stop()` claims no more and waits for what is on its way.
 */
export function createOutbox(deps: Deps) {
  const mail = new MailLines();
  const circuit = new Circuit();
  /** What is being sent, with the channel it keeps busy; null is mail. */
  const onTheirWay = new Map<Promise<void>, string | null>();
  let looking: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let awaySince: number | null = null;

  async function tick(): Promise<void> {
    await look();
    while (onTheirWay.size > 0) {
      await Promise.all(onTheirWay.keys());
      await look();
    }
  }

  /** One look at a time; a wish for another during it makes it look once more. */
  function look(): Promise<void> {
    again = true;
    looking ??= claimAll().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function claimAll(): Promise<void> {
    while (again) {
      again = false;
      if (stopped) return;
      await claimMail();
      await claimForHooks();
    }
  }

  async function claimMail(): Promise<void> {
    const mails = [...onTheirWay.values()].filter((channel) => channel === null).length;
    const room = circuit.room(deps.clock.monotonic(), mails);
    if (room === 0 || !(await isAnythingDue(deps.db.read, deps.clock.now()))) return;
    const now = deps.clock.now();
    const held = await deps.db.write('outbox: claim', (tx) => claimDeliveries(tx, now, now + LEASE_MS, room));
    for (const delivery of held) start(delivery);
  }

  async function claimForHooks(): Promise<void> {
    const busy = [...onTheirWay.values()].filter((channel) => channel !== null);
    const room = HOOKS_AT_ONCE - busy.length;
    const now = deps.clock.now();
    const ids = room > 0 ? await listDueHooks(deps.db.read, now, busy, room) : [];
    if (ids.length === 0) return;
    const held = await deps.db.write('outbox: claim', (tx) => claimHooks(tx, now, now + HOOK_LEASE_MS, ids));
    for (const delivery of held) start(delivery);
  }

  function start(delivery: ClaimedDelivery): void {
    const done = deliver(delivery)
      .catch((err: unknown) =>
        deps.log.error({ err, delivery: delivery.id }, 'a try was not recorded; its lease will run out'),
      )
      .then(() => {
        onTheirWay.delete(done);
        wake();
      });
    const isMail = delivery.channel_kind === null || delivery.channel_kind === 'email';
    onTheirWay.set(done, isMail ? null : delivery.channel_id);
  }

  async function deliver(delivery: ClaimedDelivery): Promise<void> {
    const tried = await tryDelivery(deps, mail, delivery);
    const at = deps.clock.monotonic();
    if (tried.server === 'answered') circuit.answered(at);
    if (tried.server === 'away') circuit.away(at);
    if (tried.server !== 'not asked') awaySince = tried.server === 'away' ? (awaySince ?? deps.clock.now()) : null;
    await recordTry(deps, delivery, tried);
  }

  function wake(): void {
    look().catch((err: unknown) => deps.log.error({ err }, 'the outbox could not look for messages'));
  }

  return {
    tick,
    wake,
    health: (): OutboxHealth => ({ sending: onTheirWay.size, awaySince }),
    async stop(): Promise<void> {
      stopped = true;
      await looking;
      await Promise.all(onTheirWay.keys());
      mail.close();
    },
  };
}
