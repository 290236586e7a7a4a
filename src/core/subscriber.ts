/** How somebody who follows a page is told. */
export const SUBSCRIBER_KINDS = ['email', 'webhook', 'slack'] as const;
export type SubscriberKind = (typeof SUBSCRIBER_KINDS)[number];
