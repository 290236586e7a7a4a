import type { PageStatus } from '../core/severity.ts';
import { DAY, duration, SECOND } from '../core/time.ts';
import { uptimePercent } from '../core/uptime.ts';
import { BAR_DAYS, type Day, dayAt, type DaySeconds, STRIDE } from './days.ts';

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

function shapeOf(up: number, down: number, degraded: number): Shape {
  if (down === 0) return degraded > 0 ? 'w' : up > 0 ? 'u' : 'n';
  if (up + degraded === 0 || down >= LONG_SECONDS) return 'o';
  return down < SHORT_SECONDS ? 's' : 'l';
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
  const lines = new Lines();
  let runs = '';
  let firstDay = BAR_DAYS;
  // A page has thousands of days and few changes: only where a run of equal days ends is anything written.
  let from = 0;
  let shape = shapeAt(days, 0);
  for (let i = 1; i <= BAR_DAYS; i++) {
    const next = i === BAR_DAYS ? null : shapeAt(days, i);
    if (next === shape) continue;
    runs += shape + (i - from);
    if (shape !== 'n' && firstDay === BAR_DAYS) firstDay = from;
    lines.add(shape, from, i);
    from = i;
    shape = next ?? shape;
  }
  const bad = badDays(days, today);
  const tips = bad.slice(0, titles.left).map(({ i, at }) => tip(dayAt(days, i), i, at));
  titles.left -= tips.length;
  return { svg: lines.drawn() + tips.join(''), firstDay, runs, bad: bad.filter(({ downSeconds }) => downSeconds > 0) };
}

function shapeAt(days: DaySeconds, i: number): Shape {
  return shapeOf(days[STRIDE * i] ?? 0, days[STRIDE * i + 1] ?? 0, days[STRIDE * i + 2] ?? 0);
}

/** One path for each class: whole bars first, then the feet of the split ones over them. */
class Lines {
  readonly #whole = new Map<Shape, string>();
  readonly #feet = new Map<Shape, string>();
  /** Split days are green behind their foot, so green runs on through them. */
  #greenFrom = -1;
  #greenTo = -1;

  add(shape: Shape, from: number, to: number): void {
    const foot = FOOT[shape];
    if (foot !== undefined) this.#put(this.#feet, shape, foot, from, to);
    if (foot === undefined && shape !== 'u') this.#put(this.#whole, shape, MIDDLE, from, to);
    else if (this.#greenTo === from) this.#greenTo = to;
    else {
      this.#endGreen();
      [this.#greenFrom, this.#greenTo] = [from, to];
    }
  }

  drawn(): string {
    this.#endGreen();
    let paths = '';
    for (const [name, d] of this.#whole) paths += `<path class="${name}" d="${d}"/>`;
    for (const [name, d] of this.#feet) paths += `<path class="${name}" d="${d}"/>`;
    return paths;
  }

  #endGreen(): void {
    if (this.#greenFrom >= 0) this.#put(this.#whole, 'u', MIDDLE, this.#greenFrom, this.#greenTo);
    this.#greenFrom = -1;
  }

  #put(lines: Map<Shape, string>, name: Shape, y: number, from: number, to: number): void {
    lines.set(name, `${lines.get(name) ?? ''}M${from * PITCH} ${y}h${(to - from) * PITCH - (PITCH - BAR)}`);
  }
}

/** Days with downtime or degradation, newest first. */
function badDays(days: DaySeconds, today: number): { i: number; at: number; downSeconds: number }[] {
  const bad: { i: number; at: number; downSeconds: number }[] = [];
  for (let i = BAR_DAYS - 1; i >= 0; i--) {
    const downSeconds = days[STRIDE * i + 1] ?? 0;
    if (downSeconds === 0 && (days[STRIDE * i + 2] ?? 0) === 0) continue;
    bad.push({ i, at: today - (BAR_DAYS - 1 - i) * DAY, downSeconds });
  }
  return bad;
}

function tip(day: Day, i: number, at: number): string {
  return `<rect x="${i * PITCH}" width="${PITCH}" height="${HEIGHT}"><title>${dayTitle(day, at)}</title></rect>`;
}

/** "16 Oct: 99.30% up, down 10 min" */
function dayTitle(day: Day, at: number): string {
  const lost = day.down_seconds > 0 ? `down ${duration(day.down_seconds * SECOND)}` : 'degraded';
  const share = uptimePercent(day);
  return `${shortDate(at)}: ${share === null ? '' : `${percent(share)} up, `}${lost}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "16 Oct", UTC. */
export function shortDate(ms: number): string {
  const at = new Date(ms);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

/** Cut after two digits, as everywhere: 100 only when nothing was lost. */
export function percent(value: number): string {
  return value >= 100 ? '100%' : `${(Math.floor(value * 100 + 1e-6) / 100).toFixed(2)}%`;
}
