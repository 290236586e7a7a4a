import { createHash } from 'node:crypto';
import { renderMarkdown } from '../core/markdown.ts';
import { DAY } from '../core/time.ts';
import { formats } from '../core/words/formats.ts';
import { words } from '../core/words/index.ts';
import { xmlText } from '../core/xml.ts';
import type { MaintenanceFacts, PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { incidentTitle, incidentUpdates } from './incident-words.ts';
import { PLANNED_DAYS } from './load.ts';
import { occurrenceId } from './occurrence.ts';

/** One update of an incident or of planned work. */
export interface FeedEntry {
  /** `urn:uuid:…`, the same for ever. */
  id: string;
  title: string;
  /** Epoch ms. */
  at: number;
  link: string;
  /** Safe to show as it is. */
  html: string;
  componentIds: readonly string[];
}

/** Most entries of a feed. */
const MOST = 50;

/** What happened, newest first: of the page, or of one component. */
export function feedEntries(
  facts: PageFacts,
  context: Pick<FormContext, 'language' | 'now'>,
  componentId: string | null,
): FeedEntry[] {
  return [...reported(facts, context), ...found(facts, context), ...planned(facts, context)]
    .filter(({ componentIds }) => componentId === null || componentIds.includes(componentId))
    .toSorted((a, b) => b.at - a.at)
    .slice(0, MOST);
}

/** A name that outlives moves of the page and of the installation: a UUID (RFC 9562, version 8) of what it stands for. */
export function feedId(of: string): string {
  const hex = createHash('sha256').update(`statusping ${of}`).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`];
  return `urn:uuid:${[...parts, hex.slice(20, 32)].join('-')}`;
}

function reported(facts: PageFacts, { language }: Pick<FormContext, 'language'>): FeedEntry[] {
  const { reports: spoken, feeds } = words(language);
  const at = formats(language, facts.timezone);
  return facts.reports.flatMap((report) => {
    const link = `${facts.url}/incidents/${report.id}`;
    return report.updates.map((update, i) => {
      const promised = i === 0 && report.resolvedAt === null ? report.nextUpdateBy : null;
      const lines = [
        spoken.impact[report.impact],
        ...affected(facts, report.componentIds, spoken.affected, at.list),
        ...(promised === null ? [] : [spoken.nextUpdate(at.stamp(promised))]),
      ];
      return {
        id: feedId(update.id),
        title: feeds.entry(spoken.status[update.status], report.title),
        at: update.at,
        link,
        html: renderMarkdown(update.body) + paragraph(lines),
        componentIds: report.componentIds,
      };
    });
  });
}

function found(facts: PageFacts, { language }: Pick<FormContext, 'language'>): FeedEntry[] {
  const spoken = words(language);
  return facts.incidents.flatMap((one) =>
    incidentUpdates(one, spoken).map(({ status, body, at }) => ({
      id: feedId(`${one.id} ${status}`),
      title: spoken.feeds.entry(spoken.incidents[status], incidentTitle(one, spoken)),
      at,
      link: `${facts.url}/incidents/${one.id}`,
      html: paragraph([body]),
      componentIds: [one.componentId],
    })),
  );
}

function planned(facts: PageFacts, { language, now }: Pick<FormContext, 'language' | 'now'>): FeedEntry[] {
  const { maintenance: spoken, feeds } = words(language);
  const at = formats(language, facts.timezone);
  return [...facts.maintenance, ...facts.pastMaintenance].flatMap((one) => {
    const lines = [
      words(language).times.range(at.full(one.starts_at), at.full(one.ends_at)),
      ...affected(facts, one.components, spoken.affects, at.list),
    ];
    const body = one.body === null ? '' : renderMarkdown(one.body);
    const entry = (what: 'planned' | 'underWay' | 'completed', when: number): FeedEntry => ({
      id: feedId(`${occurrenceId(one)} ${what}`),
      title: feeds.entry(spoken[what], one.title),
      at: when,
      link: facts.url,
      html: body + paragraph(lines),
      componentIds: one.components,
    });
    return [
      ...(one.ends_at <= now ? [entry('completed', one.ends_at)] : []),
      ...(one.starts_at <= now ? [entry('underWay', Math.max(one.starts_at, one.created_at))] : []),
      entry('planned', announcedAt(one)),
    ];
  });
}

/** When it could first be read on the page. */
function announcedAt(one: MaintenanceFacts): number {
  return one.recurring ? Math.max(one.created_at, one.starts_at - PLANNED_DAYS * DAY) : one.created_at;
}

function affected(
  facts: PageFacts,
  ids: readonly string[],
  say: (names: string) => string,
  list: (names: string[]) => string,
): string[] {
  const names = facts.components.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  return names.length === 0 ? [] : [say(list(names))];
}

function paragraph(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<p>${lines.map(xmlText).join('<br>')}</p>`;
}
