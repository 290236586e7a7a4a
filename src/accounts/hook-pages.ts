import { type Context, Hono } from 'hono';
import { CHANGE_GROUPS } from '../core/change-nouns.ts';
import { notFound } from '../core/errors.ts';
import { allows, PLAN, planFor } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { type Form, parseInput, readForm, type Refusal, refusal, setFlash } from '../web/forms.ts';
import { limitRate } from '../web/limits.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { changeHook, createHook, MOST_HOOKS, removeHook, rotateHook } from './hook-actions.ts';
import { groupsOf, HOOK_TESTS, HookInput, inputOfForm } from './hook-input.ts';
import { findHook, listHooks } from './hook-queries.ts';
import { type HookTest, testHook } from './hook-test-actions.ts';

type Row = NonNullable<Awaited<ReturnType<typeof findHook>>>;

/** What stands in the form, and what came of sending it. */
interface Draft {
  row: Row | null;
  form: Form;
  no?: Refusal;
  tested?: HookTest;
}

/** `/settings/webhooks`: programs that hear of every change of the account. */
export function hookPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings/webhooks', async (c) => {
    const { account } = requireAbility(c, 'manage');
    const rows = await listHooks(deps.db.read, account.id);
    const hooks = rows.map((row) => ({ ...row, hears: hears(row.events), host: new URL(row.url).host }));
    return views.page(c, 'accounts/hooks', {
      hooks,
      opens: allows(account.plan, 'webhook') ? null : PLAN[planFor('webhook')].label,
      full: rows.length >= MOST_HOOKS,
    });
  });

  routes.get('/settings/webhooks/new', (c) => {
    requireAbility(c, 'manage');
    return draw(c, { row: null, form: { groups: groupsOf(null), enabled: 'true' } });
  });

  routes.post('/settings/webhooks', async (c) => {
    const session = requireAbility(c, 'manage');
    const form = await readForm(c);
    try {
      const input = parseInput(HookInput, { ...inputOfForm(form), enabled: true });
      const { id, secret } = await createHook(deps, actorOf(session), input);
      // Shown in the answer itself: on its way through a redirect the secret would lie in a cookie.
      return await views.page(c, 'accounts/hook-secret', { id, secret, rotated: null });
    } catch (error) {
      return draw(c, { row: null, form, no: refusal(error) });
    }
  });

  routes.get('/settings/webhooks/:id', async (c) => {
    const row = await load(requireAbility(c, 'manage'), c.req.param('id'));
    return draw(c, { row, form: formOf(row) });
  });

  routes.post('/settings/webhooks/:id', async (c) => {
    const session = requireAbility(c, 'manage');
    const row = await load(session, c.req.param('id'));
    const form = await readForm(c);
    try {
      const { events, ...input } = inputOfForm(form);
      // What a program has chosen more finely than the boxes can say stays, as long as the boxes do.
      const same = sameGroups(form, row.events);
      await changeHook(
        deps,
        actorOf(session),
        row.id,
        parseInput(HookInput, { ...input, events: same ? row.events : events }),
      );
    } catch (error) {
      return draw(c, { row, form, no: refusal(error) });
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/settings/webhooks', 303);
  });

  routes.post('/settings/webhooks/:id/test', async (c) => {
    const session = requireAbility(c, 'manage');
    const row = await load(session, c.req.param('id'));
    try {
      await limitRate(deps, `hook-test:${session.account.id}`, HOOK_TESTS);
      const tested = await testHook(deps, actorOf(session), row.id);
      return await draw(c, { row: await load(session, row.id), form: formOf(row), tested });
    } catch (error) {
      return draw(c, { row, form: formOf(row), no: refusal(error) });
    }
  });

  routes.post('/settings/webhooks/:id/rotate-secret', async (c) => {
    const session = requireAbility(c, 'manage');
    const row = await load(session, c.req.param('id'));
    const secret = await rotateHook(deps, actorOf(session), row.id);
    return views.page(c, 'accounts/hook-secret', { id: row.id, secret, rotated: row.name });
  });

  routes.get('/settings/webhooks/:id/delete', async (c) => {
    const hook = await load(requireAbility(c, 'manage'), c.req.param('id'));
    return views.page(c, 'accounts/hook-delete', { hook });
  });

  routes.post('/settings/webhooks/:id/delete', async (c) => {
    await removeHook(deps, actorOf(requireAbility(c, 'manage')), c.req.param('id'));
    setFlash(c, 'good', 'The webhook is gone. Nothing more is sent to it.');
    return c.redirect('/settings/webhooks', 303);
  });

  async function load({ account }: Session, id: string): Promise<Row> {
    const row = await findHook(deps.db.read, account.id, id);
    if (!row) throw notFound();
    return row;
  }

  async function draw(c: Context<AppEnv>, { row, form, no, tested }: Draft): Promise<Response> {
    const chosen = [form['groups'] ?? []].flat();
    const view = {
      hook: row,
      values: form,
      groups: CHANGE_GROUPS.map(({ key, label }) => ({ key, label, chosen: chosen.includes(key) })),
      errors: { ...no?.errors, events: no?.errors['events'] ?? no?.errors['events.0'] },
      problem: no && Object.keys(no.errors).length === 0 ? no.problem : null,
      tested: tested ?? null,
    };
    return views.page(c, 'accounts/hook-form', view, no?.status ?? 200);
  }
  return routes;
}

function formOf({ name, url, events, enabled }: Row): Form {
  return { name, url, groups: groupsOf(events), enabled: String(enabled) };
}

function sameGroups(form: Form, events: readonly string[] | null): boolean {
  const chosen = [form['groups'] ?? []].flat();
  const now = groupsOf(events);
  return chosen.length === now.length && now.every((key) => chosen.includes(key));
}

function hears(events: readonly string[] | null): string {
  if (events === null) return 'Everything';
  const known = new Set(groupsOf(events));
  return CHANGE_GROUPS.filter(({ key }) => known.has(key))
    .map(({ label }) => label)
    .join(', ');
}
