import { type IncidentAlert, insertAcknowledgement, insertAlerts } from '../alerts/alert-queries.ts';
import { insertAccountMail, releaseHeld } from '../alerts/delivery-queries.ts';
import { type DueLane, holdQuiet } from '../alerts/lane-queries.ts';
import { claimLane, type ClaimedDelivery, releaseLeases } from '../alerts/sending-queries.ts';
import { MailLines } from '../channels/mail-lines.ts';
import { CHANNELS } from '../channels/registry.ts';
import { type AccountMailData, type AccountMailEvent, accountMail } from '../core/account-mail.ts';
import { alertMessage, CHANNEL_KINDS } from '../core/alert.ts';
import { GIVE_UP_MS, HOOK_LEASE_MS, LATE_MS, LEASE_MS } from '../core/backoff.ts';
import { quietUntil } from '../core/quiet.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { type Begun, DueList, type Road } from './outbox-due.ts';
import { Recorder } from './outbox-record.ts';
import { type Tried, tryDelivery } from './outbox-send.ts';
import { mayMerge, Traffic } from './outbox-traffic.ts';

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
 * and replaces an unsent one of the same event (and, when given, `about` the same); one with a key (`once`) is queued a
 * single time for it. After the commit call `deps.wake.outbox()`.
 */
export async function enqueueAccountMail(
  tx: Tx,
  mail: {
    event: AccountMailEvent;
    now: number;
    userId: string;
    to: string;
    data: AccountMailData;
    once?: string;
    about?: string;
  },
): Promise<void> {
  const { event, now, userId, to, data, once, about } = mail;
  await insertAccountMail(
    tx,
    userId,
    accountMail.parse({ event, to, at: now, data }),
    once ?? about,
    once !== undefined,
  );
}

/** An address was verified: the alerts that waited for it are due now. After the commit call `deps.wake.outbox()`. */
export async function releaseAddress(tx: Tx, emailKey: string, now: number): Promise<number> {
  return releaseHeld(tx, emailKey, now, now - GIVE_UP_MS);
}

/** Lanes claimed in one transaction. */
const CLAIMS_AT_ONCE = 32;

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
  const lines = new MailLines();
  const recorder = new Recorder(deps);
  const traffic = new Traffic();
  /**
   * Mail of the installation, and everything else: a server that is away or slow holds up nothing on the other road.
   * Alerts first: news for those who follow pages begins when no alert may.
   */
  const roads = [false, true].flatMap((followers) =>
    [true, false].map((mail) => ({ mail, followers, due: new DueList(deps, traffic, { mail, followers }) })),
  );
  const onTheirWay = new Set<Promise<void>>();
  let looking: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let awaySince: number | null = null;

  async function tick(): Promise<void> {
    await look();
    while (onTheirWay.size > 0) {
      await Promise.all(onTheirWay);
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
      for (const { due, ...road } of roads) await claimOn(road, due);
    }
  }

  async function claimOn(road: Road, due: DueList): Promise<void> {
    for (;;) {
      const room = traffic.room(road, deps.clock.monotonic());
      if (stopped || room === 0) return;
      const begun = await due.take(Math.min(room, CLAIMS_AT_ONCE));
      if (begun.length === 0) return;
      try {
        await claim(begun, deps.clock.now() + (road.mail ? LEASE_MS : HOOK_LEASE_MS));
      } catch (error) {
        for (const { lane } of begun) traffic.undo(lane);
        throw error;
      }
    }
  }

  async function claim(begun: readonly Begun[], leaseUntil: number): Promise<void> {
    const now = deps.clock.now();
    const held = await deps.db.write('outbox: claim', async (tx) => {
      const claimed: (ClaimedDelivery | null)[] = [];
      for (const { lane, oneByOne } of begun) claimed.push(await claimOne(tx, lane, oneByOne, now, leaseUntil));
      return claimed;
    });
    for (const [i, { lane }] of begun.entries()) {
      const delivery = held[i];
      if (delivery) start(lane, delivery);
      else traffic.undo(lane);
    }
  }

  function start(lane: DueLane, delivery: ClaimedDelivery): void {
    const done = deliver(lane, delivery)
      .catch((err: unknown) =>
        deps.log.error({ err, delivery: delivery.id }, 'a try was not recorded; its lease will run out'),
      )
      .then(() => {
        traffic.end(lane);
        onTheirWay.delete(done);
        wake();
      });
    onTheirWay.add(done);
  }

  async function deliver(lane: DueLane, delivery: ClaimedDelivery): Promise<void> {
    const tried = await tryDelivery(deps, lines, delivery);
    traffic.learn(lane, tried, deps.clock.monotonic());
    count(deps, delivery, tried);
    if (tried.server !== 'not asked' && lane.own_server === null) {
      awaySince = tried.server === 'away' ? (awaySince ?? deps.clock.now()) : null;
    }
    await recorder.record(delivery, tried, onTheirWay.size === 1);
  }

  function wake(): void {
    look().catch((err: unknown) => deps.log.error({ err }, 'the outbox could not look for messages'));
  }

  return {
    tick,
    wake,
    /** To be called once, before anything else, by a process that has the database for itself: no lease is a living one's. */
    async takeOver(): Promise<void> {
      const left = await deps.db.write('outbox: take over', (tx) => releaseLeases(tx, deps.clock.now()));
      if (left > 0)
        deps.log.info({ messages: left }, 'messages that were on their way at the last stop are sent again');
    },
    health: (): OutboxHealth => ({ sending: onTheirWay.size, awaySince }),
    async stop(): Promise<void> {
      stopped = true;
      await looking;
      await Promise.all(onTheirWay);
      lines.close();
    },
  };
}

/** Mail of the installation has no channel, news to those who follow a page has the follower's way. */
function count({ tally }: Deps, { channel_kind, subscriber, created_at }: ClaimedDelivery, { outcome }: Tried): void {
  tally.delivery(
    subscriber ? `follower_${subscriber.kind}` : (channel_kind ?? 'account_mail'),
    outcome.state === 'queued' ? 'away' : outcome.state,
  );
  const alert = subscriber === null && channel_kind !== null;
  if (alert && outcome.state === 'sent' && outcome.at - created_at > LATE_MS) tally.lateAlerts += 1;
}

/** The next message of a lane, unless its channel must be quiet now: then what is due in it waits for the end of that. */
async function claimOne(tx: Tx, lane: DueLane, oneByOne: number, now: number, leaseUntil: number) {
  const until = quietUntil(lane.quiet, now);
  if (until === null) return claimLane(tx, lane.lane, { now, leaseUntil, oneByOne, merges: mayMerge(lane) });
  await holdQuiet(tx, lane.lane, now, until);
  return null;
}
