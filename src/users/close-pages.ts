import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { listOwnedAccounts } from '../accounts/queries.ts';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import type { AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { countProof, givenPassword, hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { dropSessionCookie, requireSession } from '../web/session.ts';
import { closeLogIn } from './close-actions.ts';

const input = z.object({ password: givenPassword });

/** `/settings/profile/close`: a person who owns no account leaves for good. */
export function closePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/profile/close', (c) => draw(c));

  routes.post('/settings/profile/close', async (c) => {
    const session = requireSession(c);
    try {
      const { password } = parseInput(input, await readForm(c));
      await confirmPerson(deps, await countProof(deps, session), password);
      await closeLogIn(deps, session.user.id);
    } catch (error) {
      return draw(c, refusal(error));
    }
    dropSessionCookie(deps, c);
    setFlash(c, 'good', 'Your log-in is closed.');
    return c.redirect('/login', 303);
  });

  return routes;

  async function draw(c: Context<AppEnv>, no?: Refusal): Promise<Response> {
    const session = requireSession(c);
    const data = {
      owned: await listOwnedAccounts(deps.db.read, session.user.id),
      asksPassword: await hasPassword(deps, session),
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return views.page(c, 'users/close', data, no?.status ?? 200);
  }
}
