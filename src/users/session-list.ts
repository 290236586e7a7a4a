import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import { browserName } from './browser-name.ts';
import { listSessions, type SessionRow } from './session-queries.ts';

const position = z.tuple([z.int(), z.string()]);

/** A person's living sessions, newest first, one page of `limit`; `next` is the cursor of the page after, or null. */
export async function sessionPage(deps: Deps, userId: string, limit: number, cursor: string | undefined) {
  const page = { limit: limit + 1, cursor: unpackCursor(cursor, position) };
  const rows = await listSessions(deps.db.read, userId, deps.clock.now(), page);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last ? packCursor([last.created_at, last.id]) : null;
  return { rows: shown, next };
}

/** "Firefox on Linux", or "Program (curl)" for one that holds tokens. */
export function clientName({ kind, user_agent }: Pick<SessionRow, 'kind' | 'user_agent'>): string {
  return kind === 'token' ? `Program (${browserName(user_agent)})` : browserName(user_agent);
}
