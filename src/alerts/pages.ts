import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { createChannel, deleteChannel, testChannel, updateChannel } from './actions.ts';
import { ChannelInput, comingKinds, HAND_TESTS } from './channel-input.ts';
import { addDeliveryPages } from './delivery-pages.ts';
import { type ChannelRow, findChannel, listChannels, listMemberAddresses } from './queries.ts';

/** `/channels` and `/deliveries`: where alerts go and what became of them. */
export function alertPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  addChannelList(routes, deps, views);
  addChannelForm(routes, deps, views);
  addDeliveryPages(routes, deps, views);
  return routes;
}

function addChannelList(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/channels', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const rows = await listChannels(deps.db.read, account.id);
    return views.page(c, 'alerts/index', {
      channels: rows.map(channelLine),
      coming: comingKinds(account.plan),
      mayWrite: can(role, 'write'),
    });
  });

  routes.post('/channels/:id/test', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    await limitRate(deps, `channel-test:${actor.accountId}`, HAND_TESTS);
    try {
      const { sent, message } = await testChannel(deps, actor, c.req.param('id'));
      setFlash(c, sent ? 'good' : 'bad', sent ? `Test sent. The mail server answered: ${message}` : message);
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
    }
    return c.redirect('/channels', 303);
  });

  for (const [verb, enabled, said] of [
    ['enable', true, 'The channel is on.'],
    ['disable', false, 'The channel is off. Nothing is sent there until you switch it on.'],
  ] as const) {
    routes.post(`/channels/:id/${verb}`, async (c) => {
      await updateChannel(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'), { enabled });
      setFlash(c, 'good', said);
      return c.redirect('/channels', 303);
    });
  }

  routes.get('/channels/:id/delete', async (c) => {
    const channel = await load(deps, requireAbility(c, 'write').account.id, c.req.param('id'));
    return views.page(c, 'alerts/delete', { channel });
  });

  routes.post('/channels/:id/delete', async (c) => {
    await deleteChannel(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The channel is gone.');
    return c.redirect('/channels', 303);
  });
}

/** What the form sends; a box that is not ticked is not sent. */
const channelForm = z
  .object({ to: z.string(), name: z.string(), is_default: z.string(), attach_all: z.string() })
  .partial()
  .transform(({ to = '', name = '', is_default, attach_all }) => ({
    kind: 'email',
    config: { to },
    name: name.trim() === '' ? undefined : name,
    is_default: is_default === 'true',
    attachAll: attach_all === 'true',
  }));

function addChannelForm(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/channels/new', async (c) => {
    requireAbility(c, 'write');
    return drawForm(c, null, { name: '', to: '', is_default: 'true', attach_all: 'true' });
  });

  routes.post('/channels', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    try {
      const { attachAll, ...channel } = parseInput(channelForm, form);
      await createChannel(deps, actorOf(session), parseInput(ChannelInput, channel), attachAll);
    } catch (error) {
      return drawForm(c, null, form, refusal(error));
    }
    setFlash(c, 'good', 'The channel is there. Send a test to see that mail arrives.');
    return c.redirect('/channels', 303);
  });

  routes.get('/channels/:id/edit', async (c) => {
    const channel = await load(deps, requireAbility(c, 'write').account.id, c.req.param('id'));
    const { name, config, is_default } = channel;
    return drawForm(c, channel, { name, to: String(config['to']), is_default: String(is_default) });
  });

  routes.post('/channels/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const channel = await load(deps, session.account.id, c.req.param('id'));
    const form = await readForm(c);
    try {
      const { attachAll: _, ...changed } = parseInput(channelForm, form);
      const { name, is_default, config } = parseInput(ChannelInput, changed);
      await updateChannel(deps, actorOf(session), channel.id, { name: name ?? config.to, is_default, config });
    } catch (error) {
      return drawForm(c, channel, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/channels', 303);
  });

  async function drawForm(
    c: Context<AppEnv>,
    channel: ChannelRow | null,
    values: Form,
    no: ReturnType<typeof refusal> | null = null,
  ): Promise<Response> {
    const { account } = requireAbility(c, 'write');
    const members = await listMemberAddresses(deps.db.read, account.id);
    const addresses = members.map(({ email, verified }) => ({
      value: email,
      label: verified ? email : `${email} (not confirmed yet)`,
    }));
    const errors = { ...no?.errors, to: no?.errors['config.to'] ?? no?.errors['to'] };
    const shown = { channel, values, addresses, problem: no?.problem ?? null, errors };
    return views.page(c, 'alerts/form', shown, no?.status ?? 200);
  }
}

async function load(deps: Deps, accountId: string, id: string): Promise<ChannelRow> {
  const channel = await findChannel(deps.db.read, accountId, id);
  if (!channel) throw notFound();
  return channel;
}

/** A channel as the list shows it. */
function channelLine(row: ChannelRow) {
  const to = String(row.config['to']);
  const state = !row.enabled ? 'paused' : !row.verified ? 'pending' : row.last_error ? 'down' : 'up';
  const note = {
    paused: 'Off: nothing is sent here.',
    pending: `Waits until the address is confirmed${row.held > 0 ? `; ${alerts(row.held)} held` : ''}.`,
    down: `The last message was refused: ${row.last_error ?? ''}`,
    up: null,
  }[state];
  const word = { paused: 'Off', pending: 'Not confirmed', down: 'Refused', up: 'On' }[state];
  const { id, name, enabled, is_default: isDefault, monitors } = row;
  return { id, name, to: to === name ? null : to, enabled, isDefault, monitors, state, word, note };
}

function alerts(n: number): string {
  return n === 1 ? 'one alert is' : `${n} alerts are`;
}
