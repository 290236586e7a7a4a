import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { isFresh } from '../engine/confirm.ts';
import type { AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { givenPassword, hasPassword } from '../web/proof.ts';
import type { Views } from '../web/render.ts';
import { requireSession } from '../web/session.ts';
import { countPassword, insiderOf } from './insider.ts';
import { removePasskey, renamePasskey } from './passkey-actions.ts';
import { passkeyName } from './passkey-input.ts';
import { findPasskey } from './passkey-queries.ts';

const nameInput = z.object({ name: passkeyName });
const removeInput = z.object({ password: givenPassword });

/** `/settings/security/passkeys/{id}`: a name for a passkey, and its end. */
export function passkeyPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/:id', (c) => draw(c, c.req.param('id')));

  routes.post('/:id', async (c) => {
    const id = c.req.param('id');
    const form = await readForm(c);
    try {
      await renamePasskey(deps, insiderOf(c), id, parseInput(nameInput, form).name);
    } catch (error) {
      return draw(c, id, refusal(error), form['name']);
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/settings/security', 303);
  });

  routes.post('/:id/remove', async (c) => {
    const id = c.req.param('id');
    const form = await readForm(c);
    try {
      await removePasskey(deps, await countPassword(deps, c), id, parseInput(removeInput, form).password);
    } catch (error) {
      return draw(c, id, refusal(error));
    }
    setFlash(c, 'good', 'The passkey is removed, and every other session has ended.');
    return c.redirect('/settings/security', 303);
  });

  async function draw(c: Context<AppEnv>, id: string, no?: Refusal, name?: string | string[]): Promise<Response> {
    const insider = insiderOf(c);
    const key = await findPasskey(deps.db.read, insider.userId, id);
    if (!key) throw notFound();
    const asksPassword = !(await isFresh(deps, insider)) && (await hasPassword(deps, requireSession(c)));
    const data = { errors: {}, problem: null, key, name: name ?? key.name, asksPassword };
    return views.page(c, 'users/passkey', { ...data, ...no }, no?.status ?? 200);
  }

  return routes;
}
