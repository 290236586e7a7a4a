import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { type Language, LANGUAGES } from '../core/language.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { zoneOptions } from '../web/zones.ts';
import { requireAbility } from '../web/session.ts';
import { changePage } from './actions.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import { PageInput } from './page-input.ts';
import { listPages, type PageRow } from './queries.ts';

interface Settings {
  slug: string;
  timezone: string;
  language: string;
  auto_report: string;
  hidden_from_search: boolean;
  branding: boolean;
}

/** `/status-pages/{id}/settings`: address, time zone, language, and what incidents do by themselves. */
export function settingsPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/status-pages/:id/settings', async (c) => {
    const session = requireAbility(c, 'read');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    return draw(c, session, page, page);
  });

  routes.post('/status-pages/:id/settings', async (c) => {
    const session = requireAbility(c, 'write');
    const page = await loadOwnPage(deps, session, c.req.param('id'));
    const values = sentSettings(await readForm(c));
    const { branding, ...rest } = values;
    // A locked box is not sent by the browser: then our mark stays.
    const input = allows(session.account.plan, 'branding') ? values : rest;
    try {
      await changePage(deps, actorOf(session), page.id, parseInput(PageInput, input));
    } catch (error) {
      return draw(c, session, page, { ...rest, branding }, refusal(error));
    }
    setFlash(c, 'good', 'The settings are saved. Visitors see them at once.');
    return c.redirect(`/status-pages/${page.id}/settings`, 303);
  });

  async function draw(c: Context<AppEnv>, session: Session, page: PageRow, values: Settings, no?: Refusal) {
    const { plan, id } = session.account;
    const shown = {
      frame: editorFrame(deps, page, 'settings'),
      values,
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
      prefix: `${deps.config.baseUrl.replace(/^https?:\/\//, '')}/s/`,
      zones: zoneOptions(values.timezone),
      languages: LANGUAGES.map((value) => ({ value, label: languageName(value) })),
      reports: AUTO_REPORTS,
      lockedBranding: allows(plan, 'branding') ? null : PLAN[planFor('branding')].label,
      mayWrite: can(session.role, 'write'),
      only: (await listPages(deps.db.read, id)).length === 1,
    };
    return views.page(c, 'statuspages/settings', shown, no?.status ?? 200);
  }
  return routes;
}

function sentSettings(raw: Form): Settings {
  const text = (name: string) => textOf(raw, name);
  return {
    slug: text('slug'),
    timezone: text('timezone'),
    language: text('language'),
    auto_report: text('auto_report'),
    hidden_from_search: text('hidden_from_search') === 'true',
    branding: text('branding') === 'true',
  };
}

/** A language in its own words, then in ours. */
function languageName(language: Language): string {
  const [own, english] = [language, 'en'].map(
    (of) => new Intl.DisplayNames(of, { type: 'language' }).of(language) ?? of,
  );
  return own === english ? `${own}` : `${own} (${english})`;
}

const AUTO_REPORTS = [
  { value: 'none', label: 'Nothing: the page shows that it is down, people write the reports' },
  { value: 'draft', label: 'A draft that you finish and publish' },
  { value: 'publish', label: 'A published report, with subscribers told' },
];
