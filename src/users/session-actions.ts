import { insertAudit } from '../accounts/audit-queries.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { deleteOwnSession, deleteSession, deleteSessions } from './session-queries.ts';

interface Person {
  userId: string;
  accountId: string;
}

/** Ends one session at once, whosever it is: the one a request came with. */
export async function endSession(deps: Deps, sessionId: string): Promise<void> {
  const userId = await deps.db.write('log out', (tx) => deleteSession(tx, sessionId));
  if (userId !== null) deps.live.recheckAccess(userId);
}

/** Ends one of the person's own sessions; anybody else's is `not_found`. */
export async function endOwnSession(deps: Deps, actor: Person, sessionId: string): Promise<void> {
  const { accountId, userId } = actor;
  await deps.db.write('end a session', async (tx) => {
    if (!(await deleteOwnSession(tx, userId, sessionId))) throw notFound();
    const at = deps.clock.now();
    await insertAudit(tx, { accountId, userId, at, action: 'session.ended', subject: sessionId });
  });
  deps.live.recheckAccess(userId);
}

/** Ends every other session of the person. Returns how many. */
export async function endOtherSessions(deps: Deps, actor: Person & { sessionId: string }): Promise<number> {
  const { userId, accountId } = actor;
  const ended = await deps.db.write('end other sessions', async (tx) => {
    const count = await deleteSessions(tx, userId, actor.sessionId);
    const at = deps.clock.now();
    await insertAudit(tx, { accountId, userId, at, action: 'session.others_ended', detail: { ended: count } });
    return count;
  });
  deps.live.recheckAccess(userId);
  return ended;
}
