import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guardPerson, problems } from '../web/openapi.ts';
import { countPassword } from './insider.ts';
import { countCode } from './second-step.ts';
import { callerOf, handOn, NextTokens } from './token-pair.ts';
import { totpUri } from './totp.ts';
import { confirmTotp, findPendingTotp, renewRecoveryCodes, startTotp, switchOffTotp } from './totp-actions.ts';
import { givenPassword } from '../web/proof.ts';

const tags = ['You'];
const middleware = guardPerson('read');

const password = givenPassword.openapi({ description: 'Your present password.', example: 'a long sentence' });
const code = z
  .string('Give the code.')
  .trim()
  .min(1, 'Give the code.')
  .max(100, 'That is too long.')
  .openapi({ description: 'Six digits of the app, or a recovery code where one is asked for.', example: '123456' });

const Start = z.object({ password }).strict().openapi('TwoStepStart');
const Code = z
  .object({ code: code.openapi({ description: 'What the app shows now.' }) })
  .strict()
  .openapi('TwoStepCode');
const Off = z.object({ password, code }).strict().openapi('TwoStepOff');

const SetUp = z
  .object({
    secret: z.string().openapi({ description: 'For apps that take it by hand, in base32.' }),
    uri: z.string().openapi({ description: 'What the picture for the app says.', example: 'otpauth://totp/…' }),
  })
  .openapi('TwoStepSetUp');
const codes = z.array(z.string()).openapi({ description: 'Each opens the log-in once. Told this once.' });
const On = z.object({ recovery_codes: codes, tokens: NextTokens }).openapi('TwoStepOn');

/** `/api/two-step`: a person's second step, as their page sets it up. API tokens do not reach it. */
export function twoStepApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'post',
      path: '/two-step',
      operationId: 'beginTwoStep',
      tags,
      summary: 'Begin to set two-step log-in up: a secret for an authenticator app',
      description: 'Nothing changes before the app has shown a code, which it has half an hour for, in this session.',
      middleware,
      request: { body: body(Start) },
      responses: { 200: answer('What the app needs', SetUp), ...problems(400, 401, 403, 409, 422, 429) },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      await startTotp(deps, actor, c.req.valid('json').password);
      const pending = await findPendingTotp(deps, actor);
      if (!pending) throw new AppError('conflict', 'It was set up from another page meanwhile.');
      c.header('Cache-Control', 'private, no-store');
      const host = new URL(deps.config.baseUrl).hostname;
      return c.json({ secret: pending.secret, uri: totpUri(pending.secret, pending.user.email, host) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/two-step/confirm',
      tags,
      summary: 'Switch two-step log-in on by the first code of the app',
      description: 'Every session of yours ends, this one too; the answer holds tokens to go on with.',
      middleware,
      request: { body: body(Code) },
      responses: {
        200: answer('Ten recovery codes, and your new tokens', On),
        ...problems(400, 401, 403, 409, 422, 429),
      },
    }),
    async (c) => {
      const actor = callerOf(c);
      await countCode(deps, c, actor.userId);
      const { codes: made, session } = await confirmTotp(deps, actor, c.req.valid('json').code);
      return c.json({ recovery_codes: made, tokens: await handOn(deps, c, session) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/two-step/recovery-codes',
      operationId: 'renewRecoveryCodes',
      tags,
      summary: 'New recovery codes; the old ones stop working',
      middleware,
      request: { body: body(Code) },
      responses: {
        200: answer('Ten new codes', z.object({ recovery_codes: codes }).openapi('RecoveryCodes')),
        ...problems(400, 401, 403, 409, 422, 429),
      },
    }),
    async (c) => {
      const actor = callerOf(c);
      await countCode(deps, c, actor.userId);
      const made = await renewRecoveryCodes(deps, actor, c.req.valid('json').code);
      c.header('Cache-Control', 'private, no-store');
      return c.json({ recovery_codes: made }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/two-step/switch-off',
      operationId: 'switchTwoStepOff',
      tags,
      summary: 'Switch two-step log-in off, by password and a code',
      description: 'Every session of yours ends, this one too; the answer holds tokens to go on with.',
      middleware,
      request: { body: body(Off) },
      responses: {
        200: answer('Your new tokens', z.object({ tokens: NextTokens }).openapi('TwoStepIsOff')),
        ...problems(400, 401, 403, 409, 422, 429),
      },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      await countCode(deps, c, actor.userId);
      const session = await switchOffTotp(deps, actor, c.req.valid('json'));
      return c.json({ tokens: await handOn(deps, c, session) }, 200);
    },
  );

  return api;
}
