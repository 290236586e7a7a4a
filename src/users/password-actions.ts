import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { passwordProblem } from '../core/password.ts';
import type { Tx } from '../db/client.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { enqueueAccountMail, releaseAddress } from '../engine/outbox.ts';
import { deleteLinks, findLink } from './link-queries.ts';
import { mailResetLink } from './links.ts';
import { findUser, findUserByEmail, markVerified, setPassword } from './queries.ts';
import { deleteSessions } from './session-queries.ts';
import { type NewSession, openSession, startGoneOnWith } from './sessions.ts';
import type { Insider } from './totp-actions.ts';

/** Queues a reset mail if the address has an account. Says nothing about whether it has. */
export async function askReset(deps: Deps, email: string): Promise<void> {
  await deps.db.write('ask for a reset', async (tx) => {
    const user = await findUserByEmail(tx, emailKey(email));
    if (user) await mailResetLink(deps, tx, user);
  });
  deps.wake.outbox();
}

/**
 * Sets a new password by the link of a reset mail and ends every session. Whoever opened the link reads the mailbox,
 * so the address counts as verified. Returns the user's id.
 */
export async function resetByLink(deps: Deps, token: string, password: string): Promise<string> {
  const unfit = passwordProblem(password);
  if (unfit) throw invalidField('password', unfit);
  if (!(await findLink(deps.db.read, 'reset', tokenHash(token), deps.clock.now()))) throw deadLink();
  const hash = await deps.passwords.hash(password);
  const userId = await deps.db.write('reset password', async (tx) => {
    const now = deps.clock.now();
    const link = await findLink(tx, 'reset', tokenHash(token), now);
    if (!link) throw deadLink();
    await replacePassword(deps, tx, link.user_id, link.email, hash);
    await markVerified(tx, link.user_id, now);
    await releaseAddress(tx, link.email_key, now);
    return link.user_id;
  });
  deps.live.recheckAccess(userId);
  deps.wake.outbox();
  return userId;
}

function deadLink(): AppError {
  return new AppError(
    'conflict',
    'This link does not work any more: it was used, replaced by a newer one or is over an hour old.',
  );
}

/** Asks for the present password, ends every session and opens a new one for the person who is here. */
export async function changePassword(
  deps: Deps,
  actor: Insider,
  input: { current: string; password: string },
): Promise<NewSession> {
  const user = await confirmPerson(deps, actor, input.current, { field: 'current' });
  const unfit = passwordProblem(input.password);
  if (unfit) throw invalidField('password', unfit);
  const hash = await deps.passwords.hash(input.password);
  const session = await deps.db.write('change password', async (tx) => {
    const startedAt = await startGoneOnWith(tx, actor);
    await replacePassword(deps, tx, user.id, user.email, hash);
    const tokenVersion = (await findUser(tx, user.id))?.token_version ?? 0;
    return openSession(deps, tx, { ...actor, tokenVersion, secondStep: 'continues', startedAt });
  });
  deps.live.recheckAccess(user.id);
  deps.wake.outbox();
  return session;
}

/** For the operator. Every session of the user ends. */
export async function resetPassword(deps: Deps, email: string, password: string): Promise<void> {
  const unfit = passwordProblem(password);
  if (unfit) throw invalidField('password', unfit);
  const hash = await deps.passwords.hash(password);
  const userId = await deps.db.write('reset password', async (tx) => {
    const user = await findUserByEmail(tx, emailKey(email));
    if (!user) throw new AppError('not_found', `There is no user ${email}.`);
    await replacePassword(deps, tx, user.id, user.email, hash);
    return user.id;
  });
  deps.live.recheckAccess(userId);
  deps.wake.outbox();
}

/** The new hash, the end of all that the old one opened, and a mail that tells its owner. */
async function replacePassword(deps: Deps, tx: Tx, userId: string, email: string, hash: string): Promise<void> {
  const now = deps.clock.now();
  await setPassword(tx, userId, hash);
  await deleteSessions(tx, userId, null);
  await deleteLinks(tx, userId, 'reset');
  await enqueueAccountMail(tx, { event: 'password_changed', now, userId, to: email, data: {} });
  const home = await findHomeAccount(tx, userId);
  if (home) await insertAudit(tx, { accountId: home.id, userId, at: now, action: 'password.changed' });
}
