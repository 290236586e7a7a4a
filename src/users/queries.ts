import { eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { users } from '../db/schema/accounts.ts';

/** What a log-in, a reset or a change of password needs to know of a user. */
export async function findUserByEmail(db: Db | Tx, emailKey: string) {
  const [user] = await db.select(CREDENTIALS).from(users).where(eq(users.email_key, emailKey));
  return user ?? null;
}

export async function findUser(db: Db | Tx, userId: string) {
  const [user] = await db.select(CREDENTIALS).from(users).where(eq(users.id, userId));
  return user ?? null;
}

const CREDENTIALS = {
  id: users.id,
  email: users.email,
  email_key: users.email_key,
  name: users.name,
  password_hash: users.password_hash,
  email_verified_at: users.email_verified_at,
  token_version: users.token_version,
  operator: users.operator,
  totp_secret: users.totp_secret,
  totp_since: users.totp_since,
  totp_step: users.totp_step,
} as const;

export type User = NonNullable<Awaited<ReturnType<typeof findUser>>>;

export async function insertUser(tx: Tx, user: typeof users.$inferInsert): Promise<void> {
  await tx.insert(users).values(user);
}

/** With a person go their sessions, keys, tokens, memberships and the mails that wait for them. */
export async function deleteUser(tx: Tx, userId: string): Promise<void> {
  await tx.delete(users).where(eq(users.id, userId));
}

/** Every token issued before is dead from here on. */
export async function setPassword(tx: Tx, userId: string, hash: string): Promise<void> {
  await tx
    .update(users)
    .set({ password_hash: hash, token_version: sql`${users.token_version} + 1` })
    .where(eq(users.id, userId));
}

/** The new address is unverified, and every token issued before is dead. */
export async function setEmail(tx: Tx, userId: string, email: string, emailKey: string): Promise<void> {
  await tx
    .update(users)
    .set({ email, email_key: emailKey, email_verified_at: null, token_version: sql`${users.token_version} + 1` })
    .where(eq(users.id, userId));
}

export async function markVerified(tx: Tx, userId: string, now: number): Promise<void> {
  await tx
    .update(users)
    .set({ email_verified_at: sql`coalesce(${users.email_verified_at}, ${now})` })
    .where(eq(users.id, userId));
}

export async function setName(tx: Tx, userId: string, name: string | null): Promise<void> {
  await tx.update(users).set({ name }).where(eq(users.id, userId));
}
