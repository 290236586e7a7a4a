import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { VISIBILITIES } from '../core/page.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { changePage } from './actions.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import { PageInput } from './page-input.ts';
import type { PageRow } from './queries.ts';

const CHOICES: Record<PageRow['visibility'], { label: string; help: string }> = {
  public: { label: 'Everybody', help: 'Lines for members only are left out for all others.' },
  password: {
    label: 'Who knows the password',
    help: 'One password for all. A browser that gave it is let in for seven days. Feed readers and programs send it as HTTP Basic, with any user name.',
  },
  members: { label: 'Members of this account', help: 'After they have logged in here.' },
};

/** `/status-pages/{id}/access`: who may read a page. */
export function accessPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/access', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    return draw(c, session, page, page.visibility);
  });

  routes.post('/status-pages/:id/access', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const raw = await readForm(c);
    const text = (name: string) => textOf(raw, name);
    const visibility = text('visibility');
    const password = visibility === 'password' ? text('password') : '';
    try {
      const input = parseInput(PageInput, { visibility, ...(password === '' ? {} : { password }) });
      await changePage(deps, actorOf(session), page.id, input);
    } catch (error) {
      return draw(c, session, page, visibility, refusal(error));
    }
    setFlash(c, 'good', saidOf(visibility, password !== ''));
    return c.redirect(`/status-pages/${page.id}/access`, 303);
  });

  function draw(c: Context<AppEnv>, session: Session, page: PageRow, visibility: string, no?: Refusal) {
    const mayClose = allows(session.account.plan, 'privatePages');
    const shown = {
      frame: editorFrame(deps, page, 'access'),
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
      choices: VISIBILITIES.map((value) => ({
        ...CHOICES[value],
        value,
        chosen: value === visibility,
        // What is private already may stay so on any plan.
        locked: value !== 'public' && value !== page.visibility && !mayClose,
      })),
      hasPassword: page.password_hash !== null,
      plan: mayClose ? null : PLAN[planFor('privatePages')].label,
      mayWrite: can(session.role, 'write'),
    };
    return views.page(c, 'statuspages/access-settings', shown, no?.status ?? 200);
  }
  return routes;
}

function saidOf(visibility: string, renewed: boolean): string {
  if (renewed) return 'Saved. Everybody is asked for the new password.';
  return visibility === 'public'
    ? 'Saved. Everybody can read the page.'
    : 'Saved. Nobody else can read the page any more.';
}
