import type { Context, Hono } from 'hono';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { createMonitor, testMonitor, updateMonitor } from './actions.ts';
import { HAND_CHECKS } from './api.ts';
import { type Attempt, loadForm } from './form.ts';
import { inputOfForm } from './form-values.ts';
import { findMonitor, type MonitorRow } from './queries.ts';
import { withoutUntouched } from './rule-form.ts';
import { MonitorInput } from './settings.ts';

/**
 * The form of a new and of an existing monitor. Its buttons say what they want by `intent`: `test` checks once and
 * shows what came, any other but none draws the form again as it was filled in.
 */
export function addFormPages(pages: Hono<AppEnv>, deps: Deps, views: Views): void {
  pages.get('/monitors/new', async (c) => {
    const session = requireAbility(c, 'write');
    const { url = '', kind = 'http' } = c.req.query();
    const attempt = { form: { target: url, type: kind } };
    return views.page(c, 'monitors/form', await loadForm(deps, session, null, attempt));
  });

  pages.post('/monitors', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    if (form['intent']) return draw(c, session, null, await tryOut(session, form));
    try {
      const id = await createMonitor(
        deps,
        actorOf(session),
        parseInput(MonitorInput, inputOfForm(withoutUntouched(form))),
      );
      setFlash(c, 'good', 'Watching from now on. The first result arrives within seconds.');
      return c.redirect(form['back'] === '/dashboard' ? '/dashboard' : `/monitors/${id}`, 303);
    } catch (error) {
      return draw(c, session, null, { form, refusal: refusal(error) });
    }
  });

  pages.get('/monitors/:id/edit', async (c) => {
    const session = requireAbility(c, 'write');
    const row = await mine(session, c.req.param('id'));
    return views.page(c, 'monitors/form', await loadForm(deps, session, row));
  });

  pages.post('/monitors/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const row = await mine(session, c.req.param('id'));
    const form = await readForm(c);
    if (form['intent']) return draw(c, session, row, await tryOut(session, form, row.id));
    try {
      await updateMonitor(deps, actorOf(session), row.id, parseInput(MonitorInput, inputOfForm(form)), 'merge');
      setFlash(c, 'good', 'Saved.');
      return c.redirect(`/monitors/${row.id}`, 303);
    } catch (error) {
      return draw(c, session, row, { form, refusal: refusal(error) });
    }
  });

  async function tryOut(session: Session, form: Form, id?: string): Promise<Attempt> {
    if (form['intent'] !== 'test') return { form };
    try {
      await limitRate(deps, `test:${session.account.id}`, HAND_CHECKS);
      const input = parseInput(MonitorInput, inputOfForm(form));
      return { form, verdict: await testMonitor(deps, actorOf(session), input, id) };
    } catch (error) {
      return { form, refusal: refusal(error) };
    }
  }

  async function draw(
    c: Context<AppEnv>,
    session: Session,
    row: MonitorRow | null,
    attempt: Attempt,
  ): Promise<Response> {
    const view = await loadForm(deps, session, row, attempt);
    return views.page(c, 'monitors/form', view, attempt.refusal?.status ?? 200);
  }

  async function mine(session: Session, id: string): Promise<MonitorRow> {
    const row = await findMonitor(deps.db.read, session.account.id, id, deps.clock.now());
    if (!row) throw notFound();
    return row;
  }
}
