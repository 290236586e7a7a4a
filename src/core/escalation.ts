import { z } from 'zod';
import { MINUTE } from './time.ts';

/** Longest time until a step, and most steps of a policy. */
const MOST_MINUTES = 24 * 60;
export const MOST_STEPS = 5;

/** One step: so many minutes after the incident was opened, if nobody acknowledged it, these channels are told. */
export const escalationStep = z.strictObject({
  after_minutes: z
    .int('Must be a whole number of minutes.')
    .min(0, 'Must be 0 or more.')
    .max(MOST_MINUTES, 'Must be at most 1440 minutes, a day.'),
  channel_ids: z.array(z.string()).min(1, 'Choose at least one channel.'),
});
export type EscalationStep = z.infer<typeof escalationStep>;

/** An incident as far as its escalation is concerned; times are epoch ms. */
export interface Escalating {
  resolved_at: number | null;
  acknowledged_at: number | null;
  snoozed_until: number | null;
  muted_by: string | null;
  /** Steps that were taken. */
  escalation_step: number;
  next_escalation_at: number | null;
}

/** What is to be done about an incident whose time has come. */
export type EscalationMove =
  /** There is nothing more to come. */
  | { do: 'stop' }
  /** Not now: it is taken up, put off, or not due yet. */
  | { do: 'rest' }
  | {
      do: 'take';
      step: EscalationStep;
      /** Counted from one, as people see it. */
      number: number;
      /** When the step after it is due, or null. */
      nextAt: number | null;
    };

/**
 * Where an incident stands in its policy at the moment people are told of it. Steps of zero minutes are taken by then:
 * their channels belong to those who are told first.
 */
export function startEscalation(
  steps: readonly EscalationStep[],
  toldAt: number,
): Pick<Escalating, 'escalation_step' | 'next_escalation_at'> {
  const index = steps.findIndex((step) => step.after_minutes > 0);
  if (index === -1) return { escalation_step: steps.length, next_escalation_at: null };
  return { escalation_step: index, next_escalation_at: toldAt + (steps[index]?.after_minutes ?? 0) * MINUTE };
}

/**
 * What to do about an incident at `now`. While it is acknowledged or snoozed nothing happens, and goes on where it stood
 * if that is taken back. The minutes between two steps are counted from when the first of them was due, so a late look
 * delays nobody further.
 */
export function nextStep(steps: readonly EscalationStep[], incident: Escalating, now: number): EscalationMove {
  const { escalation_step: taken, next_escalation_at: dueAt } = incident;
  const step = steps[taken];
  const over = incident.resolved_at !== null || incident.muted_by !== null;
  if (over || step === undefined || dueAt === null) return { do: 'stop' };
  const snoozed = incident.snoozed_until !== null && incident.snoozed_until > now;
  if (incident.acknowledged_at !== null || snoozed || dueAt > now) return { do: 'rest' };
  const following = steps[taken + 1];
  const between = following ? Math.max(0, following.after_minutes - step.after_minutes) * MINUTE : null;
  return { do: 'take', step, number: taken + 1, nextAt: between === null ? null : dueAt + between };
}
