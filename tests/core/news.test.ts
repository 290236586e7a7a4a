import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/core/language.ts';
import { MAINTENANCE_NEWS, type News, newsSchema, newsWords } from '../../src/core/news.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from '../../src/core/status-report.ts';
import { ENGLISH } from '../support/english.ts';

const AT = Date.UTC(2026, 9, 16, 22, 5);
const every = {
  pageTitle: 'Zyxo',
  timezone: 'Asia/Tokyo',
  title: 'Zorv',
  affected: ['Qworl', 'Vobst'],
  body: 'Plix.',
  link: 'https://example.com/s/zyxo',
  statuspage: { page: {}, incident: {} },
};
const NEWS: News[] = [
  ...REPORT_STATUSES.flatMap((status) =>
    REPORT_IMPACTS.map((impact) => ({
      ...every,
      kind: 'report' as const,
      reportId: 'rep_1',
      impact,
      status,
      nextUpdateBy: AT,
    })),
  ),
  ...MAINTENANCE_NEWS.map((what) => ({
    ...every,
    kind: 'maintenance' as const,
    windowId: 'mnt_1',
    what,
    startsAt: AT,
    endsAt: AT + 3_600_000,
  })),
];

describe.each(LANGUAGES)('news in %s', (language) => {
  test('is told in that language alone', () => {
    for (const news of NEWS) {
      expect(newsSchema.parse(news)).toEqual(news);
      const { subject, badge, facts } = newsWords(news, language);
      const read = [subject, badge, ...facts.flatMap(({ label, value }) => [label, value])].join(' ');
      if (language === 'en') expect(read).toMatch(ENGLISH);
      else expect(read.match(ENGLISH) ?? []).toEqual([]);
      expect(read).not.toMatch(/undefined|\[object|NaN/);
      expect(subject).toContain('Zorv');
    }
  });
});

test('times are on the clock of the page', () => {
  const news = NEWS.find(({ kind }) => kind === 'maintenance') as News;
  const starts = (language: 'en' | 'ja') => newsWords(news, language).facts[0]?.value;
  expect(starts('en')).toContain('17 October 2026');
  expect(starts('ja')).toContain('2026年10月17日');
});
