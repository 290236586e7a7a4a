import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { renderMarkdown } from '../core/markdown.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { editorFrame, loadOwnPage } from './own-page.ts';
import type { PageRow } from './queries.ts';
import { changeReport, changeUpdate, createReport, deleteReport, postUpdate, publishReport } from './report-actions.ts';
import {
  affectedOf,
  beginOf,
  emptyForm,
  fieldsOf,
  promiseOf,
  type ReportForm,
  sentForm,
  statusOptions,
  storedForm,
} from './report-form.ts';
import { ReportInput, ReportPatch, UpdateInput, UpdatePatch } from './report-input.ts';
import { findReport, listChoices, listReports, type ReportRow } from './report-queries.ts';
import { reportLine, reportView } from './report-view.ts';
import { addTemplatePages } from './template-pages.ts';
import { findTemplate, listTemplates } from './template-queries.ts';
import { z } from 'zod';

/** Past reports on one sheet, and most of those that are not over. */
const SHEET = 25;
const MOST = 100;

/** What was sent besides the form: the preview is drawn instead of anything being done. */
interface Sent {
  form: ReportForm;
  act: string;
}

/** `/status-pages/{id}/reports`: what people write about outages, for everyone who reads the page. */
export function statusReportPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const root = '/status-pages/:id/reports';
  addTemplatePages(routes, deps, views);

  routes.get(root, async (c) => {
    const { session, page } = await open(c, 'read');
    const { account, role } = session;
    const before = unpackCursor(c.req.query('before'), z.tuple([z.int(), z.string()]));
    const list = (state: 'draft' | 'open' | 'past', limit: number) =>
      listReports(deps.db.read, account.id, page.id, { state, before: state === 'past' ? before : null, limit });
    const past = await list('past', SHEET + 1);
    const shown = past.slice(0, SHEET);
    const last = past.length > SHEET ? shown.at(-1) : undefined;
    const here = `/status-pages/${page.id}/reports`;
    return views.page(c, 'statuspages/reports', {
      frame: editorFrame(deps, page, 'reports'),
      here,
      drafts: before ? [] : (await list('draft', MOST)).map(reportLine),
      open: before ? [] : (await list('open', MOST)).map(reportLine),
      past: shown.map(reportLine),
      pager: {
        next: last ? `${here}?before=${packCursor([last.started_at, last.id])}` : null,
        first: before ? here : null,
        text: before ? 'Older reports' : '',
        label: 'Past reports',
      },
      mayWrite: can(role, 'write'),
    });
  });

  routes.get(`${root}/new`, async (c) => {
    const { session, page } = await open(c, 'write');
    const template = await findTemplate(deps.db.read, session.account.id, c.req.query('template') ?? '');
    const choices = await listChoices(deps.db.read, session.account.id, page.id);
    return drawForm(c, page, null, emptyForm(choices, template));
  });

  routes.post(root, async (c) => {
    const { session, page } = await open(c, 'write');
    const { form, act } = await sent(c);
    if (act === 'preview') return drawForm(c, page, null, form, null, true);
    const draft = act === 'draft';
    let id: string;
    try {
      const { title, impact, status, body, notify } = form;
      const next_update_by = promiseOf(form, null, deps.clock.now());
      const more = {
        components: affectedOf(form),
        next_update_by,
        draft,
        notify,
        ...beginOf(form, page.timezone, null),
      };
      id = await createReport(
        deps,
        actorOf(session),
        page.id,
        parseInput(ReportInput, { title, impact, status, body, ...more }),
      );
    } catch (error) {
      return drawForm(c, page, null, form, refusal(error));
    }
    setFlash(c, 'good', draft ? 'Kept as a draft. Nobody outside sees it.' : 'Published. Visitors see it now.');
    return c.redirect(`/status-pages/${page.id}/reports/${id}`, 303);
  });

  routes.get(`${root}/:report_id`, async (c) => {
    const { session, page, report } = await openReport(c, 'read');
    return drawReport(c, session, page, report, { ...storedForm(report, page.timezone), next: '30' });
  });

  routes.post(`${root}/:report_id/updates`, async (c) => {
    const { session, page, report } = await openReport(c, 'write');
    const { form, act } = await sent(c);
    if (act === 'preview') return drawReport(c, session, page, report, form, null, true);
    try {
      const { status, body, notify } = form;
      const next_update_by = promiseOf(form, report.next_update_by, deps.clock.now());
      const input = { status, body, notify, next_update_by, components: affectedOf(form) };
      await postUpdate(deps, actorOf(session), page.id, report.id, parseInput(UpdateInput, input));
    } catch (error) {
      return drawReport(c, session, page, report, form, refusal(error));
    }
    setFlash(c, 'good', 'Posted. Visitors see it now.');
    return c.redirect(`/status-pages/${page.id}/reports/${report.id}`, 303);
  });

  routes.post(`${root}/:report_id/publish`, async (c) => {
    const { session, page, report } = await openReport(c, 'write');
    const notify = (await readForm(c))['notify'] === 'true';
    try {
      await publishReport(deps, actorOf(session), page.id, report.id, { notify });
      setFlash(c, 'good', 'Published. Visitors see it now.');
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
    }
    return c.redirect(`/status-pages/${page.id}/reports/${report.id}`, 303);
  });

  routes.get(`${root}/:report_id/edit`, async (c) => {
    const { page, report } = await openReport(c, 'write');
    return drawForm(c, page, report, storedForm(report, page.timezone));
  });

  routes.post(`${root}/:report_id`, async (c) => {
    const { session, page, report } = await openReport(c, 'write');
    const { form } = await sent(c);
    try {
      const { title, impact } = form;
      const next_update_by = promiseOf(form, report.next_update_by, deps.clock.now());
      const begin = beginOf(form, page.timezone, report.started_at);
      const patch = parseInput(ReportPatch, { title, impact, next_update_by, components: affectedOf(form), ...begin });
      await changeReport(deps, actorOf(session), page.id, report.id, patch);
    } catch (error) {
      return drawForm(c, page, report, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect(`/status-pages/${page.id}/reports/${report.id}`, 303);
  });

  routes.get(`${root}/:report_id/updates/:update_id/edit`, async (c) => {
    const { page, report } = await openReport(c, 'write');
    const { status, body } = updateOf(c, report);
    return drawUpdate(c, page, report, { status, body });
  });

  routes.post(`${root}/:report_id/updates/:update_id`, async (c) => {
    const { session, page, report } = await openReport(c, 'write');
    const { id } = updateOf(c, report);
    const { form, act } = await sent(c);
    const { status, body } = form;
    if (act === 'preview') return drawUpdate(c, page, report, form, null, true);
    try {
      await changeUpdate(deps, actorOf(session), page.id, report.id, id, parseInput(UpdatePatch, { status, body }));
    } catch (error) {
      return drawUpdate(c, page, report, form, refusal(error));
    }
    setFlash(c, 'good', 'Corrected. Nobody was told again.');
    return c.redirect(`/status-pages/${page.id}/reports/${report.id}`, 303);
  });

  routes.get(`${root}/:report_id/delete`, async (c) => {
    const { page, report } = await openReport(c, 'write');
    const here = `/status-pages/${page.id}/reports/${report.id}`;
    return views.page(c, 'statuspages/report-delete', {
      frame: editorFrame(deps, page, 'reports'),
      here,
      report: { title: report.title, draft: report.published_at === null },
    });
  });

  routes.post(`${root}/:report_id/delete`, async (c) => {
    const { session, page, report } = await openReport(c, 'write');
    await deleteReport(deps, actorOf(session), page.id, report.id);
    setFlash(c, 'good', 'The report is gone.');
    return c.redirect(`/status-pages/${page.id}/reports`, 303);
  });

  async function open(c: Context<AppEnv>, ability: 'read' | 'write') {
    const session = requireAbility(c, ability);
    return { session, page: await loadOwnPage(deps, session, c.req.param('id') ?? '') };
  }

  async function openReport(c: Context<AppEnv>, ability: 'read' | 'write') {
    const { session, page } = await open(c, ability);
    const report = await findReport(deps.db.read, session.account.id, page.id, c.req.param('report_id') ?? '');
    if (!report) throw notFound();
    return { session, page, report };
  }

  async function drawForm(
    c: Context<AppEnv>,
    page: PageRow,
    report: ReportRow | null,
    form: ReportForm,
    no: Refusal | null = null,
    preview = false,
  ) {
    const { account } = requireAbility(c, 'write');
    const choices = await listChoices(deps.db.read, account.id, page.id);
    const here = `/status-pages/${page.id}/reports`;
    const templates = report ? [] : await listTemplates(deps.db.read, account.id);
    const shown = {
      frame: editorFrame(deps, page, 'reports'),
      here: report ? `${here}/${report.id}` : here,
      report: report && { title: report.title, over: report.resolved_at !== null },
      ...fieldsOf(page, form, choices, report, no, preview),
      templates: templates.map(({ id, name }) => ({ id, name })),
    };
    return views.page(c, 'statuspages/report-form', shown, no?.status ?? 200);
  }

  async function drawReport(
    c: Context<AppEnv>,
    session: Session,
    page: PageRow,
    report: ReportRow,
    form: ReportForm,
    no: Refusal | null = null,
    preview = false,
  ) {
    const choices = await listChoices(deps.db.read, session.account.id, page.id);
    const shown = {
      frame: editorFrame(deps, page, 'reports'),
      here: `/status-pages/${page.id}/reports/${report.id}`,
      report: reportView(report, deps.clock.now()),
      link: `${deps.config.baseUrl}/s/${page.slug}/incidents/${report.id}`,
      ...fieldsOf(page, form, choices, report, no, preview),
      mayWrite: can(session.role, 'write'),
    };
    return views.page(c, 'statuspages/report', shown, no?.status ?? 200);
  }

  function drawUpdate(
    c: Context<AppEnv>,
    page: PageRow,
    report: ReportRow,
    form: Pick<ReportForm, 'status' | 'body'>,
    no: Refusal | null = null,
    preview = false,
  ) {
    const here = `/status-pages/${page.id}/reports/${report.id}`;
    const shown = {
      frame: editorFrame(deps, page, 'reports'),
      here: `${here}/updates/${c.req.param('update_id')}`,
      back: here,
      report: { title: report.title },
      form,
      statuses: statusOptions(report.resolved_at !== null),
      preview: preview ? renderMarkdown(form.body) : null,
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
    };
    return views.page(c, 'statuspages/report-update', shown, no?.status ?? 200);
  }

  return routes;
}

async function sent(c: Context<AppEnv>): Promise<Sent> {
  const form = await readForm(c);
  return { form: sentForm(form), act: textOf(form, 'act') };
}

function updateOf(c: Context<AppEnv>, report: ReportRow) {
  const update = report.updates.find(({ id }) => id === c.req.param('update_id'));
  if (!update) throw notFound();
  return update;
}
