import type { Context, Hono } from 'hono';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { parseInput, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { createPolicy, deletePolicy, updatePolicy } from './escalation-actions.ts';
import { inputOfRows, PolicyInput, rowsOfForm, rowsOfSteps, type StepRow } from './escalation-input.ts';
import { findPolicy, listUsers } from './escalation-queries.ts';
import { loadPolicies } from './escalation-view.ts';
import { listChannels } from './queries.ts';

/** What stands in the form, and what came of sending it. */
interface Draft {
  id: string | null;
  name: string;
  rows: StepRow[];
  /** Numbers of the rows that became steps, when the form was sent. */
  sent?: number[];
  no?: Refusal;
}

/** `/escalations`: who else is told while nobody acknowledges an incident. */
export function addEscalationPages(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  routes.get('/escalations', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const policies = await loadPolicies(deps.db.read, account);
    return views.page(c, 'alerts/escalations', { policies, mayWrite: can(role, 'write') });
  });

  routes.get('/escalations/new', (c) => {
    requireAbility(c, 'write');
    const rows = rowsOfSteps([]);
    return draw(c, { id: null, name: '', rows: [{ minutes: '10', channelIds: [] }, ...rows.slice(1)] });
  });

  routes.post('/escalations', async (c) => {
    const session = requireAbility(c, 'write');
    const draft = await readDraft(c, null);
    try {
      await createPolicy(deps, actorOf(session), parseInput(PolicyInput, inputOfRows(draft.name, draft.rows).input));
    } catch (error) {
      return draw(c, { ...draft, no: refusal(error) });
    }
    setFlash(c, 'good', 'The policy is there. It counts for the monitors that you give it to.');
    return c.redirect('/escalations', 303);
  });

  routes.get('/escalations/:id/edit', async (c) => {
    const { id, name, steps } = await load(requireAbility(c, 'write').account.id, c.req.param('id'));
    return draw(c, { id, name, rows: rowsOfSteps(steps) });
  });

  routes.post('/escalations/:id', async (c) => {
    const session = requireAbility(c, 'write');
    const { id } = await load(session.account.id, c.req.param('id'));
    const draft = await readDraft(c, id);
    try {
      const input = parseInput(PolicyInput, inputOfRows(draft.name, draft.rows).input);
      await updatePolicy(deps, actorOf(session), id, input);
    } catch (error) {
      return draw(c, { ...draft, no: refusal(error) });
    }
    setFlash(c, 'good', 'Saved.');
    return c.redirect('/escalations', 303);
  });

  routes.get('/escalations/:id/delete', async (c) => {
    const { account } = requireAbility(c, 'write');
    const policy = await load(account.id, c.req.param('id'));
    const users = (await listUsers(deps.db.read, account.id)).get(policy.id) ?? [];
    return views.page(c, 'alerts/escalation-delete', { policy, users: users.length });
  });

  routes.post('/escalations/:id/delete', async (c) => {
    await deletePolicy(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The policy is gone. Its monitors keep their own channels.');
    return c.redirect('/escalations', 303);
  });

  async function load(accountId: string, id: string) {
    const policy = await findPolicy(deps.db.read, accountId, id);
    if (!policy) throw notFound();
    return policy;
  }

  async function draw(c: Context<AppEnv>, draft: Draft): Promise<Response> {
    const { account } = requireAbility(c, 'write');
    const channels = await listChannels(deps.db.read, account.id);
    const { no } = draft;
    const rows = draft.rows.map((row, i) => {
      const at = draft.sent?.indexOf(i) ?? -1;
      return {
        ...row,
        number: i + 1,
        filled: row.minutes !== '' || row.channelIds.length > 0,
        minutesError: no?.errors[`steps.${at}.after_minutes`],
        channelsError: no?.errors[`steps.${at}.channel_ids`],
        channels: channels.map(({ id, name, enabled }) => ({
          id,
          name,
          enabled,
          checked: row.channelIds.includes(id),
        })),
      };
    });
    const { id, name } = draft;
    const problem = no && (no.errors['steps'] ?? (Object.keys(no.errors).length === 0 ? no.problem : null));
    // One empty row to go on with, the others folded away.
    const last = rows.findLastIndex(({ filled }) => filled) + 2;
    const view = {
      id,
      name,
      nameError: no?.errors['name'],
      shown: rows.slice(0, last),
      folded: rows.slice(last),
      problem,
      hasChannels: channels.length > 0,
    };
    return views.page(c, 'alerts/escalation-form', view, no?.status ?? 200);
  }
}

async function readDraft(c: Context<AppEnv>, id: string | null): Promise<Draft> {
  const form = await readForm(c);
  const name = textOf(form, 'name');
  const rows = rowsOfForm(form);
  return { id, name, rows, sent: inputOfRows(name, rows).rows };
}
