import { Hono } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { changePage } from './actions.ts';
import { editorForm, inputOf, type Line, linesOf, storedForm } from './editor-form.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import { PageInput } from './page-input.ts';
import { listPages, listPlaces, type PageRow } from './queries.ts';

/** `/status-pages/{id}`: what the owner decides about a public page. */
export function statusPagePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-page', async (c) => {
    const session = requireAbility(c, 'read');
    const [first] = await listPages(deps.db.read, session.account.id);
    if (!first) throw notFound();
    return c.redirect(`/status-pages/${first.id}`, 303);
  });

  routes.get('/status-pages/:id', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const places = await listPlaces(deps.db.read, session.account.id, page.id);
    const values = storedForm(page, places);
    return views.page(c, 'statuspages/editor', editorView(deps, session, page, values.lines, { values }));
  });

  routes.post('/status-pages/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const places = await listPlaces(deps.db.read, session.account.id, page.id);
    const form = editorForm(await readForm(c));
    const lines = linesOf(form, places);
    try {
      const input = parseInput(PageInput, inputOf(form, lines, allows(session.account.plan, 'branding')));
      await changePage(deps, actorOf(session), page.id, input);
    } catch (error) {
      const no = refusal(error);
      return views.page(
        c,
        'statuspages/editor',
        editorView(deps, session, page, lines, { values: form, ...no }),
        no.status,
      );
    }
    setFlash(c, 'good', form.move ? 'The order is saved.' : 'The page is saved. Visitors see it at once.');
    return c.redirect(`/status-pages/${page.id}${form.move ? '#lines' : ''}`, 303);
  });
  return routes;
}

function editorView(
  deps: Deps,
  session: Session,
  page: PageRow,
  lines: Line[],
  shown: { values: object; problem?: string; errors?: Record<string, string> },
) {
  const plan = session.account.plan;
  return {
    problem: null,
    errors: {},
    ...shown,
    lines: withErrors(lines, shown.errors ?? {}),
    frame: editorFrame(deps, page, 'content'),
    prefix: `${deps.config.baseUrl.replace(/^https?:\/\//, '')}/s/`,
    mayWrite: can(session.role, 'write'),
    lockedBranding: allows(plan, 'branding') ? null : PLAN[planFor('branding')].label,
  };
}

/** The schema counts only the lines that are shown. */
function withErrors(lines: Line[], errors: Record<string, string>) {
  let i = 0;
  return lines.map((line) => {
    const at = line.shown ? `components.${i++}` : '';
    return { ...line, error: errors[`${at}.name`] ?? errors[`${at}.monitor_id`] ?? null };
  });
}
