import type { Context } from 'hono';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { requireSession } from '../web/session.ts';
import type { Insider } from './totp-actions.ts';

/** Guesses at the password by somebody at an unlocked screen. */
const PASSWORD_TRIES = { max: 10, windowMs: 15 * MINUTE };

/** Who is at a page, as those actions want it that change a person's own log-in. */
export function insiderOf(c: Context<AppEnv>): Insider {
  const { id, user, account } = requireSession(c);
  return {
    userId: user.id,
    accountId: account.id,
    sessionId: id,
    kind: 'browser',
    userAgent: c.req.header('user-agent') ?? '',
  };
}

/** The same, or who asks over the API, after a try at the password was counted. */
export async function countPassword(deps: Deps, c: Context<AppEnv>, insider = insiderOf(c)): Promise<Insider> {
  await limitRate(deps, `password:${insider.userId}`, PASSWORD_TRIES);
  return insider;
}
