import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { tag_rules } from '../db/schema/accounts.ts';

export type RuleRow = typeof tag_rules.$inferSelect;

/** An account's rules in the order they count; an account has at most a few dozen. */
export function listRules(db: Db | Tx, accountId: string): Promise<RuleRow[]> {
  return db
    .select()
    .from(tag_rules)
    .where(eq(tag_rules.account_id, accountId))
    .orderBy(asc(tag_rules.position), asc(tag_rules.id))
    .limit(100)
    .execute();
}

export async function findRule(db: Db | Tx, accountId: string, id: string): Promise<RuleRow | null> {
  const rows = await db.select().from(tag_rules).where(mine(accountId, id)).limit(1);
  return rows[0] ?? null;
}

export async function insertRule(tx: Tx, row: RuleRow): Promise<void> {
  await tx.insert(tag_rules).values(row);
}

export async function updateRule(
  tx: Tx,
  accountId: string,
  id: string,
  set: Partial<Pick<RuleRow, 'tag' | 'settings'>>,
): Promise<void> {
  await tx.update(tag_rules).set(set).where(mine(accountId, id));
}

export async function deleteRuleRow(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(tag_rules).where(mine(accountId, id));
}

/** Numbers the rules by their place in `ids`. */
export async function setOrder(tx: Tx, accountId: string, ids: readonly string[]): Promise<void> {
  await tx.run(sql`
    update tag_rules set position = j.key from json_each(${JSON.stringify(ids)}) j
    where tag_rules.id = j.value and account_id = ${accountId}`);
}

function mine(accountId: string, id: string) {
  return and(eq(tag_rules.id, id), eq(tag_rules.account_id, accountId));
}
