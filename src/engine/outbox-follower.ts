import type { ClaimedDelivery } from '../alerts/sending-queries.ts';
import type { SendContext } from '../channels/channel.ts';
import { type Addressed, FOLLOWER_CHANNELS } from '../channels/subscriber.ts';
import { newsSchema } from '../core/news.ts';
import type { Deps } from '../deps.ts';
import { findNews } from '../statuspages/news-queries.ts';
import { type Follower, findFollower } from '../statuspages/subscriber-queries.ts';
import { type FollowerPurpose, signFollower } from './subscriber-link.ts';
import { CONFIRM_MS } from './subscribers.ts';

/**
 * Sends somebody who follows a page what was queued for them and returns their receiver's answer, or throws like a
 * channel. Null when nobody waits for it any more: they are gone or switched off, or its link is over.
 */
export async function sendToFollower(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  held: ClaimedDelivery,
  id: string,
  context: SendContext,
): Promise<string | null> {
  const follower = await findFollower(deps.db.read, id);
  if (!follower) return null;
  const channel = FOLLOWER_CHANNELS[follower.kind];
  const to = addressed(deps, held, follower);
  if (held.event === 'news') {
    if (follower.confirmed_at === null || follower.disabled_at !== null) return null;
    const { fan } = held.payload as { fan?: unknown };
    const stored = typeof fan === 'string' ? await findNews(deps.db.read, fan) : null;
    return stored === null ? null : channel.news(newsSchema.parse(stored), to, context);
  }
  const until = held.created_at + CONFIRM_MS;
  if (until <= to.now) return null;
  const what = held.event === 'already' ? 'already' : 'confirm';
  return channel.asked({ what, until, confirm: link(deps, follower, 'confirm', until) }, to, context);
}

function addressed(deps: Pick<Deps, 'clock' | 'config'>, held: ClaimedDelivery, follower: Follower): Addressed {
  const { page_id: id, title, timezone, target, language, secret } = follower;
  return {
    id: held.id,
    createdAt: held.created_at,
    now: deps.clock.now(),
    target,
    language,
    secret,
    page: { id, title, url: pageUrl(deps, follower), timezone },
    preferences: link(deps, follower, 'preferences'),
    unsubscribe: link(deps, follower, 'unsubscribe'),
  };
}

function pageUrl({ config }: Pick<Deps, 'config'>, { host, slug }: Follower): string {
  return host === null ? `${config.baseUrl}/s/${slug}` : `https://${host}`;
}

function link(deps: Pick<Deps, 'config'>, follower: Follower, purpose: FollowerPurpose, until?: number): string {
  const content = { subscriber: follower.id, page: follower.page_id, ...(until === undefined ? {} : { until }) };
  return `${pageUrl(deps, follower)}/${purpose}/${signFollower(deps.config.secretKey, purpose, content)}`;
}
