import { REASONS, RESULT_STATUSES, type Reason, type ResultStatus } from './verdict.ts';

/** What the one `outcome` number of a stored result says. */
export interface Outcome {
  status: ResultStatus;
  reason: Reason | null;
  /** HTTP status, or null when none was received. */
  statusCode: number | null;
}

/** Room for the reasons: they take 7 bits, the status 3 bits below them, the HTTP status everything above. */
const REASON_ROOM = 128;
const STATUS_ROOM = 8;
const NO_CODE = 1;

/**
 * Status, reason and HTTP status in one whole number. The usual outcome, up with 200, is 0, which SQLite stores
 * in no byte at all. Stored numbers depend on the order of `REASONS` and `RESULT_STATUSES`: only append there.
 */
export function packOutcome({ status, reason, statusCode }: Outcome): number {
  const code = statusCode === 200 ? 0 : (statusCode ?? NO_CODE);
  const why = reason === null ? 0 : REASONS.indexOf(reason) + 1;
  return (code * REASON_ROOM + why) * STATUS_ROOM + RESULT_STATUSES.indexOf(status);
}

/** The way back; a number that nothing writes reads as `unknown`. */
export function unpackOutcome(outcome: number): Outcome {
  const why = Math.floor(outcome / STATUS_ROOM) % REASON_ROOM;
  const code = Math.floor(outcome / (STATUS_ROOM * REASON_ROOM));
  return {
    status: RESULT_STATUSES[outcome % STATUS_ROOM] ?? 'unknown',
    reason: why === 0 ? null : (REASONS[why - 1] ?? 'internal'),
    statusCode: code === 0 ? 200 : code === NO_CODE ? null : code,
  };
}
