import { z } from '@hono/zod-openapi';
import { can } from '../core/access.ts';
import { nameIn, pairs } from '../core/change-message.ts';
import { CHANGE_GROUPS } from '../core/change-nouns.ts';
import { csvCell } from '../core/csv.ts';
import { iso } from '../core/time.ts';
import type { Session } from '../web/env.ts';
import type { RecordRow } from './audit-list-queries.ts';

const Change = z.object({ before: z.unknown(), after: z.unknown() });

/** One entry of the record. */
export const AuditEntry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    action: z.string().openapi({ example: 'monitor.changed', description: 'Noun and verb.' }),
    subject: z.string().nullable().openapi({ description: 'Id or name of what was changed.' }),
    name: z.string().nullable().openapi({ description: 'What it was called then.' }),
    actor: z
      .object({ id: z.string(), email: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Null is StatusPing itself, its operator, or whoever held a link.' }),
    via: z
      .string()
      .nullable()
      .openapi({ description: '`page`, `api`, `token tok_…`, `link`, `console`; null is StatusPing.' }),
    ip: z.string().nullable().openapi({ description: 'Told to those who manage the account.' }),
    changes: z
      .record(z.string(), Change)
      .openapi({ description: 'Each changed field before and after, secrets masked.' }),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi('AuditEntry');

/** Those who manage an account are told addresses; a program with a token is not. */
export function mayKnowAddresses({ role, via }: Pick<Session, 'role' | 'via'>): boolean {
  return can(role, 'manage') && via !== 'token';
}

export function entryJson(row: RecordRow, addresses: boolean): z.infer<typeof AuditEntry> {
  const { id, at, action, subject, detail, changes, via, ip, user_id, email } = row;
  return {
    id: String(id),
    at: iso(at),
    action,
    subject,
    name: nameIn(detail),
    actor: user_id === null ? null : { id: user_id, email },
    via,
    ip: addresses ? ip : null,
    changes: pairs(changes),
    detail,
  };
}

const COLUMNS = ['id', 'at', 'action', 'subject', 'name', 'who', 'user_id', 'via', 'ip', 'changes', 'detail'] as const;

/** The first line of the file. */
export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** The entry as a line of the file. Changes and details are JSON, as there are as many fields as there are things. */
export function entryCsv(row: RecordRow): string {
  const { id, at, action, subject, name, actor, via, ip, changes, detail } = entryJson(row, true);
  const told = Object.keys(changes).length === 0 ? '' : JSON.stringify(changes);
  const cells = [id, at, action, subject, name, actor?.email ?? null, actor?.id ?? null, via, ip, told];
  return `${[...cells, detail === null ? '' : JSON.stringify(detail)].map(csvCell).join(',')}\r\n`;
}

/** What entries of a part begin with; undefined for one that is none. */
export function nounsOf(key: string | undefined): readonly string[] | undefined {
  return CHANGE_GROUPS.find((group) => group.key === key)?.nouns;
}
