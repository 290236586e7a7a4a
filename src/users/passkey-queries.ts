import { and, count, desc, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { passkeys } from '../db/schema/accounts.ts';

/** R-DO-3: a person's keys are one short list. */
export const MOST_PASSKEYS = 20;

/** A person's passkeys, the newest first. */
export async function listPasskeys(db: Db | Tx, userId: string) {
  return db
    .select(SHOWN)
    .from(passkeys)
    .where(eq(passkeys.user_id, userId))
    .orderBy(desc(passkeys.created_at), desc(passkeys.id))
    .limit(MOST_PASSKEYS);
}

export async function findPasskey(db: Db | Tx, userId: string, id: string) {
  const [found] = await db.select(SHOWN).from(passkeys).where(ownKey(userId, id));
  return found ?? null;
}

/** Whose key this is, for a log-in: nobody has said yet who they are. */
export async function findPasskeyById(db: Db, id: string) {
  const [found] = await db.select().from(passkeys).where(eq(passkeys.id, id));
  return found ?? null;
}

export async function countPasskeys(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx.select({ n: count() }).from(passkeys).where(eq(passkeys.user_id, userId));
  return row?.n ?? 0;
}

/** False when somebody, this person included, has registered the key before. */
export async function insertPasskey(tx: Tx, passkey: typeof passkeys.$inferInsert): Promise<boolean> {
  const added = await tx.insert(passkeys).values(passkey).onConflictDoNothing();
  return added.rowsAffected > 0;
}

/** False when the key is gone, is somebody else's, or was used since its counter was read. */
export async function setPasskeyUsed(
  tx: Tx,
  userId: string,
  use: { id: string; before: number; counter: number },
  now: number,
): Promise<boolean> {
  const set = await tx
    .update(passkeys)
    .set({ counter: use.counter, last_used_at: now })
    .where(and(ownKey(userId, use.id), eq(passkeys.counter, use.before)));
  return set.rowsAffected > 0;
}

export async function setPasskeyName(tx: Tx, userId: string, id: string, name: string): Promise<void> {
  await tx.update(passkeys).set({ name }).where(ownKey(userId, id));
}

export async function deletePasskey(tx: Tx, userId: string, id: string): Promise<void> {
  await tx.delete(passkeys).where(ownKey(userId, id));
}

export async function deletePasskeys(tx: Tx, userId: string): Promise<void> {
  await tx.delete(passkeys).where(eq(passkeys.user_id, userId));
}

const SHOWN = {
  id: passkeys.id,
  name: passkeys.name,
  transports: passkeys.transports,
  created_at: passkeys.created_at,
  last_used_at: passkeys.last_used_at,
} as const;

function ownKey(userId: string, id: string) {
  return and(eq(passkeys.id, id), eq(passkeys.user_id, userId));
}
