import type { Actor, Role } from '../core/access.ts';
import { cleanEmail, emailKey } from '../core/email.ts';
import { AppError, invalidField, notFound } from '../core/errors.ts';
import { DAY } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newId, newToken, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { cancelAccountMail } from '../alerts/delivery-queries.ts';
import { enqueueAccountMail } from '../engine/outbox.ts';
import { findUser, findUserByEmail } from '../users/queries.ts';
import { insertAudit } from './audit-queries.ts';
import {
  countInvitations,
  deleteInvitation,
  findInvitation,
  findInvitationByAddress,
  insertInvitation,
  type InvitationRow,
  MOST_OPEN,
  pruneInvitations,
  renewInvitation,
} from './invitation-queries.ts';
import { demandManager, refuseAbove, refuseTeamless } from './member-actions.ts';
import { countMembers, findMember, MOST_MEMBERS } from './member-queries.ts';
import { findAccount } from './queries.ts';

/** How long an invitation can be accepted. */
const LIVES_MS = 7 * DAY;

/**
 * Asks somebody into the account and returns the invitation's id. A newer invitation of an address replaces the older.
 * Whether the address has a log-in here makes no difference to the answer (R-AU-1).
 */
export async function invite(deps: Deps, actor: Actor, input: { email: string; role: Role }): Promise<string> {
  const email = cleanEmail(input.email);
  if (!email) throw invalidField('email', 'That is not an e-mail address.');
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const id = newId('inv');
  const token = newToken();
  await deps.db.write('invite', async (tx) => {
    const me = await demandManager(tx, actor);
    refuseTeamless(me.plan);
    refuseAbove(me.role, input.role);
    await refuseUnverified(tx, userId);
    await refuseMember(tx, accountId, email);
    await pruneInvitations(tx, accountId, now);
    const before = await findInvitationByAddress(tx, accountId, emailKey(email));
    if (before) await withdraw(tx, before);
    await refuseFull(tx, accountId, now);
    await insertInvitation(tx, {
      id,
      account_id: accountId,
      email,
      email_key: emailKey(email),
      role: input.role,
      hash: tokenHash(token),
      invited_by: userId,
      created_at: now,
      expires_at: now + LIVES_MS,
    });
    await mail(deps, tx, actor, { id, email }, token);
    const detail = { role: input.role };
    await insertAudit(tx, { accountId, userId, at: now, action: 'member.invited', subject: email, detail });
  });
  deps.wake.outbox();
  return id;
}

/** Sends the invitation again with a new link, good for another week; the link before ends. */
export async function resendInvitation(deps: Deps, actor: Actor, id: string): Promise<void> {
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  const token = newToken();
  await deps.db.write('resend invitation', async (tx) => {
    const me = await demandManager(tx, actor);
    refuseTeamless(me.plan);
    await refuseUnverified(tx, userId);
    const invitation = await findInvitation(tx, accountId, id, now);
    if (!invitation) throw notFound();
    refuseAbove(me.role, invitation.role);
    await cancelMail(tx, invitation);
    await renewInvitation(tx, id, { hash: tokenHash(token), invited_by: userId, expires_at: now + LIVES_MS });
    await mail(deps, tx, actor, invitation, token);
    await insertAudit(tx, { accountId, userId, at: now, action: 'invitation.resent', subject: invitation.email });
  });
  deps.wake.outbox();
}

/** Takes an invitation back: its link stops working, and its mail is not sent if it has not left. */
export async function revokeInvitation(deps: Deps, actor: Actor, id: string): Promise<void> {
  const now = deps.clock.now();
  const { accountId, userId } = actor;
  await deps.db.write('revoke invitation', async (tx) => {
    const me = await demandManager(tx, actor);
    const invitation = await findInvitation(tx, accountId, id, now);
    if (!invitation) throw notFound();
    refuseAbove(me.role, invitation.role);
    await withdraw(tx, invitation);
    await insertAudit(tx, { accountId, userId, at: now, action: 'invitation.revoked', subject: invitation.email });
  });
}

async function withdraw(tx: Tx, invitation: Pick<InvitationRow, 'id' | 'invited_by'>): Promise<void> {
  await cancelMail(tx, invitation);
  await deleteInvitation(tx, invitation.id);
}

async function cancelMail(tx: Tx, { id, invited_by: by }: Pick<InvitationRow, 'id' | 'invited_by'>): Promise<void> {
  if (by) await cancelAccountMail(tx, by, 'invite', id);
}

async function mail(deps: Deps, tx: Tx, actor: Actor, to: { id: string; email: string }, token: string) {
  const now = deps.clock.now();
  const account = await findAccount(tx, actor.accountId);
  const me = await findUser(tx, actor.userId);
  await enqueueAccountMail(tx, {
    event: 'invite',
    now,
    userId: actor.userId,
    to: to.email,
    about: to.id,
    data: {
      link: `${deps.config.baseUrl}/invite/${token}`,
      expiresAt: now + LIVES_MS,
      ...(account && { account: account.name }),
      ...(me && { by: me.name ?? me.email }),
    },
  });
}

/** Whoever sends mail through us must have shown that they read their own (R-AU-12). */
async function refuseUnverified(tx: Tx, userId: string): Promise<void> {
  const me = await findUser(tx, userId);
  if (me && me.email_verified_at !== null) return;
  throw new AppError('forbidden', 'Confirm your own e-mail address first: open the link we sent to it.');
}

async function refuseMember(tx: Tx, accountId: string, email: string): Promise<void> {
  const user = await findUserByEmail(tx, emailKey(email));
  if (user && (await findMember(tx, accountId, user.id)))
    throw invalidField('email', 'This person is a member already.');
}

async function refuseFull(tx: Tx, accountId: string, now: number): Promise<void> {
  const members = await countMembers(tx, accountId);
  if (members >= MOST_MEMBERS) throw new AppError('conflict', `An account has at most ${MOST_MEMBERS} members.`);
  const open = await countInvitations(tx, accountId, now);
  if (open < MOST_OPEN) return;
  throw new AppError('conflict', `${MOST_OPEN} invitations wait for an answer already. Revoke one first.`);
}
