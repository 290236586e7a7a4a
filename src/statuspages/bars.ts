import type { PageStatus } from '../core/severity.ts';
import { SECOND } from '../core/time.ts';
import { uptimePercent } from '../core/uptime.ts';
import { BAR_DAYS, dateOf, type Day, dayAt, type DaySeconds, STRIDE } from './days.ts';
import type { Says } from './says.ts';

/** `unknown` was not observed; a major outage was never up; maintenance is a day of nothing but planned work. */
export function dayStatus({ up_seconds, down_seconds, degraded_seconds, maintenance_seconds }: Day): PageStatus {
  if (down_seconds > 0) return up_seconds + degraded_seconds > 0 ? 'partial_outage' : 'major_outage';
  if (degraded_seconds > 0) return 'degraded';
  if (up_seconds > 0) return 'operational';
  return maintenance_seconds > 0 ? 'maintenance' : 'unknown';
}

/**
 * How a day is drawn: `u`p, `n`o data, `w`eak (degraded), and three sizes of downtime: `s`hort, `l`ong, `o`utage;
 * `m`aintenance on a day that was up, `p`lanned work and nothing else.
 * Not only the colour differs: a bad day is split, and the lower part grows with what was lost; planned work is hatched.
 */
export type Shape = 'u' | 'n' | 'w' | 's' | 'l' | 'o' | 'm' | 'p';

const SHORT_SECONDS = 15 * 60;
const LONG_SECONDS = 4 * 3_600;

function shapeAt(days: DaySeconds, i: number): Shape {
  const at = STRIDE * i;
  const up = days[at] ?? 0;
  const down = days[at + 1] ?? 0;
  const degraded = days[at + 2] ?? 0;
  if (down > 0) {
    if (up + degraded === 0 || down >= LONG_SECONDS) return 'o';
    return down < SHORT_SECONDS ? 's' : 'l';
  }
  if (degraded > 0) return 'w';
  const planned = (days[at + 4] ?? 0) > 0;
  if (up > 0) return planned ? 'm' : 'u';
  return planned ? 'p' : 'n';
}

/** Width of a bar and of its gap, in units of the drawing: `stroke-dasharray` in the style says the same. */
const BAR = 3;
const PITCH = 4;
export const BAR_WIDTH = BAR_DAYS * PITCH - (PITCH - BAR);
const HEIGHT = 32;
/** The lower part of a bad day, drawn over the green of it: middle of the line; its width is in the style. */
const FOOT: Partial<Record<Shape, number>> = { w: 27, s: 27, l: 23, m: 25 };
const MIDDLE = HEIGHT / 2;

export interface BarRow {
  /** Drawing of `BAR_DAYS` bars, a few hundred bytes: one dashed line for each run of equal days. */
  svg: string;
  /** First day that was watched; `BAR_DAYS` for none. */
  firstDay: number;
  /** `u80su9`: runs of shapes for the script that explains a day. */
  runs: string;
  /** Days with downtime, newest first. */
  bad: { at: number; downSeconds: number }[];
  /** How many days got a tooltip. */
  tips: number;
}

/**
 * Draws the days of one component. The newest `most` bad ones get a tooltip of their own; not all, so that a terrible
 * quarter does not make a heavy page.
 */
export function drawBars(days: DaySeconds, says: Says, most: number): BarRow {
  const lines = new Lines();
  let runs = '';
  let firstDay = BAR_DAYS;
  // A page has thousands of days and few changes: only where a run of equal days ends is anything written.
  let from = 0;
  let shape = shapeAt(days, 0);
  for (let i = 1; i <= BAR_DAYS; i++) {
    const next = i === BAR_DAYS ? null : shapeAt(days, i);
    if (next === shape) continue;
    runs += i - from === 1 ? shape : shape + (i - from);
    if (shape !== 'n' && firstDay === BAR_DAYS) firstDay = from;
    lines.add(shape, from, i);
    from = i;
    shape = next ?? shape;
  }
  const bad = badDays(days, says);
  const tips = bad.slice(0, most).map(({ i, at }) => tip(dayAt(days, i), i, at, says));
  const down = bad.filter(({ downSeconds }) => downSeconds > 0);
  return { svg: lines.drawn() + tips.join(''), firstDay, runs, bad: down, tips: tips.length };
}

/** What was drawn so far, and where it ended. */
interface Line {
  d: string;
  end: number;
}

/** One path for each class: whole bars first, then the feet of the split ones over them. */
class Lines {
  readonly #whole = new Map<Shape, Line>();
  readonly #feet = new Map<Shape, Line>();
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
    for (const [name, { d }] of this.#whole) paths += `<path class="${name}" d="${d}"/>`;
    for (const [name, { d }] of this.#feet) paths += `<path class="${name}" d="${d}"/>`;
    return paths;
  }

  #endGreen(): void {
    if (this.#greenFrom >= 0) this.#put(this.#whole, 'u', MIDDLE, this.#greenFrom, this.#greenTo);
    this.#greenFrom = -1;
  }

  /** Steps from the end of the one before are shorter to write than places. */
  #put(lines: Map<Shape, Line>, name: Shape, y: number, from: number, to: number): void {
    const [start, end] = [from * PITCH, to * PITCH - (PITCH - BAR)];
    const line = lines.get(name);
    if (!line) lines.set(name, { d: `M${start} ${y}h${end - start}`, end });
    else {
      line.d += `m${start - line.end} 0h${end - start}`;
      line.end = end;
    }
  }
}

/** Days with downtime or degradation, newest first. */
function badDays(days: DaySeconds, says: Says): { i: number; at: number; downSeconds: number }[] {
  const bad: { i: number; at: number; downSeconds: number }[] = [];
  for (let i = BAR_DAYS - 1; i >= 0; i--) {
    const downSeconds = days[STRIDE * i + 1] ?? 0;
    if (downSeconds === 0 && (days[STRIDE * i + 2] ?? 0) === 0) continue;
    bad.push({ i, at: dateOf(says, i), downSeconds });
  }
  return bad;
}

function tip(day: Day, i: number, at: number, says: Says): string {
  return `<rect x="${i * PITCH}" width="${PITCH}" height="${HEIGHT}"><title>${dayTitle(day, at, says)}</title></rect>`;
}

/** "16 Oct: 99.30% up, down 10 min" */
function dayTitle(day: Day, at: number, { w, f, dates }: Says): string {
  const lost =
    day.down_seconds > 0
      ? w.bars.lost(f.duration(day.down_seconds * SECOND))
      : w.bars.degradedFor(f.duration(day.degraded_seconds * SECOND));
  const share = uptimePercent(day);
  return `${dates.shortDay(at)}: ${share === null ? '' : `${w.bars.up(f.percent(share))} · `}${lost}`;
}
