import { findTokenByHash, setTokenUsed } from '../accounts/token-queries.ts';
import { MINUTE } from '../core/time.ts';
import { isApiToken } from '../db/api-token.ts';
import { tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { type Session, whoIs } from './env.ts';

/** The session of an API token of ours, or null. Its role is the one its maker has now. */
export async function openApiToken(deps: Deps, token: string): Promise<Session | null> {
  if (!isApiToken(token)) return null;
  const row = await findTokenByHash(deps.db.read, tokenHash(token), deps.clock.now());
  // Whoever runs the installation does so in person.
  return row && { id: row.id, ...whoIs(row, false), via: 'token', scopes: row.scopes };
}

/**
 * Remembers when a token was used, to within a minute, after its request was answered: a script that asks every second
 * writes once a minute, and never waits for it.
 */
export function createLastUse(deps: Deps): (tokenId: string) => void {
  const noted = new Map<string, number>();
  return (id) => {
    const now = deps.clock.now();
    const before = noted.get(id);
    if (before !== undefined && now >= before && now - before < MINUTE) return;
    for (const [other, at] of noted) if (now - at >= MINUTE || at > now) noted.delete(other);
    noted.set(id, now);
    deps.db
      .write('token used', (tx) => setTokenUsed(tx, id, now))
      .catch((err: unknown) => deps.log.warn({ err, tokenId: id }, 'the last use of a token could not be noted'));
  };
}
