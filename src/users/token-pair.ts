import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { signToken } from '../web/jwt.ts';
import { requireSession, setLastAccount, setSessionCookie } from '../web/session.ts';
import { insiderOf } from './insider.ts';
import type { NewSession } from './sessions.ts';
import type { Insider } from './totp-actions.ts';

export const Tokens = z
  .object({
    access_token: z.string().openapi({ description: 'For `Authorization: Bearer`.' }),
    refresh_token: z.string().openapi({
      description: 'Good for one new pair. One that comes a second time ends the session: somebody else has it too.',
    }),
    token_type: z.literal('bearer'),
    expires_in: z.int().openapi({ description: 'Seconds the access token is good for.' }),
  })
  .openapi('Tokens');

/** Of an answer after which the session that asked is over. */
export const NextTokens = z.union([Tokens, z.null()]).openapi({
  description: 'Instead of those that came along, which are dead now; null in a browser, whose cookie was renewed.',
});

/** A pair of tokens for a session that a program holds. */
export async function pairOf(deps: Deps, session: NewSession): Promise<z.infer<typeof Tokens>> {
  if (session.refreshToken === null) throw new Error('only the session of a program has tokens');
  return {
    access_token: await signToken(deps, 'access', session, deps.clock.now() + deps.config.accessTokenMs),
    refresh_token: session.refreshToken,
    token_type: 'bearer',
    expires_in: deps.config.accessTokenMs / 1_000,
  };
}

/** Who asks over the API: what takes the place of their session is held as it is held, by a browser or by a program. */
export function callerOf(c: Context<AppEnv>): Insider {
  return { ...insiderOf(c), kind: requireSession(c).via === 'cookie' ? 'browser' : 'token' };
}

/** Hands over the session that has taken the place of the caller's: tokens to a program, a cookie to a browser. */
export async function handOn(
  deps: Deps,
  c: Context<AppEnv>,
  session: NewSession,
  accountId?: string,
): Promise<z.infer<typeof NextTokens>> {
  c.header('Cache-Control', 'private, no-store');
  if (session.kind === 'token') return pairOf(deps, session);
  await setSessionCookie(deps, c, session, session.expiresAt);
  if (accountId !== undefined) setLastAccount(deps, c, accountId);
  return null;
}
