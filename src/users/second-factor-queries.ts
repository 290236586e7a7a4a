import { and, count, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { recovery_codes, users } from '../db/schema/accounts.ts';

/** Keeps the sealed secret of an app that has not shown a code yet; false once two-step log-in is on. */
export async function setPendingTotp(tx: Tx, userId: string, sealed: string): Promise<boolean> {
  const set = await tx
    .update(users)
    .set({ totp_secret: sealed })
    .where(and(eq(users.id, userId), isNull(users.totp_since)));
  return set.rowsAffected > 0;
}

/** Puts a sealed secret in force in the place of the pending one; every token issued before is dead. False if that is gone. */
export async function turnTotpOn(
  tx: Tx,
  userId: string,
  pending: string,
  totp: { sealed: string; since: number; step: number },
): Promise<boolean> {
  const set = await tx
    .update(users)
    .set({
      totp_secret: totp.sealed,
      totp_since: totp.since,
      totp_step: totp.step,
      token_version: sql`${users.token_version} + 1`,
    })
    .where(and(eq(users.id, userId), isNull(users.totp_since), eq(users.totp_secret, pending)));
  return set.rowsAffected > 0;
}

/** No second step and no recovery codes any more; every token issued before is dead. */
export async function turnTotpOff(tx: Tx, userId: string): Promise<void> {
  await tx
    .update(users)
    .set({ totp_secret: null, totp_since: null, totp_step: null, token_version: sql`${users.token_version} + 1` })
    .where(eq(users.id, userId));
  await tx.delete(recovery_codes).where(eq(recovery_codes.user_id, userId));
}

/** Takes the code of a 30-second step: false when that step or a later one was taken before (RFC 6238, section 5.2). */
export async function takeStep(tx: Tx, userId: string, step: number): Promise<boolean> {
  const later = or(isNull(users.totp_step), lt(users.totp_step, step));
  const set = await tx
    .update(users)
    .set({ totp_step: step })
    .where(and(eq(users.id, userId), isNotNull(users.totp_since), later));
  return set.rowsAffected > 0;
}

/** False when it is none of this person's, or was taken before. */
export async function takeRecoveryCode(tx: Tx, userId: string, hash: string): Promise<boolean> {
  const gone = await tx
    .delete(recovery_codes)
    .where(and(eq(recovery_codes.user_id, userId), eq(recovery_codes.hash, hash)));
  return gone.rowsAffected > 0;
}

/** The ones before stop working. */
export async function replaceRecoveryCodes(tx: Tx, userId: string, hashes: readonly string[]): Promise<void> {
  await tx.delete(recovery_codes).where(eq(recovery_codes.user_id, userId));
  await tx.insert(recovery_codes).values(hashes.map((hash) => ({ user_id: userId, hash })));
}

export async function countRecoveryCodes(db: Db | Tx, userId: string): Promise<number> {
  const [row] = await db.select({ n: count() }).from(recovery_codes).where(eq(recovery_codes.user_id, userId));
  return row?.n ?? 0;
}
