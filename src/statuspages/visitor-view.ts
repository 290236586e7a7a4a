import type { ComponentState } from '../core/severity.ts';
import { DAY } from '../core/time.ts';
import type { PageWords } from '../core/words/index.ts';
import type { Shape } from './bars.ts';
import { BAR_DAYS, dateOf } from './days.ts';
import { type LineView, linesView, type RowView } from './component-view.ts';
import { type EntryView, incidentView, maintenanceView, reportView, symbolOf } from './entry-view.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { frameView } from './frame-view.ts';
import { PAST_DAYS } from './load.ts';
import { pastDays } from './past-view.ts';
import { isoDate, Says } from './says.ts';

/** What `views/statuspages/show` draws. `charts` holds drawings of response times by component. */
export function visitorView(
  facts: PageFacts,
  context: FormContext,
  charts: ReadonlyMap<string, NonNullable<RowView['chart']>> = new Map(),
) {
  const says = new Says(facts, context);
  const leaves = facts.components.filter(({ kind }) => kind !== 'group');
  const heardAt = Math.max(0, ...leaves.map(({ lastResultAt }) => lastResultAt ?? 0));
  const headline = headlineOf(facts, says.w);
  const sentence = sentenceOf(facts, says);
  const entries = [
    ...facts.reports.map((one) => reportView(one, facts, says)),
    ...facts.incidents.map((one) => incidentView(one, says)),
  ];
  const lines: LineView[] = linesView(facts, charts, says);
  return {
    ...frameView(facts, context, says, '', `${headline} · ${facts.title}`),
    summary: says.w.page.summary(headline, sentence),
    live: true,
    description: facts.description,
    status: facts.status,
    symbol: symbolOf(facts.status),
    headline,
    sentence,
    updatedHtml:
      heardAt === 0
        ? `${says.w.page.updated} ${says.time(facts.updatedAt)}`
        : `${says.w.page.lastCheck} ${says.time(heardAt)}`,
    staleOne: says.w.page.stale(1),
    staleMany: says.w.page.stale(2).replace('2', '#'),
    open: entries.filter(({ resolvedAt }) => resolvedAt === null).toSorted(newestFirst),
    maintenance: facts.maintenance.map((one) => maintenanceView(one, facts, says)),
    lines,
    firstDay: isoDate(dateOf(facts, 0)),
    /** Words of the shapes of a day, for the script. */
    dayWords: JSON.stringify(says.w.bars.day satisfies Record<Shape, string>),
    ago: { desktop: says.w.bars.daysAgo(BAR_DAYS), phone: says.w.bars.daysAgo(30) },
    past: says.hasHistory ? pastDays(entries, facts.today - (PAST_DAYS - 1) * DAY, says) : null,
  };
}

function newestFirst(a: EntryView, b: EntryView): number {
  return b.startedAt - a.startedAt;
}

/** The verdict in words. */
export function headlineOf({ status, components }: PageFacts, w: PageWords): string {
  const silent = components.every(({ lastResultAt }) => lastResultAt === null);
  return silent && status === 'unknown' && components.length > 0 ? w.page.notReporting : w.headline[status];
}

/** One sentence under the headline: who is hit. */
export function sentenceOf(facts: PageFacts, says: Says): string {
  const { page } = says.w;
  const leaves = facts.components.filter(({ kind }) => kind !== 'group');
  const named = (...states: ComponentState[]) => {
    const found = leaves.filter(({ state }) => states.includes(state)).map(({ name }) => name);
    return { count: found.length, text: found.length === 0 ? '' : says.names(found) };
  };
  const down = named('down', 'major_outage');
  const weak = named('degraded', 'partial_outage');
  if (down.count > 0) {
    const worst = page.down(down.text, down.count);
    return weak.count > 0 ? page.both(worst, page.degraded(weak.text, weak.count)) : worst;
  }
  if (weak.count > 0) return page.degraded(weak.text, weak.count);
  if (facts.status === 'operational') return page.allWork(leaves.length);
  if (facts.status === 'maintenance') return page.underMaintenance;
  // A report can be about more than the lines of the page.
  const told = facts.reports.find(({ resolvedAt, impact }) => resolvedAt === null && impact !== 'none');
  if (told) return told.title;
  const unknown = named('unknown');
  if (unknown.count > 0) return page.noFreshResults(unknown.text);
  if (leaves.length === 0) return page.empty;
  return leaves.some(({ state }) => state === 'pending') ? page.pending : page.notMonitored;
}
