import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { notFound } from '../core/errors.ts';
import { formulaLines, type Figures } from '../core/report.ts';
import { REPORT_PERIODS } from '../core/report-period.ts';
import { iso, SECOND } from '../core/time.ts';
import { REASONS } from '../core/verdict.ts';
import type { Deps } from '../deps.ts';
import type { AppEnv } from '../web/env.ts';
import { answer, createApi, guard, packCursor, problems, unpackCursor, wholeQuery } from '../web/openapi.ts';
import { requireSession } from '../web/session.ts';
import { findReportAccount, listReported } from './queries.ts';
import { readReport, type Report } from './report-queries.ts';
import { daysAsked, ReportQuery, scopeAsked } from './report-input.ts';
import { MOST_ROWS } from './view.ts';

const time = z.string().openapi({ format: 'date-time' });
const date = z.string().openapi({ format: 'date', example: '2026-11-01' });
const seconds = z.int().min(0);
const some = z.int().nullable();

const ReportFigures = z
  .object({
    uptime_percent: z
      .number()
      .nullable()
      .openapi({ description: '(up + degraded) / (up + degraded + down), cut after three digits.' }),
    up_seconds: seconds,
    degraded_seconds: seconds,
    down_seconds: seconds,
    maintenance_seconds: seconds,
    paused_seconds: seconds,
    unknown_seconds: seconds,
    unmonitored_seconds: seconds.openapi({ description: 'Before the monitor was made.' }),
    expired_seconds: seconds.openapi({ description: 'Before what the plan keeps.' }),
    incidents: z.int().openapi({ description: 'Going on at any time of the period.' }),
    begun: z.int().openapi({ description: 'Of these, the ones that began in it.' }),
    recovered: z.int().openapi({ description: 'And those that recovered in it.' }),
    recovered_seconds: seconds,
    longest_outage_seconds: some,
    mttr_seconds: some,
    mtbf_seconds: some,
    checks: z.int(),
    failed_checks: z.int(),
    average_ms: some,
    p50_ms: some,
    p95_ms: some,
    p99_ms: some,
  })
  .openapi('ReportFigures');

const ReportDocument = z
  .object({
    timezone: z.string(),
    first_day: date,
    last_day: date,
    from: time,
    until: time.openapi({ description: 'End of the period, or now while it lasts.' }),
    generated_at: time,
    total: ReportFigures.openapi({
      description: 'All monitors added up; of a whole account without its groups, whose members are in it.',
    }),
    formula: z.array(z.string()),
    worst_outages: z.array(
      z.object({
        incident_id: z.string(),
        monitor_id: z.string(),
        monitor_name: z.string(),
        reason: z.enum(REASONS),
        message: z.string(),
        started_at: time,
        resolved_at: time.nullable(),
        seconds_within: seconds,
      }),
    ),
    monitor_count: z.int(),
    data: z.array(ReportFigures.extend({ id: z.string(), name: z.string() })),
    next_cursor: z.string().nullable(),
  })
  .openapi('Report');

/** `/api/reports`: the numbers of the report page. */
export function reportApi(deps: Deps): OpenAPIHono<AppEnv> {
  const api = createApi(deps);

  api.openapi(
    createRoute({
      method: 'get',
      path: '/reports',
      tags: ['Reports'],
      summary: 'Uptime, outages and response times of a period, the lowest uptime first',
      description: 'Days are those of the time zone of the account. `from` and `to` belong to the period `custom`.',
      middleware: guard('read'),
      request: {
        query: z.object({
          period: z.enum(REPORT_PERIODS, `Must be one of: ${REPORT_PERIODS.join(', ')}.`).default('last-30'),
          from: date.max(20).optional(),
          to: date.max(20).optional(),
          monitor: z.string().max(60).optional(),
          tag: z.string().max(60).optional(),
          cursor: z.string().max(200, 'This cursor is not one of ours.').optional(),
          limit: wholeQuery(1, MOST_ROWS, MOST_ROWS),
        }),
      },
      responses: { 200: answer('The report', ReportDocument), ...problems(401, 404, 422, 429) },
    }),
    async (c) => {
      const { cursor, limit, ...asked } = c.req.valid('query');
      const query = ReportQuery.parse(asked);
      const account = await findReportAccount(deps.db.read, requireSession(c).account.id);
      if (!account) throw notFound();
      const now = deps.clock.now();
      const days = daysAsked(query, account.timezone, now);
      const scope = scopeAsked(query);
      if (scope.monitorId !== undefined && (await listReported(deps.db.read, account.id, scope, 1)).length === 0)
        throw notFound();
      const skip = unpackCursor(cursor, z.tuple([z.int().min(0)]))?.[0] ?? 0;
      const report = await readReport(deps.db.read, account, days, scope, now);
      return c.json(reportJson(report, skip, limit), 200);
    },
  );

  return api;
}

function reportJson(report: Report, skip: number, limit: number): z.infer<typeof ReportDocument> {
  const { days, until, madeAt, total, monitors, worst } = report;
  const end = skip + limit;
  return {
    timezone: days.zone,
    first_day: days.first,
    last_day: days.last,
    from: iso(days.from),
    until: iso(until),
    generated_at: iso(madeAt),
    total: total satisfies Figures,
    formula: formulaLines(total),
    worst_outages: worst.map((one) => ({
      incident_id: one.id,
      monitor_id: one.monitor_id,
      monitor_name: one.monitor_name,
      reason: one.reason,
      message: one.message,
      started_at: iso(one.started_at),
      resolved_at: iso(one.resolved_at),
      seconds_within: Math.floor(one.within_ms / SECOND),
    })),
    monitor_count: monitors.length,
    data: monitors.slice(skip, end),
    next_cursor: end < monitors.length ? packCursor([end]) : null,
  };
}
