import { and, eq, gt } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { challenges } from '../db/schema/accounts.ts';

export type ChallengeKind = (typeof challenges.$inferSelect)['kind'];

export async function insertChallenge(tx: Tx, challenge: typeof challenges.$inferInsert): Promise<void> {
  await tx.insert(challenges).values(challenge);
}

/** One that waits still, by the SHA-256 of its token; null once it was taken or is too old. */
export async function findChallenge(db: Db | Tx, kind: ChallengeKind, hash: string, now: number) {
  const [found] = await db
    .select(WHOSE)
    .from(challenges)
    .where(waiting(kind, hash, now));
  return found ?? null;
}

/** The same, and gone with it: whoever comes second finds nothing. */
export async function takeChallenge(tx: Tx, kind: ChallengeKind, hash: string, now: number) {
  const [taken] = await tx
    .delete(challenges)
    .where(waiting(kind, hash, now))
    .returning(WHOSE);
  return taken ?? null;
}

const WHOSE = { user_id: challenges.user_id, data: challenges.data } as const;

function waiting(kind: ChallengeKind, hash: string, now: number) {
  return and(eq(challenges.hash, hash), eq(challenges.kind, kind), gt(challenges.expires_at, now));
}
