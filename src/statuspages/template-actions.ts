import { recordChange } from '../accounts/audit-queries.ts';
import { type Actor, demand } from '../core/access.ts';
import { changesOf } from '../core/changes.ts';
import { AppError, notFound } from '../core/errors.ts';
import { newId } from '../db/ids.ts';
import type { Deps } from '../deps.ts';
import type { TemplateInput, TemplatePatch } from './report-input.ts';
import { countTemplates, deleteTemplateRow, findTemplate, insertTemplate, updateTemplate } from './template-queries.ts';

const MOST_TEMPLATES = 100;

/** Keeps a text to begin reports with; returns its id. */
export async function createTemplate(deps: Deps, actor: Actor, input: TemplateInput): Promise<string> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  const id = newId('tpl');
  await deps.db.write('create report template', async (tx) => {
    if ((await countTemplates(tx, actor.accountId)) >= MOST_TEMPLATES) {
      throw new AppError('limit', `An account has at most ${MOST_TEMPLATES} templates. Delete one first.`);
    }
    await insertTemplate(tx, { id, account_id: actor.accountId, ...input, created_at: now });
    await recordChange(tx, actor, now, 'report_template.created', id, { name: input.name });
  });
  return id;
}

/** Changes a template; reports that began with it stay as they are. */
export async function changeTemplate(deps: Deps, actor: Actor, id: string, patch: TemplatePatch): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('change report template', async (tx) => {
    const row = await findTemplate(tx, actor.accountId, id);
    if (!row) throw notFound();
    const { name = row.name, title = row.title, body = row.body, impact = row.impact } = patch;
    const after = { name, title, body, impact };
    await updateTemplate(tx, actor.accountId, id, after);
    const before = { name: row.name, title: row.title, body: row.body, impact: row.impact };
    await recordChange(tx, actor, now, 'report_template.changed', id, { name }, changesOf(before, after));
  });
}

export async function deleteTemplate(deps: Deps, actor: Actor, id: string): Promise<void> {
  demand(actor.role, 'write');
  const now = deps.clock.now();
  await deps.db.write('delete report template', async (tx) => {
    const row = await findTemplate(tx, actor.accountId, id);
    if (!row) throw notFound();
    await deleteTemplateRow(tx, actor.accountId, id);
    await recordChange(tx, actor, now, 'report_template.deleted', id, { name: row.name });
  });
}
