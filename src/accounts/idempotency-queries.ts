import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { idempotency_keys } from '../db/schema/accounts.ts';

/** What is known of a key; `status` is null while its request is being worked on. */
export async function findKey(tx: Tx, key: string) {
  const [row] = await tx.select().from(idempotency_keys).where(eq(idempotency_keys.key, key));
  return row ?? null;
}

/** The key belongs to this request from now on, whatever it was before. */
export async function claimKey(tx: Tx, key: string, request: string, now: number): Promise<void> {
  const fresh = { request, status: null, headers: null, body: null, created_at: now };
  await tx
    .insert(idempotency_keys)
    .values({ key, ...fresh })
    .onConflictDoUpdate({ target: idempotency_keys.key, set: fresh });
}

/** Keeps what was answered, unless another has taken the key over since `claimedAt`. */
export async function keepAnswer(
  tx: Tx,
  key: string,
  claimedAt: number,
  answer: { status: number; headers: Record<string, string>; body: string },
): Promise<void> {
  await tx.update(idempotency_keys).set(answer).where(claim(key, claimedAt));
}

/** The request came to nothing: the key may be used again. */
export async function freeKey(tx: Tx, key: string, claimedAt: number): Promise<void> {
  await tx.delete(idempotency_keys).where(claim(key, claimedAt));
}

function claim(key: string, claimedAt: number) {
  return and(
    eq(idempotency_keys.key, key),
    eq(idempotency_keys.created_at, claimedAt),
    isNull(idempotency_keys.status),
  );
}

/** Deletes up to `limit` keys from before `before` (epoch ms) and says how many there were. */
export async function pruneKeys(tx: Tx, before: number, limit: number): Promise<number> {
  const { rowsAffected } = await tx.run(sql`delete from ${idempotency_keys} where key in
    (select key from ${idempotency_keys} where created_at < ${before} limit ${limit})`);
  return rowsAffected;
}
