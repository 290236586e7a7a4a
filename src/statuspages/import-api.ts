import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MANUAL_STATUSES } from '../core/page.ts';
import type { ImportPlan } from '../core/statuspage-import.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from '../core/status-report.ts';
import { iso } from '../core/time.ts';
import type { Deps } from '../deps.ts';
import { actorOf, type AppEnv } from '../web/env.ts';
import { limitRate } from '../web/limits.ts';
import { answer, body, createApi, guard, problems } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { importPage } from './import-actions.ts';
import { IMPORT_TRIES, planOf, proposeSlug } from './import-plan.ts';
import { fetchSource } from './import-source.ts';

const ImportInput = z
  .object({
    url: z
      .string('Write the address of the page.')
      .min(1, 'Write the address of the page.')
      .max(2_000, 'Use at most 2,000 characters.')
      .openapi({ example: 'https://status.example.com', description: 'Of a page that speaks Statuspage’s API v2.' }),
    slug: z
      .string()
      .max(200)
      .optional()
      .openapi({ description: 'Address of the new page; one that is free unless said.' }),
    dry_run: z.boolean().default(true).openapi({ description: 'True only tells what would be made.' }),
  })
  .strict()
  .openapi('StatusPageImportInput');

const time = z.string();
const Plan = z
  .object({
    title: z.string(),
    timezone: z.string(),
    slug: z.string(),
    components: z.array(
      z.object({
        key: z.string().openapi({ description: 'Its id on the other page.' }),
        kind: z.enum(['group', 'manual']),
        group: z.string().nullable(),
        name: z.string(),
        description: z.string().nullable(),
        manual_status: z.enum(MANUAL_STATUSES).nullable(),
        show_uptime: z.boolean(),
      }),
    ),
    reports: z.array(
      z.object({
        title: z.string(),
        impact: z.enum(REPORT_IMPACTS),
        status: z.enum(REPORT_STATUSES),
        started_at: time,
        resolved_at: time.nullable(),
        components: z.array(z.object({ key: z.string(), status: z.enum(MANUAL_STATUSES) })),
        updates: z.array(z.object({ status: z.enum(REPORT_STATUSES), body: z.string(), at: time })),
      }),
    ),
    maintenance: z.array(z.object({ title: z.string(), body: z.string().nullable(), starts_at: time, ends_at: time })),
  })
  .openapi('StatusPageImportPlan');

const Imported = z
  .object({
    plan: Plan,
    losses: z
      .array(z.object({ what: z.string(), why: z.string() }))
      .openapi({ description: 'What does not come over.' }),
    page_id: z.string().nullable().openapi({ description: 'Of the new page; null after a dry run.' }),
  })
  .openapi('StatusPageImport');

/** `/api/status-pages/import`: what the form does, for programs. */
export function pageImportApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);
  api.openapi(
    createRoute({
      method: 'post',
      path: '/status-pages/import',
      tags: ['Status pages'],
      summary: 'Import a page of Statuspage',
      description:
        'As a new page, from the public files below `/api/v2` of the address. Nobody is told of what is in it.',
      middleware: guard('write', 'page'),
      request: { body: body(ImportInput) },
      responses: { 200: answer('What is made, or would be', Imported), ...problems(400, 401, 403, 422, 429) },
    }),
    async (c) => {
      const session = requireSession(c);
      const { id } = session.account;
      const { url, slug: wanted, dry_run } = c.req.valid('json');
      await limitRate(deps, `import:${id}`, IMPORT_TRIES);
      const { plan, losses } = planOf(deps, await fetchSource(deps, url));
      const slug = wanted ?? (await proposeSlug(deps, id, plan.page.title));
      const page_id = dry_run ? null : await importPage(deps, actorOf(session), slug, plan, losses);
      return c.json({ plan: planAnswer(plan, slug), losses, page_id }, 200);
    },
  );
  return api;
}

function planAnswer({ page, components, reports, maintenance }: ImportPlan, slug: string): z.infer<typeof Plan> {
  return {
    ...page,
    slug,
    components: components.map(({ status, showUptime, ...one }) => ({
      ...one,
      manual_status: status,
      show_uptime: showUptime,
    })),
    reports: reports.map(({ startedAt, resolvedAt, updates, ...one }) => ({
      ...one,
      started_at: iso(startedAt),
      resolved_at: iso(resolvedAt),
      updates: updates.map((update) => ({ ...update, at: iso(update.at) })),
    })),
    maintenance: maintenance.map(({ title, body: words, startsAt, endsAt }) => ({
      title,
      body: words,
      starts_at: iso(startsAt),
      ends_at: iso(endsAt),
    })),
  };
}
