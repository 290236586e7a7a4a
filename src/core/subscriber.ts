/** How somebody who follows a page is told. */
export const SUBSCRIBER_KINDS = ['email', 'webhook', 'slack'] as const;
export type SubscriberKind = (typeof SUBSCRIBER_KINDS)[number];

export function isSubscriberKind(text: unknown): text is SubscriberKind {
  return SUBSCRIBER_KINDS.some((one) => one === text);
}
