import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { readBetween } from '../web/session.ts';
import { findUser } from './queries.ts';

/** Who has logged in with this browser, and when, and has no account open; null too once their password was changed. */
export async function whoIsBetween(deps: Deps, c: Context) {
  const claims = await readBetween(deps, c);
  const user = claims && (await findUser(deps.db.read, claims.userId));
  return user && user.token_version === claims?.tokenVersion ? { ...user, startedAt: claims.startedAt } : null;
}
