import { z } from '@hono/zod-openapi';

/** Another account of somebody who has one already. */
export const newAccountInput = z.object({
  name: z.string('Give the account a name.').max(80, 'Use at most 80 characters.'),
  slug: z.string('Choose an address for its page.').max(200, 'Use at most 40 characters.'),
});
