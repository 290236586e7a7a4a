import { MASK } from '../core/secrets.ts';
import type { ComponentRow } from './component-queries.ts';
import type { PageRow } from './queries.ts';

/** What may be changed of a page, for the record: its fields, and each line of it in one text. */
export function pageRecord(page: PageRow, lines: readonly ComponentRow[]) {
  const { slug, title, description, branding, timezone, language, appearance, visibility, password_hash } = page;
  const { hidden_from_search, auto_report } = page;
  const open = { slug, title, description, branding, timezone, language, appearance, visibility };
  const fields = { ...open, hidden_from_search, auto_report, components: lines.map((line) => inWords(line, lines)) };
  return {
    plain: { ...fields, password: password_hash },
    shown: { ...fields, password: password_hash === null ? null : MASK },
  };
}

/** Of the lines only those that differ, unless they merely changed places: a page may have hundreds. */
export function differingLines<T extends { components: string[] }>(before: T, after: T): [T, T] {
  const [was, is] = [new Set(before.components), new Set(after.components)];
  const gone = before.components.filter((line) => !is.has(line));
  const come = after.components.filter((line) => !was.has(line));
  if (gone.length === 0 && come.length === 0) return [before, after];
  return [
    { ...before, components: gone },
    { ...after, components: come },
  ];
}

function inWords(line: ComponentRow, lines: readonly ComponentRow[]): string {
  const group = lines.find(({ id }) => id === line.parent_id);
  const facts = [
    line.kind === 'group' && 'group',
    group && `in ${nameOf(group)}`,
    line.manual_status,
    line.description,
    line.kind !== 'group' && !line.show_uptime && 'without uptime',
    line.show_chart && 'with a chart',
    line.members_only && 'for members only',
  ];
  return [nameOf(line), ...facts.filter(Boolean)].join(', ');
}

function nameOf({ name, monitor_name }: ComponentRow): string {
  return name ?? monitor_name ?? '';
}
