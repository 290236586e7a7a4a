import type { Context, MiddlewareHandler } from 'hono';
import { AppError } from '../core/errors.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { requestFacts, secureHeaders } from '../web/security.ts';
import type { BoardReader } from './operator-board.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Jobs report, people come and go, the operator ends it. */
const OPEN = new RegExp(
  `^(?:/ping/[^/]+(?:/[^/]+)?|/api/push/[^/]+|/api/monitors/[^/]+/ping|/${UUID}(?:/[^/]+)?|/auth/(?:login|logout|refresh|code|passkeys/login)(?:/.*)?|/login(?:/.*)?|(?:/api)?/operator/mode)$`,
  'i',
);
/** When programs should come back. */
const RETRY_MS = 2 * MINUTE;

/**
 * While maintenance mode is on, changes are answered 503; reading, checks, heartbeats and alerts go on. Comes before
 * everything that can change something, public pages included; `refuse` draws the answer.
 */
export function maintenanceGate(
  deps: Deps,
  board: BoardReader,
  refuse: (error: AppError, c: Context<AppEnv>) => Response | Promise<Response>,
): MiddlewareHandler<AppEnv> {
  const [facts, headers] = [requestFacts(deps), secureHeaders(deps)];
  return async (c, next) => {
    if (SAFE.has(c.req.method) || OPEN.test(c.req.path)) return next();
    const { maintenance } = await board.read();
    if (maintenance === null) return next();
    const answer = async () => {
      c.res = await refuse(unavailable(), c);
    };
    await facts(c, async () => {
      await headers(c, answer);
    });
  };
}

function unavailable(): AppError {
  return new AppError(
    'unavailable',
    'StatusPing is being worked on: you can look at everything, but not change anything just now. Checks and alerts go on.',
    { retryAfterSeconds: RETRY_MS / SECOND },
  );
}
