import { MANUAL_STATUSES } from '../core/page.ts';
import { REPORT_IMPACTS, REPORT_STATUSES, type ReportStatus } from '../core/status-report.ts';
import { renderMarkdown } from '../core/markdown.ts';
import { iso, MINUTE } from '../core/time.ts';
import { instantText, localText, wallTime } from '../core/zone.ts';
import { type Form, type Refusal, textOf } from '../web/forms.ts';
import type { PageRow } from './queries.ts';
import type { ChoiceRow, ReportRow } from './report-queries.ts';
import { COMPONENT_WORDS, IMPACT_WORDS, STATUS_WORDS } from './report-words.ts';
import type { TemplateRow } from './template-queries.ts';

/** What the forms of a report and its updates show: texts, so that whatever was typed comes back as it was. */
export interface ReportForm {
  title: string;
  impact: string;
  status: string;
  body: string;
  /** Minutes from now, empty for no promise, `kept` for the one that stands. */
  next: string;
  notify: boolean;
  /** By the page's clock, empty for now. */
  started_at: string;
  /** Chosen components, and the state of each line, chosen or not. */
  chosen: string[];
  states: Record<string, string>;
}

/** Promises that the form offers, in minutes: people wait for news half an hour, not a day. */
const PROMISES: readonly [minutes: number, words: string][] = [
  [20, 'in 20 minutes'],
  [30, 'in 30 minutes'],
  [60, 'in an hour'],
  [120, 'in two hours'],
  [240, 'in four hours'],
  [1_440, 'in a day'],
];

/** The form of a new report; what is found down is chosen already. */
export function emptyForm(choices: readonly ChoiceRow[], template: TemplateRow | null): ReportForm {
  const down = choices.filter((choice) => choice.down).map(({ id }) => id);
  return {
    title: template?.title ?? '',
    impact: template?.impact ?? 'minor',
    status: 'investigating',
    body: template?.body ?? '',
    next: '30',
    notify: true,
    started_at: '',
    chosen: down,
    states: Object.fromEntries(down.map((id) => [id, 'major_outage'])),
  };
}

/** A stored report in its form. */
export function storedForm(report: ReportRow, zone: string): ReportForm {
  return {
    title: report.title,
    impact: report.impact,
    status: report.status,
    body: '',
    next: report.next_update_by === null ? '' : 'kept',
    notify: true,
    started_at: localText(report.started_at, zone),
    chosen: report.components.map(({ id }) => id),
    states: Object.fromEntries(report.components.map(({ id, status }) => [id, status])),
  };
}

/** What was sent. */
export function sentForm(form: Form): ReportForm {
  const text = (name: string) => textOf(form, name);
  const states = Object.entries(form).flatMap(([name, value]) =>
    name.startsWith('state_') ? [[name.slice('state_'.length), [value].flat()[0] ?? ''] as const] : [],
  );
  return {
    title: text('title'),
    impact: text('impact'),
    status: text('status'),
    body: text('body'),
    next: text('next'),
    notify: text('notify') === 'true',
    started_at: text('started_at'),
    chosen: [form['components'] ?? []].flat().filter((id) => id !== ''),
    states: Object.fromEntries(states),
  };
}

/** The components that were chosen, as the API wants them. */
export function affectedOf({ chosen, states }: ReportForm) {
  return chosen.map((id) => ({ id, status: states[id] ?? 'degraded' }));
}

/** The promise as an instant; `kept` is the one that stands. */
export function promiseOf({ next }: ReportForm, kept: number | null, now: number): string | null {
  if (next === 'kept') return iso(kept);
  const minutes = Number(next);
  return next === '' || !Number.isFinite(minutes) ? null : new Date(now + minutes * MINUTE).toISOString();
}

/** When it began, in the words of the API; nothing for now, and nothing when the clock still shows the stored minute. */
export function beginOf({ started_at }: ReportForm, zone: string, stored: number | null): { started_at?: string } {
  if (started_at === '' || (stored !== null && started_at === localText(stored, zone))) return {};
  return { started_at: instantText(started_at, zone) ?? '' };
}

/** What the selects of the forms offer. `kept` is the promise that stands, as text. */
export function formOptions(kept: string | null) {
  return {
    impacts: REPORT_IMPACTS.map((value) => ({ value, label: IMPACT_WORDS[value].means })),
    promises: [
      { value: '', label: 'no promise' },
      ...(kept === null ? [] : [{ value: 'kept', label: kept }]),
      ...PROMISES.map(([minutes, label]) => ({ value: String(minutes), label })),
    ],
  };
}

/** States that an update can have: a postmortem comes after the end. */
export function statusOptions(over: boolean): { value: ReportStatus; label: string }[] {
  const offered = REPORT_STATUSES.filter((value) => over || value !== 'postmortem');
  return offered.map((value) => ({ value, label: STATUS_WORDS[value].label }));
}

/** Lines of the component picker in the page's order, those of a group below it. */
function pickerLines(choices: readonly ChoiceRow[], form: Pick<ReportForm, 'chosen' | 'states'>) {
  const known = new Set(choices.map(({ id }) => id));
  const below = (parent: string | null, depth: number): (ChoiceRow & { depth: number })[] =>
    choices
      .filter(({ parent_id }) => parent_id === parent)
      .flatMap((row) => [{ ...row, depth }, ...(row.kind === 'group' && depth < 4 ? below(row.id, depth + 1) : [])]);
  const orphans = choices.filter(({ parent_id }) => parent_id !== null && !known.has(parent_id));
  return [...below(null, 0), ...orphans.map((row) => ({ ...row, depth: 0 }))].map(
    ({ id, name, kind, depth, down }) => ({
      id,
      name: name || 'Without a name',
      group: kind === 'group',
      depth,
      down,
      chosen: form.chosen.includes(id),
      options: MANUAL_STATUSES.map((value) => ({
        value,
        label: COMPONENT_WORDS[value],
        selected: value === (form.states[id] ?? (down ? 'major_outage' : 'degraded')),
      })),
    }),
  );
}

/** What the forms of a report and of an update have in common. */
export function fieldsOf(
  page: Pick<PageRow, 'timezone'>,
  form: ReportForm,
  choices: ChoiceRow[],
  report: ReportRow | null,
  no: Refusal | null,
  preview: boolean,
) {
  const kept = report?.next_update_by ?? null;
  const clock = kept === null ? null : new Date(wallTime(kept, page.timezone)).toISOString().slice(11, 16);
  return {
    form,
    zone: page.timezone,
    components: pickerLines(choices, form),
    statuses: statusOptions(report !== null && report.resolved_at !== null),
    ...formOptions(clock === null ? null : `by ${clock} (${page.timezone}), as promised`),
    preview: preview ? renderMarkdown(form.body) : null,
    problem: no?.problem ?? null,
    errors: no?.errors ?? {},
  };
}
