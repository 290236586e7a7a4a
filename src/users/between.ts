import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import { readBetween } from '../web/session.ts';
import { findUser } from './queries.ts';

/** Who has logged in with this browser and has no account open, or null: a change of password since ends it. */
export async function whoIsBetween(deps: Deps, c: Context) {
  const claims = await readBetween(deps, c);
  const user = claims && (await findUser(deps.db.read, claims.userId));
  return user?.token_version === claims?.tokenVersion ? user : null;
}
