import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { countProof } from '../web/proof.ts';
import { requireSession } from '../web/session.ts';
import type { Insider } from './totp-actions.ts';

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
  await countProof(deps, requireSession(c));
  return insider;
}
