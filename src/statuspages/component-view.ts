import type { ComponentState } from '../core/severity.ts';
import { SECOND } from '../core/time.ts';
import { BAR_WIDTH, drawBars } from './bars.ts';
import { BAR_DAYS } from './days.ts';
import { symbolOf } from './entry-view.ts';
import type { ComponentFacts, PageFacts } from './facts.ts';
import type { Says } from './says.ts';

/** Bad days of one page and of one component that get a tooltip without a script; each weighs about 90 bytes. */
const MOST_TIPS = 12;
const MOST_OF_ONE = 4;
/** Bad days listed for each component. */
const MOST_LISTED = 3;

export interface RowView {
  id: string;
  name: string;
  description: string | null;
  word: string;
  /** A class of the style and the shape of the same name. */
  tone: string;
  symbol: string;
  /** Markup of "last result …" of one that has fallen silent. */
  silentHtml: string | null;
  /** Null where uptime is not shown. */
  bars: ReturnType<typeof barsView> | null;
  /** Drawing of response times and what it says; null without any. */
  chart: { svg: string; words: string } | null;
}

export interface GroupView {
  id: string;
  name: string;
  description: string | null;
  word: string;
  tone: string;
  symbol: string;
  members: string;
  open: boolean;
  lines: LineView[];
}

export type LineView = { row: RowView; group: null } | { row: null; group: GroupView };

/** The lines of a page as a tree. `charts` holds the drawings of components that show one. */
export function linesView(
  { components }: PageFacts,
  charts: ReadonlyMap<string, { svg: string; words: string }>,
  says: Says,
): LineView[] {
  const tips = { left: MOST_TIPS };
  const lines = new Map<string | null, LineView[]>([[null, []]]);
  for (const one of components) {
    const own = lines.get(one.groupId) ?? [];
    lines.set(one.groupId, own);
    if (one.kind !== 'group') own.push({ row: rowView(one, charts.get(one.id) ?? null, tips, says), group: null });
    else {
      const below: LineView[] = [];
      lines.set(one.id, below);
      own.push({ row: null, group: groupView(one, components, below, says) });
    }
  }
  return lines.get(null) ?? [];
}

function groupView(one: ComponentFacts, all: readonly ComponentFacts[], lines: LineView[], { w }: Says): GroupView {
  const members = countBelow(one.id, all);
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    word: w.component[one.state],
    tone: toneOf(one.state, one.status),
    symbol: symbolOf(one.status),
    members: members === 0 ? '' : w.page.groupMembers(members),
    open: one.status !== 'operational',
    lines,
  };
}

/** Lines in a group and in the groups within it. */
function countBelow(id: string, all: readonly ComponentFacts[]): number {
  const own = all.filter(({ groupId }) => groupId === id);
  return own.reduce((sum, one) => sum + (one.kind === 'group' ? countBelow(one.id, all) : 1), 0);
}

function toneOf(state: ComponentState, status: ComponentFacts['status']): string {
  return state === 'paused' || state === 'pending' ? 'unknown' : symbolOf(status);
}

function rowView(one: ComponentFacts, chart: RowView['chart'], tips: { left: number }, says: Says): RowView {
  const silent = one.state === 'unknown' && one.lastResultAt !== null;
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    word: says.w.component[one.state],
    tone: toneOf(one.state, one.status),
    symbol: one.state === 'paused' ? 'paused' : symbolOf(one.status),
    silentHtml: silent ? `${says.w.page.lastCheck} ${says.time(one.lastResultAt ?? 0)}` : null,
    bars: one.showUptime ? barsView(one, tips, says) : null,
    chart,
  };
}

function barsView(one: ComponentFacts, tips: { left: number }, says: Says) {
  const { w, f, dates } = says;
  const own = Math.min(MOST_OF_ONE, tips.left);
  const row = drawBars(one.days, says, own);
  tips.left -= row.tips;
  const watched = BAR_DAYS - row.firstDay;
  const outages = row.bad.slice(0, MOST_LISTED).map(({ at, downSeconds }) => ({
    day: dates.shortDay(at),
    href: says.dayLink(at),
    lost: f.duration(downSeconds * SECOND),
  }));
  const rest = row.bad.length - outages.length;
  return {
    svg: row.svg,
    width: BAR_WIDTH,
    runs: row.runs,
    uptimeHtml:
      one.uptimePercent === null
        ? null
        : // Narrow screens leave the word out.
          w.bars.figure(
            f.percent(one.uptimePercent),
            `<i>${w.bars.uptime}</i>`,
            watched === 1 ? w.bars.overToday : w.bars.overDays(watched),
          ),
    outages,
    outageDays: row.bad.length === 0 ? '' : w.bars.outageDays(row.bad.length),
    more: rest === 0 ? null : { words: w.bars.moreDays(rest), href: says.dayLink(row.bad[MOST_LISTED]?.at ?? 0) },
  };
}
