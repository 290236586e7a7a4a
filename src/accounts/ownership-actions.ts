import { type Actor, can } from '../core/access.ts';
import { AppError, invalidField } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { enqueueAccountMail } from '../engine/outbox.ts';
import { insertAudit } from './audit-queries.ts';
import { findMember, setRole, standing } from './member-queries.ts';
import { findAccount } from './queries.ts';

/**
 * Makes another member the owner and the present one an admin, at once, and tells both. The caller has made sure that it
 * is the owner who asks.
 */
export async function handOver(deps: Deps, actor: Actor, toUserId: string): Promise<void> {
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  await deps.db.write('hand over account', async (tx) => {
    const me = await standing(tx, accountId, userId);
    if (!me || !can(me.role, 'own')) throw new AppError('forbidden', 'Only the owner can hand an account over.');
    const [from, to] = [await findMember(tx, accountId, userId), await findMember(tx, accountId, toUserId)];
    if (!from || !to || toUserId === userId) throw invalidField('user_id', 'Choose a member of this account.');
    if (to.email_verified_at === null)
      throw invalidField('user_id', 'This member has not confirmed their address yet.');
    await setRole(tx, accountId, toUserId, 'owner');
    await setRole(tx, accountId, userId, 'admin');
    const account = (await findAccount(tx, accountId))?.name ?? '';
    const data = { account, by: to.name ?? to.email, link: `${deps.config.baseUrl}/settings/members` };
    for (const { user_id, email } of [from, to]) {
      const once = `${accountId}:${now}`;
      await enqueueAccountMail(tx, { event: 'ownership', now, userId: user_id, to: email, data, once });
    }
    const changes = { owner: [from.email, to.email] } as const;
    await insertAudit(tx, { accountId, userId, at: now, action: 'account.handed_over', subject: to.email, changes });
  });
  deps.wake.outbox();
  deps.live.recheckAccess(userId);
  deps.live.recheckAccess(toUserId);
}
