import { insertAudit } from '../accounts/audit-queries.ts';
import type { ClaimedDelivery, Outcome } from '../alerts/sending-queries.ts';
import { moveReceiver } from '../alerts/sending-queries.ts';
import {
  MessageRefused,
  PermanentFailure,
  ReceiverAway,
  ReceiverGone,
  ReceiverMoved,
  RetryLater,
  type SendContext,
} from '../channels/channel.ts';
import { secretsOf, sendChange } from '../channels/change-webhook.ts';
import { sendAccountMail } from '../channels/email.ts';
import type { MailLines } from '../channels/mail-lines.ts';
import { hide } from '../channels/post.ts';
import { CHANNELS } from '../channels/registry.ts';
import { accountMail } from '../core/account-mail.ts';
import { MOST_PATIENCE_MS, retryDelay } from '../core/backoff.ts';
import { changesOf } from '../core/changes.ts';
import type { Deps } from '../deps.ts';
import { parcelOf } from './outbox-batch.ts';
import { sendToFollower } from './outbox-follower.ts';

/** How one try ended, and whether a mail server was there: of other receivers nothing follows for mail. */
export interface Tried {
  outcome: Outcome;
  server: 'answered' | 'away' | 'not asked';
  /** The receiver's own words, or why there are none. */
  answer: string | null;
  /** The receiver said that it is gone for good. */
  gone?: boolean;
  /** It was this message that was refused; the receiver is well. */
  blameless?: boolean;
  /** The receiver asked for so much patience, whatever is to be sent. */
  patienceMs?: number;
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
    if (held.subscriber !== null) {
      const said = await sendToFollower(deps, held, held.subscriber.id, context);
      if (said === null) return withdrawn;
      answer = said;
    } else if (held.hook) {
      answer = await sendChange({ id: held.id, now, body: held.payload }, held.hook, context);
    } else if (held.channel_id === null) {
      const message = accountMail.parse(held.payload);
      if ((message.data.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return expired;
      answer = await sendAccountMail(message, { id: held.id, now }, context);
    } else {
      answer = await sendAlert(deps, held, held.channel_id, context);
    }
    return { outcome: { state: 'sent', at: deps.clock.now() }, server: heard(held), answer: hidden(held, answer) };
  } catch (error) {
    return failed(deps, held, error);
  }
}

/** A receiver that moved is followed at once, but once in a try only: two that point at each other would never end. */
async function sendAlert(deps: Deps, held: ClaimedDelivery, channelId: string, context: SendContext): Promise<string> {
  const channel = CHANNELS[held.channel_kind ?? 'email'];
  const parcel = parcelOf(deps, held, deps.clock.now());
  try {
    return await channel.send(parcel, held.channel_config, context);
  } catch (error) {
    if (!(error instanceof ReceiverMoved)) throw error;
    const { changed } = error;
    await deps.db.write('outbox: receiver moved', async (tx) => {
      await moveReceiver(tx, channelId, changed);
      if (held.account_id === null) return;
      const entry = { accountId: held.account_id, userId: null, at: deps.clock.now(), subject: channelId };
      const changes = changesOf(pick(held.channel_config, changed), changed);
      await insertAudit(tx, { ...entry, action: 'channel.moved', changes });
    });
    return channel.send(parcel, { ...held.channel_config, ...changed }, context);
  }
}

function pick(config: Record<string, unknown>, named: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, config[name] ?? null]));
}

/** Whether its going through says something of a mail server. */
function heard({ channel_kind, subscriber, hook }: ClaimedDelivery): 'answered' | 'not asked' {
  if (hook) return 'not asked';
  const kind = subscriber?.kind ?? channel_kind;
  return kind === null || kind === 'email' ? 'answered' : 'not asked';
}

/** Channels hide their secrets themselves; what is kept is looked through once more. */
function hidden({ channel_kind: kind, channel_config: config, hook }: ClaimedDelivery, words: string): string {
  if (hook) return hide(words, secretsOf(hook));
  return kind === null ? words : hide(words, CHANNELS[kind].secrets(config));
}

const expired: Tried = {
  outcome: { state: 'cancelled', error: 'Its link ran out before it could be sent.' },
  server: 'not asked',
  answer: null,
};

const withdrawn: Tried = {
  outcome: { state: 'cancelled', error: 'Nobody waits for it any more.' },
  server: 'not asked',
  answer: null,
};

function failed(deps: Deps, held: ClaimedDelivery, error: unknown): Tried {
  const now = deps.clock.now();
  const reason = hidden(held, error instanceof Error ? error.message : String(error));
  const server = heard(held);
  const log = deps.log.child({ delivery: held.id, event: held.event, attempt: held.attempts });
  if (error instanceof ReceiverAway) {
    log.warn({ reason }, 'mail server away');
    return { outcome: { state: 'queued', error: reason, at: now }, server: 'away', answer: null };
  }
  if (error instanceof PermanentFailure) {
    log.warn({ reason }, 'message refused for good');
    const gone = error instanceof ReceiverGone;
    const blameless = error instanceof MessageRefused;
    return { outcome: { state: 'dead', error: reason }, server, answer: reason, gone, blameless };
  }
  const patienceMs = error instanceof RetryLater ? Math.min(error.afterMs, MOST_PATIENCE_MS) : 0;
  const planned = retryDelay(held.attempts, Math.random());
  const delay = planned === null ? null : Math.max(planned, patienceMs);
  log.warn({ reason, retryInMs: delay }, 'message not delivered');
  const outcome: Outcome =
    delay === null ? { state: 'dead', error: reason } : { state: 'failed', error: reason, nextAttemptAt: now + delay };
  return { outcome, server, answer: reason, patienceMs };
}
