import { AppError, invalidField } from '../core/errors.ts';
import { NO_PASSWORD } from '../core/password.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { findUser } from '../users/queries.ts';
import { openedAt } from '../users/session-queries.ts';
import type { Session } from './env.ts';
import { limitRate } from './limits.ts';

/** Guesses at the password by somebody at an unlocked screen. */
const TRIES = { max: 10, windowMs: 15 * MINUTE };
/** How new a log-in must be where there is no password to ask for. */
const FRESH_MS = 10 * MINUTE;

/** Whether the person has a password that a form can ask for. */
export async function hasPassword(deps: Deps, { user }: Session): Promise<boolean> {
  const row = await findUser(deps.db.read, user.id);
  return row !== null && row.password_hash !== NO_PASSWORD;
}

/**
 * Before what cannot be undone: the person's own password, or a log-in of the last ten minutes from those who have none.
 * Throws `AppError` `invalid` on `password`, `forbidden` for a log-in that is too old.
 */
export async function provePerson(deps: Deps, session: Session, password: string): Promise<void> {
  await limitRate(deps, `password:${session.user.id}`, TRIES);
  const user = await findUser(deps.db.read, session.user.id);
  if (!user) throw new AppError('forbidden', 'This log-in is gone.');
  if (user.password_hash === NO_PASSWORD) {
    const at = await openedAt(deps.db.read, session.id);
    if (at !== null && deps.clock.now() - at <= FRESH_MS) return;
    throw new AppError(
      'forbidden',
      'You logged in a while ago. Log out and in again, then do this within ten minutes.',
    );
  }
  if (!(await deps.passwords.verify(password, user.password_hash))) {
    throw invalidField('password', 'That is not your password.');
  }
}
