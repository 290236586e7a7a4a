import { AppError, invalidField } from '../core/errors.ts';
import { NO_PASSWORD } from '../core/password.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { findUser, type User } from '../users/queries.ts';
import { findSessionStart } from '../users/session-queries.ts';

/** A log-in younger than this proves the person where no password is asked for. */
const FRESH_MS = 10 * MINUTE;

/**
 * Before a change that a stranger at an unlocked screen must not make: the password, or `AppError` `invalid` beside
 * `field` (default `password`). Where `freshIsEnough`, and for those who have no password, a log-in of the last ten
 * minutes does instead. Count the try before calling (`limitRate`, key `password:<user id>`).
 */
export async function confirmPerson(
  deps: Deps,
  who: { userId: string; sessionId: string },
  password: string,
  { field = 'password', freshIsEnough = false }: { field?: string; freshIsEnough?: boolean } = {},
): Promise<User> {
  const user = await findUser(deps.db.read, who.userId);
  if (!user) throw new AppError('unauthorised', 'Log in to see this.');
  const hasPassword = user.password_hash !== NO_PASSWORD;
  if ((freshIsEnough || !hasPassword) && (await isFresh(deps, who))) return user;
  if (!hasPassword) {
    const sentence = 'Set a password first: log out and choose "Forgot your password?". Or log in again and come back.';
    throw invalidField(field, sentence);
  }
  if (!(await deps.passwords.verify(password, user.password_hash))) {
    throw invalidField(field, 'That is not your password.');
  }
  return user;
}

/** Whether the log-in of this session was less than ten minutes ago. */
export async function isFresh(deps: Deps, who: { userId: string; sessionId: string }): Promise<boolean> {
  const startedAt = await findSessionStart(deps.db.read, who.userId, who.sessionId);
  return startedAt !== null && deps.clock.now() - startedAt < FRESH_MS;
}
