import { SECOND } from '../core/time.ts';
import { judged } from '../core/verdict.ts';
import type { ResultRow } from '../monitors/result-queries.ts';
import type { IncidentRow } from './queries.ts';

/** Good checks that are shown after a recovery, besides the one that began it. */
const GOOD_AFTER = 2;
/** Most stretches of folded checks. */
const MOST_GAPS = 100;

/**
 * Those of the checks around an incident that get a line of their own: the last one before, the run that confirmed it,
 * every change, the latest while it goes on, and the first good ones. `rows` are the oldest first, `steps` epoch ms.
 */
export function chooseChecks(
  rows: readonly ResultRow[],
  incident: Pick<IncidentRow, 'opened_at' | 'resolved_at' | 'resolved_cause'>,
  steps: readonly number[],
): ResultRow[] {
  const seconds = new Set(steps.map((at) => Math.floor(at / SECOND)));
  const ended = incident.resolved_at;
  const during = rows.filter((row) => ended === null || row.at <= ended);
  const kept = during.filter((row, i) => {
    const isStep = row.at <= incident.opened_at || seconds.has(row.at / SECOND);
    return isStep || row.status !== during[i - 1]?.status || (ended === null && i === during.length - 1);
  });
  if (incident.resolved_cause !== 'recovered') return kept;
  const after = rows.slice(during.length);
  const relapse = after.findIndex((row) => judged(row.status) !== 'good');
  return [...kept, ...after.slice(0, relapse === -1 ? GOOD_AFTER : Math.min(relapse, GOOD_AFTER))];
}

/**
 * The stretches between checks that are shown, each open at both ends (epoch ms). They are cut where somebody did
 * something, so that what failed before and after it is told apart.
 */
export function gapsBetween(shown: readonly number[], acts: readonly number[]): [number, number][] {
  const first = shown[0] ?? 0;
  const last = shown.at(-1) ?? 0;
  // A check in the very second of an act has no line of its own: it counts to what came after.
  const cuts = acts.map(wholeSecond).filter((at) => at > first && at < last && !shown.includes(at));
  const marks = [
    ...shown.map((at) => ({ before: at, after: at })),
    ...cuts.map((at) => ({ before: at, after: at - SECOND })),
  ].toSorted((a, b) => a.before - b.before);
  return marks
    .slice(1)
    .map(({ before }, i): [number, number] => [marks[i]?.after ?? 0, before])
    .filter(([from, to]) => to - from > SECOND)
    .slice(0, MOST_GAPS);
}

/** Results are stored to the second. */
export function wholeSecond(at: number): number {
  return Math.floor(at / SECOND) * SECOND;
}
