import { describe, expect, test } from 'vitest';
import { CALM, FLAP, type FlapState, parseFlips, printFlips, weigh } from '../../src/core/flap.ts';
import { type IncidentPolicy, type IncidentState, NEW_STATE, step } from '../../src/core/incident.ts';
import { MINUTE } from '../../src/core/time.ts';
import { fc } from '../support/property.ts';

type Seen = 'good' | 'bad' | 'unknown';
interface Moment {
  seen: Seen;
  at: number;
  suppressed: boolean;
}

const POLICY: Omit<IncidentPolicy, 'suppressed'> = { failureThreshold: 1, recoveryThreshold: 1, remindEveryMs: null };

/** What people are told over a history, with the machine's own events beside it. */
function play(moments: readonly Moment[], watched = true, policy = POLICY) {
  let state: IncidentState = NEW_STATE;
  let flap: FlapState = CALM;
  return moments.map(({ seen, at, suppressed }) => {
    const stepped = step(state, seen, at, { ...policy, suppressed });
    const weighed = weigh(flap, stepped, { at, watched, suppressed });
    const told = weighed.silent
      ? []
      : stepped.events.filter((event) => event.type !== 'resolved' || event.announced).map(({ type }) => type);
    state = weighed.state;
    flap = weighed.flap;
    return { at, seen, suppressed, state, flap, events: stepped.events, told, notice: weighed.notice };
  });
}

/** `d` is a failure, `u` a success; one a minute. */
function minutes(text: string): Moment[] {
  return text
    .split('')
    .map((letter, i) => ({ seen: letter === 'd' ? 'bad' : 'good', at: i * MINUTE, suppressed: false }));
}

function said(text: string, watched = true): string {
  return play(minutes(text), watched)
    .map(({ told, notice }) => notice ?? told[0] ?? '.')
    .join(' ');
}

describe('by example', () => {
  test('three changes are told one by one', () => {
    expect(said('ududd')).toBe('. opened resolved opened .');
  });

  test('the fourth is told as unrest, and what follows is not', () => {
    expect(said('udududu')).toBe('. opened resolved opened unstable . .');
  });

  test('half an hour without a change ends it', () => {
    const played = play(minutes(`udududd${'d'.repeat(30)}`));
    expect(played.map(({ notice }) => notice).filter(Boolean)).toEqual(['unstable', 'settled']);
    expect(played.at(-1)?.state).toMatchObject({ open: true, announced: true });
  });

  test('four changes over a longer time are no unrest', () => {
    const slow = minutes('udududu').map((moment) => ({ ...moment, at: moment.at * 11 }));
    expect(play(slow).every(({ notice }) => notice === null)).toBe(true);
  });

  test('a monitor that is not watched for it is told each time', () => {
    expect(said('udududu', false)).toBe('. opened resolved opened resolved opened resolved');
  });

  test('blips below the threshold are no changes', () => {
    const played = play(minutes('udududududud'), true, { ...POLICY, failureThreshold: 2 });
    expect(played.every(({ flap }) => flap.flips.length === 0)).toBe(true);
  });
});

const histories = fc
  .array(
    fc.record({
      seen: fc.constantFrom<Seen>('good', 'bad', 'bad', 'unknown'),
      length: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 20, max: 40 })),
      gap: fc.integer({ min: 1, max: 10 * MINUTE }),
      suppressed: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
    { maxLength: 20 },
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
  failureThreshold: fc.integer({ min: 1, max: 3 }),
  recoveryThreshold: fc.integer({ min: 1, max: 2 }),
  remindEveryMs: fc.constantFrom(null, 5 * MINUTE),
});
const RUNS = 4_000;

describe(`over ${RUNS} random histories`, () => {
  test('incidents open and close as they would without it', () => {
    fc.assert(
      fc.property(histories, policies, (moments, rules) => {
        const courses = [true, false].map((watched) =>
          play(moments, watched, rules)
            .flatMap(({ events }) => events)
            .filter(({ type }) => type !== 'reminded')
            .map((event) => ({ ...event, announced: null })),
        );
        expect(courses[0]).toEqual(courses[1]);
      }),
      { numRuns: RUNS },
    );
  });

  test('unrest is told once, then nothing until calm, and what people know at the end is so', () => {
    fc.assert(
      fc.property(histories, policies, (moments, rules) => {
        let unrest = false;
        const changes: number[] = [];
        for (const { at, suppressed, told, notice, state, flap, events } of play(moments, true, rules)) {
          if (events.some(({ type }) => type !== 'reminded')) changes.push(at);
          const recent = changes.filter((change) => at - change <= FLAP.withinMs).length;
          if (notice === 'unstable') {
            expect(unrest).toBe(false);
            expect(recent).toBeGreaterThanOrEqual(FLAP.changes);
            unrest = true;
          } else if (notice === 'settled') {
            expect(unrest && !suppressed).toBe(true);
            expect(at - (changes.at(-1) ?? 0)).toBeGreaterThanOrEqual(FLAP.calmMs);
            expect(state.announced).toBe(state.open);
            unrest = false;
          }
          if (unrest) expect(told).toEqual([]);
          expect(flap.since !== null).toBe(unrest);
          if (!state.open) expect(state.announced).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('a recovery is told only to those who know of the failure', () => {
    fc.assert(
      fc.property(histories, policies, (moments, rules) => {
        let known: 'down' | 'up' | 'unrest' = 'up';
        for (const { told, notice, state } of play(moments, true, rules)) {
          if (notice === 'unstable') known = 'unrest';
          if (notice === 'settled') known = state.open ? 'down' : 'up';
          for (const type of told) {
            if (type === 'opened') expect(known).toBe('up');
            if (type === 'resolved') expect(known).toBe('down');
            if (type === 'opened') known = 'down';
            if (type === 'resolved') known = 'up';
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
});

test('times survive their stored form', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0 }), { maxLength: FLAP.changes }), (flips) => {
      expect(parseFlips(printFlips(flips))).toEqual(flips);
    }),
  );
});
