import { emailKey } from '../core/email.ts';
import { DAY, HOUR } from '../core/time.ts';
import type { Tx } from '../db/client.ts';
import { newToken, tokenHash } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import { enqueueAccountMail } from '../engine/outbox.ts';
import { replaceLinks } from './link-queries.ts';

const VERIFY_MS = 7 * DAY;
/** R-AU-11. */
const RESET_MS = HOUR;

/** Tries at links of mails by one visitor. */
export const LINKS_PER_ADDRESS = { max: 60, windowMs: HOUR };

interface Addressee {
  id: string;
  email: string;
}

/** Makes a verification link and queues its mail; older links of the user stop working. */
export async function mailVerifyLink(deps: Deps, tx: Tx, user: Addressee): Promise<void> {
  await mailLink(deps, tx, 'verify', user, VERIFY_MS);
}

/** The same for a password reset. */
export async function mailResetLink(deps: Deps, tx: Tx, user: Addressee): Promise<void> {
  await mailLink(deps, tx, 'reset', user, RESET_MS);
}

async function mailLink(deps: Deps, tx: Tx, purpose: 'verify' | 'reset', user: Addressee, livesMs: number) {
  const now = deps.clock.now();
  const token = newToken();
  const expiresAt = now + livesMs;
  await replaceLinks(tx, {
    hash: tokenHash(token),
    purpose,
    user_id: user.id,
    email_key: emailKey(user.email),
    expires_at: expiresAt,
  });
  const link = `${deps.config.baseUrl}/${purpose}/${token}`;
  await enqueueAccountMail(tx, { event: purpose, now, userId: user.id, to: user.email, data: { link, expiresAt } });
}
