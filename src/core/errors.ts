/** What can go wrong for a caller's reason; anything else is a bug. */
export type ErrorCode =
  | 'invalid'
  | 'unauthorised'
  | 'second_factor_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'limit'
  | 'rate_limited'
  | 'unavailable';

export interface FieldError {
  /** Name of the field as the form and the JSON body spell it. */
  field: string;
  message: string;
}

/** HTTP status of each code. A plan limit is 403 with a code of its own, RFC 9110 section 15.5.4. */
const STATUS = {
  invalid: 422,
  unauthorised: 401,
  second_factor_required: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limit: 403,
  rate_limited: 429,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

/** An error the caller may read: `message` is shown to people, `fields` beside their inputs. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldError[];
  /** Seconds until another try makes sense (`rate_limited`, `unavailable`). */
  readonly retryAfterSeconds: number | null;

  constructor(code: ErrorCode, message: string, more: { fields?: FieldError[]; retryAfterSeconds?: number } = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  get status() {
    return STATUS[this.code];
  }
}

/** Somebody has shown who they are, and no account is theirs: pages then lead to where they make one. */
export class NoAccount extends AppError {
  readonly userId: string;
  readonly tokenVersion: number;

  constructor(user: { id: string; token_version: number }) {
    super('forbidden', 'You are not a member of any account any more.');
    this.userId = user.id;
    this.tokenVersion = user.token_version;
  }
}

/** One field is wrong: 422 with the sentence beside it. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('invalid', message, { fields: [{ field, message }] });
}

/** Not yours and not there are the same answer. */
export function notFound(): AppError {
  return new AppError('not_found', 'There is nothing at this address.');
}
