import type { Context, Hono } from 'hono';
import { listPolicies } from '../alerts/escalation-queries.ts';
import { can } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { type Form, readForm, type Refusal, refusal, setFlash, textOf } from '../web/forms.ts';
import type { Views } from '../web/render.ts';
import { requireAbility } from '../web/session.ts';
import { intervalField } from './bulk-view.ts';
import { listChannelChoices } from './channel-queries.ts';
import { channelChoices, reminderOptions } from './form-choices.ts';
import { countMatching, listTags } from './queries.ts';
import { changeRule, createRule, deleteRule, MOST_RULES } from './rule-actions.ts';
import { formOfRule, ruleOfForm } from './rule-form.ts';
import { RuleSettings } from './rule-input.ts';
import { findRule, listRules } from './rule-queries.ts';
import { changeOfRule, settingLines } from './rule-view.ts';

/** `/settings/rules`: what new monitors with a tag are given. */
export function addRulePages(routes: Hono<AppEnv>, deps: Deps, views: Views): void {
  const db = deps.db.read;

  routes.get('/settings/rules', async (c) => {
    const { account, role } = requireAbility(c, 'read');
    const rows = await listRules(db, account.id);
    const rules = [];
    for (const [i, { id, tag, settings }] of rows.entries()) {
      const said = RuleSettings.parse(settings);
      rules.push({
        id,
        tag,
        lines: await settingLines(db, account.id, said),
        monitors: await countMatching(db, account.id, { now: deps.clock.now(), tag }),
        change: JSON.stringify(changeOfRule(said)),
        list: `/dashboard?tag=${encodeURIComponent(tag)}`,
        earlier: i > 0 ? i - 1 : null,
        later: i < rows.length - 1 ? i + 1 : null,
      });
    }
    return views.page(c, 'monitors/rules', { rules, mayWrite: can(role, 'write'), full: rules.length >= MOST_RULES });
  });

  routes.get('/settings/rules/new', (c) => {
    requireAbility(c, 'write');
    return draw(c, null, { tag: c.req.query('tag') ?? '' });
  });

  routes.post('/settings/rules', async (c) => {
    const session = requireAbility(c, 'write');
    const form = await readForm(c);
    try {
      await createRule(deps, actorOf(session), ruleOfForm(form));
    } catch (error) {
      return draw(c, null, form, refusal(error));
    }
    setFlash(c, 'good', 'The rule is there. It counts for monitors that are made from now on.');
    return c.redirect('/settings/rules', 303);
  });

  routes.get('/settings/rules/:id', async (c) => {
    const { id, tag, settings } = await load(c, c.req.param('id'));
    return draw(c, id, formOfRule(tag, RuleSettings.parse(settings)));
  });

  routes.post('/settings/rules/:id', async (c) => {
    const { id } = await load(c, c.req.param('id'));
    const form = await readForm(c);
    try {
      await changeRule(deps, actorOf(requireAbility(c, 'write')), id, ruleOfForm(form));
    } catch (error) {
      return draw(c, id, form, refusal(error));
    }
    setFlash(c, 'good', 'Saved. Monitors that exist stay as they are.');
    return c.redirect('/settings/rules', 303);
  });

  routes.post('/settings/rules/:id/move', async (c) => {
    const { id } = await load(c, c.req.param('id'));
    const to = Number(textOf(await readForm(c), 'to'));
    const position = Number.isInteger(to) ? Math.min(Math.max(to, 0), MOST_RULES) : undefined;
    await changeRule(deps, actorOf(requireAbility(c, 'write')), id, { position });
    return c.redirect('/settings/rules', 303);
  });

  routes.get('/settings/rules/:id/delete', async (c) => {
    const { id, tag } = await load(c, c.req.param('id'));
    return views.page(c, 'monitors/rule-delete', { rule: { id, tag } });
  });

  routes.post('/settings/rules/:id/delete', async (c) => {
    await deleteRule(deps, actorOf(requireAbility(c, 'write')), c.req.param('id'));
    setFlash(c, 'good', 'The rule is gone. Monitors keep what it gave them.');
    return c.redirect('/settings/rules', 303);
  });

  async function load(c: Context<AppEnv>, id: string) {
    const row = await findRule(db, requireAbility(c, 'write').account.id, id);
    if (!row) throw notFound();
    return row;
  }

  async function draw(c: Context<AppEnv>, id: string | null, form: Form, no?: Refusal): Promise<Response> {
    const { account } = requireAbility(c, 'write');
    const errors = no?.errors ?? {};
    const ticked = new Set([form['channel_ids'] ?? []].flat());
    const channels = await listChannelChoices(db, account.id);
    const policies = await listPolicies(db, account.id);
    const open = { value: '', label: 'Leave open' };
    const interval = intervalField(account.plan, textOf(form, 'interval_seconds'), errors['settings.interval_seconds']);
    const view = {
      id,
      tag: textOf(form, 'tag'),
      tagError: errors['tag'],
      known: await listTags(db, account.id),
      interval: { ...interval, options: [open, ...interval.options], value: textOf(form, 'interval_seconds') },
      failures: {
        name: 'failure_threshold',
        label: 'Down after',
        type: 'number',
        unit: 'failed checks in a row',
        value: textOf(form, 'failure_threshold'),
        error: errors['settings.failure_threshold'],
        help: 'Empty leaves it open.',
      },
      remind: {
        name: 'remind_every_minutes',
        label: 'Remind while it is down',
        type: 'select',
        value: textOf(form, 'remind_every_minutes'),
        error: errors['settings.remind_every_minutes'],
        options: [open, { value: 'never', label: 'Never' }, ...reminderOptions()],
      },
      escalation: {
        name: 'escalation_id',
        label: 'If nobody acknowledges',
        type: 'select',
        value: textOf(form, 'escalation_id'),
        error: errors['settings.escalation_id'],
        options: [
          open,
          { value: 'none', label: 'Nobody else is told' },
          ...policies.map((policy) => ({ value: policy.id, label: policy.name })),
        ],
      },
      shown: {
        name: 'public',
        label: 'On status pages',
        type: 'select',
        value: textOf(form, 'public'),
        options: [open, { value: 'true', label: 'Shown' }, { value: 'false', label: 'Not shown' }],
      },
      givesChannels: textOf(form, 'gives_channels') === 'true',
      channels: channelChoices(channels, ticked),
      channelError: errors['settings.channel_ids'],
      problem: no && (errors['settings'] ?? (Object.keys(errors).length === 0 ? no.problem : null)),
    };
    return views.page(c, 'monitors/rule-form', view, no?.status ?? 200);
  }
}
