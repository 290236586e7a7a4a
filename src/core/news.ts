import { z } from 'zod';
import type { AlertWords } from './alert.ts';
import { LANGUAGES, type Language } from './language.ts';
import { MANUAL_STATUSES } from './page.ts';
import type { PageStatus } from './severity.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from './status-report.ts';
import { formats } from './words/formats.ts';
import { words } from './words/index.ts';

const PAGE_STATUSES = [
  'operational',
  'degraded',
  'partial_outage',
  'major_outage',
  'maintenance',
  'unknown',
] as const satisfies readonly PageStatus[];

/** What becomes of planned work, as those who follow a page are told. */
export const MAINTENANCE_NEWS = ['scheduled', 'started', 'ended'] as const;
export type MaintenanceNews = (typeof MAINTENANCE_NEWS)[number];

const page = z.object({
  id: z.string(),
  title: z.string(),
  /** Canonical address, without a slash at the end. */
  url: z.string(),
  timezone: z.string(),
  language: z.enum(LANGUAGES),
  status: z.enum(PAGE_STATUSES),
});
const affected = z.array(z.object({ id: z.string(), name: z.string(), status: z.enum(MANUAL_STATUSES).nullable() }));
/** All times are epoch ms, all bodies markdown. */
const every = { page, title: z.string(), affected, body: z.string(), at: z.number().int(), link: z.string() };

const reportNews = z.object({
  ...every,
  kind: z.literal('report'),
  reportId: z.string(),
  updateId: z.string(),
  impact: z.enum(REPORT_IMPACTS),
  status: z.enum(REPORT_STATUSES),
  startedAt: z.number().int(),
  resolvedAt: z.number().int().nullable(),
  nextUpdateBy: z.number().int().nullable(),
  createdAt: z.number().int(),
  /** This one and those before it, newest first. */
  updates: z.array(
    z.object({ id: z.string(), status: z.enum(REPORT_STATUSES), body: z.string(), at: z.number().int() }),
  ),
});
const maintenanceNews = z.object({
  ...every,
  kind: z.literal('maintenance'),
  windowId: z.string(),
  what: z.enum(MAINTENANCE_NEWS),
  startsAt: z.number().int(),
  endsAt: z.number().int(),
});

/** One thing a page tells its followers, as it was when it was said; the stored form in the outbox. */
export const newsSchema = z.discriminatedUnion('kind', [reportNews, maintenanceNews]);
export type News = z.infer<typeof newsSchema>;

/** What all messages of one matter have in common: mails of it are shown together, and leave in their order. */
export function matterOf(news: News): string {
  return news.kind === 'report' ? news.reportId : `${news.windowId}.${news.startsAt}`;
}

/** News in the words of one language; `body` stays markdown. */
export interface NewsWords {
  subject: string;
  tone: AlertWords['tone'];
  badge: string;
  headline: string;
  facts: { label: string; value: string }[];
  body: string;
}

export function newsWords(news: News, language: Language): NewsWords {
  const { mail, reports, maintenance } = words(language);
  const time = formats(language, news.page.timezone).full;
  const names = formats(language, news.page.timezone).list(news.affected.map(({ name }) => name));
  const about = names === '' ? [] : [{ label: mail.affected, value: names }];
  if (news.kind === 'maintenance') {
    const badge = { scheduled: maintenance.planned, started: maintenance.underWay, ended: maintenance.completed }[
      news.what
    ];
    const facts = [
      { label: mail.starts, value: time(news.startsAt) },
      { label: mail.ends, value: time(news.endsAt) },
    ];
    return { ...told(news, badge, language), tone: news.what === 'ended' ? 'good' : 'neutral', facts: [...facts, ...about] };
  }
  const { status, nextUpdateBy } = news;
  const over = status === 'resolved' || status === 'postmortem';
  const next = nextUpdateBy === null || over ? [] : [{ label: mail.nextUpdate, value: time(nextUpdateBy) }];
  return {
    ...told(news, reports.status[status], language),
    tone: over ? 'good' : news.impact === 'none' ? 'neutral' : 'bad',
    facts: [{ label: mail.impact, value: reports.impact[news.impact] }, ...about, ...next],
  };
}

function told({ page: { title }, title: headline, body }: News, badge: string, language: Language) {
  return { subject: words(language).mail.updateSubject(title, badge, headline), badge, headline, body };
}
