import { describe, expect, test } from 'vitest';
import {
  type IncidentEvent,
  type IncidentPolicy,
  type IncidentState,
  mayMove,
  NEW_STATE,
  step,
} from '../../src/core/incident.ts';
import { fc } from '../support/property.ts';

type Seen = 'good' | 'bad' | 'unknown';
interface Moment {
  seen: Seen;
  at: number;
  suppressed: boolean;
}

const RUNS = 25_000;
const policy = (over: Partial<IncidentPolicy> = {}): IncidentPolicy => ({
  failureThreshold: 3,
  recoveryThreshold: 1,
  remindEveryMs: null,
  suppressed: false,
  ...over,
});

/** Runs of equal results are likelier than in a fair coin, so that thresholds are reached and missed by one. */
const histories = fc
  .array(
    fc.record({
      seen: fc.constantFrom<Seen>('good', 'bad', 'bad', 'unknown'),
      length: fc.integer({ min: 1, max: 5 }),
      gap: fc.integer({ min: 1, max: 900_000 }),
      suppressed: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { maxLength: 14 },
  )
  .map((runs) => {
    let at = 1_000_000;
    return runs.flatMap(({ seen, length, gap, suppressed }) =>
      Array.from({ length }, (): Moment => {
        at += gap;
        return { seen, at, suppressed };
      }),
    );
  });
const policies = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 5 }),
  recoveryThreshold: fc.integer({ min: 1, max: 3 }),
  remindEveryMs: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 1_800_000 })),
});

function play(moments: readonly Moment[], rules: Omit<IncidentPolicy, 'suppressed'>) {
  let state: IncidentState = NEW_STATE;
  return moments.map((moment) => {
    const before = state;
    const { state: after, events } = step(before, moment.seen, moment.at, { ...rules, suppressed: moment.suppressed });
    state = after;
    return { moment, before, after, events };
  });
}

describe('by example', () => {
  const cases: [string, Seen[], string[]][] = [
    ['two failures of three are a blip', ['good', 'bad', 'bad', 'good'], ['up', 'suspect', 'suspect', 'up']],
    ['the third opens', ['bad', 'bad', 'bad'], ['suspect', 'suspect', 'down']],
    [
      'our own faults are not seen',
      ['bad', 'unknown', 'bad', 'unknown', 'bad'],
      ['suspect', 'suspect', 'suspect', 'suspect', 'down'],
    ],
    [
      'a success ends the count',
      ['bad', 'bad', 'good', 'bad', 'bad'],
      ['suspect', 'suspect', 'up', 'suspect', 'suspect'],
    ],
    ['nothing was ever known', ['unknown', 'unknown'], ['new', 'new']],
  ];
  test.each(cases)('%s', (_name, seen, phases) => {
    const moments = seen.map((one, i) => ({ seen: one, at: (i + 1) * 1_000, suppressed: false }));
    expect(play(moments, policy()).map(({ after }) => after.phase)).toEqual(phases);
  });

  test('failures inside a maintenance window count, so the first one after it opens, from the first of them', () => {
    const moments = [1, 2, 3, 4, 5].map((n) => ({ seen: 'bad' as const, at: n * 1_000, suppressed: n < 5 }));
    const events = play(moments, policy()).flatMap((played) => played.events);
    expect(events).toEqual([{ type: 'opened', startedAt: 1_000, at: 5_000 }]);
  });

  test('a relapse while recovering is the same incident', () => {
    const seen: Seen[] = ['bad', 'good', 'bad', 'good', 'good'];
    const moments = seen.map((one, i) => ({ seen: one, at: (i + 1) * 1_000, suppressed: false }));
    const events = play(moments, policy({ failureThreshold: 1, recoveryThreshold: 2 })).flatMap((p) => p.events);
    expect(events.map((event) => event.type)).toEqual(['opened', 'resolved']);
    expect(events[1]).toMatchObject({ endedAt: 4_000, at: 5_000 });
  });
});

describe(`over ${RUNS} random histories`, () => {
  test('what the machine says is what a plain reading of the history says', () => {
    fc.assert(
      fc.property(histories, policies, (moments, rules) => {
        const said = play(moments, rules).flatMap(({ events }) => events);
        expect(said).toEqual(readHistory(moments, rules));
      }),
      { numRuns: RUNS },
    );
  });

  test('its invariants hold after every result', () => {
    fc.assert(
      fc.property(histories, policies, (moments, rules) => {
        expect(brokenInvariants(play(moments, rules), rules.remindEveryMs)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

function brokenInvariants(played: ReturnType<typeof play>, remindEveryMs: number | null): string[] {
  const broken: string[] = [];
  const hold = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  let open: number | null = null;
  let told = 0;
  for (const { moment, before, after, events } of played) {
    if (moment.seen === 'unknown') hold(after === before && events.length === 0, 'unknown changes nothing');
    hold(after.phase === before.phase || mayMove(before.phase, moment.seen), 'a move was not announced as possible');
    for (const event of events) {
      if (event.type === 'opened') {
        hold(open === null, 'one open incident at most');
        hold(!moment.suppressed, 'nothing opens in a maintenance window');
        open = event.startedAt;
        told = event.at;
      } else if (event.type === 'resolved') {
        hold(open !== null && event.endedAt > open, 'a resolution comes after its start');
        open = null;
      } else {
        hold(open !== null && before.announced && !moment.suppressed, 'reminders only of what was announced');
        hold(remindEveryMs !== null && event.at - told >= remindEveryMs, 'reminders keep their distance');
        told = event.at;
      }
    }
    hold(after.open === (open !== null), 'open means open');
    hold(after.open === (after.phase === 'down' || after.phase === 'recovering'), 'open only while down or recovering');
  }
  return broken;
}

/** An independent reading: looks back over the whole history at each result instead of keeping a state. */
function readHistory(moments: readonly Moment[], rules: Omit<IncidentPolicy, 'suppressed'>): IncidentEvent[] {
  const known = moments.filter((moment) => moment.seen !== 'unknown');
  const events: IncidentEvent[] = [];
  let openedAt: number | null = null;
  let remindedAt = 0;
  known.forEach((moment, i) => {
    const run = runBefore(known, i);
    if (openedAt === null) {
      if (moment.seen !== 'bad' || moment.suppressed || run.length < rules.failureThreshold) return;
      openedAt = moment.at;
      remindedAt = moment.at;
      events.push({ type: 'opened', startedAt: run[0]?.at ?? 0, at: moment.at });
    } else if (moment.seen === 'good') {
      if (run.length < rules.recoveryThreshold) return;
      openedAt = null;
      events.push({ type: 'resolved', endedAt: run[0]?.at ?? 0, at: moment.at, announced: true });
    } else if (rules.remindEveryMs !== null && !moment.suppressed && moment.at - remindedAt >= rules.remindEveryMs) {
      remindedAt = moment.at;
      events.push({ type: 'reminded', at: moment.at });
    }
  });
  return events;
}

/** The unbroken run of equal results that ends at `i`. */
function runBefore(known: readonly Moment[], i: number): Moment[] {
  const run: Moment[] = [];
  for (let k = i; k >= 0 && known[k]?.seen === known[i]?.seen; k -= 1) run.unshift(known[k] as Moment);
  return run;
}
