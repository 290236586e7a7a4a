import type { IncidentEvent, IncidentState } from './incident.ts';
import { MINUTE } from './time.ts';

/** How many changes between good and down within how long make a monitor unstable, and how much calm ends that. */
export const FLAP = { changes: 4, withinMs: 30 * MINUTE, calmMs: 30 * MINUTE } as const;

export interface FlapState {
  /** Times of the latest changes, oldest first, epoch ms; never more than `FLAP.changes`. */
  flips: readonly number[];
  /** Since when people are spared the single changes. */
  since: number | null;
}

export const CALM: FlapState = { flips: [], since: null };

/** What a step of the incident machine means once flapping is looked at. */
export interface Weighed {
  flap: FlapState;
  state: IncidentState;
  /** Nobody is told of this step's own events. */
  silent: boolean;
  /** What people are told instead: that it keeps changing, or where it came to rest. */
  notice: 'unstable' | 'settled' | null;
}

/**
 * Weighs one step of the incident machine (R-IN-11): too many changes are told once as such, then nothing until the
 * monitor stayed as it is for `FLAP.calmMs`. Incidents themselves open and close as ever. Planned work (`suppressed`)
 * neither begins nor ends it.
 */
export function weigh(
  before: FlapState,
  step: { state: IncidentState; events: readonly IncidentEvent[] },
  seen: { at: number; watched: boolean; suppressed: boolean },
): Weighed {
  const { state, events } = step;
  const { at, watched, suppressed } = seen;
  if (!watched) return { flap: CALM, state, silent: false, notice: null };
  const changed = events.some(({ type }) => type !== 'reminded');
  const flips = changed ? [...before.flips, at].slice(-FLAP.changes) : before.flips;
  if (before.since === null) {
    const first = flips[0] ?? at;
    const tooMany = changed && !suppressed && flips.length === FLAP.changes && at - first <= FLAP.withinMs;
    if (!tooMany) return { flap: { flips, since: null }, state, silent: false, notice: null };
    return { flap: { flips, since: at }, state: unannounced(step), silent: true, notice: 'unstable' };
  }
  const calm = at - (flips.at(-1) ?? before.since) >= FLAP.calmMs && !suppressed;
  if (!calm) return { flap: { flips, since: before.since }, state: unannounced(step), silent: true, notice: null };
  return { flap: CALM, state: { ...state, announced: state.open }, silent: true, notice: 'settled' };
}

/** An incident that opens unheard must not be heard to end either. */
function unannounced({ state, events }: { state: IncidentState; events: readonly IncidentEvent[] }): IncidentState {
  return events.some(({ type }) => type === 'opened') ? { ...state, announced: false } : state;
}

/** The stored form of the times: comma-separated, null for none. */
export function printFlips(flips: readonly number[]): string | null {
  return flips.length === 0 ? null : flips.join(',');
}

export function parseFlips(text: string | null): number[] {
  return text === null ? [] : text.split(',').map(Number);
}
