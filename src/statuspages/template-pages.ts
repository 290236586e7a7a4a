import type { Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { renderMarkdown } from '../core/markdown.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { formOptions } from './report-form.ts';
import { TemplateInput } from './report-input.ts';
import { IMPACT_WORDS } from './report-words.ts';
import { changeTemplate, createTemplate, deleteTemplate } from './template-actions.ts';
import { findTemplate, listTemplates, type TemplateRow } from './template-queries.ts';

interface TemplateForm {
  name: string;
  title: string;
  body: string;
  impact: string;
}

/** `/report-templates`: texts that reports of all pages of the account begin with. */
export function addTemplatePages(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/report-templates', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const rows = await listTemplates(deps.db.read, account.id);
    return views.page(c, 'statuspages/templates', {
      templates: rows.map(({ id, name, title, impact }) => ({ id, name, title, impact: IMPACT_WORDS[impact].label })),
      mayWrite: can(role, 'write'),
    });
  });

  routes.get('/report-templates/new', (c) => {
    requireAbility(c, 'write');
    return draw(c, null, { name: '', title: '', body: '', impact: 'minor' });
  });

  routes.post('/report-templates', async (c) => {
    const session = requireAbility(c, 'write');
    const { form, act } = await sent(c);
    if (act === 'preview') return draw(c, null, form, null, true);
    try {
      await createTemplate(deps, actorOf(session), parseInput(TemplateInput, form));
    } catch (error) {
      return draw(c, null, form, refusal(error));
    }
    setFlash(c, 'good', 'The template is there. New reports can begin with it.');
    return c.redirect('/report-templates', 303);
  });

  routes.get('/report-templates/:id/edit', async (c) => {
    const row = await load(c);
    return draw(c, row, row);
  });

  routes.post('/report-templates/:id', async (c) => {
    const row = await load(c);
    const { form, act } = await sent(c);
    if (act === 'preview') return draw(c, row, form, null, true);
    try {
      const input = parseInput(TemplateInput, form);
      await changeTemplate(deps, actorOf(requireAbility(c, 'write')), row.id, input);
    } catch (error) {
      return draw(c, row, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/report-templates', 303);
  });

  routes.get('/report-templates/:id/delete', async (c) => {
    const { id, name } = await load(c);
    return views.page(c, 'statuspages/template-delete', { template: { id, name } });
  });

  routes.post('/report-templates/:id/delete', async (c) => {
    await deleteTemplate(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The template is gone. Reports that began with it stay.');
    return c.redirect('/report-templates', 303);
  });

  async function load(c: Context<AppEnv>): Promise<TemplateRow> {
    const row = await findTemplate(deps.db.read, requireAbility(c, 'write').account.id, c.req.param('id') ?? '');
    if (!row) throw notFound();
    return row;
  }

  function draw(
    c: Context<AppEnv>,
    row: TemplateRow | null,
    form: TemplateForm,
    no: Refusal | null = null,
    preview = false,
  ) {
    const { name, title, body, impact } = form;
    const shown = {
      template: row && { id: row.id, name: row.name },
      form: { name, title, body, impact },
      impacts: formOptions(null).impacts,
      preview: preview ? renderMarkdown(body) : null,
      problem: no?.problem ?? null,
      errors: no?.errors ?? {},
    };
    return views.page(c, 'statuspages/template-form', shown, no?.status ?? 200);
  }
}

async function sent(c: Context<AppEnv>): Promise<{ form: TemplateForm; act: string }> {
  const form = await readForm(c);
  const text = (name: string) => textOf(form, name);
  return {
    form: { name: text('name'), title: text('title'), body: text('body'), impact: text('impact') },
    act: text('act'),
  };
}
