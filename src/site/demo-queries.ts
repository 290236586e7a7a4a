import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { readFact, writeFact } from './installation-queries.ts';

/** The account everybody may look at, and the user they do it as. */
export interface Demo {
  userId: string;
  accountId: string;
  /** Epoch ms; null while it is being filled. */
  seededAt: number | null;
}

/** `operator-queries.ts` reads it too: the demo is nobody's first account. */
const DEMO = 'demo';

export async function readDemo(db: Db | Tx): Promise<Demo | null> {
  return readFact<Demo>(db, DEMO);
}

export async function writeDemo(tx: Tx, demo: Demo): Promise<void> {
  await writeFact(tx, DEMO, demo);
}

/** Nobody owns the demo: its one member may look. */
export async function disownDemo(tx: Tx, { accountId, userId }: Demo): Promise<void> {
  await tx.run(sql`update memberships set role = 'viewer' where account_id = ${accountId} and user_id = ${userId}`);
}

/** What a start that was interrupted left behind: the account is filled anew. */
export async function clearDemo(tx: Tx, accountId: string, now: number): Promise<void> {
  await tx.run(
    sql`delete from components where monitor_no in (select no from monitors where account_id = ${accountId})`,
  );
  await tx.run(sql`
    update monitors set deleted_at = ${now}, next_check_at = null
    where account_id = ${accountId} and deleted_at is null`);
}

/** People who look at the demo now. */
export async function countDemoSessions(tx: Tx, userId: string, now: number): Promise<number> {
  const rows = await tx.all<{ n: number }>(
    sql`select count(*) as n from sessions where user_id = ${userId} and expires_at > ${now}`,
  );
  return rows[0]?.n ?? 0;
}

/** The monitors of the demo that are shown as running. */
export async function listDemoMonitors(
  db: Db,
  accountId: string,
): Promise<{ no: number; name: string; config_version: number }[]> {
  return db.all(sql`
    select no, name, config_version from monitors
    where account_id = ${accountId} and deleted_at is null and paused_at is null order by no`);
}
