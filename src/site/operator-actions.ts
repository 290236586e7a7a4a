import { z } from 'zod';
import { emailKey } from '../core/email.ts';
import { AppError } from '../core/errors.ts';
import { DAY, HOUR } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { chooseOperator, readMaintenance, setOperator, writeMaintenance, writeNotice } from './operator-queries.ts';

/** Makes the person with this address an operator, or ends that. Returns whether the address is verified. */
export async function appointOperator(
  deps: Deps,
  email: string,
  operator: boolean,
): Promise<{ email: string; verified: boolean }> {
  const now = deps.clock.now();
  const found = await deps.db.write('set operator', (tx) => setOperator(tx, emailKey(email), operator, now));
  if (!found) throw new AppError('not_found', `Nobody here has the address ${email}.`);
  deps.live.recheckAccess(found.id);
  return { email: found.email, verified: found.verified === 1 };
}

/** At a start: an installation from before there were operators gets its oldest owner as one, once. */
export async function settleOperator(deps: Deps): Promise<void> {
  const email = await deps.db.write('choose operator', (tx) => chooseOperator(tx, deps.clock.now()));
  if (email) deps.log.info({ email }, 'the owner of the oldest account is the operator now');
}

/** How long a notice may be up; the empty word is until it is taken down. */
const NOTICE_TIMES = { '': null, '1h': HOUR, '4h': 4 * HOUR, '1d': DAY, '7d': 7 * DAY } as const;

export const noticeInput = z.object({
  text: z
    .string('Write what people should know.')
    .trim()
    .min(1, 'Write what people should know.')
    .max(300, 'Use at most 300 characters.'),
  tone: z.enum(['info', 'warn'], 'Choose one of the two.'),
  lasts: z.enum(['', '1h', '4h', '1d', '7d'], 'Choose how long it stays.'),
});

/** Puts a sentence above every page of everybody who is signed in; null takes it down. */
export async function putNotice(deps: Deps, userId: string, input: z.infer<typeof noticeInput> | null): Promise<void> {
  const lasts = input === null ? null : NOTICE_TIMES[input.lasts];
  const until = lasts === null ? null : deps.clock.now() + lasts;
  const notice = input && { text: input.text.replace(/\s+/g, ' '), tone: input.tone, until };
  await deps.db.write('put notice', (tx) => writeNotice(tx, notice));
  deps.log.info({ user: userId, notice }, notice ? 'a notice was put up' : 'the notice was taken down');
}

/** Turns maintenance mode on or off; one that is on stays as old as it is. */
export async function setMaintenance(deps: Deps, on: boolean, userId: string | null = null): Promise<void> {
  const now = deps.clock.now();
  await deps.db.write('set mode', async (tx) => {
    const before = await readMaintenance(tx);
    await writeMaintenance(tx, on ? (before ?? { since: now }) : null);
  });
  deps.log.warn({ user: userId }, on ? 'maintenance mode is on' : 'maintenance mode is off');
}
