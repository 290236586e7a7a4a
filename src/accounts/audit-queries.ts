import type { Actor } from '../core/access.ts';
import { changeBody } from '../core/change-message.ts';
import type { Changes } from '../core/changes.ts';
import type { Tx } from '../db/client.ts';
import { currentOrigin } from '../db/origin.ts';
import { audit_log } from '../db/schema/accounts.ts';
import { insertChangeMessages } from './hook-queries.ts';

/** One change that people may ask about later. `action` is noun and verb (`monitor.created`); no secrets in `detail`. */
export interface AuditEntry {
  accountId: string;
  /** Who did it; null is the product or its operator. */
  userId: string | null;
  at: number;
  action: string;
  /** Id or name of what was changed. */
  subject?: string;
  detail?: Record<string, unknown>;
  /** What it was and what it is, by field; secrets masked. See `core/changes.ts`. */
  changes?: Changes | undefined;
}

/** Writes an entry with where it came from, and queues it for those of the account who hear of changes. */
export async function insertAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  const { accountId, userId, at, action, subject = null, detail = null, changes = null } = entry;
  const origin = currentOrigin();
  const row = { account_id: accountId, user_id: userId, at, action, subject, detail, changes, ...origin };
  const [written] = await tx.insert(audit_log).values(row).returning({ id: audit_log.id });
  if (!written) throw new Error('the new entry of the record has no number');
  const body = changeBody({
    id: written.id,
    accountId,
    at,
    action,
    subject,
    detail,
    changes,
    via: origin?.via ?? null,
  });
  await insertChangeMessages(tx, { entry: written.id, accountId, userId, at, action, body });
}

/** `insertAudit` of what a person did: `detail` holds what the entry is read by when its subject is gone. */
export async function recordChange(
  tx: Tx,
  { accountId, userId }: Actor,
  at: number,
  action: string,
  subject: string,
  detail: object,
  changes?: Changes,
): Promise<void> {
  await insertAudit(tx, { accountId, userId, at, action, subject, detail: { ...detail }, changes });
}
