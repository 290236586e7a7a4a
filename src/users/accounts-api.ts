import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listAccountsOf } from '../accounts/member-queries.ts';
import { ROLES, roleOn } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { PLANS } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guardPerson, listOf, problems } from '../web/openapi.ts';
import { limitAddress } from '../web/limits.ts';
import { dropSessionCookie, requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { createAccount, leaveAccount } from './account-actions.ts';
import { newAccountInput } from './account-input.ts';
import { refuseClosed } from './actions.ts';
import { joinByInvitation } from './join-actions.ts';
import { LINKS_PER_ADDRESS } from './links.ts';
import { callerOf, handOn, NextTokens } from './token-pair.ts';

const tags = ['You'];
const middleware = guardPerson('read');

const OwnAccount = z
  .object({
    id: z.string().openapi({ example: 'acc_0123456789abcdef' }),
    name: z.string(),
    slug: z.string(),
    plan: z.enum(PLANS),
    role: z.enum(ROLES).openapi({ description: 'What you may do there, on the plan it has.' }),
    current: z.boolean().openapi({ description: 'The one this request was made in.' }),
  })
  .openapi('OwnAccount');

const AccountInput = newAccountInput.strict().openapi('AccountInput', { example: { name: 'Acme', slug: 'acme' } });
const Entered = z.object({ account: OwnAccount, tokens: NextTokens }).openapi('EnteredAccount');
const Invited = z
  .object({ token: z.string('Give the token of the link.').min(1, 'Give the token of the link.').max(200) })
  .strict()
  .openapi('InvitationToken');
const Left = z
  .object({
    account: z
      .union([OwnAccount, z.null()])
      .openapi({ description: 'Where you go on; null when it was your last one.' }),
    tokens: NextTokens,
  })
  .openapi('LeftAccount');

/** `/api/accounts`: the accounts of the person who asks, another one, and the way out of this one. */
export function accountsApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts',
      tags,
      summary: 'The accounts you belong to',
      description: '`POST /auth/switch` goes on in another one.',
      middleware,
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(OwnAccount)), ...problems(401, 403, 422) },
    }),
    async (c) => {
      const { user, account } = requireSession(c);
      return c.json(cutPage(await listOwn(user.id, account.id), c.req.valid('query')), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts',
      tags,
      summary: 'Make another account, which you own, and go on there',
      description: 'The session in the present account ends; the answer holds tokens for the new one.',
      middleware,
      request: { body: body(AccountInput) },
      responses: { 201: answer('The account, and your tokens for it', Entered), ...problems(400, 401, 403, 409, 422) },
    }),
    async (c) => {
      refuseClosed(deps, requireSession(c).user.operator);
      const caller = callerOf(c);
      const { session, accountId } = await createAccount(deps, caller, c.req.valid('json'));
      const tokens = await handOn(deps, c, session, accountId);
      return c.json({ account: await own(caller.userId, accountId), tokens }, 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/account/leave',
      tags,
      summary: 'Leave the account you are in',
      description: 'An account needs an owner: the only one hands it over or deletes it (409).',
      middleware,
      responses: { 200: answer('Where you go on, and your tokens for it', Left), ...problems(401, 403, 409) },
    }),
    async (c) => {
      const caller = callerOf(c);
      const { userId } = caller;
      const gone = await leaveAccount(deps, caller);
      if (gone.session) {
        const tokens = await handOn(deps, c, gone.session, gone.accountId);
        return c.json({ account: await own(userId, gone.accountId), tokens }, 200);
      }
      if (caller.kind === 'browser') dropSessionCookie(deps, c);
      return c.json({ account: null, tokens: null }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/join',
      operationId: 'acceptInvitation',
      tags,
      summary: 'Accept an invitation that was sent to your address, and go on in that account',
      description: 'The token is the last part of the link in the mail. The session in the present account ends.',
      middleware,
      request: { body: body(Invited) },
      responses: {
        200: answer('The account, and your tokens for it', Entered),
        ...problems(400, 401, 403, 409, 422, 429),
      },
    }),
    async (c) => {
      const caller = callerOf(c);
      await limitAddress(deps, 'link', c.get('clientIp'), LINKS_PER_ADDRESS);
      const { session, accountId } = await joinByInvitation(deps, caller, c.req.valid('json').token);
      const tokens = await handOn(deps, c, session, accountId);
      return c.json({ account: await own(caller.userId, accountId), tokens }, 200);
    },
  );

  async function listOwn(userId: string, current: string): Promise<z.infer<typeof OwnAccount>[]> {
    const rows = await listAccountsOf(deps.db.read, userId);
    return rows.map(({ id, name, slug, plan, role }) => {
      return { id, name, slug, plan, role: roleOn(plan, role), current: id === current };
    });
  }

  async function own(userId: string, id: string): Promise<z.infer<typeof OwnAccount>> {
    const found = (await listOwn(userId, id)).find(({ current }) => current);
    if (!found) throw notFound();
    return found;
  }

  return api;
}
