import type { Changes } from './changes.ts';
import { iso } from './time.ts';

/** An entry of the record as programs are told of it. */
export interface RecordedChange {
  /** Number of the entry. */
  id: number;
  accountId: string;
  at: number;
  /** Noun and verb: `monitor.changed`. */
  action: string;
  subject: string | null;
  detail: Record<string, unknown> | null;
  changes: Changes | null;
  via: string | null;
}

/** The body by the manners of Standard Webhooks: `type`, `timestamp`, `data`. Who did it is filled in where it is stored. */
export function changeBody({ id, accountId, at, action, subject, detail, changes, via }: RecordedChange) {
  const name = nameIn(detail);
  const data = {
    id: String(id),
    account_id: accountId,
    subject,
    name,
    actor: null,
    via,
    changes: pairs(changes),
    detail,
  };
  return { type: action, timestamp: iso(at), data };
}

/** What people call what was changed, as it was called then. */
export function nameIn(detail: Record<string, unknown> | null): string | null {
  const name = detail?.['name'] ?? detail?.['title'] ?? detail?.['channel'];
  return typeof name === 'string' ? name : null;
}

/** Each changed field as an object, which explains itself. */
export function pairs(changes: Changes | null): Record<string, { before: unknown; after: unknown }> {
  return Object.fromEntries(Object.entries(changes ?? {}).map(([name, [before, after]]) => [name, { before, after }]));
}
