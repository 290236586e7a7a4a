import { HOUR } from '../core/time.ts';
import type { Db } from '../db/client.ts';
import { countWaiting } from './log-queries.ts';
import { readMailAway } from './away-queries.ts';

/**
 * One sentence for every page of an account while messages of it, or to its people, wait for the mail server;
 * else null. Costs one look-up by key while all is well.
 */
export async function mailProblem(db: Db, accountId: string): Promise<string | null> {
  const away = await readMailAway(db);
  if (!away) return null;
  // What was queued shortly before the first failed try waits for the same reason.
  const waiting = await countWaiting(db, accountId, away.since - HOUR);
  if (waiting === 0) return null;
  const many = waiting === 1 ? 'One message waits' : `${waiting} messages wait`;
  return `${many} and will be sent as soon as mail works again. ${away.error}`;
}
