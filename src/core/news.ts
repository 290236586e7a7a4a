import { z } from 'zod';
import type { AlertWords } from './alert.ts';
import type { Language } from './language.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from './status-report.ts';
import { formats } from './words/formats.ts';
import { words } from './words/index.ts';

/** What becomes of planned work, as those who follow a page are told. */
export const MAINTENANCE_NEWS = ['scheduled', 'started', 'ended'] as const;
export type MaintenanceNews = (typeof MAINTENANCE_NEWS)[number];

const every = {
  pageTitle: z.string(),
  /** IANA name: on whose clock times are told. */
  timezone: z.string(),
  title: z.string(),
  /** Names of the components it is about. */
  affected: z.array(z.string()),
  /** Markdown. */
  body: z.string(),
  /** Whole address of the page about it. */
  link: z.string(),
  /** The same in the words of Statuspage, for programs. */
  statuspage: z.object({ page: z.record(z.string(), z.unknown()), incident: z.record(z.string(), z.unknown()) }),
};

const reportNews = z.object({
  ...every,
  kind: z.literal('report'),
  reportId: z.string(),
  impact: z.enum(REPORT_IMPACTS),
  status: z.enum(REPORT_STATUSES),
  /** Epoch ms. */
  nextUpdateBy: z.number().int().nullable(),
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
  const { full: time, list } = formats(language, news.timezone);
  const names = list(news.affected);
  const about = names === '' ? [] : [{ label: mail.affected, value: names }];
  if (news.kind === 'maintenance') {
    const badge = { scheduled: maintenance.planned, started: maintenance.underWay, ended: maintenance.completed }[
      news.what
    ];
    const facts = [
      { label: mail.starts, value: time(news.startsAt) },
      { label: mail.ends, value: time(news.endsAt) },
    ];
    return {
      ...told(news, badge, language),
      tone: news.what === 'ended' ? 'good' : 'neutral',
      facts: [...facts, ...about],
    };
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

function told({ pageTitle, title: headline, body }: News, badge: string, language: Language) {
  return { subject: words(language).mail.updateSubject(pageTitle, badge, headline), badge, headline, body };
}
