import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { moveEmailChannels } from '../alerts/address-queries.ts';
import { changesOf } from '../core/changes.ts';
import { cleanEmail, emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { enqueueAccountMail, releaseAddress } from '../engine/outbox.ts';
import { deleteLinks, findLink } from './link-queries.ts';
import { mailVerifyLink } from './links.ts';
import { findUser, findUserByEmail, markVerified, setEmail, setName } from './queries.ts';
import { deleteSessions } from './session-queries.ts';
import { type NewSession, openSession, startGoneOnWith } from './sessions.ts';
import type { Insider } from './totp-actions.ts';

/** Marks the address of a link as its user's own and lets the alerts go that waited for it. Returns the address. */
export async function verifyByLink(deps: Deps, token: string): Promise<{ userId: string; email: string }> {
  const link = await deps.db.write('verify address', async (tx) => {
    const now = deps.clock.now();
    const found = await findLink(tx, 'verify', tokenHash(token), now);
    if (!found) throw new AppError('conflict', 'This link does not work any more. Ask for a new one in your settings.');
    await markVerified(tx, found.user_id, now);
    await deleteLinks(tx, found.user_id, 'verify');
    await releaseAddress(tx, found.email_key, now);
    const home = await findHomeAccount(tx, found.user_id);
    if (home) {
      const entry = {
        accountId: home.id,
        userId: found.user_id,
        at: now,
        action: 'email.verified',
        subject: found.email,
      };
      await insertAudit(tx, entry);
    }
    return found;
  });
  deps.wake.outbox();
  return { userId: link.user_id, email: link.email };
}

/** Queues another verification mail, unless the address is verified. */
export async function resendVerification(deps: Deps, userId: string): Promise<void> {
  await deps.db.write('resend verification', async (tx) => {
    const user = await findUser(tx, userId);
    if (user && user.email_verified_at === null) await mailVerifyLink(deps, tx, user);
  });
  deps.wake.outbox();
}

/**
 * Moves a person to another address: asks the password (`field` is its name), tells the old address, ends every other session. The new one
 * must be verified before alerts go there; e-mail channels that pointed at the old one follow (R-AU-12).
 */
export async function changeEmail(
  deps: Deps,
  actor: Insider,
  input: { email: string; current: string; field?: string },
): Promise<NewSession> {
  const email = cleanEmail(input.email);
  if (!email) throw invalidField('email', 'That is not an e-mail address.');
  const user = await confirmPerson(deps, actor, input.current, { field: input.field ?? 'password' });
  if (emailKey(email) === user.email_key) throw invalidField('email', 'That is your address already.');
  const session = await deps.db.write('change address', async (tx) => {
    const now = deps.clock.now();
    if (await findUserByEmail(tx, emailKey(email))) {
      throw invalidField('email', 'There is an account with this address already.');
    }
    const startedAt = await startGoneOnWith(tx, actor);
    await setEmail(tx, user.id, email, emailKey(email));
    await deleteSessions(tx, user.id, null);
    await moveEmailChannels(tx, { userId: user.id, from: user.email, fromKey: user.email_key, to: email });
    await enqueueAccountMail(tx, {
      event: 'email_changed',
      now,
      userId: user.id,
      to: user.email,
      data: { newEmail: email },
    });
    await mailVerifyLink(deps, tx, { id: user.id, email });
    const { accountId, userId } = actor;
    const entry = { accountId, userId, at: now, action: 'email.changed', subject: email };
    await insertAudit(tx, { ...entry, changes: { email: [user.email, email] } });
    const tokenVersion = (await findUser(tx, user.id))?.token_version ?? 0;
    return openSession(deps, tx, { ...actor, tokenVersion, secondStep: 'continues', startedAt });
  });
  deps.live.recheckAccess(user.id);
  deps.wake.outbox();
  return session;
}

/** The name people see beside what someone did; empty text takes it away. */
export async function rename(
  deps: Deps,
  { userId, accountId }: { userId: string; accountId: string },
  name: string,
): Promise<void> {
  const clean = name.trim() || null;
  await deps.db.write('rename user', async (tx) => {
    const user = await findUser(tx, userId);
    await setName(tx, userId, clean);
    const entry = { accountId, userId, at: deps.clock.now(), action: 'profile.renamed', subject: clean ?? userId };
    await insertAudit(tx, { ...entry, changes: changesOf({ name: user?.name ?? null }, { name: clean }) });
  });
}
