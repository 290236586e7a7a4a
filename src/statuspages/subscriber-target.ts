import { keyPlace, keyUrl } from '../channels/key-url.ts';
import { cleanEmail, emailKey, mailboxKey } from '../core/email.ts';
import type { SubscriberKind } from '../core/subscriber.ts';

/** Where messages go: as it was given, what uniqueness means, and what limits count, each with its most an hour. */
export interface Target {
  target: string;
  key: string;
  limits: readonly { key: string; perHour: number }[];
}

/** Messages that forms can make us send to one receiver, over all pages (R-EM-3), and to one host. */
const PER_RECEIVER = 3;
const PER_HOST = 60;

const hook = keyUrl('Give the address that takes the messages.', 'https://example.com/hook');

/** Null for what is no address of this kind. */
export function targetOf(kind: SubscriberKind, text: string): Target | null {
  if (kind === 'email') {
    const target = cleanEmail(text);
    if (target === null) return null;
    return { target, key: emailKey(target), limits: [{ key: mailboxKey(target), perHour: PER_RECEIVER }] };
  }
  const { data: target } = hook.safeParse(text);
  if (target === undefined) return null;
  const { href, host } = new URL(target);
  const limits = [
    { key: href, perHour: PER_RECEIVER },
    { key: host, perHour: PER_HOST },
  ];
  return { target, key: href, limits };
}

/** What may be shown of an address: of a webhook only its host, for the rest of it may be a key. */
export function shownTarget(kind: SubscriberKind, target: string): string {
  return kind === 'email' ? target : keyPlace(target).shown;
}
