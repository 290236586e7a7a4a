import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { answer, body, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { changeRule, createRule, deleteRule } from './rule-actions.ts';
import { RuleInput, RulePatch, RuleSettings } from './rule-input.ts';
import { findRule, listRules, type RuleRow } from './rule-queries.ts';

const tags = ['Monitors'];
const params = z.object({ id: z.string() });

const TagRule = z
  .object({ id: z.string(), tag: z.string(), settings: RuleSettings, position: z.int() })
  .openapi('TagRule');

/** `/api/tag-rules`: what new monitors with a tag are given where their maker says nothing. */
export function addRuleApi(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/tag-rules',
      tags,
      summary: 'Your rules by tag, in the order they count',
      middleware: guard('read'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(TagRule)), ...problems(401, 422) },
    }),
    async (c) => {
      const rows = await listRules(deps.db.read, requireSession(c).account.id);
      const { data, next_cursor } = cutPage(rows, c.req.valid('query'));
      return c.json({ data: data.map(ruleJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/tag-rules',
      tags,
      summary: 'Add a rule for a tag',
      description: 'It counts for monitors made from now on. Monitors that exist are changed by `/monitors/bulk`.',
      middleware: guard('write'),
      request: { body: body(RuleInput) },
      responses: { 201: answer('The new rule', TagRule), ...problems(400, 401, 403, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createRule(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/tag-rules/${id}`);
      return c.json(await one(session.account.id, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/tag-rules/{id}',
      tags,
      summary: 'One rule',
      middleware: guard('read'),
      request: { params },
      responses: { 200: answer('The rule', TagRule), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c).account.id, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/tag-rules/{id}',
      tags,
      summary: 'Change a rule; its settings are replaced as a whole',
      middleware: guard('write'),
      request: { params, body: body(RulePatch) },
      responses: { 200: answer('The changed rule', TagRule), ...problems(400, 401, 403, 404, 409, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await changeRule(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session.account.id, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/tag-rules/{id}',
      tags,
      summary: 'Delete a rule; monitors keep what it gave them',
      middleware: guard('write'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deleteRule(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  async function one(accountId: string, id: string) {
    const row = await findRule(deps.db.read, accountId, id);
    if (!row) throw notFound();
    return ruleJson(row);
  }
}

function ruleJson({ id, tag, settings, position }: RuleRow): z.infer<typeof TagRule> {
  return { id, tag, settings: RuleSettings.parse(settings), position };
}
