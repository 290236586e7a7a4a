import type { Context, Hono } from 'hono';
import { AppError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { changeMonitors, previewChange } from './bulk-actions.ts';
import { changeOf, choiceOf, type Deed, deedOf, hasValues } from './bulk-form.ts';
import { type Choice, MOST_AT_ONCE } from './bulk-input.ts';
import { fieldWords, loadAsking, previewView, titleOf } from './bulk-view.ts';
import { changeLines } from './rule-view.ts';
import { listMatchingIds } from './queries.ts';
import { undoChange, type Undone } from './undo-actions.ts';

/** `/monitors/bulk`: what is to be changed, what that would do, and doing it. `/undo`: the way back. */
export function addBulkPages(pages: Hono<AppEnv>, deps: Deps, views: Views): void {
  // The answer to a form may be asked for again by its address.
  pages.get('/monitors/bulk', (c) => {
    requireAbility(c, 'write');
    return c.redirect('/dashboard', 303);
  });

  pages.post('/monitors/bulk', async (c) => {
    const { account } = requireAbility(c, 'write');
    const form = await readForm(c);
    const deed = deedOf(form);
    const ids = await idsOf(account.id, choiceOf(form));
    if (deed === null || ids.length === 0) {
      return back(c, form, 'info', deed === null ? 'Choose what to do.' : 'No monitor was chosen. Tick at least one.');
    }
    if (ids.length > MOST_AT_ONCE) {
      return back(c, form, 'bad', `More than ${MOST_AT_ONCE} monitors match. Narrow the list first.`);
    }
    return draw(c, form, deed, ids);
  });

  pages.post('/monitors/bulk/confirm', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    const { ids = [] } = choiceOf(form);
    const deed = deedOf(form);
    if (deed === null || ids.length === 0) return back(c, form, 'info', 'No monitor was chosen. Tick at least one.');
    try {
      const change = changeOf(form, 'rule');
      if (change.delete && textOf(form, 'count').trim() !== String(ids.length)) {
        const message = `Type ${ids.length} to delete them.`;
        return await draw(c, form, deed, ids, { status: 422, problem: message, errors: { count: message } });
      }
      const { what, changed, undo } = await changeMonitors(deps, actorOf(session), { ids }, change);
      if (changed.length === 0) return back(c, form, 'info', 'Nothing had to be changed.');
      // What can be taken back is told beside the button for that.
      if (undo === null) setFlash(c, 'good', `${what}.`);
      return c.redirect(backOf(form), 303);
    } catch (error) {
      return back(c, form, 'bad', `Nothing was changed. ${refusal(error).problem}`);
    }
  });

  pages.post('/undo/:id', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    const form = await readForm(c);
    try {
      const undone = await undoChange(deps, actor, c.req.param('id'));
      return back(c, form, undone.skipped.length > 0 ? 'info' : 'good', undoneWords(undone));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
      return views.page(c, 'monitors/undo-gone', {}, 404);
    }
  });

  async function draw(c: Context<AppEnv>, form: Form, deed: Deed, ids: string[], no?: Refusal): Promise<Response> {
    const session = requireAbility(c, 'write');
    let refused = no;
    let preview: ReturnType<typeof previewView> | null = null;
    if (hasValues(form, deed)) {
      try {
        const change = changeOf(form, deed);
        const says = deed === 'rule' ? await changeLines(deps.db.read, session.account.id, change) : [];
        preview = previewView(await previewChange(deps, actorOf(session), { ids }, change), change, says);
      } catch (error) {
        refused = refusal(error);
        if (refused.errors['ids']) return back(c, form, 'bad', refused.problem);
      }
    }
    const said = Object.entries(refused?.errors ?? {}).map(([name, message]) => [fieldOf(name), message] as const);
    const errors: Record<string, string> = Object.fromEntries(said);
    const view = {
      deed,
      title: titleOf(deed, ids.length),
      ids: ids.join(' '),
      count: ids.length,
      back: backOf(form),
      asking: await loadAsking(deps.db.read, session.account, deed, form, errors),
      preview,
      countError: errors['count'],
      problem: refused && (deed === 'rule' || Object.keys(errors).length === 0) ? refused.problem : null,
    };
    return views.page(c, 'monitors/bulk', view, refused?.status ?? 200);
  }

  /** Pinned from here on: what was looked at in the preview is what will be changed. */
  async function idsOf(accountId: string, { ids, filter }: Choice): Promise<string[]> {
    if (filter === undefined) return ids ?? [];
    const now = deps.clock.now();
    const { status, tag, q } = filter;
    return listMatchingIds(deps.db.read, accountId, { now, status, tag, q }, MOST_AT_ONCE + 1);
  }
}

function back(c: Context<AppEnv>, form: Form, kind: 'good' | 'bad' | 'info', sentence: string): Response {
  setFlash(c, kind, sentence);
  return c.redirect(backOf(form), 303);
}

/** The field of the form behind a field of the change. */
function fieldOf(name: string): string {
  return name.startsWith('change.channels_') ? 'channels' : name.replace(/^change\./, '');
}

function backOf(form: Form): string {
  const given = textOf(form, 'back');
  return /^\/dashboard(\?[\w=&%.~+-]*)?$/.test(given) ? given : '/dashboard';
}

/** What came of an undo, with the first of those that stay and why. */
function undoneWords({ what, restored, skipped }: Undone): string {
  const done = `Undone: ${what}.`;
  const [first] = skipped;
  if (!first) return done;
  const why = {
    changed_since: `somebody changed ${first.field === null ? 'it' : fieldWords(first.field)} since`,
    deleted: 'it was deleted since',
    plan: 'the plan does not allow it now',
  }[first.reason];
  const who = first.name === null ? 'One monitor' : `“${first.name}”`;
  const others = skipped.length > 1 ? ` So do ${skipped.length - 1} more.` : '';
  return restored === 0
    ? `Nothing could be put back. ${who} stays as it is: ${why}.${others}`
    : `${done} ${who} stays as it is: ${why}.${others}`;
}
