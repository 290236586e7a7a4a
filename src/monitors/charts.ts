import type { Phases } from '../core/verdict.ts';
import { DAY } from '../core/time.ts';
import type { Series } from './statistics.ts';

/** The drawing's own units; the page stretches them to its width. */
const CHART_WIDTH = 1000;
const CHART_HEIGHT = 200;
const DIVISIONS = 4;
/** Bands of incidents shorter than a pixel would vanish. */
const MIN_BAND = 2;

export interface Chart {
  width: number;
  height: number;
  p50: string;
  p95: string;
  area: string;
  bands: { x: number; width: number; id: string }[];
  grid: number[];
  /** Labels of the vertical axis in ms, the top one first, evenly spaced. */
  ticks: number[];
  /** Instants along the bottom, evenly spaced. */
  times: number[];
  /** Whether the instants need their day to be told apart. */
  byDay: boolean;
  /** For the readout: time, median, 95th percentile, failed and all checks; x in drawing units. */
  points: { x: number; at: number; p50: number | null; p95: number | null; failed: number; checks: number }[];
  /** Whether nothing answered in all this time: there is no line to draw. */
  empty: boolean;
}

/** Lines, bands and labels of a response-time chart. Gaps in the series stay gaps in the lines. */
export function drawChart(series: Series): Chart {
  const { from, to, step, width, points, incidents } = series;
  const top = niceTop(Math.max(0, ...points.map((point) => point.p95 ?? point.p50 ?? 0)));
  const x = (at: number) => round(((at - from) / Math.max(1, to - from)) * CHART_WIDTH);
  const y = (ms: number) => round(CHART_HEIGHT - (ms / top) * CHART_HEIGHT);
  // A sum stands for the whole step after its start: it is drawn in the middle of it.
  const middle = (at: number) => x(Math.min(to, at + width / 2));
  const runs = (value: (point: Series['points'][number]) => number | null) =>
    runsOf(
      points.map((point) => ({ at: point.at, ms: value(point) })),
      step,
    ).map((run) => run.map(({ at, ms }) => [middle(at), y(ms)] as const));
  const medians = runs((point) => point.p50);
  return {
    width: CHART_WIDTH,
    height: CHART_HEIGHT,
    p50: medians.map(line).join(''),
    p95: runs((point) => point.p95)
      .map(line)
      .join(''),
    area: medians.map(areaUnder).join(''),
    bands: incidents.map(({ id, started_at, resolved_at }) => {
      const left = Math.max(0, x(started_at));
      return { id, x: left, width: Math.max(MIN_BAND, round(x(resolved_at ?? to) - left)) };
    }),
    grid: Array.from({ length: DIVISIONS }, (_, i) => (CHART_HEIGHT / DIVISIONS) * i),
    ticks: Array.from({ length: DIVISIONS + 1 }, (_, i) => (top / DIVISIONS) * (DIVISIONS - i)),
    times: Array.from({ length: DIVISIONS + 1 }, (_, i) => from + ((to - from) / DIVISIONS) * i),
    byDay: to - from > 2 * DAY,
    points: points
      .filter((point) => point.checks > 0)
      .map(({ at, p50, p95, failed, checks }) => ({ x: middle(at), at, p50, p95, failed, checks })),
    empty: points.every((point) => point.p50 === null && point.p95 === null),
  };
}

/** Stretches of points with a value; a missing value or a hole of more than two steps ends one. */
function runsOf(points: { at: number; ms: number | null }[], step: number): { at: number; ms: number }[][] {
  const runs: { at: number; ms: number }[][] = [];
  let last: number | null = null;
  for (const { at, ms } of points) {
    if (ms === null) {
      last = null;
      continue;
    }
    if (last === null || at - last > 2.5 * step) runs.push([]);
    runs.at(-1)?.push({ at, ms });
    last = at;
  }
  return runs;
}

/** A lone point is a line of no length, which round caps show as a dot. */
function line(run: (readonly [number, number])[]): string {
  const [first, ...rest] = run;
  if (!first) return '';
  return `M${first.join(' ')}${(rest.length > 0 ? rest : [first]).map((point) => `L${point.join(' ')}`).join('')}`;
}

function areaUnder(run: (readonly [number, number])[]): string {
  const first = run[0];
  const last = run.at(-1);
  if (!first || !last || run.length < 2) return '';
  return `${line(run)}L${last[0]} ${CHART_HEIGHT}L${first[0]} ${CHART_HEIGHT}Z`;
}

/** The next round number above the highest value that four divisions cut into round parts. */
function niceTop(highest: number): number {
  const wanted = Math.max(40, highest * 1.08);
  const size = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((one) => one * size >= wanted) ?? 10;
  return factor * size;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const PHASE_NAMES: [keyof Phases, string][] = [
  ['dns_ms', 'DNS'],
  ['connect_ms', 'Connect'],
  ['tls_ms', 'TLS'],
  ['first_byte_ms', 'First byte'],
  ['transfer_ms', 'Transfer'],
];

/** Time of all phases in ms; 0 when none was measured. */
export function phaseTotal(phases: Phases | null): number {
  return PHASE_NAMES.reduce((sum, [key]) => sum + (phases?.[key] ?? 0), 0);
}

/**
 * The phases that were reached, with their place in a bar of 1000 units that stands for `wholeMs`; null when no time
 * was measured. One `wholeMs` for several bars makes their lengths comparable.
 */
export function drawPhases(phases: Phases | null, wholeMs = phaseTotal(phases)) {
  const reached = PHASE_NAMES.flatMap(([key, label]) => {
    const ms = phases?.[key] ?? null;
    return ms === null ? [] : [{ key, label, ms: ms < 10 ? round(ms) : Math.round(ms) }];
  });
  if (reached.length === 0) return null;
  let x = 0;
  return reached.map(({ key, label, ms }) => {
    const width = wholeMs === 0 ? 0 : round((ms / wholeMs) * CHART_WIDTH);
    const part = { key, label, ms, x: round(x), width };
    x += width;
    return part;
  });
}
