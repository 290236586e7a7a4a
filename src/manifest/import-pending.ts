import { randomBytes } from 'node:crypto';
import { MINUTE } from '../core/time.ts';
import type { Given } from './readings.ts';

/** A foreign file that was looked at and may still be imported. It holds secrets, so it stays on this side. */
interface Pending {
  accountId: string;
  userId: string;
  given: Given;
  at: number;
}

const KEPT_MS = 30 * MINUTE;
/** Each may have some megabytes. */
const MOST_PENDING = 20;
const MOST_CHARACTERS = 48 * 1_048_576;

/** Files between their preview and their import, in memory: one for each person, for half an hour. */
export function createPending(now: () => number) {
  const files = new Map<string, Pending>();

  return {
    keep(accountId: string, userId: string, given: Given): string {
      for (const [id, one] of files) {
        if (one.userId === userId || one.at + KEPT_MS < now()) files.delete(id);
      }
      const isFull = () =>
        [...files.values()].reduce((sum, one) => sum + one.given.content.length, 0) > MOST_CHARACTERS;
      for (const id of files.keys()) if (files.size >= MOST_PENDING || isFull()) files.delete(id);
      const id = randomBytes(16).toString('base64url');
      files.set(id, { accountId, userId, given, at: now() });
      return id;
    },
    find(accountId: string, userId: string, id: string): Given | null {
      const one = files.get(id);
      const own = one && one.accountId === accountId && one.userId === userId && one.at + KEPT_MS >= now();
      return own ? one.given : null;
    },
  };
}
