import { type Actor, can } from '../core/access.ts';
import { AppError, invalidField } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { deletePage, listPages } from '../statuspages/queries.ts';
import { insertAudit } from './audit-queries.ts';
import { closeAccountRow, findLivingSubscription } from './deletion-queries.ts';
import { listMembers, standing } from './member-queries.ts';
import { findAccount } from './queries.ts';
import { releaseSlug } from './slug-queries.ts';

/**
 * Deletes an account for everybody at once: nobody gets in, nothing is checked or sent, its pages are gone and their
 * addresses free. What remains of its history is purged afterwards in small steps. `name` is what the owner typed; the
 * caller has made sure that it is the owner who asks. A plan that is still paid for is to be cancelled first.
 */
export async function deleteAccount(deps: Deps, actor: Actor, name: string): Promise<void> {
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const members = await deps.db.write('delete account', async (tx) => {
    const me = await standing(tx, accountId, userId);
    if (!me || !can(me.role, 'own')) throw new AppError('forbidden', 'Only the owner can delete an account.');
    const account = await findAccount(tx, accountId);
    if (!account || plain(account.name) !== plain(name))
      throw invalidField('name', 'That is not the name of this account.');
    if (await findLivingSubscription(tx, accountId)) {
      throw new AppError('conflict', 'This account has a paid plan. Cancel the plan first, then delete the account.');
    }
    const everybody = await listMembers(tx, accountId);
    for (const page of await listPages(tx, accountId)) {
      await deletePage(tx, accountId, page.id);
      await releaseSlug(tx, page.slug, accountId, now);
    }
    await releaseSlug(tx, account.slug, accountId, now);
    await closeAccountRow(tx, accountId, now);
    await insertAudit(tx, { accountId, userId, at: now, action: 'account.deleted', subject: account.slug });
    return everybody;
  });
  for (const { user_id } of members) deps.live.recheckAccess(user_id);
  deps.live.publish({ accountId, type: 'settings', monitorIds: [] });
}

/** A name as a keyboard writes it: quotes and spaces of print are hard to type. */
function plain(name: string): string {
  // Escaped, because one wide character makes V8 keep all of the built program's text two bytes wide.
  return name
    .normalize('NFKC')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
