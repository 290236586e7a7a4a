import { describe, expect, test } from 'vitest';
import { type Escalating, escalationStep, nextStep, startEscalation } from '../../src/core/escalation.ts';
import { MINUTE } from '../../src/core/time.ts';

const STEPS = [
  { after_minutes: 0, channel_ids: ['a'] },
  { after_minutes: 10, channel_ids: ['b'] },
  { after_minutes: 25, channel_ids: ['c'] },
];
const T = 1_000_000 * MINUTE;
const FRESH: Escalating = {
  resolved_at: null,
  acknowledged_at: null,
  snoozed_until: null,
  muted_by: null,
  escalation_step: 1,
  next_escalation_at: T,
};

describe('where it starts', () => {
  test('steps of zero minutes are taken when people are told', () => {
    expect(startEscalation(STEPS, T)).toEqual({ escalation_step: 1, next_escalation_at: T + 10 * MINUTE });
    expect(startEscalation(STEPS.slice(1), T)).toEqual({ escalation_step: 0, next_escalation_at: T + 10 * MINUTE });
  });

  test('a policy of zero minutes alone has nothing more to come', () => {
    expect(startEscalation(STEPS.slice(0, 1), T)).toEqual({ escalation_step: 1, next_escalation_at: null });
  });
});

describe('what is next', () => {
  test('a step that is due is taken, and the next follows at its own distance, however late the look', () => {
    for (const late of [0, 3 * MINUTE]) {
      expect(nextStep(STEPS, FRESH, T + late)).toEqual({
        do: 'take',
        step: STEPS[1],
        number: 2,
        nextAt: T + 15 * MINUTE,
      });
    }
    expect(nextStep(STEPS, { ...FRESH, escalation_step: 2 }, T)).toMatchObject({ do: 'take', number: 3, nextAt: null });
  });

  test.each([
    ['not due yet', { next_escalation_at: T + 1 }],
    ['acknowledged', { acknowledged_at: T - 1 }],
    ['snoozed', { snoozed_until: T + 1 }],
  ])('%s: it rests', (_, change) => {
    expect(nextStep(STEPS, { ...FRESH, ...change }, T)).toEqual({ do: 'rest' });
  });

  test('a snooze that is over holds nothing back', () => {
    expect(nextStep(STEPS, { ...FRESH, snoozed_until: T }, T)).toMatchObject({ do: 'take' });
  });

  test.each([
    ['resolved', { resolved_at: T }],
    ['muted', { muted_by: 'inc_parent' }],
    ['past the last step', { escalation_step: 3 }],
    ['never started', { next_escalation_at: null }],
  ])('%s: it stops', (_, change) => {
    expect(nextStep(STEPS, { ...FRESH, ...change }, T)).toEqual({ do: 'stop' });
  });

  test('a policy that lost its steps stops', () => {
    expect(nextStep([], FRESH, T)).toEqual({ do: 'stop' });
  });
});

test.each([-1, 1441, 2.5, Number.NaN])('%s minutes are refused', (after_minutes) => {
  expect(escalationStep.safeParse({ after_minutes, channel_ids: ['a'] }).success).toBe(false);
});
