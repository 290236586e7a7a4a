import type { SendContext } from './channel.ts';
import { keysIn } from './key-url.ts';
import { signingSecrets, storedSecrets } from './hook-secret.ts';
import { judge, post } from './post.ts';
import { standardHeaders } from './webhook.ts';

/** Who hears of changes: where, and what signs. */
export interface ChangeReceiver {
  url: string;
  /** As stored: after a change of it the former one is there too (`hook-secret.ts`). */
  secret: string;
}

/** What must not come back in what is shown of a receiver's answer. */
export function secretsOf({ url, secret }: ChangeReceiver): string[] {
  return [...keysIn(url), ...storedSecrets(secret)];
}

/**
 * Tells a receiver of a change, signed as Standard Webhooks describes; `id` is the same on every try. Returns its answer
 * or throws like a channel.
 */
export async function sendChange(
  { id, now, body }: { id: string; now: number; body: unknown },
  to: ChangeReceiver,
  context: Omit<SendContext, 'config' | 'mail'>,
): Promise<string> {
  const text = JSON.stringify(body);
  const headers = {
    'Content-Type': 'application/json',
    ...standardHeaders(signingSecrets(to.secret, now), { id, now }, text),
  };
  return judge(await post({ url: to.url, headers, body: text, secrets: secretsOf(to) }, context), now);
}
