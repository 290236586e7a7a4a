import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError, NoAccount } from '../core/errors.ts';
import { HOUR } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { isJson, parseInput, readInput, setFlash } from '../web/forms.ts';
import { limitAddress } from '../web/limits.ts';
import { readLastAccount, setBetweenCookie, setSessionCookie } from '../web/session.ts';
import { countPassword, insiderOf } from './insider.ts';
import { enter } from './login-actions.ts';
import { localPath } from './next.ts';
import { addPasskey, askPasskey, offerPasskey, provePasskey } from './passkey-actions.ts';
import { assertionInput, passkeyName, registrationInput } from './passkey-input.ts';
import { givenPassword } from '../web/proof.ts';

/** Challenges cost a row each; log-ins a signature. Both are far beyond what a person does. */
const PER_ADDRESS = { max: 120, windowMs: HOUR };

const offerInput = z.object({
  name: passkeyName,
  password: givenPassword,
});
const addInput = z.object({ name: passkeyName, response: registrationInput });
const logInInput = z.object({ response: assertionInput, next: z.string().max(2_000).optional().catch(undefined) });

/** `/auth/passkeys`: what the script of our pages asks while a browser makes or uses a key. JSON only. */
export function passkeyRoutes(deps: Deps): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/options', async (c) => {
    insiderOf(c);
    const { password } = parseInput(offerInput, await readJson(c));
    return c.json(await offerPasskey(deps, await countPassword(deps, c), password));
  });

  routes.post('/', async (c) => {
    const insider = insiderOf(c);
    const { name, response } = parseInput(addInput, await readJson(c));
    await addPasskey(deps, insider, { name, made: response });
    setFlash(c, 'good', `The passkey "${name}" is registered. You can log in with it from now on.`);
    return c.json({ location: '/settings/security' }, 201);
  });

  routes.post('/login/options', async (c) => {
    await limitAddress(deps, 'passkey', c.get('clientIp'), PER_ADDRESS);
    await readJson(c);
    return c.json(await askPasskey(deps));
  });

  routes.post('/login', async (c) => {
    await limitAddress(deps, 'passkey', c.get('clientIp'), PER_ADDRESS);
    const { response, next } = parseInput(logInInput, await readJson(c));
    const { user, passkey } = await provePasskey(deps, response);
    c.header('Cache-Control', 'private, no-store');
    try {
      const userAgent = c.req.header('user-agent') ?? '';
      const how = { kind: 'browser' as const, userAgent, lastAccount: readLastAccount(deps, c), second: { passkey } };
      const { session } = await enter(deps, user, how);
      await setSessionCookie(deps, c, session, session.expiresAt);
    } catch (error) {
      if (!(error instanceof NoAccount)) throw error;
      await setBetweenCookie(deps, c, error);
      return c.json({ location: '/no-account' });
    }
    return c.json({ location: localPath(next) });
  });

  return routes;
}

async function readJson(c: Context): Promise<unknown> {
  if (!isJson(c)) throw new AppError('invalid', 'Send this as JSON.');
  return readInput(c);
}
