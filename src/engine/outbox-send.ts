import {
  type ClaimedDelivery,
  finishDelivery,
  giveUpWaiting,
  type Outcome,
  writeMailAway,
} from '../alerts/sending-queries.ts';
import { PermanentFailure, ReceiverAway } from '../channels/channel.ts';
import type { EmailChannel } from '../channels/email.ts';
import { accountMail } from '../core/account-mail.ts';
import { alertMessage } from '../core/alert.ts';
import { GIVE_UP_MS, retryDelay, SEND_DEADLINE_MS } from '../core/backoff.ts';
import type { Deps } from '../deps.ts';

const GIVEN_UP = 'The mail server could not be reached for 24 hours.';

/** How one try ended, and whether the mail server was there. */
export interface Tried {
  outcome: Outcome;
  server: 'answered' | 'away' | 'not asked';
  /** The server's own words after a success. */
  answer: string | null;
}

/** Sends one claimed message, outside any transaction and within the deadline. Never throws. */
export async function tryDelivery(deps: Deps, email: EmailChannel, held: ClaimedDelivery): Promise<Tried> {
  const now = deps.clock.now();
  const outgoing = {
    id: held.id,
    createdAt: held.created_at,
    now,
    signal: AbortSignal.timeout(SEND_DEADLINE_MS),
  };
  try {
    let answer: string;
    if (held.channel_id === null) {
      const mail = accountMail.parse(held.payload);
      if ((mail.data.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return expired;
      answer = await email.accountMail(mail, outgoing);
    } else {
      answer = await email.alert(alertMessage.parse(held.payload), held.channel_config, outgoing);
    }
    return { outcome: { state: 'sent', at: deps.clock.now() }, server: 'answered', answer };
  } catch (error) {
    return failed(deps, held, error);
  }
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
    if (tried.server === 'answered') await writeMailAway(tx, null);
    if (tried.server === 'away' && 'error' in outcome) {
      await writeMailAway(tx, { since: now, error: outcome.error });
      await giveUpWaiting(tx, now, now - GIVE_UP_MS, GIVEN_UP);
    }
  });
  if (held.account_id) deps.live.publish({ accountId: held.account_id, type: 'delivery', monitorIds: [] });
}

const expired: Tried = {
  outcome: { state: 'cancelled', error: 'Its link ran out before it could be sent.' },
  server: 'not asked',
  answer: null,
};

function failed(deps: Deps, held: ClaimedDelivery, error: unknown): Tried {
  const now = deps.clock.now();
  const reason = error instanceof Error ? error.message : String(error);
  const log = deps.log.child({ delivery: held.id, event: held.event, attempt: held.attempts });
  if (error instanceof ReceiverAway) {
    log.warn({ reason }, 'mail server away');
    return { outcome: { state: 'queued', error: reason, at: now }, server: 'away', answer: null };
  }
  if (error instanceof PermanentFailure) {
    log.warn({ reason }, 'message refused for good');
    return { outcome: { state: 'dead', error: reason }, server: 'answered', answer: null };
  }
  const delay = retryDelay(held.attempts, Math.random());
  log.warn({ reason, retryInMs: delay }, 'message not delivered');
  const outcome: Outcome =
    delay === null ? { state: 'dead', error: reason } : { state: 'failed', error: reason, nextAttemptAt: now + delay };
  return { outcome, server: 'answered', answer: null };
}
