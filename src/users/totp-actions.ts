import { z } from 'zod';
import { insertAudit } from '../accounts/audit-queries.ts';
import { findHomeAccount } from '../accounts/queries.ts';
import { emailKey } from '../core/email.ts';
import { AppError, invalidField } from '../core/errors.ts';
import { MINUTE } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { tokenHash } from '../db/ids.ts';
import { seal, unseal } from '../db/seal.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { deletePasskeys } from './passkey-queries.ts';
import { findUser, findUserByEmail, type User } from './queries.ts';
import { readClaim, sealTotp, spendClaim, tellLogInChanged } from './second-factor.ts';
import { replaceRecoveryCodes, setPendingTotp, turnTotpOff, turnTotpOn } from './second-factor-queries.ts';
import { deleteSessions } from './session-queries.ts';
import { type NewSession, openSession, startGoneOnWith } from './sessions.ts';
import { newRecoveryCodes, newTotpSecret, plainCode, totpStep } from './totp.ts';

/** Who changes their own log-in, from which session. */
export interface Insider {
  userId: string;
  accountId: string;
  sessionId: string;
  /** Holds a cookie or tokens, and so does the session that takes the place of this one. */
  kind: NewSession['kind'];
  userAgent: string;
}

/** An app that has shown no code within this time starts over with another secret. */
const PENDING_MS = 30 * MINUTE;
const pendingTotp = z.object({ secret: z.string(), until: z.int(), session: z.string() });

/** Makes a secret for an app and keeps it until the app has shown a code. Asks the password. */
export async function startTotp(deps: Deps, actor: Insider, password: string): Promise<void> {
  await confirmPerson(deps, actor, password);
  const pending = { secret: newTotpSecret(), until: deps.clock.now() + PENDING_MS, session: actor.sessionId };
  const sealed = seal(deps.config.secretKey, `totp pending ${actor.userId}`, JSON.stringify(pending));
  const started = await deps.db.write('start two-step log-in', (tx) => setPendingTotp(tx, actor.userId, sealed));
  if (!started) throw new AppError('conflict', 'Two-step log-in is on already.');
}

/** The secret an app is being set up with in this session, or null. */
export async function findPendingTotp(deps: Deps, actor: { userId: string; sessionId: string }) {
  const user = await findUser(deps.db.read, actor.userId);
  if (!user?.totp_secret || user.totp_since !== null) return null;
  const text = unseal(deps.config.secretKey, `totp pending ${user.id}`, user.totp_secret);
  const pending = text === null ? null : pendingTotp.parse(JSON.parse(text));
  // Whoever finds another session open must not finish what its owner began.
  if (!pending || pending.until <= deps.clock.now() || pending.session !== actor.sessionId) return null;
  return { user, secret: pending.secret, sealed: user.totp_secret };
}

/** The first code of the app switches two-step log-in on: every other session ends. Returns the recovery codes, known here alone. */
export async function confirmTotp(
  deps: Deps,
  actor: Insider,
  code: string,
): Promise<{ codes: string[]; session: NewSession }> {
  const pending = await findPendingTotp(deps, actor);
  if (!pending) throw new AppError('conflict', 'That took too long, or it is set up already. Start again.');
  const { user, secret } = pending;
  const step = totpStep(secret, plainCode(code), deps.clock.now());
  if (step === null)
    throw invalidField('code', 'That is not the code the app shows now. Is the clock of your phone right?');
  const codes = newRecoveryCodes();
  const hashes = codes.map((one) => tokenHash(plainCode(one)));
  const sealed = sealTotp(deps, user.id, secret);
  const session = await deps.db.write('two-step log-in on', async (tx) => {
    const on = { sealed, since: deps.clock.now(), step };
    if (!(await turnTotpOn(tx, user.id, pending.sealed, on))) {
      throw new AppError('conflict', 'It was set up from another page meanwhile.');
    }
    await replaceRecoveryCodes(tx, user.id, hashes);
    return reopen(deps, tx, actor, user, 'second_factor.on', 'Two-step log-in was switched on.');
  });
  return finish(deps, user.id, { codes, session });
}

/** Asks the password and a code, counted before; every other session ends. */
export async function switchOffTotp(
  deps: Deps,
  actor: Insider,
  input: { password: string; code: string },
): Promise<NewSession> {
  const user = await confirmPerson(deps, actor, input.password);
  const claim = readClaim(deps, user, input.code);
  const session = await deps.db.write('two-step log-in off', async (tx) => {
    if (!(await spendClaim(deps, tx, user, actor.accountId, claim))) throw wrongCodeHere();
    await turnTotpOff(tx, user.id);
    return reopen(deps, tx, actor, user, 'second_factor.off', 'Two-step log-in was switched off.');
  });
  return finish(deps, user.id, session);
}

/** New recovery codes for a code, counted before; the old ones stop working. */
export async function renewRecoveryCodes(deps: Deps, actor: Insider, code: string): Promise<string[]> {
  const user = await findUser(deps.db.read, actor.userId);
  if (!user || user.totp_since === null) throw new AppError('conflict', 'Two-step log-in is off.');
  const claim = readClaim(deps, user, code);
  const codes = newRecoveryCodes();
  const hashes = codes.map((one) => tokenHash(plainCode(one)));
  await deps.db.write('new recovery codes', async (tx) => {
    const { accountId, userId } = actor;
    if (!(await spendClaim(deps, tx, user, accountId, claim))) throw wrongCodeHere();
    await replaceRecoveryCodes(tx, userId, hashes);
    await insertAudit(tx, { accountId, userId, at: deps.clock.now(), action: 'recovery_codes.renewed' });
    await tellLogInChanged(deps, tx, user, 'New recovery codes were made; the old ones do not work any more.');
  });
  deps.wake.outbox();
  return codes;
}

/** For the operator, when somebody has lost everything: no second step, no passkeys, every session ended. */
export async function resetSecondFactor(deps: Deps, email: string): Promise<void> {
  const userId = await deps.db.write('reset second factor', async (tx) => {
    const user = await findUserByEmail(tx, emailKey(email));
    if (!user) throw new AppError('not_found', `There is no user ${email}.`);
    await turnTotpOff(tx, user.id);
    await deletePasskeys(tx, user.id);
    await deleteSessions(tx, user.id, null);
    const home = await findHomeAccount(tx, user.id);
    const entry = { userId: null, at: deps.clock.now(), action: 'second_factor.reset', subject: user.email };
    if (home) await insertAudit(tx, { accountId: home.id, ...entry });
    const what = 'The people who run this StatusPing switched two-step log-in off and removed your passkeys.';
    await tellLogInChanged(deps, tx, user, what);
    return user.id;
  });
  finish(deps, userId, null);
}

/** Ends every session and opens one for the person who is here; the change is recorded and told. */
async function reopen(deps: Deps, tx: Tx, actor: Insider, user: User, action: string, what: string) {
  const { accountId, userId, userAgent, kind } = actor;
  const startedAt = await startGoneOnWith(tx, actor);
  await deleteSessions(tx, userId, null);
  await insertAudit(tx, { accountId, userId, at: deps.clock.now(), action });
  await tellLogInChanged(deps, tx, user, what);
  const tokenVersion = (await findUser(tx, userId))?.token_version ?? 0;
  const holder = { userId, accountId, userAgent, tokenVersion, kind };
  return openSession(deps, tx, { ...holder, secondStep: 'continues', startedAt });
}

function finish<T>(deps: Deps, userId: string, result: T): T {
  deps.live.recheckAccess(userId);
  deps.wake.outbox();
  return result;
}

function wrongCodeHere(): AppError {
  return invalidField('code', 'That code is wrong, too old or was used before.');
}
