import { type Context, type Hono } from 'hono';
import { z } from 'zod';
import { notFound } from '../core/errors.ts';
import { PLAN, type Plan, PLANS } from '../core/plan.ts';
import type { Deps } from '../deps.ts';
import { beyondPlan, setPlan } from '../engine/plans.ts';
import type { AppEnv } from '../web/env.ts';
import { parseInput, readForm, refusal, setFlash } from '../web/forms.ts';
import { packCursor, unpackCursor } from '../web/openapi.ts';
import type { Views } from '../web/render.ts';
import { requireOperator } from '../web/session.ts';
import {
  findAccountLine,
  findSubscription,
  listAccounts,
  listPeople,
  listRunning,
} from './operator-account-queries.ts';

const ROWS = 25;
const Position = z.tuple([z.int(), z.string()]);
const ListQuery = z.object({ q: z.string().trim().max(200).catch('').default(''), after: z.string().optional() });
const planInput = z.object({ plan: z.enum(PLANS, 'Choose one of the plans.') });

/** `/operator/accounts`: every account, and the plan of each. */
export function addOperatorAccounts(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/operator/accounts', async (c) => {
    requireOperator(c);
    const { q, after } = ListQuery.parse(c.req.query());
    const position = unpackCursor(after, Position);
    const rows = await listAccounts(deps.db.read, { q, after: position, limit: ROWS + 1 });
    const accounts = rows.slice(0, ROWS);
    const last = rows.length > ROWS ? accounts.at(-1) : undefined;
    const address = (more: Record<string, string>) =>
      `/operator/accounts?${new URLSearchParams({ ...(q ? { q } : {}), ...more }).toString()}`;
    return views.page(c, 'site/operator-accounts', {
      q,
      accounts: accounts.map((account) => ({ ...account, planLabel: PLAN[account.plan].label })),
      next: last ? address({ after: packCursor([last.created_at, last.id]) }) : null,
      first: position ? address({}) : null,
    });
  });

  routes.get('/operator/accounts/:id', async (c) => {
    requireOperator(c);
    return views.page(c, 'site/operator-account', await loadAccount(deps, c.req.param('id')));
  });

  routes.post('/operator/accounts/:id/plan', async (c) => {
    const { user } = requireOperator(c);
    const id = c.req.param('id');
    const account = await findAccountLine(deps.db.read, id);
    if (!account) throw notFound();
    try {
      const { plan } = parseInput(planInput, await readForm(c));
      const { paused, resumed, slowed } = await setPlan(deps, id, plan, user.id);
      const did = `Monitors paused: ${paused}, resumed: ${resumed}, slowed: ${slowed}.`;
      setFlash(c, 'good', `${account.name} has the plan ${PLAN[plan].label}. ${did}`);
      return c.redirect(`/operator/accounts/${id}`, 303);
    } catch (error) {
      return showAgain(deps, views, c, id, error);
    }
  });
}

async function showAgain(deps: Deps, views: Views, c: Context<AppEnv>, id: string, error: unknown): Promise<Response> {
  const no = refusal(error);
  return views.page(c, 'site/operator-account', { ...(await loadAccount(deps, id)), ...no }, no.status);
}

async function loadAccount(deps: Deps, id: string) {
  const account = await findAccountLine(deps.db.read, id);
  if (!account) throw notFound();
  const running = await listRunning(deps.db.read, id);
  return {
    account: { ...account, planLabel: PLAN[account.plan].label },
    people: await listPeople(deps.db.read, id),
    subscription: await findSubscription(deps.db.read, id),
    plans: PLANS.map((plan) => ({
      value: plan,
      label: PLAN[plan].label,
      effect: effectOf(plan, account.plan, running),
    })),
    problem: null,
    errors: {},
  };
}

/** What a change of plan would do to the monitors that run now, as a sentence. */
function effectOf(plan: Plan, present: Plan, running: Awaited<ReturnType<typeof listRunning>>): string {
  if (plan === present) return 'The plan it has now.';
  const paused = beyondPlan(running, plan).length;
  const slowed = running.filter(({ interval_seconds: seconds }) => seconds < PLAN[plan].interval).length;
  const parts = [
    paused > 0 && `pauses ${paused} of its ${running.length} running monitors`,
    slowed > 0 && `checks ${slowed} less often`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'No monitor is paused or slowed.' : `This ${parts.join(' and ')}. Nothing is deleted.`;
}
