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
/** The lower part of a bad day, drawn over the green of it: middle of the line; its width is in the style. */
const FOOT: Partial<Record<Shape, number>> = { w: 27, s: 27, l: 23 };
const MIDDLE = HEIGHT / 2;

export interface BarRow {
  /** Drawing of `BAR_DAYS` bars, a few hundred bytes: one dashed line for each run of equal days. */
  svg: string;
  /** First day that was watched; `BAR_DAYS` for none. */
  firstDay: number;
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
  const shapes = Array.from({ length: BAR_DAYS }, (_, i) => shape(dayAt(days, i)));
  const bad: BarRow['bad'] = [];
  let tips = '';
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
  const firstDay = shapes.findIndex((one) => one !== 'n');
  const runs = runsOf(shapes).map(({ one, from, to }) => one + (to - from));
  return { svg: drawShapes(shapes) + tips, firstDay: firstDay === -1 ? BAR_DAYS : firstDay, runs: runs.join(''), bad };
}

/** Stretches of equal days; `to` is the day after the last. */
function runsOf<T>(days: T[]): { one: T; from: number; to: number }[] {
  const runs: { one: T; from: number; to: number }[] = [];
  for (const [i, one] of days.entries()) {
    const last = runs.at(-1);
    if (last && last.one === one) last.to = i + 1;
    else runs.push({ one, from: i, to: i + 1 });
  }
  return runs;
}

/** One path for each class: whole bars first, then the feet of the split ones over them. */
function drawShapes(shapes: Shape[]): string {
  const lines = new Map<string, string>();
  const line = (name: string, y: number, from: number, to: number) => {
    const d = `M${from * PITCH} ${y}h${(to - from) * PITCH - (PITCH - BAR)}`;
    lines.set(name, (lines.get(name) ?? '') + d);
  };
  for (const { one, from, to } of runsOf(shapes.map((one) => (FOOT[one] ? 'u' : one)))) line(one, MIDDLE, from, to);
  for (const { one, from, to } of runsOf(shapes)) if (FOOT[one]) line(one, FOOT[one], from, to);
  return [...lines].map(([name, d]) => `<path class="${name}" d="${d}"/>`).join('');
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
