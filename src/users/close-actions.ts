import { insertAudit } from '../accounts/audit-queries.ts';
import { deleteMember, listAccountsOf } from '../accounts/member-queries.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { deleteUser, findUser } from './queries.ts';

/**
 * Takes a person away: their log-in, sessions, tokens and memberships. What they made stays with its account, and so does
 * the address beside what they did there. Whoever owns an account hands it over or deletes it first. The caller has made
 * sure that it is the person who asks.
 */
export async function closeLogIn(deps: Deps, userId: string): Promise<void> {
  const at = deps.clock.now();
  await deps.db.write('close log-in', async (tx) => {
    const user = await findUser(tx, userId);
    if (!user) throw notFound();
    const accounts = await listAccountsOf(tx, userId);
    const owned = accounts.find(({ role }) => role === 'owner');
    if (owned) throw new AppError('conflict', `You own ${owned.name}. Hand it over or delete it first.`);
    for (const { id: accountId } of accounts) {
      await deleteMember(tx, accountId, userId);
      await insertAudit(tx, { accountId, userId, at, action: 'member.left', subject: user.email });
    }
    await deleteUser(tx, userId);
  });
  deps.live.recheckAccess(userId);
}
