import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { CHANNELS } from '../channels/registry.ts';
import { webhookConfig } from '../channels/webhook.ts';
import { maskConfig } from '../core/secrets.ts';
import { can } from '../core/access.ts';
import { CHANNEL_KINDS } from '../core/alert.ts';
import { notFound } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { createChannel, deleteChannel, testChannel, updateChannel } from './actions.ts';
import { ChannelInput, comingKinds, HAND_TESTS, lockedKind, placeOf } from './channel-input.ts';
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
      channels: rows.map((row) => channelLine(row, account.plan)),
      locked: CHANNEL_KINDS.map((kind) => ({
        label: CHANNELS[kind].label,
        plan: lockedKind(account.plan, kind),
      })).filter(({ plan }) => plan !== null),
      coming: comingKinds(account.plan),
      mayWrite: can(role, 'write'),
    });
  });

  routes.post('/channels/:id/test', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    await limitRate(deps, `channel-test:${actor.accountId}`, HAND_TESTS);
    try {
      const { sent, message, receiver } = await testChannel(deps, actor, c.req.param('id'));
      setFlash(c, sent ? 'good' : 'bad', sent ? `Test sent. ${receiver} answered: ${message}` : message);
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

/** What the form sends; a box that is not ticked is not sent. Settings of the kind are read by the kind. */
const channelForm = z
  .object({ kind: z.string(), name: z.string(), is_default: z.string(), attach_all: z.string() })
  .partial()
  .loose()
  .transform(({ kind = 'email', name = '', is_default, attach_all, ...rest }) => ({
    kind,
    config: Object.fromEntries(FORM_FIELDS.filter((key) => key in rest).map((key) => [key, rest[key]])),
    name: name.trim() === '' ? undefined : name,
    is_default: is_default === 'true',
    attachAll: attach_all === 'true',
  }));

const FORM_FIELDS = ['to', 'url', 'method', 'headers', 'timeout_seconds'];

function addChannelForm(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/channels/new', async (c) => {
    requireAbility(c, 'write');
    const kind = c.req.query('kind') ?? 'email';
    return drawForm(c, null, { kind, name: '', is_default: 'true', attach_all: 'true', timeout_seconds: '10' });
  });

  routes.post('/channels', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    let secret: string | null;
    try {
      const { attachAll, ...channel } = parseInput(channelForm, form);
      ({ secret } = await createChannel(deps, actorOf(session), parseInput(ChannelInput, channel), attachAll));
    } catch (error) {
      return drawForm(c, null, form, refusal(error));
    }
    // Shown in the answer itself: on its way through a redirect the secret would lie in a cookie.
    if (secret !== null) return views.page(c, 'alerts/secret', { secret });
    setFlash(c, 'good', 'The channel is there. Send a test to see that mail arrives.');
    return c.redirect('/channels', 303);
  });

  routes.get('/channels/:id/edit', async (c) => {
    const channel = await load(deps, requireAbility(c, 'write').account.id, c.req.param('id'));
    const { name, is_default } = channel;
    return drawForm(c, channel, { ...formValues(channel), name, is_default: String(is_default) });
  });

  routes.post('/channels/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const channel = await load(deps, session.account.id, c.req.param('id'));
    const form = await readForm(c);
    try {
      const { attachAll: _, ...changed } = parseInput(channelForm, { ...form, kind: channel.kind });
      const { name, is_default, config } = parseInput(ChannelInput, changed);
      const unnamed = typeof config['to'] === 'string' ? config['to'] : channel.name;
      await updateChannel(deps, actorOf(session), channel.id, { name: name ?? unnamed, is_default, config });
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
    const kind = channel?.kind ?? CHANNEL_KINDS.find((one) => one === values['kind']) ?? 'email';
    const kinds = CHANNEL_KINDS.map((one) => ({
      label: CHANNELS[one].label,
      href: `/channels/new?kind=${one}`,
      current: one === kind,
      locked: lockedKind(account.plan, one),
    }));
    const errors = Object.fromEntries(
      Object.entries(no?.errors ?? {}).map(([field, sentence]) => [field.replace(/^config\./, ''), sentence]),
    );
    const locked = lockedKind(account.plan, kind);
    const shown = { channel, kind, kinds, locked, values, addresses, problem: no?.problem ?? null, errors };
    return views.page(c, 'alerts/form', shown, no?.status ?? 200);
  }
}

/** A channel's settings as the inputs show them: what opens doors is masked. */
function formValues({ kind, config }: ChannelRow): Form {
  if (kind === 'email') return { to: String(config['to']) };
  const shown = webhookConfig.parse(maskConfig(CHANNELS.webhook, config));
  const headers = Object.entries(shown.headers).map(([name, value]) => `${name}: ${value}`);
  const { url, method, timeout_seconds: seconds } = shown;
  return { url, method, headers: headers.join('\n'), timeout_seconds: String(seconds) };
}

async function load(deps: Deps, accountId: string, id: string): Promise<ChannelRow> {
  const channel = await findChannel(deps.db.read, accountId, id);
  if (!channel) throw notFound();
  return channel;
}

/** A channel as the list shows it. */
function channelLine(row: ChannelRow, plan: Plan) {
  const { place } = placeOf(row.kind, row.config);
  const locked = lockedKind(plan, row.kind);
  const state = !row.enabled || locked ? 'paused' : !row.verified ? 'pending' : row.last_error ? 'down' : 'up';
  const off = row.last_error && !row.enabled ? ` The last answer: ${row.last_error}` : '';
  const note = {
    paused: locked ? `Off: part of the ${locked} plan.` : `Off: nothing is sent here.${off}`,
    pending: `Waits until the address is confirmed${row.held > 0 ? `; ${alerts(row.held)} held` : ''}.`,
    down: `The last message was refused: ${row.last_error ?? ''}`,
    up: null,
  }[state];
  const word = { paused: 'Off', pending: 'Not confirmed', down: 'Refused', up: 'On' }[state];
  const { id, name, enabled, is_default: isDefault, monitors } = row;
  const { label } = CHANNELS[row.kind];
  return { id, name, kind: label, to: place === name ? null : place, enabled, isDefault, monitors, state, word, note };
}

function alerts(n: number): string {
  return n === 1 ? 'one alert is' : `${n} alerts are`;
}
