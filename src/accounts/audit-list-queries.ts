import { type SQL, sql } from 'drizzle-orm';
import type { RecordedChange } from '../core/change-message.ts';
import type { Changes } from '../core/changes.ts';
import type { Db, Tx } from '../db/client.ts';

/** An entry of the record with who did it, as far as that person is still there. */
export interface RecordRow extends Omit<RecordedChange, 'accountId'> {
  ip: string | null;
  user_id: string | null;
  email: string | null;
}

/** What the record is asked for; what is left out is not asked. */
export interface RecordFilter {
  userId?: string | undefined;
  /** What entries are about: beginnings of their action. */
  nouns?: readonly string[] | undefined;
  /** Exactly this id or name. */
  subject?: string | undefined;
  /** A piece of the id or the name. */
  q?: string | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  /** Number of the last entry seen. */
  before?: number | null | undefined;
  limit: number;
}

/** An account's record, the newest first. */
export async function listRecord(db: Db | Tx, accountId: string, filter: RecordFilter): Promise<RecordRow[]> {
  type Stored = Omit<RecordRow, 'detail' | 'changes'> & { detail: string | null; changes: string | null };
  const rows = await db.all<Stored>(recordStatement(accountId, filter));
  return rows.map((row) => ({
    ...row,
    detail: row.detail === null ? null : (JSON.parse(row.detail) as Record<string, unknown>),
    changes: row.changes === null ? null : (JSON.parse(row.changes) as Changes),
  }));
}

/**
 * The statement of `listRecord`. Numbers are found first, each in the index that knows the fewest: of a subject, of a
 * person, of what entries are about, of the account. A plus keeps SQLite off the others.
 */
export function recordStatement(accountId: string, filter: RecordFilter): SQL {
  const { userId, nouns, subject, q, sinceMs, untilMs, before, limit } = filter;
  const mine = sql`a.account_id = ${accountId}`;
  const rest: SQL[] = [];
  if (before) rest.push(sql`a.id < ${before}`);
  if (sinceMs !== undefined) rest.push(sql`a.at >= ${sinceMs}`);
  if (untilMs !== undefined) rest.push(sql`a.at < ${untilMs}`);
  if (q) {
    const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    const name = sql.raw("coalesce(a.detail ->> '$.name', a.detail ->> '$.title', '')");
    rest.push(sql`(a.subject like ${like} escape '\\' or ${name} like ${like} escape '\\')`);
  }
  const driven = subject !== undefined || userId !== undefined;
  if (subject !== undefined) rest.push(sql`a.subject = ${subject}`);
  if (userId !== undefined) rest.push(sql`${sql.raw(subject === undefined ? '' : '+')}a.user_id = ${userId}`);
  const parts = nouns?.map((noun) => about(noun, driven ? '+' : '')) ?? [];
  const wheres = driven
    ? [[mine, ...rest, ...(parts.length > 0 ? [sql`(${sql.join(parts, sql` or `)})`] : [])]]
    : parts.length > 0
      ? parts.map((part) => [mine, part, ...rest])
      : [[mine, ...rest]];
  const found = wheres.map(
    (where) => sql`select * from (select a.id from audit_log a where ${sql.join(where, sql` and `)}
      order by a.id desc limit ${limit})`,
  );
  return sql`
    select a.id, a.at, a.action, a.subject, a.detail, a.changes, a.via, a.ip, a.user_id, u.email
    from audit_log a left join users u on u.id = a.user_id
    where a.id in (${sql.join(found, sql` union all `)}) order by a.id desc limit ${limit}`;
}

/** `monitor.` and what follows; the slash comes right after the dot. */
function about(noun: string, plus: string): SQL {
  return sql`(${sql.raw(plus)}a.action >= ${`${noun}.`} and ${sql.raw(plus)}a.action < ${`${noun}/`})`;
}

/** Everybody whom the record of an account names, by address; steps from one to the next in the index. */
export async function listRecorded(db: Db, accountId: string): Promise<{ id: string; email: string }[]> {
  return db.all<{ id: string; email: string }>(sql`
    with recursive walk (id) as (
      select min(user_id) from audit_log where account_id = ${accountId}
      union all
      select (select min(user_id) from audit_log where account_id = ${accountId} and user_id > walk.id)
      from walk where walk.id is not null limit 500)
    select u.id, u.email from walk join users u on u.id = walk.id order by u.email`);
}

// Without an account: what the engine deletes.

/** Deletes up to `limit` entries that are older than `before`; returns how many. They were written in the order of time. */
export async function pruneRecord(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await tx.run(sql`
    delete from audit_log where at < ${before} and id in (select id from audit_log order by id limit ${limit})`);
  return result.rowsAffected;
}
