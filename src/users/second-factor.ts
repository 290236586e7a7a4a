import { insertAudit } from '../accounts/audit-queries.ts';
import type { Tx } from '../db/client.ts';
import { tokenHash } from '../db/ids.ts';
import { seal, unseal } from '../db/seal.ts';
import type { Deps } from '../deps.ts';
import { enqueueAccountMail } from '../engine/outbox.ts';
import type { User } from './queries.ts';
import { countRecoveryCodes, takeRecoveryCode, takeStep } from './second-factor-queries.ts';
import { plainCode, totpStep } from './totp.ts';

const RECOVERY_LENGTH = 16;

/** What a typed code may be, found out before the transaction that takes it. */
export type CodeClaim = { step: number } | { recovery: string };

export function sealTotp(deps: Deps, userId: string, secret: string): string {
  return seal(deps.config.secretKey, `totp ${userId}`, secret);
}

/** The step of the person's app that shows this code now, or a recovery code's hash; null when it can be neither. */
export function readClaim(deps: Deps, user: User, typed: string): CodeClaim | null {
  const code = plainCode(typed);
  if (code.length === RECOVERY_LENGTH) return { recovery: tokenHash(code) };
  if (!/^\d{6}$/.test(code) || user.totp_secret === null) return null;
  const secret = unseal(deps.config.secretKey, `totp ${user.id}`, user.totp_secret);
  const step = secret && totpStep(secret, code, deps.clock.now());
  return typeof step === 'number' ? { step } : null;
}

/** Takes the code: false when it is wrong or was taken before. A recovery code that goes is told to its owner. */
export async function spendClaim(deps: Deps, tx: Tx, user: User, accountId: string | null, claim: CodeClaim | null) {
  if (claim === null) return false;
  if ('step' in claim) return takeStep(tx, user.id, claim.step);
  if (!(await takeRecoveryCode(tx, user.id, claim.recovery))) return false;
  const left = await countRecoveryCodes(tx, user.id);
  const at = deps.clock.now();
  if (accountId)
    await insertAudit(tx, { accountId, userId: user.id, at, action: 'recovery_code.used', detail: { left } });
  await tellLogInChanged(deps, tx, user, `A recovery code was used; ${left === 1 ? 'one is' : `${left} are`} left.`);
  return true;
}

/**
 * Queues the mail that tells somebody what was changed of their log-in, as a sentence. Each change is told: a thief who
 * makes a second one at once must not take the first out of the outbox.
 */
export async function tellLogInChanged(deps: Deps, tx: Tx, user: Pick<User, 'id' | 'email'>, what: string) {
  const now = deps.clock.now();
  const mail = { event: 'log_in_changed' as const, now, userId: user.id, to: user.email };
  await enqueueAccountMail(tx, { ...mail, data: { what }, about: what });
}
