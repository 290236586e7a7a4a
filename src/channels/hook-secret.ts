import { newWebhookSecret, OVERLAP_MS } from './webhook.ts';

// What is stored of a receiver of changes: its signing secret, and after a change of it the former one and until when
// (epoch ms) that signs too, with blanks between.

/** A new secret and what is stored of it; the one before signs beside it for a day. */
export function rotatedSecret(stored: string, now: number): { secret: string; stored: string } {
  const [before = ''] = stored.split(' ');
  const secret = newWebhookSecret();
  return { secret, stored: `${secret} ${before} ${now + OVERLAP_MS}` };
}

/** The secrets that sign at `now`, the newest first. */
export function signingSecrets(stored: string, now: number): string[] {
  const [secret = '', before, until] = stored.split(' ');
  return before !== undefined && now < Number(until) ? [secret, before] : [secret];
}

/** Every secret that is stored, also one that signs no more: none of them is ever shown. */
export function storedSecrets(stored: string): string[] {
  return stored.split(' ').slice(0, 2);
}
