import { z } from '@hono/zod-openapi';
import { HOUR } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { limitRate } from '../web/limits.ts';

/** What people are given; an account is handed over by a way of its own. */
export const GIVEN_ROLES = ['admin', 'member', 'viewer'] as const;

/** What each role may do, in the words of the form. */
export const ROLE_WORDS = {
  owner: 'Owner: decides over the account',
  admin: 'Admin: also runs the account',
  member: 'Member: changes what is watched',
  viewer: 'Viewer: only looks',
} as const;

const role = z.enum(GIVEN_ROLES, `Choose one of: ${GIVEN_ROLES.join(', ')}.`).openapi({
  description: 'What they may do: look (viewer), change what is watched (member), run the account (admin).',
});

export const InvitationInput = z
  .object({
    email: z.string('Give their e-mail address.').max(320, 'That is not an e-mail address.'),
    role,
  })
  .strict()
  .openapi('InvitationInput', { example: { email: 'carol@example.com', role: 'member' } });

export const MemberPatch = z.object({ role: role.optional() }).strict().openapi('MemberPatch');

/** Mails that one account makes us send to strangers. */
const INVITES_PER_ACCOUNT = { max: 60, windowMs: HOUR };

/** Counts an invitation that is sent or sent again. */
export async function countInvite(deps: Deps, accountId: string): Promise<void> {
  await limitRate(deps, `invite:${accountId}`, INVITES_PER_ACCOUNT);
}
