import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MONITOR_STATUSES } from '../core/monitor.ts';
import { pageStatus } from '../core/severity.ts';
import { uptimePercent } from '../core/uptime.ts';
import type { Deps } from '../deps.ts';
import { countByStatus } from '../monitors/queries.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { countOpenIncidents, sumLastDay } from './health-queries.ts';

const counts = z.object(
  Object.fromEntries(MONITOR_STATUSES.map((status) => [status, z.int()])) as Record<
    (typeof MONITOR_STATUSES)[number],
    z.ZodInt
  >,
);
const Overview = z
  .object({
    overall: z.enum(['operational', 'degraded', 'partial_outage', 'major_outage', 'maintenance', 'unknown']),
    counts,
    monitors: z.int(),
    uptime_percent_24h: z.number().nullable().openapi({ description: 'Over all monitors together.' }),
    open_incidents: z.int(),
    agents_online: z.int(),
  })
  .openapi('Overview');

/** `/status`: what a dashboard's header says of an account. */
export function addStatus(api: OpenAPIHono<AppEnv>, deps: Deps): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/status',
      tags: ['Operations'],
      summary: 'Your monitors in one look',
      middleware: guard('read'),
      responses: { 200: answer('Counts by state', Overview), ...problems(401) },
    }),
    async (c) => c.json(await overview(deps, requireSession(c).account.id), 200),
  );
}

async function overview(deps: Deps, accountId: string): Promise<z.infer<typeof Overview>> {
  const now = deps.clock.now();
  const found = await countByStatus(deps.db.read, accountId, now);
  const all = MONITOR_STATUSES.map((status) => [status, found[status] ?? 0] as const);
  const each = all.flatMap(([status, n]) => Array<typeof status>(n).fill(status));
  return {
    overall: pageStatus(each),
    counts: Object.fromEntries(all) as z.infer<typeof counts>,
    monitors: each.length,
    uptime_percent_24h: uptimePercent(await sumLastDay(deps.db.read, accountId, now)),
    open_incidents: await countOpenIncidents(deps.db.read, accountId),
    agents_online: 0,
  };
}
