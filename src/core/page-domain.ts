import { DAY, HOUR, MINUTE } from './time.ts';

/** The proof stands under this name of the host. */
const PROOF_LABEL = '_statusping';
/** A domain whose proof is gone is served for this long: somebody may be tidying up their DNS. */
export const GRACE_MS = 7 * DAY;
/** How often the proof is looked for: while it is there, while it is missed, soon after the host was named. */
export const LOOK_MS = { proven: DAY, missed: HOUR, waiting: 10 * MINUTE, given_up: DAY } as const;
/** After this long a host that was never proven is looked at once a day. */
export const WAITING_MS = DAY;

export type DomainState = 'waiting' | 'verified' | 'failing' | 'lost';

interface Standing {
  verified_at: number | null;
  failing_since: number | null;
}

/** How a page's domain stands. `lost` was served once and is not any more. */
export function domainState({ verified_at, failing_since }: Standing): DomainState {
  if (verified_at !== null) return failing_since === null ? 'verified' : 'failing';
  return failing_since === null ? 'waiting' : 'lost';
}

/** What a look at the proof makes of a domain. `error` null is a proof that was found. */
export function afterLook({ verified_at, failing_since }: Standing, error: string | null, now: number): Standing {
  if (error === null) return { verified_at: verified_at ?? now, failing_since: null };
  if (verified_at === null) return { verified_at, failing_since };
  const since = failing_since ?? now;
  return { verified_at: now - since >= GRACE_MS ? null : verified_at, failing_since: since };
}

/** The records of which one must stand in DNS. The second needs an installation with a name. */
export function proofRecords(host: string, token: string, own: string) {
  const name = `${PROOF_LABEL}.${host}`;
  const named = /[a-z]/.test(own) && own.includes('.');
  return { name, txt: token, cname: named ? `${token}.${own}` : null };
}
