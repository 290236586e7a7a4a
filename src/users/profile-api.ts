import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { NO_PASSWORD } from '../core/password.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, createApi, guardPerson, problems } from '../web/openapi.ts';
import { dropSessionCookie, requireSession } from '../web/session.ts';
import { changeEmail, rename } from './address-actions.ts';
import { closeLogIn } from './close-actions.ts';
import { disconnectIdentity } from './identity-actions.ts';
import { findIdentityOf } from './identity-queries.ts';
import { countPassword } from './insider.ts';
import { createProvider } from './oidc-provider.ts';
import { changePassword } from './password-actions.ts';
import { listPasskeys } from './passkey-queries.ts';
import { emailInput, nameInput, passwordInput } from './profile-input.ts';
import { findUser } from './queries.ts';
import { countRecoveryCodes } from './second-factor-queries.ts';
import { callerOf, handOn, NextTokens } from './token-pair.ts';
import { givenPassword } from '../web/proof.ts';

const tags = ['You'];
const middleware = guardPerson('read');

const Profile = z
  .object({
    id: z.string().openapi({ example: 'usr_0123456789abcdef' }),
    email: z.string(),
    email_verified: z.boolean().openapi({ description: 'Alerts to an address wait until it is verified.' }),
    name: z.string().nullable(),
    has_password: z.boolean().openapi({
      description: 'Without one, a log-in of the last ten minutes stands where a password is asked for.',
    }),
    operator: z.boolean().openapi({ description: 'Whether you run this installation.' }),
    two_step: z.object({
      enabled: z.boolean(),
      since: z.iso.datetime().nullable(),
      recovery_codes_left: z.int(),
    }),
    passkeys: z.int().openapi({ description: 'How many you have.' }),
    identity: z.object({ provider: z.string(), connected_at: z.iso.datetime().nullable() }).nullable().openapi({
      description: 'The provider people sign in at here, and since when you do; null where there is none.',
    }),
  })
  .openapi('Profile');

const given = (description: string) => givenPassword.openapi({ description, example: 'a long sentence' });
const NOW = 'Your present password.';

const NameChange = z.object({ name: nameInput.shape.name.nullable() }).strict().openapi('ProfilePatch');
const EmailChange = z
  .object({ email: emailInput.shape.email.openapi({ example: 'new@example.com' }), password: given(NOW) })
  .strict()
  .openapi('EmailChange');
const PasswordChange = z
  .object({
    current: given(NOW),
    password: passwordInput.shape.password.openapi({ description: 'The new one.', example: 'another long sentence' }),
  })
  .strict()
  .openapi('PasswordChange');
const Proof = z
  .object({ password: given(`${NOW} Not asked within ten minutes of a log-in.`) })
  .strict()
  .openapi('Proof');
const Closing = z
  .object({ password: given(NOW) })
  .strict()
  .openapi('ClosingProof');
const Changed = z.object({ profile: Profile, tokens: NextTokens }).openapi('ProfileChange');

const ENDS = 'Every session of yours ends, this one too; the answer holds tokens to go on with.';

/** `/api/profile`: the person who asks, with the password wherever the page asks it. API tokens do not see it. */
export function profileApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  const provider = createProvider(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/profile',
      tags,
      summary: 'You: address, name and how you log in',
      middleware,
      responses: { 200: answer('You', Profile), ...problems(401, 403) },
    }),
    async (c) => c.json(await load(requireSession(c).user.id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/profile',
      tags,
      summary: 'Change your name; null or nothing takes it away',
      middleware,
      request: { body: body(NameChange) },
      responses: { 200: answer('You', Profile), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const actor = callerOf(c);
      await rename(deps, actor, c.req.valid('json').name ?? '');
      return c.json(await load(actor.userId), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/profile/email',
      tags,
      summary: 'Move to another address',
      description: `The old address is told. The new one is not verified before the link in its mail was used. ${ENDS}`,
      middleware,
      request: { body: body(EmailChange) },
      responses: { 200: answer('You, and your new tokens', Changed), ...problems(400, 401, 403, 422, 429) },
    }),
    async (c) => {
      const { email, password: current } = c.req.valid('json');
      const actor = await countPassword(deps, c, callerOf(c));
      const session = await changeEmail(deps, actor, { email, current });
      return c.json({ profile: await load(actor.userId), tokens: await handOn(deps, c, session) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'put',
      path: '/profile/password',
      tags,
      summary: 'Change your password',
      description: `A mail tells you of it. ${ENDS}`,
      middleware,
      request: { body: body(PasswordChange) },
      responses: { 200: answer('You, and your new tokens', Changed), ...problems(400, 401, 403, 422, 429) },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      const session = await changePassword(deps, actor, c.req.valid('json'));
      return c.json({ profile: await load(actor.userId), tokens: await handOn(deps, c, session) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/profile/identity/disconnect',
      operationId: 'disconnectIdentity',
      tags,
      summary: 'Do not log in by signing in at the provider any more; every other session ends',
      description: 'Connecting is done in a browser, under Security. 404 where there is no provider or no connection.',
      middleware,
      request: { body: body(Proof) },
      responses: { 200: answer('You', Profile), ...problems(400, 401, 403, 404, 409, 422, 429) },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      if (!provider) throw notFound();
      const { password } = c.req.valid('json');
      await disconnectIdentity(deps, provider, actor, password, 'password');
      return c.json(await load(actor.userId), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/profile/close',
      tags,
      summary: 'Close your log-in for good',
      description:
        'You leave every account; what you made stays there. Hand over or delete the accounts you own first (409).',
      middleware,
      request: { body: body(Closing) },
      responses: { 204: { description: 'You are gone' }, ...problems(400, 401, 403, 409, 422, 429) },
    }),
    async (c) => {
      const actor = await countPassword(deps, c, callerOf(c));
      await confirmPerson(deps, actor, c.req.valid('json').password);
      await closeLogIn(deps, actor.userId);
      if (requireSession(c).via === 'cookie') dropSessionCookie(deps, c);
      return c.body(null, 204);
    },
  );

  async function load(userId: string): Promise<z.infer<typeof Profile>> {
    const user = await findUser(deps.db.read, userId);
    if (!user) throw notFound();
    const identity = provider && (await findIdentityOf(deps.db.read, userId, provider.issuer));
    return {
      id: user.id,
      email: user.email,
      email_verified: user.email_verified_at !== null,
      name: user.name,
      has_password: user.password_hash !== NO_PASSWORD,
      operator: user.operator,
      two_step: {
        enabled: user.totp_since !== null,
        since: iso(user.totp_since),
        recovery_codes_left: await countRecoveryCodes(deps.db.read, userId),
      },
      passkeys: (await listPasskeys(deps.db.read, userId)).length,
      identity: provider && { provider: provider.name, connected_at: iso(identity?.created_at ?? null) },
    };
  }

  return api;
}
