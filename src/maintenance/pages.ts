import { type Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { renderMarkdown } from '../core/markdown.ts';
import { DAY } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { listMonitors } from '../monitors/queries.ts';
import { listPages } from '../statuspages/queries.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { zoneOptions } from '../web/zones.ts';
import { requireAbility } from '../web/session.ts';
import { changeWindow, createWindow, deleteWindow, endWindow, windowState } from './actions.ts';
import { listOccurrences } from './api.ts';
import { emptyForm, inputOf, sentForm, storedForm, type WindowForm } from './form.ts';
import { findWindow, listComing, listOver, type WindowRow } from './queries.ts';
import { WindowInput } from './window-input.ts';
import { scheduleWords } from './words.ts';

/** Rows of the list: an account has at most two hundred ahead, and old ones are only for looking back. */
const MOST = { ahead: 200, over: 30 };
/** Monitors the form offers. */
const MOST_MONITORS = 1_000;

/** `/maintenance`: planned work, during which nobody is alerted. */
export function maintenancePages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/maintenance', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const now = deps.clock.now();
    const rows = [
      ...(await listComing(deps.db.read, account.id, MOST.ahead)),
      ...(await listOver(deps.db.read, account.id, MOST.over)),
    ];
    const lines = rows.map((row) => windowLine(row, now));
    const of = (state: string) => lines.filter((line) => line.state === state);
    return views.page(c, 'maintenance/index', {
      active: of('active'),
      coming: of('scheduled'),
      over: of('completed'),
      mayWrite: can(role, 'write'),
    });
  });

  routes.get('/maintenance/new', async (c) => {
    requireAbility(c, 'write');
    return drawForm(c, null, emptyForm(c.req.query('repeat') ?? '', deps.clock.now()));
  });

  routes.post('/maintenance', async (c) => {
    const session = requireAbility(c, 'write');
    const sent = await readForm(c);
    const form = sentForm(sent);
    if (sent['act'] === 'preview') return drawForm(c, null, form, null, true);
    try {
      await createWindow(deps, actorOf(session), parseInput(WindowInput, inputOf(form)));
    } catch (error) {
      return drawForm(c, null, form, refusal(error));
    }
    setFlash(c, 'good', 'Planned. Nobody is alerted while it lasts.');
    return c.redirect('/maintenance', 303);
  });

  routes.get('/maintenance/:id/edit', async (c) => {
    const row = await load(c);
    const stored = storedForm(row);
    const repeat = c.req.query('repeat') ?? stored.repeat;
    const fresh = emptyForm(repeat, deps.clock.now());
    // Switched to the other way, its fields start as those of a new one.
    const form = fresh.repeat === stored.repeat ? stored : { ...fresh, ...kept(stored) };
    return drawForm(c, row, form);
  });

  routes.post('/maintenance/:id', async (c) => {
    const row = await load(c);
    const sent = await readForm(c);
    const form = sentForm(sent);
    if (sent['act'] === 'preview') return drawForm(c, row, form, null, true);
    try {
      const { starts_at, ends_at, ...input } = parseInput(WindowInput, inputOf(form));
      // Nothing new about the times: a window that is on, or over, can still be renamed.
      const same = JSON.stringify(times(form)) === JSON.stringify(times(storedForm(row)));
      const { cron, duration_seconds, ...rest } = input;
      const patch = same ? rest : { ...rest, starts_at, ends_at, cron, duration_seconds };
      await changeWindow(deps, actorOf(requireAbility(c, 'write')), row.id, patch);
    } catch (error) {
      return drawForm(c, row, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/maintenance', 303);
  });

  routes.post('/maintenance/:id/end', async (c) => {
    const actor = actorOf(requireAbility(c, 'write'));
    try {
      await endWindow(deps, actor, c.req.param('id'));
      setFlash(c, 'good', 'Ended. Its monitors are alerted on again.');
    } catch (error) {
      setFlash(c, 'bad', refusal(error).problem);
    }
    return c.redirect('/maintenance', 303);
  });

  routes.get('/maintenance/:id/delete', async (c) => {
    const row = await load(c);
    const state = windowState(row, deps.clock.now());
    return views.page(c, 'maintenance/delete', { window: { id: row.id, title: row.title, state } });
  });

  routes.post('/maintenance/:id/delete', async (c) => {
    await deleteWindow(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The window is gone.');
    return c.redirect('/maintenance', 303);
  });

  async function load(c: Context<AppEnv>): Promise<WindowRow> {
    const row = await findWindow(deps.db.read, requireAbility(c, 'write').account.id, c.req.param('id') ?? '');
    if (!row) throw notFound();
    return row;
  }

  async function drawForm(
    c: Context<AppEnv>,
    row: WindowRow | null,
    form: WindowForm,
    no: Refusal | null = null,
    preview = false,
  ) {
    const { account } = requireAbility(c, 'write');
    const filter = { now: deps.clock.now(), after: null, limit: MOST_MONITORS };
    const monitors = await listMonitors(deps.db.read, account.id, filter);
    const pages = await listPages(deps.db.read, account.id);
    const { problem = null, errors = {} } = no ?? {};
    const shown = {
      window: row && { id: row.id, title: row.title },
      action: row ? `/maintenance/${row.id}` : '/maintenance',
      here: row ? `/maintenance/${row.id}/edit` : '/maintenance/new',
      form,
      zones: zoneOptions(form.timezone),
      monitors: monitors
        .map(({ id, name }) => ({ id, name, chosen: form.monitor_ids.includes(id) }))
        .toSorted((a, b) => a.name.localeCompare(b.name)),
      pages: pages.map(({ id, title }) => ({ id, title, chosen: form.status_page_ids.includes(id) })),
      preview: preview ? renderMarkdown(form.body) : null,
      problem,
      errors: { ...errors, length: errors['duration_seconds'] },
    };
    return views.page(c, 'maintenance/form', shown, no?.status ?? 200);
  }

  return routes;
}

function kept({ title, body, timezone, monitor_ids, status_page_ids }: WindowForm) {
  return { title, body, timezone, monitor_ids, status_page_ids };
}

function times({ repeat, timezone, starts_at, ends_at, cron, length }: WindowForm): string[] {
  return repeat === 'once' ? [repeat, timezone, starts_at, ends_at] : [repeat, timezone, cron, length];
}

const NAMED = 4;

/** A window as the list shows it. */
function windowLine(row: WindowRow, now: number) {
  const names = row.monitors.map(([, name]) => name);
  const [next] = row.cron === null ? [] : listOccurrences(row, now, now + 5 * 366 * DAY, 1);
  const state = windowState(row, now);
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    state,
    when: scheduleWords(row),
    endsAt: state === 'active' ? row.current_ends_at : null,
    nextAt: state === 'scheduled' ? (next?.startsAt ?? row.starts_at) : null,
    monitors:
      names.length > NAMED
        ? `${names.slice(0, NAMED - 1).join(', ')} and ${names.length - NAMED + 1} more`
        : names.join(', '),
  };
}
