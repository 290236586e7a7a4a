import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { PLAN, planForPages } from '../core/plan.ts';
import type { PageStatus } from '../core/severity.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { accessPages } from './access-pages.ts';
import { createPage, removePage } from './actions.ts';
import { copyPages } from './copy-pages.ts';
import { domainPages } from './domain-pages.ts';
import { contentPages } from './editor-pages.ts';
import { loadFacts } from './load.ts';
import { lookPages } from './look-pages.ts';
import { loadOwnPage } from './own-page.ts';
import { pageImportPages } from './import-pages.ts';
import { NewPageInput } from './page-input.ts';
import { tryPageSlug } from './page-slug.ts';
import { listPages, listPageSummaries, type PageRow, type PageSummary } from './queries.ts';
import { settingsPages } from './settings-pages.ts';
import { sharePages } from './share-pages.ts';
import { subscriberListPages } from './subscriber-list-pages.ts';

/** `/status-pages`: the pages of an account, a new one, and those that are given up. */
export function statusPagePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-page', async (c) => {
    const session = requireAbility(c, 'read');
    const [first] = await listPages(deps.db.read, session.account.id);
    return c.redirect(first ? `/status-pages/${first.id}` : '/status-pages', 303);
  });

  routes.get('/status-pages', async (c) => {
    const session = requireAbility(c, 'read');
    const pages = await listPageSummaries(deps.db.read, session.account.id);
    const limit = pagesLimit(session, pages.length);
    return views.page(c, 'statuspages/index', {
      pages: await Promise.all(pages.map((page) => pageLine(deps, page))),
      limit,
      mayWrite: can(session.role, 'write'),
    });
  });

  routes.get('/status-pages/new', async (c) => {
    const session = requireAbility(c, 'write');
    return drawNew(c, session, { title: '', slug: '' });
  });

  /** Whether an address is free, while it is typed. */
  routes.get('/status-pages/address', async (c) => {
    const session = requireAbility(c, 'read');
    const text = (c.req.query('slug') ?? '').slice(0, 200);
    const { id } = session.account;
    return c.json(await tryPageSlug(deps.db.read, id, text, c.req.query('page') ?? null, deps.clock.now()));
  });

  routes.post('/status-pages', async (c) => {
    const session = requireAbility(c, 'write');
    const raw = await readForm(c);
    const values = { title: String(raw['title'] ?? ''), slug: String(raw['slug'] ?? '') };
    try {
      const id = await createPage(deps, actorOf(session), parseInput(NewPageInput, values));
      setFlash(c, 'good', 'The page is there. Now say what it shows.');
      return c.redirect(`/status-pages/${id}`, 303);
    } catch (error) {
      return drawNew(c, session, values, refusal(error));
    }
  });

  routes.route('/', pageImportPages(deps, views, addressPrefix(deps)));

  routes.get('/status-pages/:id/delete', async (c) => {
    const session = requireAbility(c, 'write');
    return drawDelete(c, await loadOwnPage(deps, session, c.req.param('id')), null);
  });

  routes.post('/status-pages/:id/delete', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    try {
      await removePage(deps, actorOf(session), page.id);
    } catch (error) {
      return drawDelete(c, page, refusal(error));
    }
    setFlash(c, 'good', `“${page.title}” is deleted. Its address rests for 30 days.`);
    return c.redirect('/status-pages', 303);
  });

  async function drawNew(c: Context<AppEnv>, session: Session, values: { title: string; slug: string }, no?: Refusal) {
    const have = (await listPages(deps.db.read, session.account.id)).length;
    const shown = {
      values,
      prefix: addressPrefix(deps),
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
      limit: pagesLimit(session, have),
    };
    return views.page(c, 'statuspages/new', shown, no?.status ?? 200);
  }

  async function drawDelete(c: Context<AppEnv>, page: PageRow, no: Refusal | null) {
    return views.page(
      c,
      'statuspages/delete',
      { page, problem: no?.problem ?? null, url: `${deps.config.baseUrl}/s/${page.slug}` },
      no?.status ?? 200,
    );
  }

  routes.route('/', contentPages(deps, views));
  routes.route('/', lookPages(deps, views));
  routes.route('/', accessPages(deps, views));
  routes.route('/', settingsPages(deps, views));
  routes.route('/', sharePages(deps, views));
  routes.route('/', domainPages(deps, views));
  routes.route('/', copyPages(deps, views));
  routes.route('/', subscriberListPages(deps, views));
  return routes;
}

/** What stands before a slug, without the scheme. */
function addressPrefix(deps: Deps): string {
  return `${deps.config.baseUrl.replace(/^https?:\/\//, '')}/s/`;
}

/** What the plan says when no further page fits; null while one does. */
function pagesLimit({ account }: Session, have: number) {
  const { pages, label } = PLAN[account.plan];
  if (have < pages) return null;
  const more = planForPages(have + 1);
  return { label, pages, more: more === null ? null : { label: PLAN[more].label, pages: PLAN[more].pages } };
}

const VISIBILITY_WORD = { public: 'Public', password: 'With a password', members: 'Members only' };

/** How each verdict looks in the list: tone, drawing, words. */
const STATUS_LOOK: Record<PageStatus, { tone: string; shape: string; word: string }> = {
  operational: { tone: 'up', shape: 's-up', word: 'Operational' },
  degraded: { tone: 'degraded', shape: 's-degraded', word: 'Degraded' },
  partial_outage: { tone: 'down', shape: 's-down', word: 'Partial outage' },
  major_outage: { tone: 'down', shape: 's-down', word: 'Major outage' },
  maintenance: { tone: 'maintenance', shape: 's-maintenance', word: 'Maintenance' },
  unknown: { tone: 'unknown', shape: 's-unknown', word: 'Unknown' },
};

const EMPTY_LOOK = { tone: 'unknown', shape: 's-pending', word: 'Empty' };

/** With the status that members of the account see on the page. */
async function pageLine(deps: Deps, page: PageSummary) {
  const facts = await loadFacts(deps, { pageId: page.id }, 'member');
  return {
    ...page,
    status: facts && (page.components > 0 || facts.status !== 'unknown') ? STATUS_LOOK[facts.status] : EMPTY_LOOK,
    address: `${addressPrefix(deps)}${page.slug}`,
    url: `${deps.config.baseUrl}/s/${page.slug}`,
    visibilityWord: VISIBILITY_WORD[page.visibility],
  };
}
