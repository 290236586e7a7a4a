import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import type { DomainState } from '../core/page-domain.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { checkDomain, removeDomain, setDomain } from './domain-actions.ts';
import { findDomainOfPage } from './domain-queries.ts';
import { domainView } from './domain-view.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import type { PageRow } from './queries.ts';

/** How each state looks: a word, a tone and a drawing. */
const LOOK: Record<DomainState, { word: string; tone: string; icon: string }> = {
  waiting: { word: 'Waiting for DNS', tone: 'degraded', icon: 's-pending' },
  verified: { word: 'Verified', tone: 'up', icon: 's-up' },
  failing: { word: 'Proof missing', tone: 'degraded', icon: 's-degraded' },
  lost: { word: 'Not served', tone: 'down', icon: 's-down' },
};

/** `/status-pages/{id}/domain`: the host a page has of its own. */
export function domainPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/domain', async (c) => {
    const session = requireAbility(c, 'read');
    return draw(c, session, await loadOwnPage(deps, session, c.req.param('id')), '');
  });

  routes.post('/status-pages/:id/domain', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const host = textOf(await readForm(c), 'host');
    try {
      await setDomain(deps, actorOf(session), page.id, host);
    } catch (error) {
      return draw(c, session, page, host, refusal(error));
    }
    return c.redirect(`/status-pages/${page.id}/domain`, 303);
  });

  routes.post('/status-pages/:id/domain/verify', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    if (!(await findDomainOfPage(deps.db.read, session.account.id, page.id))) {
      return c.redirect(`/status-pages/${page.id}/domain`, 303);
    }
    try {
      const missing = await checkDomain(deps, actorOf(session), page.id);
      if (missing === null) setFlash(c, 'good', 'The record is there: the page is served on its domain.');
      else setFlash(c, 'bad', `Not yet. ${missing}`);
    } catch (error) {
      return draw(c, session, page, '', refusal(error));
    }
    return c.redirect(`/status-pages/${page.id}/domain`, 303);
  });

  routes.post('/status-pages/:id/domain/remove', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const row = await findDomainOfPage(deps.db.read, session.account.id, page.id);
    if (row) {
      await removeDomain(deps, actorOf(session), page.id);
      setFlash(c, 'good', `${row.host} is not answered any more.`);
    }
    return c.redirect(`/status-pages/${page.id}/domain`, 303);
  });

  async function draw(c: Context<AppEnv>, session: Session, page: PageRow, host: string, no?: Refusal) {
    const { plan, id } = session.account;
    const row = await findDomainOfPage(deps.db.read, id, page.id);
    const domain = row && domainView(deps, row);
    const shown = {
      frame: editorFrame(deps, page, 'domain'),
      domain: domain && { ...domain, look: LOOK[domain.state] },
      host,
      problem: no?.problem ?? null,
      error: no?.errors['host'] ?? null,
      locked: allows(plan, 'customDomain') ? null : PLAN[planFor('customDomain')].label,
      address: `${deps.config.baseUrl}/s/${page.slug}`,
      mayWrite: can(session.role, 'write'),
    };
    return views.page(c, 'statuspages/domain', shown, no?.status ?? 200);
  }
  return routes;
}
