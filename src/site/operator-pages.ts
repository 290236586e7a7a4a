import { Hono } from 'hono';
import { duration } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireOperator } from '../web/session.ts';
import type { EngineHealth } from './health.ts';
import { addOperatorAccounts } from './operator-account-pages.ts';
import { noticeInput, putNotice, setMaintenance } from './operator-actions.ts';
import type { BoardReader } from './operator-board.ts';
import { bytes, type Figures, findings, loadFigures } from './operator-overview.ts';

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

/** `/operator`: the whole installation, for those who run it. Nobody else learns that it is there. */
export function operatorPages(deps: Deps, views: Views, board: BoardReader, health: () => EngineHealth): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/operator', async (c) => {
    requireOperator(c);
    const figures = await loadFigures(deps, health());
    const found = findings(figures, await board.read());
    return views.page(c, 'site/operator', { figures, findings: found, groups: groupsOf(figures) });
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

/** The figures as the page groups them: label, value, and a word beside it. */
function groupsOf(figures: Figures) {
  const { counts, engine, database, free, now } = figures;
  const { scheduler, ingest, outbox, network, backup } = engine;
  const n = (value: number) => value.toLocaleString('en-US');
  const ms = (value: number) => `${n(Math.round(value))} ms`;
  return [
    {
      title: 'Who is here',
      stats: [
        { label: 'Accounts', value: n(counts.accounts) },
        { label: 'People', value: n(counts.users), sub: `${n(counts.sessions)} log-ins` },
        { label: 'Active monitors', value: n(counts.active) },
        { label: 'Open incidents', value: n(counts.open_incidents) },
      ],
    },
    {
      title: 'Checks',
      stats: [
        {
          label: 'Checks a second',
          value: counts.checks_per_second.toFixed(2),
          sub: `${n(scheduler.running)} running`,
        },
        {
          label: 'Start late by',
          value: ms(scheduler.startLagMs.p50),
          sub: `99 of 100 within ${ms(scheduler.startLagMs.p99)}`,
        },
        { label: 'Program held up', value: ms(scheduler.loopLagMs.p99), sub: `${ms(scheduler.loopLagMs.max)} at most` },
        { label: 'Results to store', value: n(ingest.waiting), sub: `${n(scheduler.waiting)} checks wait` },
      ],
    },
    {
      title: 'Messages',
      stats: [
        {
          label: 'Waiting',
          value: n(figures.waiting),
          sub: figures.oldestMs > 0 ? `oldest ${duration(figures.oldestMs)}` : '',
        },
        { label: 'Given up, 24 h', value: n(figures.dead), tone: figures.dead > 0 ? 'degraded' : null },
        { label: 'Alerts late, 24 h', value: n(figures.late), tone: figures.late > 0 ? 'degraded' : null },
        {
          label: 'Mail server',
          value: outbox.awaySince === null ? 'Answers' : 'Away',
          sub: outbox.awaySince === null ? '' : `for ${duration(now - outbox.awaySince)}`,
          tone: outbox.awaySince === null ? null : 'degraded',
        },
      ],
    },
    {
      title: 'Machine',
      stats: [
        {
          label: 'Database',
          value: database ? bytes(database.file) : 'A server',
          sub: database ? `log ${bytes(database.log)}` : '',
        },
        { label: 'Disk free', value: free === null ? '–' : bytes(free) },
        {
          label: 'Last copy',
          value:
            backup.everyMs === 0 ? 'Off' : backup.lastAt === null ? 'None yet' : `${duration(now - backup.lastAt)} ago`,
          sub: backup.everyMs === 0 ? '' : `every ${duration(backup.everyMs)}`,
        },
        {
          label: 'Network',
          value: network.offlineSince === null ? 'There' : 'Gone',
          tone: network.offlineSince === null ? null : 'down',
          sub: `version ${figures.version}, up ${duration(now - figures.startedAt)}`,
        },
      ],
    },
  ];
}
