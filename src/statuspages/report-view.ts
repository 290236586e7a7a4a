import { plainMarkdown, renderMarkdown } from '../core/markdown.ts';
import type { ReportRow } from './report-queries.ts';
import { COMPONENT_WORDS, IMPACT_WORDS, STATUS_WORDS } from './report-words.ts';

/** Letters of the newest update that a list shows. */
const EXCERPT = 160;

/** A report as a line of a list. */
export function reportLine(report: ReportRow) {
  const said = plainMarkdown(report.updates[0]?.body ?? '').replace(/\s+/g, ' ');
  return {
    id: report.id,
    title: report.title,
    draft: report.published_at === null,
    state: STATUS_WORDS[report.status],
    impact: IMPACT_WORDS[report.impact].label,
    startedAt: report.started_at,
    resolvedAt: report.resolved_at,
    nextUpdateBy: report.next_update_by,
    automatic: report.incident_id !== null,
    components: report.components.map(({ name }) => name).join(', '),
    said: said.length > EXCERPT ? `${said.slice(0, EXCERPT)}…` : said,
  };
}

/** A report with everything that was said in it. `now` tells promises that were not kept. */
export function reportView(report: ReportRow, now: number) {
  const late = report.next_update_by !== null && report.next_update_by < now;
  return {
    ...reportLine(report),
    late: late && report.published_at !== null,
    incidentId: report.incident_id,
    affected: report.components.map(({ id, name, status }) => ({ id, name, status: COMPONENT_WORDS[status] })),
    updates: report.updates.map(({ id, status, body, at, notified, user_id }) => ({
      id,
      state: STATUS_WORDS[status],
      html: renderMarkdown(body),
      at,
      notified,
      automatic: user_id === null,
    })),
  };
}
