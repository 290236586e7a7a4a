import type { News } from '../core/news.ts';
import { iso } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { SendContext } from './channel.ts';
import { keysIn } from './key-url.ts';
import { judge, post } from './post.ts';
import type { Addressed, Asked, FollowerChannel } from './subscriber.ts';
import { standardHeaders } from './webhook.ts';

/** News as subscribers of Statuspage get it: `meta`, `page` and `incident`; signed as Standard Webhooks describes. */
export const followerWebhook: FollowerChannel = {
  news: (news, to, context) => send(to, newsBody(news, to), context),
  asked: (asked, to, context) => send(to, askedBody(asked, to), context),
};

async function send(to: Addressed, content: object, context: SendContext): Promise<string> {
  const body = JSON.stringify(content);
  const { id, now, target: url, secret } = to;
  const signature = secret === null ? {} : standardHeaders([secret], { id, now }, body);
  const secrets = [...keysIn(url), ...(secret === null ? [] : [secret])];
  const headers = { 'Content-Type': 'application/json', ...signature };
  return judge(await post({ url, headers, body, secrets }, context), now);
}

function newsBody({ statuspage }: News, to: Addressed): Record<string, unknown> {
  return { meta: meta(to), ...statuspage };
}

/** The first message: nothing but who asks, and the link that says yes. */
function askedBody({ confirm, until }: Asked, to: Addressed): Record<string, unknown> {
  return {
    meta: meta(to),
    page: { id: to.page.id, name: to.page.title, url: to.page.url },
    confirmation: { message: words(to.language).mail.hookText(to.page.title), url: confirm, expires_at: iso(until) },
  };
}

function meta({ unsubscribe, preferences, page, now }: Addressed) {
  return { unsubscribe, preferences, documentation: page.url, generated_at: iso(now) };
}
