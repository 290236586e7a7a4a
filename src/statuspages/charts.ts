import { mergeHistograms, percentile } from '../core/histogram.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { readResponseHours } from './chart-queries.ts';
import type { PageFacts } from './facts.ts';
import type { FormContext } from './forms.ts';
import { Says } from './says.ts';

/** A week in points of three hours: enough to see a day's rhythm, few enough to weigh half a kilobyte. */
const HOURS_EACH = 3;
const POINTS = 56;
const KEEP_MS = 5 * MINUTE;
const MOST = 5_000;
const [WIDTH, HEIGHT] = [POINTS - 1, 40];

/** Medians of a week, oldest first; null where nothing answered. */
interface Week {
  points: (number | null)[];
  median: number | null;
  readAt: number;
}

/** Draws response times of the components that show them; read again every five minutes. */
export function createCharts(deps: Pick<Deps, 'db' | 'clock'>) {
  const known = new Map<string, Week>();

  async function load(ids: readonly string[], now: number): Promise<void> {
    const last = Math.floor(now / HOUR / HOURS_EACH);
    const first = last - POINTS + 1;
    const rows = await readResponseHours(deps.db.read, ids, first * HOURS_EACH, (last + 1) * HOURS_EACH - 1);
    if (known.size > MOST) known.clear();
    for (const id of ids) {
      const parts = Array.from({ length: POINTS }, () => [] as string[]);
      for (const [slot, histogram] of rows.get(id) ?? []) parts[Math.floor(slot / HOURS_EACH) - first]?.push(histogram);
      const sums = parts.map(mergeHistograms);
      const points = sums.map((sum) => percentile(sum, 50));
      known.set(id, { points, median: percentile(mergeHistograms(sums), 50), readAt: now });
    }
  }

  return async (facts: PageFacts, context: FormContext) => {
    const shown = facts.components.filter(({ showChart }) => showChart).map(({ id }) => id);
    const drawn = new Map<string, { svg: string; words: string }>();
    if (shown.length === 0) return drawn;
    const { now } = context;
    const old = shown.filter((id) => Math.abs(now - (known.get(id)?.readAt ?? Number.NEGATIVE_INFINITY)) > KEEP_MS);
    if (old.length > 0) await load(old, now);
    const { w, f } = new Says(facts, context);
    for (const id of shown) {
      const week = known.get(id);
      if (!week || week.median === null) continue;
      drawn.set(id, { svg: draw(week.points), words: w.bars.responseDays(f.milliseconds(week.median), 7) });
    }
    return drawn;
  };
}

/** A line from the oldest to the newest point; gaps stay open. The top is a little above the slowest. */
function draw(points: readonly (number | null)[]): string {
  const top = Math.max(1, ...points.map((ms) => ms ?? 0)) * 1.1;
  let path = '';
  let open = false;
  points.forEach((ms, x) => {
    if (ms !== null) path += `${open ? 'L' : 'M'}${x} ${Math.round(HEIGHT * (1 - ms / top) * 10) / 10}`;
    // A point without neighbours would not be seen.
    if (ms !== null && !open && (points[x + 1] ?? null) === null) path += 'h.5';
    open = ms !== null;
  });
  return `<svg aria-hidden="true" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"><path d="${path}"/></svg>`;
}
