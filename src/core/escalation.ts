import { z } from 'zod';

/** Longest time until a step, and most steps of a policy. */
const MOST_MINUTES = 24 * 60;
export const MOST_STEPS = 5;

/** One step: so many minutes after the incident was opened, if nobody acknowledged it, these channels are told. */
export const escalationStep = z.object({
  after_minutes: z
    .int('Must be a whole number of minutes.')
    .min(0, 'Must be 0 or more.')
    .max(MOST_MINUTES, 'Must be at most 1440 minutes, a day.'),
  channel_ids: z.array(z.string()).min(1, 'Choose at least one channel.'),
});
export type EscalationStep = z.infer<typeof escalationStep>;
