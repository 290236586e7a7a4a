import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { memberships } from '../db/schema/accounts.ts';
import { status_pages } from '../db/schema/statuspages.ts';

/** Hash of the word that opens a page; null when it has none. */
export async function findPagePassword(db: Db, pageId: string): Promise<string | null> {
  const [row] = await db
    .select({ hash: status_pages.password_hash })
    .from(status_pages)
    .where(eq(status_pages.id, pageId));
  return row?.hash ?? null;
}

/** Whether a person belongs to an account, in whatever role. */
export async function isMember(db: Db, accountId: string, userId: string): Promise<boolean> {
  const rows = await db
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.account_id, accountId), eq(memberships.user_id, userId)));
  return rows.length > 0;
}
