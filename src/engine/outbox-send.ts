import { cancelOfChannel } from '../alerts/delivery-queries.ts';
import {
  type ClaimedDelivery,
  finishDelivery,
  giveUpWaiting,
  type Outcome,
  switchOffChannel,
  writeMailAway,
} from '../alerts/sending-queries.ts';
import { type Parcel, PermanentFailure, ReceiverAway, ReceiverGone, RetryLater } from '../channels/channel.ts';
import { sendAccountMail } from '../channels/email.ts';
import type { MailLines } from '../channels/mail-lines.ts';
import { CHANNELS } from '../channels/registry.ts';
import { accountMail } from '../core/account-mail.ts';
import { alertMessage, alertWords } from '../core/alert.ts';
import { GIVE_UP_MS, MOST_PATIENCE_MS, retryDelay } from '../core/backoff.ts';
import type { Deps } from '../deps.ts';

const GIVEN_UP = 'The mail server could not be reached for 24 hours.';

/** How one try ended, and whether the mail server was there: of other receivers nothing follows for mail. */
export interface Tried {
  outcome: Outcome;
  server: 'answered' | 'away' | 'not asked';
  /** The receiver's own words after a success. */
  answer: string | null;
  /** The receiver said that it is gone for good. */
  gone?: boolean;
}

/** Sends one claimed message, outside any transaction and within the deadline. Never throws. */
export async function tryDelivery(deps: Deps, mail: MailLines, held: ClaimedDelivery): Promise<Tried> {
  const now = deps.clock.now();
  const channel = CHANNELS[held.channel_kind ?? 'email'];
  const { clock, outbound, config } = deps;
  const signal = AbortSignal.timeout(channel.deadlineMs(held.channel_config));
  const context = { clock, outbound, config, mail, signal };
  try {
    let answer: string;
    if (held.channel_id === null) {
      const message = accountMail.parse(held.payload);
      if ((message.data.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return expired;
      answer = await sendAccountMail(message, { id: held.id, now }, context);
    } else {
      answer = await channel.send(parcelOf(deps, held, now), held.channel_config, context);
    }
    return {
      outcome: { state: 'sent', at: deps.clock.now() },
      server: isMail(held) ? 'answered' : 'not asked',
      answer,
    };
  } catch (error) {
    return failed(deps, held, error);
  }
}

function parcelOf(deps: Deps, held: ClaimedDelivery, now: number): Parcel {
  const { id, created_at: createdAt } = held;
  const alert = alertMessage.parse(held.payload);
  const words = alertWords(alert, createdAt, now);
  return {
    id,
    createdAt,
    now,
    alerts: [{ id, createdAt, alert }],
    words,
    link: `${deps.config.baseUrl}${words.path}`,
    acknowledge: null,
    recipient: held.recipient,
  };
}

/** Records how a try ended and tells those who watch. A test is never tried again. */
export async function recordTry(deps: Deps, held: ClaimedDelivery, tried: Tried): Promise<void> {
  const now = deps.clock.now();
  const { outcome } = tried;
  await deps.db.write('outbox: record a try', async (tx) => {
    await finishDelivery(
      tx,
      held,
      held.event === 'test' && 'error' in outcome ? { ...outcome, state: 'dead' } : outcome,
    );
    if (tried.gone && held.channel_id && held.event !== 'test') {
      await switchOffChannel(tx, held.channel_id);
      await cancelOfChannel(tx, held.channel_id);
    }
    if (tried.server === 'answered') await writeMailAway(tx, null);
    if (tried.server === 'away' && 'error' in outcome) {
      await writeMailAway(tx, { since: now, error: outcome.error });
      await giveUpWaiting(tx, now, now - GIVE_UP_MS, GIVEN_UP);
    }
  });
  if (held.account_id) deps.live.publish({ accountId: held.account_id, type: 'delivery', monitorIds: [] });
}

/** Whether it goes through the mail server of the installation. */
function isMail({ channel_kind: kind }: ClaimedDelivery): boolean {
  return kind === null || kind === 'email';
}

const expired: Tried = {
  outcome: { state: 'cancelled', error: 'Its link ran out before it could be sent.' },
  server: 'not asked',
  answer: null,
};

function failed(deps: Deps, held: ClaimedDelivery, error: unknown): Tried {
  const now = deps.clock.now();
  const reason = error instanceof Error ? error.message : String(error);
  const server = isMail(held) ? 'answered' : 'not asked';
  const log = deps.log.child({ delivery: held.id, event: held.event, attempt: held.attempts });
  if (error instanceof ReceiverAway) {
    log.warn({ reason }, 'mail server away');
    return { outcome: { state: 'queued', error: reason, at: now }, server: 'away', answer: null };
  }
  if (error instanceof PermanentFailure) {
    log.warn({ reason }, 'message refused for good');
    const gone = error instanceof ReceiverGone;
    return { outcome: { state: 'dead', error: reason }, server, answer: null, gone };
  }
  const asked = error instanceof RetryLater ? Math.min(error.afterMs, MOST_PATIENCE_MS) : 0;
  const planned = retryDelay(held.attempts, Math.random());
  const delay = planned === null ? null : Math.max(planned, asked);
  log.warn({ reason, retryInMs: delay }, 'message not delivered');
  const outcome: Outcome =
    delay === null ? { state: 'dead', error: reason } : { state: 'failed', error: reason, nextAttemptAt: now + delay };
  return { outcome, server, answer: null };
}
