import { z } from '@hono/zod-openapi';
import { MINUTE } from '../core/time.ts';

/** Each asks Stripe, and people do it a few times a year. */
export const STRIPE_CALLS = { max: 30, windowMs: 10 * MINUTE };

export const planInput = z.object({ plan: z.enum(['pro', 'business'], 'Choose one of the plans.') });
