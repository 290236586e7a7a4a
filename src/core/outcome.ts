import { REASONS, RESULT_STATUSES, type Reason, type ResultStatus } from './verdict.ts';

/** What the one `outcome` number of a stored result says. */
export interface Outcome {
  status: ResultStatus;
  reason: Reason | null;
  /** HTTP status, or null when none was received. */
  statusCode: number | null;
  /** Made inside a maintenance window: it says nothing for or against the monitor (R-IN-8). */
  maintenance?: boolean;
}

/** Room for the reasons and the mark: 7 bits, the status 3 bits below them, the HTTP status everything above. */
const REASON_ROOM = 128;
/** The highest of the 7 bits is the mark of maintenance; reasons have those below it. */
const MARK = 64;
const STATUS_ROOM = 8;
const NO_CODE = 1;
/** The bit of a stored outcome that says "inside a maintenance window", for statements. */
export const MAINTENANCE_MARK = MARK * STATUS_ROOM;

/**
 * Status, reason and HTTP status in one whole number. The usual outcome, up with 200, is 0, which SQLite stores
 * in no byte at all. Stored numbers depend on the order of `REASONS` and `RESULT_STATUSES`: only append there.
 */
export function packOutcome({ status, reason, statusCode, maintenance }: Outcome): number {
  const code = statusCode === 200 ? 0 : (statusCode ?? NO_CODE);
  const why = reason === null ? 0 : REASONS.indexOf(reason) + 1;
  return (code * REASON_ROOM + why + (maintenance ? MARK : 0)) * STATUS_ROOM + RESULT_STATUSES.indexOf(status);
}

/** The way back; a number that nothing writes reads as `unknown`. */
export function unpackOutcome(outcome: number): Required<Outcome> {
  const why = Math.floor(outcome / STATUS_ROOM) % MARK;
  const code = Math.floor(outcome / (STATUS_ROOM * REASON_ROOM));
  return {
    status: RESULT_STATUSES[outcome % STATUS_ROOM] ?? 'unknown',
    reason: why === 0 ? null : (REASONS[why - 1] ?? 'internal'),
    statusCode: code === 0 ? 200 : code === NO_CODE ? null : code,
    maintenance: Math.floor(outcome / MAINTENANCE_MARK) % 2 === 1,
  };
}
