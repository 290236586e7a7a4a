import { type Actor, can, mayGive, type Role } from '../core/access.ts';
import { AppError, notFound } from '../core/errors.ts';
import { allows, PLAN, type Plan, planFor } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { insertAudit } from './audit-queries.ts';
import { deleteInvitationsBy } from './invitation-queries.ts';
import { countMembers, deleteMember, findMember, type MemberRow, setRole, standing } from './member-queries.ts';

/**
 * Gives a member another role, at once. Both roles, the old and the new, must be within the actor's own as it is inside
 * the transaction: of two admins who lower each other the second one may not any more.
 */
export async function changeRole(deps: Deps, actor: Actor, userId: string, role: Role): Promise<void> {
  const now = deps.clock.now();
  await deps.db.write('change role', async (tx) => {
    const me = await demandManager(tx, actor);
    refuseTeamless(me.plan);
    const member = await findMember(tx, actor.accountId, userId);
    if (!member) throw notFound();
    if (member.role === role) return;
    refuseAbove(me.role, member.role);
    refuseAbove(me.role, role);
    await refuseLastOwner(tx, actor.accountId, member);
    await setRole(tx, actor.accountId, userId, role);
    if (!can(role, 'manage')) await deleteInvitationsBy(tx, actor.accountId, userId);
    await insertAudit(tx, {
      accountId: actor.accountId,
      userId: actor.userId,
      at: now,
      action: 'member.role_changed',
      subject: userId,
      detail: { name: member.email },
      changes: { role: [member.role, role] },
    });
  });
  deps.live.recheckAccess(userId);
}

/** Ends a member's access: sessions, API tokens and open streams too (R-MT-7). What they made stays. */
export async function removeMember(deps: Deps, actor: Actor, userId: string): Promise<void> {
  const now = deps.clock.now();
  await deps.db.write('remove member', async (tx) => {
    const me = await demandManager(tx, actor);
    const member = await findMember(tx, actor.accountId, userId);
    if (!member) throw notFound();
    refuseAbove(me.role, member.role);
    await refuseLastOwner(tx, actor.accountId, member);
    await deleteMember(tx, actor.accountId, userId);
    await insertAudit(tx, {
      accountId: actor.accountId,
      userId: actor.userId,
      at: now,
      action: 'member.removed',
      subject: userId,
      detail: { name: member.email },
    });
  });
  deps.live.recheckAccess(userId);
}

/** Who the actor is now, not when their page was drawn; `forbidden` unless they may still manage. */
export async function demandManager(tx: Tx, actor: Actor): Promise<{ role: Role; plan: Plan }> {
  const me = await standing(tx, actor.accountId, actor.userId);
  if (me && can(me.role, 'manage')) return me;
  throw new AppError('forbidden', 'Your role in this account does not allow this any more.');
}

/** E77, E78: an account of a plan without a team has nobody but its owner. */
export function refuseTeamless(plan: Plan): void {
  if (allows(plan, 'team')) return;
  throw new AppError('limit', `Team members are part of the ${PLAN[planFor('team')].label} plan.`);
}

export function refuseAbove(own: Role, other: Role): void {
  if (mayGive(own, other)) return;
  throw new AppError('forbidden', `Your role (${own}) may not give or take the role ${other}.`);
}

/** Somebody must be left who can decide over the account. */
async function refuseLastOwner(tx: Tx, accountId: string, member: MemberRow): Promise<void> {
  if (member.role !== 'owner' || (await countMembers(tx, accountId, 'owner')) > 1) return;
  throw new AppError('conflict', 'An account needs an owner. Hand it over to somebody first, or delete it.');
}
