import { z } from 'zod';
import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { emailKey } from '../core/email.ts';
import { AppError, NoAccount } from '../core/errors.ts';
import { NO_PASSWORD, normalisePassword } from '../core/password.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newToken, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { findChallenge, insertChallenge, takeChallenge } from './challenge-queries.ts';
import { countTry } from './link-queries.ts';
import type { PasskeyUse } from './passkey-actions.ts';
import { setPasskeyUsed } from './passkey-queries.ts';
import { findUser, findUserByEmail, type User } from './queries.ts';
import { readClaim, spendClaim } from './second-factor.ts';
import { deleteSession, findRefreshable, rotateRefresh } from './session-queries.ts';
import { type NewSession, newRefreshToken, openSession, refuseOneStep } from './sessions.ts';

const SECOND_STEP_MS = 10 * MINUTE;

export interface LoggedIn {
  user: { id: string; email: string; name: string | null; email_verified: boolean };
  account: NonNullable<Awaited<ReturnType<typeof findHomeAccount>>>;
  session: NewSession;
}

/**
 * Whose the address and the password are. A wrong password and an unknown address are one answer and take the same time
 * (R-AU-1); count the try before calling.
 */
export async function provePassword(deps: Deps, input: { email: string; password: string }): Promise<User> {
  const user = await findUserByEmail(deps.db.read, emailKey(input.email));
  // A NUL ends a password for some implementations, and 72 bytes for all: neither can be anybody's.
  const possible = !input.password.includes('\0') && Buffer.byteLength(normalisePassword(input.password)) <= 72;
  const hash = user && user.password_hash !== NO_PASSWORD ? user.password_hash : null;
  const right = await deps.passwords.verify(possible ? input.password : '', possible ? hash : null);
  if (!user || !right) throw wrong();
  return user;
}

interface Entering {
  kind: NewSession['kind'];
  userAgent: string;
  /** The code as typed, or a passkey, which is both steps in one; left out by those who have no second step. */
  second?: { code: string } | { passkey: PasskeyUse };
  /** The account this browser worked in last: where the log-in leads while it is theirs. */
  lastAccount?: string | null;
  /** Hash of the half log-in this completes; it is taken with it. */
  challenge?: string;
}

/** Opens a session for somebody who has proved who they are; count a typed code before calling. */
export async function enter(deps: Deps, user: User, how: Entering): Promise<LoggedIn> {
  const { second } = how;
  const claim = second && 'code' in second ? readClaim(deps, user, second.code) : null;
  let refused = false;
  const opening = deps.db.write('log in', async (tx) => {
    const now = await findUser(tx, user.id);
    // Password, address or second step may have been changed while the old ones were being checked.
    if (!now || now.token_version !== user.token_version) throw wrong();
    const account = await findHomeAccount(tx, user.id, how.lastAccount);
    if (how.challenge !== undefined) await complete(deps, tx, how.challenge);
    refused =
      second !== undefined && 'code' in second && !(await spendClaim(deps, tx, now, account?.id ?? null, claim));
    if (refused) throw wrongCode();
    if (second && 'passkey' in second) await usePasskey(deps, tx, user.id, second.passkey);
    if (!account) {
      if (second === undefined) refuseOneStep(now);
      return null;
    }
    const session = await openSession(deps, tx, {
      userId: user.id,
      accountId: account.id,
      tokenVersion: now.token_version,
      kind: how.kind,
      userAgent: how.userAgent,
      ...(second && { secondStep: 'given' }),
    });
    const { id, email, name, email_verified_at } = now;
    return { user: { id, email, name, email_verified: email_verified_at !== null }, account, session };
  });
  // In a transaction of its own: what the refused one wrote is gone.
  const entered = await opening.catch(async (error: unknown) => {
    if (refused) await recordWrongCode(deps, user.id);
    throw error;
  });
  deps.wake.outbox();
  // Said once what was typed is spent: a code must not work again because there was nowhere to go.
  if (!entered) throw new NoAccount(user);
  return entered;
}

/** Somebody knows the password: the record of the account says so, once an hour however often they try. */
async function recordWrongCode(deps: Deps, userId: string): Promise<void> {
  const at = deps.clock.now();
  await deps.db.write('record a wrong code', async (tx) => {
    const { count } = await countTry(tx, `wrong-code:${userId}`, at, HOUR);
    const account = count === 1 ? await findHomeAccount(tx, userId) : null;
    if (account) await insertAudit(tx, { accountId: account.id, userId, at, action: 'second_factor.refused' });
  });
}

function wrong(): AppError {
  return new AppError('unauthorised', 'The address or the password is wrong.');
}

/** One answer for a code that never was, one that was taken and one that is too old. */
function wrongCode(): AppError {
  return new AppError('unauthorised', 'That code is wrong, too old or was used before.');
}

/** Its counter moves on; a key that was removed or used meanwhile opens nothing. */
async function usePasskey(deps: Deps, tx: Tx, userId: string, use: PasskeyUse): Promise<void> {
  if (await setPasskeyUsed(tx, userId, use, deps.clock.now())) return;
  throw new AppError('unauthorised', 'This passkey was not taken. Try once more, or use your password.');
}

async function complete(deps: Deps, tx: Tx, hash: string): Promise<void> {
  const waited = await takeChallenge(tx, 'second_factor', hash, deps.clock.now());
  if (!waited) throw new AppError('conflict', 'That took too long. Log in again.');
}

/** What goes along with a half log-in: where it leads, and the tries that are taken back once it is whole. */
const waitingData = z.object({ token_version: z.int(), next: z.string(), counted: z.array(z.string()) });

/**
 * A log-in whose password was right waits ten minutes for its second step. Returns the token that names it, for the
 * browser alone.
 */
export async function askSecondStep(
  deps: Deps,
  user: User,
  onward: { next: string; counted: string[] },
): Promise<{ token: string; expiresAt: number }> {
  const token = newToken();
  const expiresAt = deps.clock.now() + SECOND_STEP_MS;
  await deps.db.write('ask for a second step', (tx) =>
    insertChallenge(tx, {
      hash: tokenHash(token),
      kind: 'second_factor',
      user_id: user.id,
      data: { token_version: user.token_version, ...onward },
      expires_at: expiresAt,
    }),
  );
  return { token, expiresAt };
}

/** Who waits for their second step under this token, or null: it was taken, is too old, or the log-in was changed since. */
export async function findSecondStep(deps: Deps, token: string) {
  const hash = tokenHash(token);
  const found = await findChallenge(deps.db.read, 'second_factor', hash, deps.clock.now());
  const user = found?.user_id ? await findUser(deps.db.read, found.user_id) : null;
  if (!found || !user) return null;
  const { token_version: version, next, counted } = waitingData.parse(found.data);
  return version === user.token_version ? { user, hash, next, counted } : null;
}

/**
 * A new token pair for a refresh token. One that was used before ends its whole family: either its owner or a thief
 * holds a copy, and nobody can tell which.
 */
export async function refreshSession(deps: Deps, refreshToken: string): Promise<NewSession> {
  const sessionId = refreshToken.split('.')[0] ?? '';
  let endedOf: string | null = null;
  const renewed = await deps.db.write('refresh', async (tx) => {
    const now = deps.clock.now();
    const session = await findRefreshable(tx, sessionId, now);
    if (!session) return null;
    if (session.refresh_hash !== tokenHash(refreshToken)) {
      await deleteSession(tx, sessionId);
      const { account_id: accountId, user_id: userId } = session;
      await insertAudit(tx, { accountId, userId, at: now, action: 'session.refresh_reused', subject: sessionId });
      endedOf = userId;
      return null;
    }
    const next = newRefreshToken(sessionId);
    const expiresAt = now + deps.config.refreshTokenMs;
    await rotateRefresh(tx, sessionId, tokenHash(next), expiresAt);
    const { user_id: userId, token_version: tokenVersion } = session;
    return { kind: 'token', userId, sessionId, tokenVersion, expiresAt, refreshToken: next } satisfies NewSession;
  });
  if (endedOf !== null) deps.live.recheckAccess(endedOf);
  if (!renewed) throw new AppError('unauthorised', 'This refresh token is not valid any more. Log in again.');
  return renewed;
}
