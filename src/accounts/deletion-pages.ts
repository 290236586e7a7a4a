import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { findSessionStart } from '../users/session-queries.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { countProof, hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { dropSessionCookie, requireAbility, setBetweenCookie } from '../web/session.ts';
import { DeletionInput } from './decision-input.ts';
import { deleteAccount } from './deletion-actions.ts';
import { countBelongings } from './deletion-queries.ts';

/** `/settings/delete`: the owner ends the account, told what goes with it. */
export function deletionPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/delete', (c) => draw(c, {}));

  routes.post('/settings/delete', async (c) => {
    const session = requireAbility(c, 'own');
    const form = await readForm(c);
    const startedAt = await findSessionStart(deps.db.read, session.user.id, session.id);
    let user;
    try {
      const { name, password } = parseInput(DeletionInput, form);
      user = await confirmPerson(deps, await countProof(deps, session), password);
      await deleteAccount(deps, actorOf(session), name);
    } catch (error) {
      return draw(c, form, refusal(error));
    }
    dropSessionCookie(deps, c);
    // As they were when they gave the password: whoever has changed it since has ended this log-in.
    const proved = { userId: user.id, tokenVersion: user.token_version };
    if (startedAt !== null) await setBetweenCookie(deps, c, proved, startedAt);
    setFlash(c, 'good', `${session.account.name} is deleted.`);
    return c.redirect('/no-account', 303);
  });

  return routes;

  async function draw(c: Context<AppEnv>, values: Form, no?: Refusal): Promise<Response> {
    const session = requireAbility(c, 'own');
    const data = {
      belongings: await countBelongings(deps.db.read, session.account.id),
      asksPassword: await hasPassword(deps, session),
      values,
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return views.page(c, 'accounts/delete', data, no?.status ?? 200);
  }
}
