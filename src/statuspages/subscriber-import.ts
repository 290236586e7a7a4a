import { parseCsv } from '../core/csv.ts';
import { isLanguage, type Language } from '../core/language.ts';
import { isSubscriberKind, type SubscriberKind } from '../core/subscriber.ts';
import { AppError } from '../core/errors.ts';
import { type Target, targetOf } from './subscriber-target.ts';

/** Most lines of one file. */
export const MOST_ROWS = 10_000;

/** A line that can be taken. */
export interface ImportRow {
  line: number;
  kind: SubscriberKind;
  target: Target;
  component_ids: string[] | null;
  incidents: boolean;
  maintenance: boolean;
  language: Language;
}

export interface LineFault {
  line: number;
  message: string;
}

/** What a column may be called, in files of ours and of others. */
const COLUMNS: Record<string, string> = {
  target: 'target',
  email: 'target',
  'e-mail': 'target',
  'email address': 'target',
  address: 'target',
  endpoint: 'target',
  url: 'target',
  kind: 'kind',
  type: 'kind',
  components: 'components',
  incidents: 'incidents',
  maintenance: 'maintenance',
  language: 'language',
};

/**
 * Reads a file of subscribers: columns by their names in the first line, or addresses alone. `lines` are the components
 * of the page, known by id or name; `language` is that of rows that name none. Throws `AppError` `invalid` for a file
 * that cannot be read at all; a line that cannot is told apart.
 */
export function readImport(
  text: string,
  lines: readonly { id: string; name: string }[],
  language: Language,
): { rows: ImportRow[]; faults: LineFault[] } {
  const all = parseCsv(text);
  const names = (all[0]?.cells ?? []).map((cell) => COLUMNS[cell.toLowerCase()] ?? '');
  const headed = names.includes('target');
  const body = headed ? all.slice(1) : all;
  if (body.length === 0) throw unreadable('There is no address in it.');
  if (body.length > MOST_ROWS) {
    throw unreadable(`It has ${body.length} lines; ${MOST_ROWS} are taken at a time. Split it.`);
  }
  const known = new Map(lines.flatMap(({ id, name }) => [[id, id] as const, [name.toLowerCase(), id] as const]));
  const rows: ImportRow[] = [];
  const faults: LineFault[] = [];
  const seen = new Set<string>();
  for (const { line, cells } of body) {
    const cell = (name: string) =>
      headed ? (cells[names.indexOf(name)] ?? '') : name === 'target' ? (cells[0] ?? '') : '';
    const read = rowOf(line, cell, known, language);
    if ('message' in read) faults.push(read);
    else if (seen.has(`${read.kind} ${read.target.key}`))
      faults.push({ line, message: 'This address is in the file twice.' });
    else rows.push(read);
    if ('target' in read) seen.add(`${read.kind} ${read.target.key}`);
  }
  return { rows, faults };
}

function rowOf(
  line: number,
  cell: (name: string) => string,
  known: ReadonlyMap<string, string>,
  language: Language,
): ImportRow | LineFault {
  const kind = cell('kind').toLowerCase() || 'email';
  if (!isSubscriberKind(kind)) return { line, message: `"${cell('kind')}" is no kind: email, webhook or slack.` };
  const target = targetOf(kind, cell('target'));
  if (!target)
    return { line, message: `"${cell('target').slice(0, 80)}" is no ${kind === 'email' ? 'e-mail ' : ''}address.` };
  const wanted = cell('components')
    .split(/[;|]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const ids = wanted.map((one) => known.get(one) ?? known.get(one.toLowerCase()) ?? null);
  const missing = ids.indexOf(null);
  if (missing >= 0) return { line, message: `There is no component "${wanted[missing]?.slice(0, 80)}" on this page.` };
  const [incidents, maintenance] = [yes(cell('incidents')), yes(cell('maintenance'))];
  if (!incidents && !maintenance) return { line, message: 'It asks for neither incidents nor maintenance.' };
  const spoken = cell('language').toLowerCase().slice(0, 2);
  return {
    line,
    kind,
    target,
    component_ids: wanted.length === 0 ? null : ids.filter((id) => id !== null),
    incidents,
    maintenance,
    language: isLanguage(spoken) ? spoken : language,
  };
}

function yes(cell: string): boolean {
  return !/^(false|no|0)$/i.test(cell);
}

function unreadable(message: string): AppError {
  return new AppError('invalid', message, { fields: [{ field: 'csv', message }] });
}
