import { type Context, Hono } from 'hono';
import { CHANNELS } from '../channels/registry.ts';
import { can } from '../core/access.ts';
import { CHANNEL_KINDS } from '../core/alert.ts';
import type { Plan } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { deleteChannel, updateChannel } from './actions.ts';
import { HAND_TESTS, lockedKind } from './channel-input.ts';
import { addChannelForm, loadChannel } from './channel-pages.ts';
import { isVerified, waitingAddresses } from './channel-state.ts';
import { addDeliveryPages } from './delivery-pages.ts';
import { addEscalationPages } from './escalation-pages.ts';
import { EVENT_CHOICES, eventWord } from './event-words.ts';
import { type ChannelRow, listChannels } from './queries.ts';
import { testChannel, type TestResult } from './test-actions.ts';

/** `/channels` and `/deliveries`: where alerts go and what became of them. */
export function alertPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  addChannelList(routes, deps, views);
  addChannelForm(routes, deps, views);
  addDeliveryPages(routes, deps, views);
  addEscalationPages(routes, deps, views);
  return routes;
}

/** What a test at one channel came to, shown in its line. */
interface Tested {
  id: string;
  result: TestResult | null;
  problem: string | null;
}

function addChannelList(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/channels', (c) => drawList(c, requireAbility(c, 'read')));

  routes.post('/channels/:id/test', async (c) => {
    const session = requireAbility(c, 'write');
    const { id } = await loadChannel(deps, session.account.id, c.req.param('id'));
    try {
      await limitRate(deps, `channel-test:${session.account.id}`, HAND_TESTS);
      const result = await testChannel(deps, actorOf(session), id);
      return await drawList(c, session, { id, result, problem: null });
    } catch (error) {
      const { problem, status } = refusal(error);
      return drawList(c, session, { id, result: null, problem }, status);
    }
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
    const channel = await loadChannel(deps, requireAbility(c, 'write').account.id, c.req.param('id'));
    return views.page(c, 'alerts/delete', { channel });
  });

  routes.post('/channels/:id/delete', async (c) => {
    await deleteChannel(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The channel is gone.');
    return c.redirect('/channels', 303);
  });

  async function drawList(
    c: Context<AppEnv>,
    { account, role }: Session,
    tested?: Tested,
    status?: ReturnType<typeof refusal>['status'],
  ): Promise<Response> {
    const rows = await listChannels(deps.db.read, account.id);
    const shown = {
      channels: rows.map((row) => channelLine(row, account.plan, tested)),
      locked: CHANNEL_KINDS.flatMap((kind) => {
        const plan = lockedKind(account.plan, kind);
        return plan === null ? [] : [{ label: CHANNELS[kind].label, plan }];
      }),
      mayWrite: can(role, 'write'),
    };
    return views.page(c, 'alerts/index', shown, status ?? 200);
  }
}

/** A channel as the list shows it. */
function channelLine(row: ChannelRow, plan: Plan, tested: Tested | undefined) {
  const { shown: place } = CHANNELS[row.kind].place(row.config);
  const locked = lockedKind(plan, row.kind);
  const waiting = waitingAddresses(row);
  const failing = row.latest?.state === 'failed' || row.last_error !== null;
  const state = !row.enabled || locked ? 'paused' : !isVerified(row) ? 'pending' : failing ? 'down' : 'up';
  const held = row.held > 0 ? `; ${alerts(row.held)} held` : '';
  const note = {
    paused: locked ? `Off: part of the ${locked} plan.` : row.disabled_reason ? null : 'Off: nothing is sent here.',
    pending: `Waits until ${waiting.join(', ')} ${waiting.length === 1 ? 'is' : 'are'} confirmed${held}.`,
    down: null,
    up: null,
  }[state];
  const { id, name, enabled, monitors, disabled_reason: offBecause, last_error: lastError } = row;
  const error = row.latest?.state === 'failed' ? row.latest.error : lastError;
  return {
    id,
    name,
    kind: CHANNELS[row.kind].label,
    to: place === name ? null : place,
    enabled,
    offBecause: enabled ? null : offBecause,
    isDefault: row.is_default,
    monitors,
    tags: row.tags,
    fromFile: row.managed_key !== null,
    toldOf: row.events?.map((event) => EVENT_CHOICES[event].label).join(', ') ?? null,
    isQuiet: row.quiet !== null,
    state,
    word: { paused: 'Off', pending: 'Not confirmed', down: 'Failing', up: 'On' }[state],
    note,
    error: error === null ? null : { text: error, at: row.latest?.state === 'failed' ? row.latest.at : row.error_at },
    latest: row.latest && { ...row.latest, what: eventWord(row.latest.event) },
    tested: tested?.id === id ? tested : null,
  };
}

function alerts(n: number): string {
  return n === 1 ? 'one alert is' : `${n} alerts are`;
}
