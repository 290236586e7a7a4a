import { DAY } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newId, newToken } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { tokenHash } from './links.ts';
import { insertSession } from './session-queries.ts';

/** How long a log-in lasts; a token pair that is refreshed lives on. */
export const SESSION_MS = 30 * DAY;

/** A session just opened. The refresh token is known here and to its owner only. */
export interface NewSession {
  kind: 'browser' | 'token';
  userId: string;
  sessionId: string;
  tokenVersion: number;
  expiresAt: number;
  refreshToken: string | null;
}

/** A new row with a new id: no log-in ever continues a session that was there before (R-AU-3). */
export async function openSession(
  deps: Deps,
  tx: Tx,
  who: { userId: string; accountId: string; tokenVersion: number; kind: NewSession['kind']; userAgent: string },
): Promise<NewSession> {
  const now = deps.clock.now();
  const sessionId = newId('ses');
  const expiresAt = now + SESSION_MS;
  const refreshToken = who.kind === 'token' ? newRefreshToken(sessionId) : null;
  await insertSession(tx, {
    id: sessionId,
    user_id: who.userId,
    account_id: who.accountId,
    kind: who.kind,
    refresh_hash: refreshToken && tokenHash(refreshToken),
    created_at: now,
    expires_at: expiresAt,
    user_agent: who.userAgent.replace(/[^\x20-\x7e]/g, '').slice(0, 200) || null,
  });
  const { kind, userId, tokenVersion } = who;
  return { kind, userId, sessionId, tokenVersion, expiresAt, refreshToken };
}

/** Opaque to its holder; names its session, so that an old one betrays itself. */
export function newRefreshToken(sessionId: string): string {
  return `${sessionId}.${newToken()}`;
}
