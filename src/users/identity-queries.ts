import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { identities } from '../db/schema/accounts.ts';

/** Who somebody of a provider is here, or null. */
export async function findIdentity(db: Db | Tx, issuer: string, subject: string) {
  const [found] = await db
    .select({ user_id: identities.user_id })
    .from(identities)
    .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
  return found ?? null;
}

/** Who a person is at a provider, or null. */
export async function findIdentityOf(db: Db | Tx, userId: string, issuer: string) {
  const [found] = await db
    .select({ subject: identities.subject, created_at: identities.created_at })
    .from(identities)
    .where(and(eq(identities.user_id, userId), eq(identities.issuer, issuer)))
    .limit(1);
  return found ?? null;
}

export async function insertIdentity(tx: Tx, identity: typeof identities.$inferInsert): Promise<void> {
  await tx.insert(identities).values(identity);
}

export async function deleteIdentity(tx: Tx, userId: string, issuer: string): Promise<void> {
  await tx.delete(identities).where(and(eq(identities.user_id, userId), eq(identities.issuer, issuer)));
}
