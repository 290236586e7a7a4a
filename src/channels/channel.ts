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
