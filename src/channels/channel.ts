import type { AlertMessage } from '../core/alert.ts';

/** A message on its way out, as it lies in the outbox. */
export interface Outgoing {
  /** Stable over retries: receivers may drop a second copy by it (R-AL-2). */
  id: string;
  /** When it was queued and when it leaves, epoch ms. */
  createdAt: number;
  now: number;
  /** Cuts the sending off when its time is up. */
  signal: AbortSignal;
}

/** The receiver will never take this message: stop, show it to the owner, let a person try again (R-AL-4). */
export class PermanentFailure extends Error {}

/**
 * The server could not be reached, or hung up before it was handed the message: nothing was tried yet.
 * The message keeps its place, and nothing else is sent there until the server answers again (R-AL-8).
 */
export class ReceiverAway extends Error {}

/** The receiver says that it is gone: its channel is switched off until the owner switches it on again. */
export class ReceiverGone extends PermanentFailure {}

/** The receiver asks for patience: not again within `afterMs`. */
export class RetryLater extends Error {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** What every kind of channel can do with an alert. */
export interface Sender {
  /** Longest time one message may take; `Outgoing.signal` fires then. */
  deadlineMs: number;
  /** Sends and returns the receiver's answer in words, or throws a failure of this file, or anything to try again. */
  alert(message: AlertMessage, config: Record<string, unknown>, outgoing: Outgoing): Promise<string>;
}
