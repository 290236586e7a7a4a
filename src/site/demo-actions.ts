import { AppError, notFound } from '../core/errors.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { findUser } from '../users/queries.ts';
import { insertSession } from '../users/session-queries.ts';
import { countDemoSessions, readDemo } from './demo-queries.ts';

const SESSION_MS = 2 * HOUR;
/** People who may look at once. */
const MOST = 200;

export interface DemoSession {
  userId: string;
  sessionId: string;
  tokenVersion: number;
  expiresAt: number;
}

/** Lets a visitor in for two hours. The session says nothing of who it is: the others could read it. */
export async function openDemo(deps: Deps): Promise<DemoSession> {
  const now = deps.clock.now();
  return deps.db.write('open demo', async (tx) => {
    const demo = deps.config.demo ? await readDemo(tx) : null;
    const user = demo?.seededAt ? await findUser(tx, demo.userId) : null;
    if (!demo || !user) throw notFound();
    if ((await countDemoSessions(tx, demo.userId, now)) >= MOST) {
      throw new AppError('rate_limited', 'Many people look at the demo right now. Try again in a few minutes.', {
        retryAfterSeconds: (5 * MINUTE) / 1_000,
      });
    }
    const [sessionId, expiresAt] = [newId('ses'), now + SESSION_MS];
    await insertSession(tx, {
      id: sessionId,
      user_id: demo.userId,
      account_id: demo.accountId,
      kind: 'browser',
      created_at: now,
      expires_at: expiresAt,
    });
    return { userId: demo.userId, sessionId, tokenVersion: user.token_version, expiresAt };
  });
}
