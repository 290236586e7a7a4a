import { type Context, Hono } from 'hono';
import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { refusal } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { listNamedLines } from './component-queries.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import type { PageRow } from './queries.ts';
import { MOST_ROWS, readImport } from './subscriber-import.ts';
import { type Imported, importSubscribers } from './subscriber-list-actions.ts';

/** Lines that are told of one by one. */
const SHOWN_FAULTS = 100;

/** `/status-pages/{id}/subscribers/import`: a list from elsewhere. */
export function importPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/subscribers/import', async (c) => {
    const session = requireAbility(c, 'manage');
    return draw(c, await loadOwnPage(deps, session, c.req.param('id')), {});
  });

  routes.post('/status-pages/:id/subscribers/import', async (c) => {
    const session = requireAbility(c, 'manage');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const form = await c.req.parseBody();
    const pasted = typeof form['rows'] === 'string' ? form['rows'] : '';
    const file = form['file'] instanceof File && form['file'].size > 0 ? form['file'] : null;
    const consent = form['consent'] === 'true';
    try {
      const done = await take(session, page, file ? await file.text() : pasted, consent);
      return await draw(c, page, { done, consent });
    } catch (error) {
      const no = refusal(error);
      return draw(c, page, { pasted, consent, errors: { file: no.problem, ...no.errors } }, no.status);
    }
  });

  async function take(session: Session, page: PageRow, text: string, consent: boolean): Promise<Imported> {
    if (text.trim() === '') throw new AppError('invalid', 'Choose a file, or paste the addresses.');
    const read = readImport(text, await listNamedLines(deps.db.read, page), page.language);
    return importSubscribers(deps, actorOf(session), page.id, { ...read, consent });
  }

  function draw(
    c: Context<AppEnv>,
    page: PageRow,
    { done, ...shown }: { done?: Imported; pasted?: string; consent?: boolean; errors?: Record<string, string> },
    status: 200 | AppError['status'] = 200,
  ) {
    const data = {
      frame: editorFrame(deps, page, 'subscribers'),
      here: `/status-pages/${page.id}/subscribers`,
      most: MOST_ROWS,
      pasted: '',
      consent: false,
      errors: {},
      ...shown,
      done: done ?? null,
      faults: done?.faults.slice(0, SHOWN_FAULTS) ?? [],
      moreFaults: Math.max(0, (done?.faults.length ?? 0) - SHOWN_FAULTS),
    };
    return views.page(c, 'statuspages/subscriber-import', data, status);
  }

  return routes;
}
