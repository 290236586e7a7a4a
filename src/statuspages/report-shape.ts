import { z } from '@hono/zod-openapi';
import { MANUAL_STATUSES } from '../core/page.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from '../core/status-report.ts';
import { iso } from '../core/time.ts';
import type { ReportRow } from './report-queries.ts';
import type { TemplateRow } from './template-queries.ts';

const time = z.iso.datetime();

export const Report = z
  .object({
    id: z.string(),
    status_page_id: z.string(),
    title: z.string(),
    impact: z.enum(REPORT_IMPACTS),
    status: z.enum(REPORT_STATUSES),
    draft: z.boolean(),
    started_at: time,
    resolved_at: time.nullable(),
    next_update_by: time.nullable(),
    incident_id: z.string().nullable().openapi({ description: 'The incident it was made from.' }),
    components: z.array(z.object({ id: z.string(), name: z.string(), status: z.enum(MANUAL_STATUSES) })),
    updates: z
      .array(
        z.object({
          id: z.string(),
          status: z.enum(REPORT_STATUSES),
          body: z.string(),
          notified: z.boolean(),
          created_at: time,
        }),
      )
      .openapi({ description: 'Newest first.' }),
    published_at: time.nullable(),
    created_at: time,
    updated_at: time,
  })
  .openapi('StatusReport');

export function reportJson(row: ReportRow): z.infer<typeof Report> {
  return {
    id: row.id,
    status_page_id: row.page_id,
    title: row.title,
    impact: row.impact,
    status: row.status,
    draft: row.published_at === null,
    started_at: iso(row.started_at),
    resolved_at: iso(row.resolved_at),
    next_update_by: iso(row.next_update_by),
    incident_id: row.incident_id,
    components: row.components,
    updates: row.updates.map(({ id, status, body, notified, at }) => ({
      id,
      status,
      body,
      notified,
      created_at: iso(at),
    })),
    published_at: iso(row.published_at),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

export const Template = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    body: z.string(),
    impact: z.enum(REPORT_IMPACTS),
    created_at: time,
  })
  .openapi('StatusReportTemplate');

export function templateJson({ id, name, title, body, impact, created_at }: TemplateRow): z.infer<typeof Template> {
  return { id, name, title, body, impact, created_at: iso(created_at) };
}
