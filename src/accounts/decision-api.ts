import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { body, createApi, guardPerson, problems } from '../web/openapi.ts';
import { countProof } from '../web/proof.ts';
import { dropSessionCookie, requireSession } from '../web/session.ts';
import { DeletionInput, HandOverInput } from './decision-input.ts';
import { deleteAccount } from './deletion-actions.ts';
import { handOver } from './ownership-actions.ts';

const tags = ['Account'];
const middleware = guardPerson('own');

/** What only the owner decides over the API, with their password: who owns the account, and its end. */
export function decisionApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'post',
      path: '/account/hand-over',
      tags,
      summary: 'Make another member the owner; you are an admin afterwards',
      middleware,
      request: { body: body(HandOverInput.strict().openapi('HandOver')) },
      responses: { 204: { description: 'It is theirs' }, ...problems(400, 401, 403, 422, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { user_id: to, password } = c.req.valid('json');
      await confirmPerson(deps, await countProof(deps, session), password);
      await handOver(deps, actorOf(session), to);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/account/delete',
      tags,
      summary: 'Delete the account for everybody, at once and for good',
      description:
        'Its name is typed as a seal. Nobody gets in, nothing is checked or sent, its pages are gone. A plan that is still paid for is cancelled first (409).',
      middleware,
      request: { body: body(DeletionInput.strict().openapi('AccountDeletion')) },
      responses: {
        204: { description: 'It is gone, and so is this session' },
        ...problems(400, 401, 403, 409, 422, 429),
      },
    }),
    async (c) => {
      const session = requireSession(c);
      const { name, password } = c.req.valid('json');
      await confirmPerson(deps, await countProof(deps, session), password);
      await deleteAccount(deps, actorOf(session), name);
      if (session.via === 'cookie') dropSessionCookie(deps, c);
      return c.body(null, 204);
    },
  );

  return api;
}
