import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { status_report_templates } from '../db/schema/statuspages.ts';

export type TemplateRow = typeof status_report_templates.$inferSelect;

/** An account's templates by name. */
export async function listTemplates(db: Db | Tx, accountId: string): Promise<TemplateRow[]> {
  return db
    .select()
    .from(status_report_templates)
    .where(eq(status_report_templates.account_id, accountId))
    .orderBy(asc(status_report_templates.name), asc(status_report_templates.id))
    .limit(200);
}

export async function findTemplate(db: Db | Tx, accountId: string, id: string): Promise<TemplateRow | null> {
  const rows = await db.select().from(status_report_templates).where(mine(accountId, id));
  return rows[0] ?? null;
}

export async function countTemplates(tx: Tx, accountId: string): Promise<number> {
  const rows = await tx
    .select({ n: sql<number>`count(*)` })
    .from(status_report_templates)
    .where(eq(status_report_templates.account_id, accountId));
  return rows[0]?.n ?? 0;
}

export async function insertTemplate(tx: Tx, row: TemplateRow): Promise<void> {
  await tx.insert(status_report_templates).values(row);
}

export async function updateTemplate(
  tx: Tx,
  accountId: string,
  id: string,
  change: Pick<TemplateRow, 'name' | 'title' | 'body' | 'impact'>,
): Promise<void> {
  await tx.update(status_report_templates).set(change).where(mine(accountId, id));
}

export async function deleteTemplateRow(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.delete(status_report_templates).where(mine(accountId, id));
}

function mine(accountId: string, id: string) {
  return and(eq(status_report_templates.id, id), eq(status_report_templates.account_id, accountId));
}
