/** Where a monitor stands between two checks. `new` has no good or bad result yet. */
const PHASES = ['new', 'up', 'suspect', 'down', 'recovering'] as const;
export type Phase = (typeof PHASES)[number];

export interface IncidentState {
  phase: Phase;
  badRun: number;
  goodRun: number;
  /** Start of the first bad result of the present run, epoch ms. */
  firstBadAt: number | null;
  /** Start of the first good result of the present run while recovering, epoch ms. */
  firstGoodAt: number | null;
  /** An incident is open. */
  open: boolean;
  /** People were told of the open incident. */
  announced: boolean;
  lastReminderAt: number | null;
}

export interface IncidentPolicy {
  failureThreshold: number;
  recoveryThreshold: number;
  remindEveryMs: number | null;
  /** Inside a maintenance window: failures count, nothing opens and nobody is told (R-IN-8). */
  suppressed: boolean;
}

export type IncidentEvent =
  | { type: 'opened'; startedAt: number; at: number }
  | { type: 'resolved'; endedAt: number; at: number; announced: boolean }
  | { type: 'reminded'; at: number };

export const NEW_STATE: IncidentState = {
  phase: 'new',
  badRun: 0,
  goodRun: 0,
  firstBadAt: null,
  firstGoodAt: null,
  open: false,
  announced: false,
  lastReminderAt: null,
};

/**
 * One judged result moves the machine: the new state and what happened.
 * `at` is the result's own time. `unknown` changes nothing (R-IN-6).
 */
export function step(
  state: IncidentState,
  seen: 'good' | 'bad' | 'unknown',
  at: number,
  policy: IncidentPolicy,
): { state: IncidentState; events: IncidentEvent[] } {
  if (seen === 'unknown') return { state, events: [] };
  return seen === 'bad' ? bad(state, at, policy) : good(state, at, policy);
}

/** Whether a result can move the machine to another phase: such a result must not wait. */
export function mayMove(phase: Phase, seen: 'good' | 'bad' | 'unknown'): boolean {
  if (phase === 'new' || phase === 'suspect') return true;
  return phase === 'up' ? seen === 'bad' : seen === 'good' || phase === 'recovering';
}

function bad(state: IncidentState, at: number, policy: IncidentPolicy) {
  if (state.open) return stayDown(state, at, policy);
  const firstBadAt = state.firstBadAt ?? at;
  const counted: IncidentState = { ...NEW_STATE, phase: 'suspect', badRun: state.badRun + 1, firstBadAt };
  if (counted.badRun < policy.failureThreshold || policy.suppressed) return { state: counted, events: [] };
  const opened: IncidentState = { ...counted, phase: 'down', open: true, announced: true, lastReminderAt: at };
  return { state: opened, events: [{ type: 'opened', startedAt: firstBadAt, at } satisfies IncidentEvent] };
}

function stayDown(state: IncidentState, at: number, policy: IncidentPolicy) {
  const down: IncidentState = { ...state, phase: 'down', badRun: state.badRun + 1, goodRun: 0, firstGoodAt: null };
  const since = at - (state.lastReminderAt ?? at);
  if (policy.remindEveryMs === null || policy.suppressed || !state.announced || since < policy.remindEveryMs) {
    return { state: down, events: [] };
  }
  return { state: { ...down, lastReminderAt: at }, events: [{ type: 'reminded', at } satisfies IncidentEvent] };
}

function good(state: IncidentState, at: number, policy: IncidentPolicy) {
  if (!state.open) return { state: { ...NEW_STATE, phase: 'up' as const, goodRun: state.goodRun + 1 }, events: [] };
  const goodRun = state.goodRun + 1;
  const firstGoodAt = state.firstGoodAt ?? at;
  if (goodRun < policy.recoveryThreshold) {
    return { state: { ...state, phase: 'recovering' as const, goodRun, firstGoodAt }, events: [] };
  }
  const resolved: IncidentEvent = { type: 'resolved', endedAt: firstGoodAt, at, announced: state.announced };
  return { state: { ...NEW_STATE, phase: 'up' as const, goodRun }, events: [resolved] };
}
