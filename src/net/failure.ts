import type { Failure, Reason } from '../core/verdict.ts';

/** A stage of an exchange could not be finished. Never leaves `net`: callers get it as a `Failure`. */
export class NetFailure extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The failure a thrown value stands for. Anything else is a fault of our own: it goes on to whoever logs it. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof NetFailure) return { reason: thrown.reason, message: thrown.message };
  throw thrown;
}

/** The `code` of a Node error, or ''. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
