import { z } from '@hono/zod-openapi';
import { MANUAL_STATUSES } from '../core/page.ts';
import { REPORT_IMPACTS, REPORT_STATUSES } from '../core/status-report.ts';

const time = z.iso.datetime({ offset: true, error: 'Write it as 2026-11-21T02:00:00Z.' });

const fields = {
  title: z
    .string('Give it a title.')
    .trim()
    .min(1, 'Give it a title.')
    .max(120, 'Use at most 120 characters.')
    .openapi({ example: 'Payments fail' }),
  impact: z.enum(REPORT_IMPACTS, 'Choose one of the impacts.'),
  status: z.enum(REPORT_STATUSES, 'Choose one of the states.'),
  body: z
    .string('Say what is going on.')
    .trim()
    .min(1, 'Say what is going on.')
    .max(10_000, 'Use at most 10,000 characters.')
    .openapi({ description: 'Markdown; HTML and pictures in it are shown as text.' }),
  components: z
    .array(z.strictObject({ id: z.string(), status: z.enum(MANUAL_STATUSES, 'Choose one of the states.') }))
    .max(500, 'Choose at most 500.')
    .openapi({ description: 'All components it is about, and how they are.' }),
  next_update_by: time.nullable().openapi({ description: 'When readers are promised to hear more.' }),
  started_at: time,
  notify: z.boolean().openapi({ description: 'Whether subscribers are told.' }),
};

/** A new report with its first update. */
export const ReportInput = z
  .object({
    title: fields.title,
    impact: fields.impact.default('minor'),
    status: fields.status.default('investigating'),
    body: fields.body,
    components: fields.components.default([]),
    started_at: fields.started_at.optional().openapi({ description: 'When the trouble began; now unless said.' }),
    next_update_by: fields.next_update_by.default(null),
    draft: z.boolean().default(false).openapi({ description: 'Nobody outside sees a draft.' }),
    notify: fields.notify.default(true),
  })
  .strict()
  .openapi('StatusReportInput');
export type ReportInput = z.infer<typeof ReportInput>;

/** What may be changed of a report; what is left out stays. Its updates have their own addresses. */
export const ReportPatch = z
  .object({
    title: fields.title,
    impact: fields.impact,
    components: fields.components,
    started_at: fields.started_at,
    next_update_by: fields.next_update_by,
  })
  .partial()
  .strict()
  .openapi('StatusReportPatch');
export type ReportPatch = z.infer<typeof ReportPatch>;

/** The next thing that is said. Components that are left out stay as the report has them. */
export const UpdateInput = z
  .object({
    status: fields.status,
    body: fields.body,
    components: fields.components.optional(),
    next_update_by: fields.next_update_by.default(null),
    notify: fields.notify.default(true),
  })
  .strict()
  .openapi('StatusReportUpdateInput');
export type UpdateInput = z.infer<typeof UpdateInput>;

/** A correction of what was said; nobody is told again. */
export const UpdatePatch = z
  .object({ status: fields.status, body: fields.body })
  .partial()
  .strict()
  .openapi('StatusReportUpdatePatch');
export type UpdatePatch = z.infer<typeof UpdatePatch>;

export const PublishInput = z
  .object({ notify: fields.notify.default(true) })
  .strict()
  .openapi('StatusReportPublish');

/** A text to begin a report with. */
export const TemplateInput = z
  .object({
    name: z.string('Give it a name.').trim().min(1, 'Give it a name.').max(80, 'Use at most 80 characters.'),
    title: fields.title,
    body: fields.body,
    impact: fields.impact.default('minor'),
  })
  .strict()
  .openapi('StatusReportTemplateInput');
export type TemplateInput = z.infer<typeof TemplateInput>;

export const TemplatePatch = z
  .object({ ...TemplateInput.shape, impact: fields.impact })
  .partial()
  .strict()
  .openapi('StatusReportTemplatePatch');
export type TemplatePatch = z.infer<typeof TemplatePatch>;
