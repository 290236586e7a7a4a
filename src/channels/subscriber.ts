import type { Language } from '../core/language.ts';
import type { News } from '../core/news.ts';
import type { SubscriberKind } from '../core/subscriber.ts';
import type { SendContext } from './channel.ts';
import { followerMail } from './subscriber-mail.ts';
import { followerSlack } from './subscriber-slack.ts';
import { followerWebhook } from './subscriber-webhook.ts';

/** One message on its way to somebody who follows a page. */
export interface Addressed {
  /** Stable over retries. */
  id: string;
  /** When it was queued and when it leaves, epoch ms. */
  createdAt: number;
  now: number;
  /** Mail address, or the whole address that takes the messages. */
  target: string;
  language: Language;
  /** Signs what a webhook gets. */
  secret: string | null;
  page: { id: string; title: string; url: string; timezone: string };
  /** Whole addresses where the receiver changes what comes, and ends it. */
  preferences: string;
  unsubscribe: string;
}

/** What somebody asked for by a form: to be told from now on, or what they get already. */
export interface Asked {
  what: 'confirm' | 'already';
  /** Whole address that confirms, and when it stops working, epoch ms. */
  confirm: string;
  until: number;
}

/** A way to reach those who follow a page. Both return the receiver's answer, or throw a failure of `channel.ts`. */
export interface FollowerChannel {
  news(news: News, to: Addressed, context: SendContext): Promise<string>;
  asked(asked: Asked, to: Addressed, context: SendContext): Promise<string>;
}

export const FOLLOWER_CHANNELS: Record<SubscriberKind, FollowerChannel> = {
  email: followerMail,
  webhook: followerWebhook,
  slack: followerSlack,
};
