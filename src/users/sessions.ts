import { AppError } from '../core/errors.ts';
import { DAY } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newId, newToken, tokenHash } from '../db/ids.ts';
import { currentOrigin } from '../db/origin.ts';
import type { Deps } from '../deps.ts';
import { findUser, type User } from './queries.ts';
import { findSessionStart, insertSession } from './session-queries.ts';

/** How long the log-in of a browser lasts. A token pair has `config.refreshTokenMs`, and lives on when it is refreshed. */
const BROWSER_MS = 30 * DAY;

/** A session just opened. The refresh token is known here and to its owner only. */
export interface NewSession {
  kind: 'browser' | 'token';
  userId: string;
  sessionId: string;
  tokenVersion: number;
  expiresAt: number;
  refreshToken: string | null;
}

interface Holder {
  userId: string;
  accountId: string;
  tokenVersion: number;
  kind: NewSession['kind'];
  userAgent: string;
}

/**
 * Whose session it is to be, and how somebody with two-step log-in has shown the second step: just now, or long since, as
 * it takes the place of a session that ends with what they do. Such a one is as old as the log-in it goes on with
 * (`startGoneOnWith`; null is now, for somebody who has had none), or else moving about would pass for logging in.
 */
export type Opening = Holder & ({ secondStep?: 'given' } | { secondStep: 'continues'; startedAt: number | null });

/**
 * A new row with a new id: no log-in ever continues a session that was there before (R-AU-3). Every road to a session
 * ends here, so one that forgot the second step of somebody who has it opens none (R-AU-14).
 */
export async function openSession(deps: Deps, tx: Tx, who: Opening): Promise<NewSession> {
  if (who.secondStep === undefined) refuseOneStep(await findUser(tx, who.userId));
  const now = deps.clock.now();
  const sessionId = newId('ses');
  const expiresAt = now + (who.kind === 'token' ? deps.config.refreshTokenMs : BROWSER_MS);
  const refreshToken = who.kind === 'token' ? newRefreshToken(sessionId) : null;
  await insertSession(tx, {
    id: sessionId,
    user_id: who.userId,
    account_id: who.accountId,
    kind: who.kind,
    refresh_hash: refreshToken && tokenHash(refreshToken),
    created_at: (who.secondStep === 'continues' ? who.startedAt : null) ?? now,
    expires_at: expiresAt,
    user_agent: who.userAgent.replace(/[^\x20-\x7e]/g, '').slice(0, 200) || null,
    ip: currentOrigin()?.ip ?? null,
    last_seen_at: now,
  });
  const { kind, userId, tokenVersion } = who;
  return { kind, userId, sessionId, tokenVersion, expiresAt, refreshToken };
}

/**
 * When the person logged in with the session that another is to take the place of, epoch ms. One that has ended while
 * the request waited is gone on with by nobody: `AppError` `unauthorised`.
 */
export async function startGoneOnWith(tx: Tx, who: { userId: string; sessionId: string }): Promise<number> {
  const startedAt = await findSessionStart(tx, who.userId, who.sessionId);
  if (startedAt === null) throw sessionOver();
  return startedAt;
}

/** What is said to whoever was somebody a moment ago. */
export function sessionOver(): AppError {
  return new AppError('unauthorised', 'This session has ended. Log in again.');
}

/** Whoever has two-step log-in comes in by both steps only (R-AU-14). */
export function refuseOneStep(user: Pick<User, 'totp_since'> | null): void {
  if (user === null || user.totp_since === null) return;
  throw new AppError('second_factor_required', 'This log-in needs a code as well. Log in with your password.');
}

/** Opaque to its holder; names its session, so that an old one betrays itself. */
export function newRefreshToken(sessionId: string): string {
  return `${sessionId}.${newToken()}`;
}
