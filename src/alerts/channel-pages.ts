import type { Context, Hono } from 'hono';
import type { ChannelKind } from '../core/alert.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { createChannel, rotateSecret, updateChannel } from './actions.ts';
import { type Attempt, kindNamed, loadChannelForm } from './channel-form.ts';
import { ChannelInput, ChannelPatch, ChannelTrial, HAND_TESTS } from './channel-input.ts';
import { inputOfForm } from './channel-values.ts';
import { findChats } from './chat-search.ts';
import { type ChannelRow, findChannel } from './queries.ts';
import { testSettings } from './test-actions.ts';

/**
 * The form of a new and of an existing channel. Its buttons say what they want by `intent`: `test` sends a test with
 * the settings as they stand in it and shows the answer, nothing is saved.
 */
export function addChannelForm(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/channels/new', async (c) => {
    const session = requireAbility(c, 'write');
    return draw(c, session, null, { form: { kind: c.req.query('kind') ?? 'email' } });
  });

  routes.post('/channels', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    const kind = kindNamed(form['kind']);
    if (form['intent']) return draw(c, session, null, await tryOut(session, form, kind));
    let secret: string | null;
    try {
      const input = kind ? inputOfForm(form, kind) : { kind: form['kind'], config: {} };
      const all = form['attach_all'] === 'true';
      ({ secret } = await createChannel(deps, actorOf(session), parseInput(ChannelInput, input), all));
    } catch (error) {
      return draw(c, session, null, { form: { name: '', ...form }, refusal: refusal(error) });
    }
    // Shown in the answer itself: on its way through a redirect the secret would lie in a cookie.
    if (secret !== null) return views.page(c, 'alerts/secret', { secret, rotated: null });
    setFlash(c, 'good', 'The channel is there. Send a test to see that alerts arrive.');
    return c.redirect('/channels', 303);
  });

  routes.get('/channels/:id/edit', async (c) => {
    const session = requireAbility(c, 'write');
    return draw(c, session, await loadChannel(deps, session.account.id, c.req.param('id')));
  });

  routes.post('/channels/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const channel = await loadChannel(deps, session.account.id, c.req.param('id'));
    const form = await readForm(c);
    if (form['intent']) return draw(c, session, channel, await tryOut(session, form, channel.kind, channel.id));
    try {
      const { kind: _, ...changed } = inputOfForm(form, channel.kind);
      const patch = parseInput(ChannelPatch, changed);
      await updateChannel(deps, actorOf(session), channel.id, patch, form['attach_all'] === 'true');
    } catch (error) {
      return draw(c, session, channel, { form: { name: '', ...form }, refusal: refusal(error) });
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/channels', 303);
  });

  routes.post('/channels/:id/rotate-secret', async (c) => {
    const session = requireAbility(c, 'write');
    const id = c.req.param('id');
    try {
      const secret = await rotateSecret(deps, actorOf(session), id);
      const { name } = await loadChannel(deps, session.account.id, id);
      return views.page(c, 'alerts/secret', { secret, rotated: name });
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
      return c.redirect('/channels', 303);
    }
  });

  async function tryOut(session: Session, form: Form, kind: ChannelKind | null, id?: string): Promise<Attempt> {
    const kept = { name: '', ...form };
    if (kind === null) return { form: kept };
    const { config } = inputOfForm(form, kind);
    try {
      await limitRate(deps, `channel-test:${session.account.id}`, HAND_TESTS);
      if (form['intent'] === 'chats' && kind === 'telegram') {
        const stored = id === undefined ? null : await findChannel(deps.db.read, session.account.id, id);
        return { form: kept, found: await findChats(deps, session.account.id, config, stored?.config ?? null) };
      }
      if (form['intent'] !== 'test') return { form: kept };
      const trial = parseInput(ChannelTrial, { kind, id, config });
      return { form: kept, tested: await testSettings(deps, actorOf(session), trial) };
    } catch (error) {
      return { form: kept, refusal: refusal(error) };
    }
  }

  async function draw(
    c: Context<AppEnv>,
    session: Session,
    channel: ChannelRow | null,
    attempt?: Attempt,
  ): Promise<Response> {
    const view = await loadChannelForm(deps, session, channel, attempt);
    return views.page(c, 'alerts/form', view, attempt?.refusal?.status ?? 200);
  }
}

/** The channel of this account, or `not_found`. */
export async function loadChannel(deps: Deps, accountId: string, id: string): Promise<ChannelRow> {
  const channel = await findChannel(deps.db.read, accountId, id);
  if (!channel) throw notFound();
  return channel;
}
