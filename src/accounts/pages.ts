import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { can } from '../core/access.ts';
import { isZone } from '../core/zone.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { type Form, parseInput, readForm, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { zoneOptions } from '../web/zones.ts';
import { requireAbility, requireSession } from '../web/session.ts';
import { changeAccount } from './actions.ts';
import { deletionPages } from './deletion-pages.ts';
import { exportPages } from './export-routes.ts';
import { memberPages } from './member-pages.ts';
import { ownershipPages } from './ownership-pages.ts';
import { planCard } from './plan-card.ts';
import { listActiveMonitors, listPausedByPlan } from './plan-queries.ts';
import { findAccount } from './queries.ts';

const accountInput = z.object({
  account_name: z.string('Give the account a name.').max(80, 'Use at most 80 characters.'),
  /** Left out, it stays as it is. */
  timezone: z.string().refine(isZone, 'There is no such time zone.').optional(),
});

/** `/settings`: the account and its plan. The person has `/settings/profile`. */
export function accountPages(deps: Deps, views: Views): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/settings', async (c) => {
    const { account } = requireAbility(c, 'read');
    const timezone = (await findAccount(deps.db.read, account.id))?.timezone ?? 'UTC';
    return views.page(c, 'accounts/settings', await settingsData(deps, c, { account_name: account.name, timezone }));
  });

  routes.post('/settings', async (c) => {
    const { user, account } = requireAbility(c, 'manage');
    const form = await readForm(c);
    try {
      const { account_name: name, timezone } = parseInput(accountInput, form);
      await changeAccount(deps, { userId: user.id, accountId: account.id }, { name, timezone });
      setFlash(c, 'good', 'Saved.');
      return c.redirect('/settings', 303);
    } catch (error) {
      const no = refusal(error);
      return views.page(c, 'accounts/settings', { ...(await settingsData(deps, c, form)), ...no }, no.status);
    }
  });

  routes.route('/', memberPages(deps, views));
  routes.route('/', ownershipPages(deps, views));
  routes.route('/', exportPages(deps));
  routes.route('/', deletionPages(deps, views));
  return routes;
}

async function settingsData(deps: Deps, c: Context<AppEnv>, values: Form) {
  const { account, role } = requireSession(c);
  const active = await listActiveMonitors(deps.db.read, account.id);
  const paused = account.downgraded_from ? await listPausedByPlan(deps.db.read, account.id) : [];
  return {
    values,
    zones: zoneOptions(textOf(values, 'timezone')),
    problem: null,
    errors: {},
    mayManage: can(role, 'manage'),
    mayOwn: can(role, 'own'),
    plan: planCard(account.plan, { monitors: active.length }),
    pausedByPlan: paused.length,
  };
}
