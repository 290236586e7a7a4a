import { type Context, Hono } from 'hono';
import type { Deps } from '../deps.ts';
import { confirmPerson } from '../engine/confirm.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { countProof, hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { HandOverInput } from './decision-input.ts';
import { listMembers } from './member-queries.ts';
import { handOver } from './ownership-actions.ts';

/** `/settings/ownership`: the owner makes somebody else the owner. */
export function ownershipPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/ownership', (c) => draw(c, {}));

  routes.post('/settings/ownership', async (c) => {
    const session = requireAbility(c, 'own');
    const form = await readForm(c);
    try {
      const { user_id: to, password } = parseInput(HandOverInput, form);
      await confirmPerson(deps, await countProof(deps, session), password);
      await handOver(deps, actorOf(session), to);
    } catch (error) {
      return draw(c, form, refusal(error));
    }
    setFlash(c, 'good', 'The account is handed over. You are an admin of it now.');
    return c.redirect('/settings/members', 303);
  });

  return routes;

  async function draw(c: Context<AppEnv>, values: Form, no?: Refusal): Promise<Response> {
    const session = requireAbility(c, 'own');
    const others = (await listMembers(deps.db.read, session.account.id)).filter(
      ({ user_id, email_verified_at }) => user_id !== session.user.id && email_verified_at !== null,
    );
    const data = {
      members: others.map(({ user_id, name, email, role }) => ({
        value: user_id,
        label: `${name === null ? email : `${name}, ${email}`} (${role})`,
      })),
      asksPassword: await hasPassword(deps, session),
      values,
      errors: no?.errors ?? {},
      problem: no?.problem ?? null,
    };
    return views.page(c, 'accounts/ownership', data, no?.status ?? 200);
  }
}
