import { type Context, Hono } from 'hono';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { contentPolicy } from '../web/security.ts';
import { requireAbility } from '../web/session.ts';
import { changePage } from './actions.ts';
import { listComponents, listWatched } from './component-queries.ts';
import { type EditorForm, inputOf, sentForm, storedForm, withoutUnnamed } from './editor-form.ts';
import { editorView, type Shown, type Stored } from './editor-view.ts';
import { loadFacts } from './load.ts';
import { loadOwnPage } from './own-page.ts';
import { PageInput } from './page-input.ts';
import { createPreview, previewFacts } from './preview.ts';
import type { Audience } from './shown-queries.ts';

/** `/status-pages/{id}`: what a page consists of, and how it will look. */
export function contentPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const preview = createPreview(deps, views);

  routes.get('/status-pages/:id', async (c) => {
    const session = requireAbility(c, 'read');
    const stored = await load(deps, session, c.req.param('id'));
    return draw(c, session, stored, storedForm(stored.page, stored.rows), {});
  });

  routes.post('/status-pages/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const stored = await load(deps, session, c.req.param('id'));
    const raw = await readForm(c);
    const form = sentForm(raw, stored.rows, stored.watched);
    // A button that only rearranges the form: nothing is stored before "Save".
    if (raw['do']) return draw(c, session, stored, form, { unsaved: true });
    try {
      await changePage(deps, actorOf(session), stored.page.id, parseInput(PageInput, inputOf(form)));
    } catch (error) {
      return draw(c, session, stored, form, { ...refusal(error), unsaved: true });
    }
    setFlash(c, 'good', 'The page is saved. Visitors see it at once.');
    return c.redirect(`/status-pages/${stored.page.id}`, 303);
  });

  routes.get('/status-pages/:id/preview', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const audience = audienceOf(c.req.query('as'));
    const facts = await loadFacts(deps, { pageId: page.id }, audience);
    if (!facts) throw notFound();
    return preview.answer(facts, audience);
  });

  routes.post('/status-pages/:id/preview', async (c) => {
    const session = requireAbility(c, 'write');
    const stored = await load(deps, session, c.req.param('id'));
    const raw = await readForm(c);
    const form = sentForm(raw, stored.rows, stored.watched);
    const audience = audienceOf(raw['as']);
    try {
      const input = parseInput(PageInput, inputOf(raw['frame'] ? withoutUnnamed(form) : form));
      return await preview.answer(
        await previewFacts(deps, actorOf(session), stored.page.id, input, audience),
        audience,
      );
    } catch (error) {
      const no = refusal(error);
      // In the frame beside the form a sentence is enough; without scripts the form itself comes back.
      if (raw['frame']) return preview.refusal(no.problem);
      return draw(c, session, stored, form, { ...no, unsaved: true });
    }
  });

  async function draw(c: Context<AppEnv>, session: Session, stored: Stored, form: EditorForm, shown: Shown) {
    c.header('Content-Security-Policy', contentPolicy({ frames: "'self'" }));
    c.header('X-Frame-Options', 'DENY');
    return views.page(c, 'statuspages/editor', editorView(deps, session, stored, form, shown), shown.status ?? 200);
  }
  return routes;
}

function audienceOf(wish: unknown): Audience {
  return wish === 'member' ? 'member' : 'public';
}

async function load(deps: Deps, session: Session, id: string): Promise<Stored> {
  const page = await loadOwnPage(deps, session, id);
  const rows = await listComponents(deps.db.read, session.account.id, page.id);
  return { page, rows, watched: await listWatched(deps.db.read, session.account.id) };
}
