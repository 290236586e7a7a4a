import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv, type Session } from '../web/env.ts';
import { answer, body, guard, listOf, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { cutPage, shortListQuery } from '../web/short-list.ts';
import { createPolicy, deletePolicy, updatePolicy } from './escalation-actions.ts';
import { PolicyInput, PolicyPatch } from './escalation-input.ts';
import { loadPolicies, type PolicyView } from './escalation-view.ts';

const tags = ['Alerts'];
const params = z.object({ id: z.string() });

const Policy = z
  .object({
    id: z.string(),
    name: z.string(),
    steps: z.array(z.object({ after_minutes: z.int(), channel_ids: z.array(z.string()) })),
    monitor_ids: z.array(z.string()).openapi({ description: 'Monitors that use it.' }),
    warning: z.string().nullable().openapi({ description: 'What keeps it from telling anybody.' }),
    created_at: z.iso.datetime(),
  })
  .openapi('EscalationPolicy');

/** `/api/escalation-policies`: who else is told while nobody acknowledges an incident. */
export function addEscalationApi(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/escalation-policies',
      tags,
      summary: 'Your escalation policies, in the order they were made',
      middleware: guard('read'),
      request: { query: shortListQuery },
      responses: { 200: answer('One page of them', listOf(Policy)), ...problems(401, 422) },
    }),
    async (c) => {
      const policies = await loadPolicies(deps.db.read, requireSession(c).account);
      const { data, next_cursor } = cutPage(policies, c.req.valid('query'));
      return c.json({ data: data.map(policyJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'post',
      path: '/escalation-policies',
      tags,
      summary: 'Add an escalation policy',
      middleware: guard('write'),
      request: { body: body(PolicyInput) },
      responses: { 201: answer('The new policy', Policy), ...problems(400, 401, 403, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const id = await createPolicy(deps, actorOf(session), c.req.valid('json'));
      c.header('Location', `/api/escalation-policies/${id}`);
      return c.json(await one(session, id), 201);
    },
  );

  api.openapi(
    createRoute({
      method: 'get',
      path: '/escalation-policies/{id}',
      tags,
      summary: 'One escalation policy',
      middleware: guard('read'),
      request: { params },
      responses: { 200: answer('The policy', Policy), ...problems(401, 404) },
    }),
    async (c) => c.json(await one(requireSession(c), c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/escalation-policies/{id}',
      tags,
      summary: 'Change an escalation policy; steps are replaced as a whole',
      middleware: guard('write'),
      request: { params, body: body(PolicyPatch) },
      responses: { 200: answer('The changed policy', Policy), ...problems(400, 401, 403, 404, 422) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = c.req.valid('param');
      await updatePolicy(deps, actorOf(session), id, c.req.valid('json'));
      return c.json(await one(session, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/escalation-policies/{id}',
      tags,
      summary: 'Delete an escalation policy; its monitors keep their own channels',
      middleware: guard('write'),
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(401, 403, 404) },
    }),
    async (c) => {
      await deletePolicy(deps, actorOf(requireSession(c)), c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

  async function one({ account }: Session, id: string) {
    const policy = (await loadPolicies(deps.db.read, account)).find((each) => each.id === id);
    if (!policy) throw notFound();
    return policyJson(policy);
  }
}

function policyJson({ id, name, steps, monitors, warning, created_at }: PolicyView): z.infer<typeof Policy> {
  return {
    id,
    name,
    steps: steps.map((step) => ({
      after_minutes: step.after_minutes,
      channel_ids: step.channels.map((channel) => channel.id),
    })),
    monitor_ids: monitors.map((monitor) => monitor.id),
    warning,
    created_at: iso(created_at),
  };
}
