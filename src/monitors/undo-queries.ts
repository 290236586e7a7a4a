import { and, desc, eq, gt, lte } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { undos } from '../db/schema/accounts.ts';

export type UndoRow = typeof undos.$inferSelect;

/** Keeps what can be taken back, and forgets what cannot any more. */
export async function insertUndo(tx: Tx, row: UndoRow, now: number): Promise<void> {
  await tx.delete(undos).where(lte(undos.expires_at, now));
  await tx.insert(undos).values(row);
}

export async function findUndo(db: Db | Tx, accountId: string, id: string, now: number): Promise<UndoRow | null> {
  const rows = await db
    .select()
    .from(undos)
    .where(and(eq(undos.id, id), eq(undos.account_id, accountId), gt(undos.expires_at, now)));
  return rows[0] ?? null;
}

/** What this person did last in the account, if it can be taken back. */
export async function findNewestUndo(
  db: Db,
  accountId: string,
  userId: string,
  now: number,
): Promise<Pick<UndoRow, 'id' | 'what' | 'expires_at'> | null> {
  const rows = await db
    .select({ id: undos.id, what: undos.what, expires_at: undos.expires_at })
    .from(undos)
    .where(and(gt(undos.expires_at, now), eq(undos.account_id, accountId), eq(undos.user_id, userId)))
    .orderBy(desc(undos.expires_at))
    .limit(1);
  return rows[0] ?? null;
}

/** Whatever comes of it, nothing is taken back twice. */
export async function deleteUndo(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(undos).where(and(eq(undos.id, id), eq(undos.account_id, accountId)));
}
