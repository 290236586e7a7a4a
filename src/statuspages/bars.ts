import type { PageStatus } from '../core/severity.ts';
import { DAY, duration, SECOND } from '../core/time.ts';
import { uptimePercent } from '../core/uptime.ts';

/** Bars of a page: today and the 89 UTC days before it. */
export const BAR_DAYS = 90;

/** Seconds of consecutive days, four a day: up, down, degraded, excluded. The last day is today. */
export type DaySeconds = Int32Array;

/** Where the numbers of a day slot start. */
export function dayOffset(slot: number, todaySlot: number): number {
  return 4 * (BAR_DAYS - 1 - (todaySlot - slot));
}

export interface Day {
  up_seconds: number;
  down_seconds: number;
  degraded_seconds: number;
}

export function dayAt(days: DaySeconds, i: number): Day {
  return {
    up_seconds: days[4 * i] ?? 0,
    down_seconds: days[4 * i + 1] ?? 0,
    degraded_seconds: days[4 * i + 2] ?? 0,
  };
}

/** `unknown` was not observed; a major outage was never up. */
export function dayStatus({ up_seconds, down_seconds, degraded_seconds }: Day): PageStatus {
  if (down_seconds > 0) return up_seconds + degraded_seconds > 0 ? 'partial_outage' : 'major_outage';
  if (degraded_seconds > 0) return 'degraded';
  return up_seconds > 0 ? 'operational' : 'unknown';
}

/**
 * How a day is drawn: `u`p, `n`o data, `w`eak (degraded), and three sizes of downtime: `s`hort, `l`ong, `o`utage.
 * Not only the colour differs: a bad day is split, and the lower part grows with what was lost.
 */
type Shape = 'u' | 'n' | 'w' | 's' | 'l' | 'o';

const SHORT_SECONDS = 15 * 60;
const LONG_SECONDS = 4 * 3_600;

function shape(day: Day): Shape {
  const status = dayStatus(day);
  if (status === 'operational') return 'u';
  if (status === 'unknown') return 'n';
  if (status === 'degraded') return 'w';
  if (status === 'major_outage' || day.down_seconds >= LONG_SECONDS) return 'o';
  return day.down_seconds < SHORT_SECONDS ? 's' : 'l';
}

/** Width of a bar and of its gap, in units of the drawing: `stroke-dasharray` in the style says the same. */
const BAR = 3;
const PITCH = 4;
export const BAR_WIDTH = BAR_DAYS * PITCH - (PITCH - BAR);
const HEIGHT = 32;
/** For each shape the strokes it is made of: class, middle of the line. Their widths are in the style. */
const STROKES: Record<Shape, [name: string, y: number][]> = {
  u: [['u', 16]],
  n: [['n', 16]],
  w: [
    ['a', 10],
    ['w', 27],
  ],
  s: [
    ['a', 10],
    ['s', 27],
  ],
  l: [
    ['c', 6],
    ['l', 23],
  ],
  o: [['o', 16]],
};

export interface BarRow {
  /** Drawing of `BAR_DAYS` bars, a few hundred bytes: one dashed line for each run of equal days. */
  svg: string;
  /** `u80s1u9`: runs of shapes for the script that explains a day. */
  runs: string;
  /** Days with downtime, newest first. */
  bad: { at: number; downSeconds: number }[];
}

/**
 * Draws the days that end with the UTC day starting at `today` (epoch ms). `titles` counts down the bad days of the
 * page that still get a tooltip of their own, so that a terrible quarter does not make a heavy page.
 */
export function drawBars(days: DaySeconds, today: number, titles: { left: number }): BarRow {
  const lines = new Map<string, string>();
  const bad: BarRow['bad'] = [];
  let runs = '';
  let tips = '';
  for (let i = 0; i < BAR_DAYS; ) {
    const now = shape(dayAt(days, i));
    let end = i + 1;
    while (end < BAR_DAYS && shape(dayAt(days, end)) === now) end++;
    runs += now + (end - i);
    for (const [name, y] of STROKES[now]) {
      lines.set(name, `${lines.get(name) ?? ''}M${i * PITCH} ${y}H${end * PITCH - (PITCH - BAR)}`);
    }
    i = end;
  }
  for (let i = BAR_DAYS - 1; i >= 0; i--) {
    const day = dayAt(days, i);
    if (day.down_seconds === 0 && day.degraded_seconds === 0) continue;
    const at = today - (BAR_DAYS - 1 - i) * DAY;
    if (day.down_seconds > 0) bad.push({ at, downSeconds: day.down_seconds });
    if (titles.left > 0) {
      titles.left--;
      tips += `<rect x="${i * PITCH}" width="${PITCH}" height="${HEIGHT}"><title>${dayTitle(day, at)}</title></rect>`;
    }
  }
  const paths = [...lines].map(([name, d]) => `<path class="${name}" d="${d}"/>`).join('');
  return { svg: paths + tips, runs, bad };
}

/** "16 Oct: 99.305% up, down 10 min" */
function dayTitle(day: Day, at: number): string {
  const lost = day.down_seconds > 0 ? `down ${duration(day.down_seconds * SECOND)}` : 'degraded';
  const share = uptimePercent(day);
  return `${shortDate(at)}: ${share === null ? '' : `${share}% up, `}${lost}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "16 Oct", UTC. */
export function shortDate(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}
