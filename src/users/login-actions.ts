import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { emailKey } from '../core/email.ts';
import { AppError } from '../core/errors.ts';
import { normalisePassword } from '../core/password.ts';
import type { Deps } from '../deps.ts';
import { tokenHash } from './links.ts';
import { findUser, findUserByEmail } from './queries.ts';
import { deleteSession, deleteSessions, findRefreshable, rotateRefresh } from './session-queries.ts';
import { type NewSession, newRefreshToken, openSession, SESSION_MS } from './sessions.ts';

export interface LoggedIn {
  user: { id: string; email: string; name: string | null; email_verified: boolean };
  account: NonNullable<Awaited<ReturnType<typeof findHomeAccount>>>;
  session: NewSession;
}

/**
 * Opens a session. A wrong password and an unknown address are one answer and take the same time (R-AU-1);
 * count the try before calling.
 */
export async function logIn(
  deps: Deps,
  input: { email: string; password: string },
  kind: NewSession['kind'],
  userAgent: string,
): Promise<LoggedIn> {
  const user = await findUserByEmail(deps.db.read, emailKey(input.email));
  // A NUL ends a password for some implementations, and 72 bytes for all: neither can be anybody's.
  const possible = !input.password.includes('\0') && Buffer.byteLength(normalisePassword(input.password)) <= 72;
  const right = await deps.passwords.verify(
    possible ? input.password : '',
    possible ? (user?.password_hash ?? null) : null,
  );
  if (!user || !right) throw wrong();
  return deps.db.write('log in', async (tx) => {
    const now = await findUser(tx, user.id);
    const account = await findHomeAccount(tx, user.id);
    // The password may have been changed while the old one was being checked.
    if (!now || now.password_hash !== user.password_hash) throw wrong();
    if (!account) throw new AppError('forbidden', 'You are not a member of any account any more.');
    const session = await openSession(deps, tx, {
      userId: user.id,
      accountId: account.id,
      tokenVersion: now.token_version,
      kind,
      userAgent,
    });
    const { id, email, name, email_verified_at } = now;
    return { user: { id, email, name, email_verified: email_verified_at !== null }, account, session };
  });
}

function wrong(): AppError {
  return new AppError('unauthorised', 'The address or the password is wrong.');
}

/**
 * A new token pair for a refresh token. One that was used before ends its whole family: either its owner or a thief
 * holds a copy, and nobody can tell which.
 */
export async function refreshSession(deps: Deps, refreshToken: string): Promise<NewSession> {
  const sessionId = refreshToken.split('.')[0] ?? '';
  const renewed = await deps.db.write('refresh', async (tx) => {
    const now = deps.clock.now();
    const session = await findRefreshable(tx, sessionId, now);
    if (!session) return null;
    if (session.refresh_hash !== tokenHash(refreshToken)) {
      await deleteSession(tx, sessionId);
      const { account_id: accountId, user_id: userId } = session;
      await insertAudit(tx, { accountId, userId, at: now, action: 'session.refresh_reused', subject: sessionId });
      return null;
    }
    const next = newRefreshToken(sessionId);
    const expiresAt = now + SESSION_MS;
    await rotateRefresh(tx, sessionId, tokenHash(next), expiresAt);
    const { user_id: userId, token_version: tokenVersion } = session;
    return { kind: 'token', userId, sessionId, tokenVersion, expiresAt, refreshToken: next } satisfies NewSession;
  });
  if (!renewed) throw new AppError('unauthorised', 'This refresh token is not valid any more. Log in again.');
  return renewed;
}

/** Ends one session at once. */
export async function endSession(deps: Deps, sessionId: string): Promise<void> {
  await deps.db.write('log out', (tx) => deleteSession(tx, sessionId));
}

/** Ends every other session of the person. Returns how many. */
export async function endOtherSessions(
  deps: Deps,
  actor: { userId: string; accountId: string; sessionId: string },
): Promise<number> {
  return deps.db.write('end other sessions', async (tx) => {
    const { userId, accountId } = actor;
    const ended = await deleteSessions(tx, userId, actor.sessionId);
    const at = deps.clock.now();
    await insertAudit(tx, { accountId, userId, at, action: 'session.others_ended', detail: { ended } });
    return ended;
  });
}
