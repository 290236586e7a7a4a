import { z } from '@hono/zod-openapi';
import { givenPassword } from '../web/proof.ts';

export const nameInput = z.object({ name: z.string('A name is a text.').max(80, 'Use at most 80 characters.') });
export const emailInput = z.object({
  email: z.string('Give the new address.').max(320, 'That is not an e-mail address.'),
  email_password: givenPassword,
});
export const passwordInput = z.object({
  current: z.string('Give your present password.').max(1_000, 'That is not your password.').default(''),
  password: z.string('Choose a password.').max(1_000, 'That is too long.'),
});
