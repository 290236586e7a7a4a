import { matterOf, type News } from '../core/news.ts';
import { plainMarkdown } from '../core/markdown.ts';
import type { PageStatus } from '../core/severity.ts';
import { iso } from '../core/time.ts';
import { words } from '../core/words/index.ts';
import type { SendContext } from './channel.ts';
import { keysIn } from './key-url.ts';
import { judge, post } from './post.ts';
import type { Addressed, Asked, FollowerChannel } from './subscriber.ts';
import { standardHeaders } from './webhook.ts';

/** News as the subscribers of Statuspage get it, signed as Standard Webhooks describes. */
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

const INDICATOR: Record<PageStatus, string> = {
  operational: 'none',
  unknown: 'none',
  maintenance: 'maintenance',
  degraded: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};

const COMPONENT = {
  operational: 'operational',
  degraded: 'degraded_performance',
  partial_outage: 'partial_outage',
  major_outage: 'major_outage',
  maintenance: 'under_maintenance',
} as const;

const PLANNED = { scheduled: 'scheduled', started: 'in_progress', ended: 'completed' } as const;

/** The whole body: `meta`, `page` and the incident; planned work is one whose impact is `maintenance`. */
export function newsBody(news: News, to: Addressed): Record<string, unknown> {
  const { page, affected } = news;
  const components = affected.map(({ id, name, status }) => ({
    id,
    name,
    status: COMPONENT[status ?? (news.kind === 'maintenance' && news.what !== 'ended' ? 'maintenance' : 'operational')],
  }));
  return {
    meta: meta(to),
    page: { id: page.id, status_indicator: INDICATOR[page.status], status_description: words(page.language).headline[page.status] },
    incident: { ...(news.kind === 'report' ? reportOf(news) : workOf(news)), components },
  };
}

function reportOf(news: Extract<News, { kind: 'report' }>) {
  const { reportId, title, impact, status, startedAt, resolvedAt, createdAt, at, link, updates, page } = news;
  const first = (wanted: string) => updates.findLast((one) => one.status === wanted)?.at;
  const monitoring = first('monitoring');
  return {
    id: reportId,
    page_id: page.id,
    name: title,
    status,
    impact,
    created_at: iso(createdAt),
    started_at: iso(startedAt),
    updated_at: iso(at),
    monitoring_at: monitoring === undefined ? null : iso(monitoring),
    resolved_at: resolvedAt === null ? null : iso(resolvedAt),
    shortlink: link,
    incident_updates: updates.map((one) => updateOf(one, reportId)),
  };
}

function workOf(news: Extract<News, { kind: 'maintenance' }>) {
  const { title, what, startsAt, endsAt, at, body, link, page } = news;
  const id = matterOf(news);
  const status = PLANNED[what];
  return {
    id,
    page_id: page.id,
    name: title,
    status,
    impact: 'maintenance',
    created_at: iso(at),
    started_at: iso(startsAt),
    updated_at: iso(at),
    monitoring_at: null,
    resolved_at: what === 'ended' ? iso(endsAt) : null,
    scheduled_for: iso(startsAt),
    scheduled_until: iso(endsAt),
    shortlink: link,
    incident_updates: [updateOf({ id: `${id}.${what}`, status, body, at }, id)],
  };
}

function updateOf(one: { id: string; status: string; body: string; at: number }, incidentId: string) {
  const at = iso(one.at);
  return {
    id: one.id,
    incident_id: incidentId,
    status: one.status,
    body: plainMarkdown(one.body),
    created_at: at,
    updated_at: at,
    display_at: at,
  };
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
