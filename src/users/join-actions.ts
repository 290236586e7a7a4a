import { insertAudit } from '../accounts/audit-queries.ts';
import { deleteInvitation, findInvitationByHash, type OpenInvitation } from '../accounts/invitation-queries.ts';
import { countMembers, findMember, listOwners, MOST_MEMBERS } from '../accounts/member-queries.ts';
import { insertMembership } from '../accounts/queries.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { passwordProblem } from '../core/password.ts';
import { allows } from '../core/plan.ts';
import type { Tx } from '../db/client.ts';
import { newId, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { enqueueAccountMail, releaseAddress } from '../engine/outbox.ts';
import { type Mover, startOf } from './account-actions.ts';
import { findUser, findUserByEmail, insertUser, markVerified } from './queries.ts';
import { deleteSession } from './session-queries.ts';
import { type NewSession, type Opening, openSession } from './sessions.ts';

/** Where somebody who joined goes on. */
export interface Joined {
  session: NewSession;
  accountId: string;
  account: string;
}

/**
 * Accepts an invitation for whoever has its address and moves them there. Its link came by mail, so the address counts as
 * verified. Throws `conflict` for a link that works no more, and what keeps the account from taking one more.
 */
export async function joinByInvitation(deps: Deps, who: Mover, token: string): Promise<Joined> {
  const joined = await deps.db.write('join account', async (tx) => {
    const invitation = await openInvitation(deps, tx, token);
    const user = await findUser(tx, who.userId);
    if (!user || user.email_key !== invitation.email_key) {
      throw new AppError('forbidden', `This invitation is for ${invitation.email}.`);
    }
    await admit(deps, tx, invitation, user);
    const startedAt = await startOf(tx, who);
    if (who.sessionId !== null) await deleteSession(tx, who.sessionId);
    const moving = { ...who, accountId: invitation.account_id, tokenVersion: user.token_version, startedAt };
    return moveIn(deps, tx, invitation, { ...moving, secondStep: 'continues' });
  });
  deps.wake.outbox();
  deps.live.recheckAccess(who.userId);
  return joined;
}

/**
 * Accepts an invitation for somebody without a log-in: a person with a verified address and no account of their own.
 * Works wherever signing up is closed, for an owner or admin has asked them in.
 */
export async function signUpByInvitation(
  deps: Deps,
  token: string,
  input: { name: string; password: string },
  userAgent: string,
): Promise<Joined> {
  const unfit = passwordProblem(input.password);
  if (unfit) throw invalidField('password', unfit);
  // Looked at before the costly hash, and again inside: the link may be used meanwhile.
  if (!(await findInvitationByHash(deps.db.read, tokenHash(token), deps.clock.now()))) throw deadInvitation();
  const hash = await deps.passwords.hash(input.password);
  const joined = await deps.db.write('sign up by invitation', async (tx) => {
    const now = deps.clock.now();
    const invitation = await openInvitation(deps, tx, token);
    const { email } = invitation;
    if (await findUserByEmail(tx, invitation.email_key)) {
      throw new AppError(
        'conflict',
        `There is a log-in with ${email} already. Log in, then open this invitation again.`,
      );
    }
    const user = { id: newId('usr'), email, name: input.name.trim() || null };
    await insertUser(tx, {
      ...user,
      email_key: emailKey(email),
      password_hash: hash,
      email_verified_at: now,
      created_at: now,
    });
    await admit(deps, tx, invitation, user);
    const holder = { userId: user.id, accountId: invitation.account_id, kind: 'browser' as const, userAgent };
    return moveIn(deps, tx, invitation, { ...holder, tokenVersion: 0 });
  });
  deps.wake.outbox();
  return joined;
}

async function openInvitation(deps: Deps, tx: Tx, token: string): Promise<OpenInvitation> {
  const invitation = await findInvitationByHash(tx, tokenHash(token), deps.clock.now());
  if (!invitation) throw deadInvitation();
  return invitation;
}

function deadInvitation(): AppError {
  return new AppError(
    'conflict',
    'This invitation does not work any more: it was used, taken back, replaced by a newer one or is over a week old.',
  );
}

/** The membership, and word of it to whoever asked and to the owners. */
async function admit(
  deps: Deps,
  tx: Tx,
  invitation: OpenInvitation,
  user: { id: string; email: string; name: string | null },
): Promise<void> {
  const now = deps.clock.now();
  const { account_id: accountId, role } = invitation;
  await deleteInvitation(tx, invitation.id);
  await markVerified(tx, user.id, now);
  await releaseAddress(tx, invitation.email_key, now);
  if (await findMember(tx, accountId, user.id)) return;
  if (!allows(invitation.plan, 'team')) {
    throw new AppError('conflict', 'The plan of this account has no team any more. Tell who asked you.');
  }
  if ((await countMembers(tx, accountId)) >= MOST_MEMBERS) {
    throw new AppError('conflict', `This account has ${MOST_MEMBERS} members, and that is the most.`);
  }
  await insertMembership(tx, { account_id: accountId, user_id: user.id, role, created_at: now });
  const detail = { role };
  await insertAudit(tx, { accountId, userId: user.id, at: now, action: 'member.joined', subject: user.email, detail });
  await tellJoined(deps, tx, invitation, user);
}

async function tellJoined(
  deps: Deps,
  tx: Tx,
  { account_id: accountId, account, invited_by: by }: OpenInvitation,
  user: { id: string; email: string; name: string | null },
): Promise<void> {
  const now = deps.clock.now();
  const inviter = by && (await findMember(tx, accountId, by));
  const told = new Map((await listOwners(tx, accountId)).map(({ id, email }) => [id, email]));
  if (inviter) told.set(inviter.user_id, inviter.email);
  const link = `${deps.config.baseUrl}/settings/members`;
  for (const [userId, to] of told) {
    const data = { account, by: user.name ?? user.email, link };
    await enqueueAccountMail(tx, { event: 'joined', now, userId, to, data, once: `${accountId}:${user.id}:${now}` });
  }
}

async function moveIn(
  deps: Deps,
  tx: Tx,
  { account_id: accountId, account }: OpenInvitation,
  who: Opening,
): Promise<Joined> {
  return { session: await openSession(deps, tx, who), accountId, account };
}
