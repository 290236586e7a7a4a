import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Actor } from '../core/access.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { readForm, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { checkNow, deleteMonitor, pauseMonitor, resumeMonitor } from './actions.ts';
import { HAND_CHECKS } from './api.ts';
import { DashboardQuery, loadDashboard } from './dashboard.ts';
import { DetailQuery, loadDetail } from './detail.ts';
import { addBulkPages } from './bulk-pages.ts';
import { addFormPages } from './form-pages.ts';
import { addRulePages } from './rule-pages.ts';
import { findMonitor } from './queries.ts';

/** A browser that put the first steps away does not see them again. */
const STEPS_COOKIE = 'sp_steps';
const YEAR_SECONDS = 31_536_000;

/** Dashboard, the page of a monitor with what can be done to it, and the form. */
export function monitorPages(deps: Deps, views: Views): Hono<AppEnv> {
  const pages = new Hono<AppEnv>();

  pages.get('/dashboard', async (c) => {
    const session = requireAbility(c, 'read');
    const { known, ...data } = await loadDashboard(deps, session, DashboardQuery.parse(c.req.query()));
    const steps = getCookie(c, STEPS_COOKIE) ? null : data.steps;
    return views.page(c, 'monitors/index', { ...data, steps }, 200, known);
  });

  pages.post('/dashboard/steps', (c) => {
    requireAbility(c, 'read');
    setCookie(c, STEPS_COOKIE, 'away', { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: YEAR_SECONDS });
    return c.redirect('/dashboard', 303);
  });

  pages.get('/monitors', (c) => c.redirect('/dashboard', 302));

  // Before the form's own address, which would take "bulk" for an id.
  addBulkPages(pages, deps, views);
  addFormPages(pages, deps, views);
  addRulePages(pages, deps, views);

  pages.get('/monitors/:id', async (c) => {
    const session = requireAbility(c, 'read');
    const row = await findMonitor(deps.db.read, session.account.id, c.req.param('id'), deps.clock.now());
    if (!row) throw notFound();
    return views.page(c, 'monitors/show', await loadDetail(deps, session, row, DetailQuery.parse(c.req.query())));
  });

  pages.get('/monitors/:id/delete', async (c) => {
    const session = requireAbility(c, 'write');
    const row = await findMonitor(deps.db.read, session.account.id, c.req.param('id'), deps.clock.now());
    if (!row) throw notFound();
    return views.page(c, 'monitors/delete', { monitor: { id: row.id, name: row.name } });
  });

  pages.post('/monitors/:id/delete', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    await deleteMonitor(deps, actor, c.req.param('id'));
    setFlash(c, 'good', 'The monitor and its history are deleted.');
    return c.redirect('/dashboard', 303);
  });

  pages.post('/monitors/:id/pause', (c) => {
    return quickly(c, (actor, id) => pauseMonitor(deps, actor, id), 'Paused. No checks run until you resume it.');
  });

  pages.post('/monitors/:id/resume', (c) => {
    return quickly(
      c,
      (actor, id) => resumeMonitor(deps, actor, id),
      'Resumed. The first result arrives within seconds.',
    );
  });

  const check = async (actor: Actor, id: string): Promise<void> => {
    await limitRate(deps, `check:${actor.accountId}`, HAND_CHECKS);
    await checkNow(deps, actor, id);
  };
  pages.post('/monitors/:id/check', (c) => quickly(c, check, 'A check is under way.'));

  return pages;
}

/** Does it and goes back to where the button was; what the person can mend is said there too. */
async function quickly(
  c: Context<AppEnv, '/monitors/:id'>,
  act: (actor: Actor, id: string) => Promise<void>,
  done: string,
): Promise<Response> {
  const actor = actorOf(requireAbility(c, 'write'));
  const id = c.req.param('id');
  const { back } = await readForm(c);
  try {
    await act(actor, id);
    setFlash(c, 'good', done);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'not_found') throw error;
    setFlash(c, 'bad', error.message);
  }
  const list = typeof back === 'string' && /^\/dashboard(\?[\w=&%.~+-]*)?$/.test(back);
  return c.redirect(list ? back : `/monitors/${id}`, 303);
}
