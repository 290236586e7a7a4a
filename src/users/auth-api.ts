import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { ROLES } from '../core/access.ts';
import { PLANS } from '../core/plan.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, problems } from '../web/openapi.ts';
import { logInInput, refreshInput, signUpInput, switchInput } from './auth.ts';
import { Tokens } from './token-pair.ts';

const Me = z
  .object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string().nullable(), email_verified: z.boolean() }),
    account: z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      plan: z.enum(PLANS),
      role: z.enum(ROLES),
    }),
  })
  .openapi('Me');

const Entered = z.intersection(Me, Tokens).openapi('LoggedIn');

const tags = ['Log-in'];
const nobody: { security: Record<string, string[]>[] } = { security: [] };

/**
 * Describes `/auth/…` in the OpenAPI document, with the schemas that the routes read their input with. The routes are
 * mounted by themselves, for they answer forms with pages as well.
 */
export function describeAuth({ openAPIRegistry: registry }: OpenAPIHono<AppEnv>): void {
  registry.registerPath({
    method: 'post',
    path: '/auth/signup',
    operationId: 'signUp',
    tags,
    ...nobody,
    summary: 'Make an account and its owner',
    description: 'The address gets a mail with a link; until it is opened, alerts to it wait.',
    request: { body: bodyOf(signUpInput, { email: 'alice@example.com', password: 'a long sentence', slug: 'alice' }) },
    responses: { 201: answer('The account, and tokens of its owner', Entered), ...problems(400, 403, 422, 429) },
  });
  registry.registerPath({
    method: 'post',
    path: '/auth/login',
    operationId: 'logIn',
    tags,
    ...nobody,
    summary: 'Log in for a pair of tokens',
    description:
      'A wrong password and an unknown address are one answer. For those with two-step log-in the answer is 401 with the code `second_factor_required` until `code` comes along.',
    request: {
      body: bodyOf(logInInput.omit({ next: true }), { email: 'alice@example.com', password: 'a long sentence' }),
    },
    responses: { 200: answer('Who you are, and your tokens', Entered), ...problems(400, 401, 403, 422, 429) },
  });
  registry.registerPath({
    method: 'post',
    path: '/auth/refresh',
    operationId: 'refreshTokens',
    tags,
    ...nobody,
    summary: 'A new pair of tokens for a refresh token',
    request: { body: bodyOf(refreshInput, { refresh_token: '…' }) },
    responses: { 200: answer('The new pair', Tokens), ...problems(400, 401, 403, 422, 429) },
  });
  registry.registerPath({
    method: 'post',
    path: '/auth/logout',
    operationId: 'logOut',
    tags,
    summary: 'End the session of the access token',
    responses: {
      204: { description: 'It is over' },
      303: { description: 'The same for a form, which is led to the log-in' },
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/auth/switch',
    operationId: 'switchAccount',
    tags,
    summary: 'Go on in another account of yours',
    description: 'The answer holds tokens for it. In a browser the session itself moves on, and the answer is 204.',
    request: { body: bodyOf(switchInput, { account_id: 'acc_0123456789abcdef' }) },
    responses: {
      200: answer('Tokens for the other account', Tokens),
      204: { description: 'The browser is in the other account' },
      ...problems(400, 401, 403, 404, 422),
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/auth/verification',
    operationId: 'resendVerification',
    tags,
    summary: 'Ask for another mail that verifies your address',
    responses: {
      202: { description: 'It is on its way, unless the address is verified' },
      303: { description: 'The same for a form, which is led to the dashboard' },
      ...problems(401, 403, 429),
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/auth/me',
    operationId: 'getMe',
    tags,
    summary: 'Who the token speaks for',
    responses: { 200: answer('Person, account and role', Me), ...problems(401, 403) },
  });
}

function bodyOf(schema: z.ZodType, example: object) {
  return { required: true, content: { 'application/json': { schema, example } } };
}
