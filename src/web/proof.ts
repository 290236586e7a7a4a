import { z } from '@hono/zod-openapi';
import { NO_PASSWORD } from '../core/password.ts';
import { MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { findUser } from '../users/queries.ts';
import type { Session } from './env.ts';
import { limitRate } from './limits.ts';

/** Guesses at the password by somebody at an unlocked screen. */
const TRIES = { max: 10, windowMs: 15 * MINUTE };

/** The password by which somebody confirms a change; empty where a log-in of the last minutes stands for it. */
export const givenPassword = z.string('Give your password.').max(1_000, 'That is not your password.').default('');

/** Whether the person has a password that a form can ask for; else a log-in of the last ten minutes stands for it. */
export async function hasPassword(deps: Deps, { user }: Session): Promise<boolean> {
  const row = await findUser(deps.db.read, user.id);
  return row !== null && row.password_hash !== NO_PASSWORD;
}

/** Counts a try before `confirmPerson` looks at it, and says whose it is. */
export async function countProof(deps: Deps, { id, user }: Session): Promise<{ userId: string; sessionId: string }> {
  await limitRate(deps, `password:${user.id}`, TRIES);
  return { userId: user.id, sessionId: id };
}
