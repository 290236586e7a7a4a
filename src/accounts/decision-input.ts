import { z } from '@hono/zod-openapi';
import { givenPassword } from '../web/proof.ts';

const password = givenPassword.openapi({ description: 'Your present password.', example: 'a long sentence' });

/** Who is to own the account. */
export const HandOverInput = z.object({
  user_id: z.string('Choose a member of this account.').min(1, 'Choose a member of this account.').max(100),
  password,
});

/** The end of the account, its name typed by hand. */
export const DeletionInput = z.object({
  name: z.string('Type the name of the account.').max(200, 'That is not the name of this account.'),
  password,
});
