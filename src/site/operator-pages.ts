import { Hono } from 'hono';
import { CHANNELS } from '../channels/registry.ts';
import { CHANNEL_KINDS } from '../core/alert.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireOperator } from '../web/session.ts';
import type { EngineHealth } from './health.ts';
import { addOperatorAccounts } from './operator-account-pages.ts';
import { noticeInput, putNotice, setMaintenance } from './operator-actions.ts';
import type { BoardReader } from './operator-board.ts';
import { NEWEST_DELIVERIES } from './operator-figure-queries.ts';
import { findings, loadFigures } from './operator-overview.ts';
import { statsOf } from './operator-stats.ts';

const TONES = [
  { value: 'info', label: 'For information' },
  { value: 'warn', label: 'A warning' },
];
const TIMES = [
  { value: '', label: 'Until it is taken down' },
  { value: '1h', label: 'An hour' },
  { value: '4h', label: 'Four hours' },
  { value: '1d', label: 'A day' },
  { value: '7d', label: 'A week' },
];

/** What messages of one kind are called, channels as everywhere else. */
function sendWord(kind: string): string {
  const channel = CHANNEL_KINDS.find((one) => one === kind);
  if (channel) return CHANNELS[channel].label;
  return { follower: 'Followers of status pages', change_webhook: 'Webhooks for changes' }[kind] ?? 'Account mail';
}

/** `/operator`: the whole installation, for those who run it. Nobody else learns that it is there. */
export function operatorPages(deps: Deps, views: Views, board: BoardReader, health: () => EngineHealth): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/operator', async (c) => {
    requireOperator(c);
    const figures = await loadFigures(deps, health());
    const found = findings(figures, await board.read());
    const sends = figures.sends.map((row) => ({ ...row, label: sendWord(row.kind) }));
    const shown = { sends, groups: statsOf(figures), newest: NEWEST_DELIVERIES };
    return views.page(c, 'site/operator', { findings: found, ...shown });
  });

  addOperatorAccounts(routes, deps, views);

  routes.get('/operator/notice', async (c) => {
    requireOperator(c);
    const { notice } = await board.read();
    return views.page(c, 'site/operator-notice', noticeForm(notice, { tone: notice?.tone ?? 'info', lasts: '1d' }));
  });

  routes.post('/operator/notice', async (c) => {
    const { user } = requireOperator(c);
    const form = await readForm(c);
    try {
      await putNotice(deps, user.id, form['do'] === 'remove' ? null : parseInput(noticeInput, form));
    } catch (error) {
      const no = refusal(error);
      const { notice } = await board.read();
      return views.page(c, 'site/operator-notice', { ...noticeForm(notice, form), ...no }, no.status);
    }
    board.forget();
    setFlash(c, 'good', form['do'] === 'remove' ? 'The notice is down.' : 'The notice is up.');
    return c.redirect('/operator/notice', 303);
  });

  routes.get('/operator/mode', async (c) => {
    requireOperator(c);
    return views.page(c, 'site/operator-mode', { maintenance: (await board.read()).maintenance });
  });

  routes.post('/operator/mode', async (c) => {
    const { user } = requireOperator(c);
    const on = (await readForm(c))['maintenance'] === 'on';
    await setMaintenance(deps, on, user.id);
    board.forget();
    setFlash(c, 'good', on ? 'Maintenance mode is on.' : 'Maintenance mode is off: everything works again.');
    return c.redirect('/operator/mode', 303);
  });

  return routes;
}

function noticeForm(notice: object | null, values: Form) {
  return { notice, values, tones: TONES, times: TIMES, problem: null, errors: {} };
}
