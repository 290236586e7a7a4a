import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { ROLES } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { PLANS } from '../core/plan.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { setPlan } from '../engine/plans.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, body, listOf, packCursor, pageQuery, problems, unpackCursor } from '../web/openapi.ts';
import { requireOperator } from '../web/session.ts';
import {
  type AccountLine,
  findAccountLine,
  findSubscription,
  listAccounts,
  listPeople,
} from './operator-account-queries.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

const Line = z
  .object({
    id: z.string().openapi({ example: 'acc_0123456789abcdef' }),
    name: z.string(),
    slug: z.string(),
    plan: z.enum(PLANS),
    created_at: time,
    owner: z.string().nullable().openapi({ description: 'Address of its first owner.' }),
    members: count,
    monitors: count,
    checks_a_day: count,
    open_incidents: count,
    last_seen_at: time.nullable().openapi({ description: 'When somebody was last logged in, to within five minutes.' }),
  })
  .openapi('OperatorAccountLine');

const OperatorAccount = Line.extend({
  people: z.array(
    z.object({
      email: z.string(),
      name: z.string().nullable(),
      role: z.enum(ROLES),
      email_verified: z.boolean(),
      last_seen_at: time.nullable(),
    }),
  ),
  subscription: z
    .object({
      status: z.string().nullable(),
      plan: z.enum(PLANS).nullable(),
      period_ends_at: time.nullable(),
      cancel_at_period_end: z.boolean(),
      grace_until: time.nullable(),
    })
    .nullable()
    .openapi({ description: 'What Stripe says; null when nobody was ever asked to pay.' }),
}).openapi('OperatorAccount');

const PlanInput = z
  .object({ plan: z.enum(PLANS, 'Choose one of the plans.') })
  .strict()
  .openapi('OperatorPlanInput');
const PlanSet = z
  .object({
    account: OperatorAccount,
    monitors: z.object({ paused: count, resumed: count, slowed: count }).openapi({ description: 'What it did.' }),
  })
  .openapi('OperatorPlanSet');

const params = z.object({ id: z.string() });
const Position = z.tuple([z.int(), z.string()]);

/** `/api/operator/accounts`: every account, and the plan of each. */
export function addOperatorAccountApi(
  api: OpenAPIHono<AppEnv>,
  deps: Deps,
  route: { tags: string[]; middleware: MiddlewareHandler<AppEnv> },
): void {
  api.openapi(
    createRoute({
      ...route,
      method: 'get',
      path: '/operator/accounts',
      summary: 'Every account, the newest first',
      request: {
        query: pageQuery(25).extend({
          q: z
            .string()
            .trim()
            .max(200, 'Use at most 200 characters.')
            .default('')
            .openapi({ description: 'Part of an address, a name or a slug.' }),
        }),
      },
      responses: { 200: answer('One page of them', listOf(Line)), ...problems(401, 404, 422) },
    }),
    async (c) => {
      const { q, cursor, limit } = c.req.valid('query');
      const after = unpackCursor(cursor, Position);
      const rows = await listAccounts(deps.db.read, { q, after, limit: limit + 1 });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const next_cursor = last ? packCursor([last.created_at, last.id]) : null;
      return c.json({ data: rows.slice(0, limit).map(lineJson), next_cursor }, 200);
    },
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'get',
      path: '/operator/accounts/{id}',
      summary: 'One account, its people and how it is paid',
      request: { params },
      responses: { 200: answer('The account', OperatorAccount), ...problems(401, 404) },
    }),
    async (c) => c.json(await load(deps, c.req.valid('param').id), 200),
  );

  api.openapi(
    createRoute({
      ...route,
      method: 'put',
      path: '/operator/accounts/{id}/plan',
      summary: 'Put an account on a plan',
      description: 'Monitors beyond the plan are paused, checks are slowed to its interval, and nothing is deleted.',
      request: { params, body: body(PlanInput) },
      responses: { 200: answer('The account, and what was done', PlanSet), ...problems(400, 401, 404, 422) },
    }),
    async (c) => {
      const { user } = requireOperator(c, { programs: true });
      const { id } = c.req.valid('param');
      const { paused, resumed, slowed } = await setPlan(deps, id, c.req.valid('json').plan, user.id);
      return c.json({ account: await load(deps, id), monitors: { paused, resumed, slowed } }, 200);
    },
  );
}

async function load(deps: Deps, id: string): Promise<z.infer<typeof OperatorAccount>> {
  const account = await findAccountLine(deps.db.read, id);
  if (!account) throw notFound();
  const people = await listPeople(deps.db.read, id);
  const paid = await findSubscription(deps.db.read, id);
  return {
    ...lineJson(account),
    people: people.map(({ email, name, role, verified, last_seen_at }) => {
      return { email, name, role, email_verified: verified === 1, last_seen_at: iso(last_seen_at) };
    }),
    subscription: paid && {
      status: paid.status,
      plan: paid.plan,
      period_ends_at: iso(paid.period_ends_at),
      cancel_at_period_end: paid.cancel_at_period_end === 1,
      grace_until: iso(paid.grace_until),
    },
  };
}

function lineJson({ created_at, last_seen_at, ...line }: AccountLine): z.infer<typeof Line> {
  return { ...line, created_at: iso(created_at), last_seen_at: iso(last_seen_at) };
}
