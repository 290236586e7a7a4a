import { type Form, textOf } from '../web/forms.ts';
import type { ComponentRow, Watched } from './component-queries.ts';
import { flatten, moveLine, treeOf } from './line-tree.ts';

/** One line of the page as the editor shows it: what was typed, as it was typed. */
export interface Line {
  /** Id of a line that is stored; else the monitor's id, or `group_2`, `manual_2`. Part of its fields' names. */
  key: string;
  kind: ComponentRow['kind'];
  /** Key of the group it is in. */
  parent: string | null;
  monitorId: string | null;
  name: string;
  description: string;
  status: string;
  uptime: boolean;
  chart: boolean;
  members: boolean;
}

export interface EditorForm {
  title: string;
  description: string;
  lines: Line[];
  /** Ids of the lines that were stored when the form was drawn. */
  known: string[];
}

const KEY = /^[a-z]+_[A-Za-z0-9]{1,40}$/;

/** The form as the page stands. */
export function storedForm(page: { title: string; description: string | null }, rows: ComponentRow[]): EditorForm {
  return {
    title: page.title,
    description: page.description ?? '',
    lines: rows.map(storedLine),
    known: rows.map(({ id }) => id),
  };
}

function storedLine(row: ComponentRow): Line {
  return {
    key: row.id,
    kind: row.kind,
    parent: row.parent_id,
    monitorId: row.monitor_id,
    name: row.name ?? '',
    description: row.description ?? '',
    status: row.manual_status ?? 'operational',
    uptime: row.show_uptime,
    chart: row.show_chart,
    members: row.members_only,
  };
}

/**
 * The form as it was sent: its lines by the numbers typed, then changed by the button that was pressed (`do`).
 * Lines that came onto the page after the form was drawn are kept at the end.
 */
export function sentForm(raw: Form, rows: ComponentRow[], watched: Watched[]): EditorForm {
  const text = (name: string) => textOf(raw, name);
  const known = text('known').split(' ').filter(Boolean);
  const keys = [...new Set([raw['line'] ?? []].flat())].filter((key) => KEY.test(key));
  const sent = byNumbers(
    keys.map((key) => sentLine(key, text)),
    keys.map((key) => text(`position_${key}`)),
  );
  const since = rows.filter(({ id }) => !known.includes(id) && !keys.includes(id)).map(storedLine);
  const monitors = new Set(sent.map(({ monitorId }) => monitorId));
  const lines = [...sent, ...since.filter((line) => line.monitorId === null || !monitors.has(line.monitorId))];
  return {
    title: text('title'),
    description: text('description'),
    lines: flatten(treeOf(changed(lines, raw, watched))).map(({ depth: _depth, children: _children, ...line }) => line),
    known,
  };
}

function sentLine(key: string, text: (name: string) => string): Line {
  const kind = text(`kind_${key}`);
  return {
    key,
    kind: kind === 'group' || kind === 'manual' ? kind : 'monitor',
    parent: text(`parent_${key}`) || null,
    monitorId: text(`monitor_${key}`) || null,
    name: text(`name_${key}`),
    description: text(`description_${key}`),
    status: text(`status_${key}`) || 'operational',
    uptime: text(`uptime_${key}`) === 'true',
    chart: text(`chart_${key}`) === 'true',
    members: text(`members_${key}`) === 'true',
  };
}

/** Sorted by the numbers typed, where there are some; a number that was changed wins over the line that had it. */
function byNumbers(lines: Line[], typed: string[]): Line[] {
  return lines
    .map((line, i) => {
      const wanted = Number.parseInt(typed[i] ?? '', 10);
      const to = Number.isFinite(wanted) ? wanted : i + 1;
      return { line, rank: to === i + 1 ? to : to + (to < i + 1 ? -0.5 : 0.5) };
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ line }) => line);
}

function changed(lines: Line[], raw: Form, watched: Watched[]): Line[] {
  const [what = '', key = ''] = String(raw['do'] ?? '').split(':');
  switch (what) {
    case 'up':
    case 'down':
      return moveLine(lines, key, what);
    case 'remove': {
      const gone = lines.find((line) => line.key === key);
      return lines
        .filter((line) => line !== gone)
        .map((line) => (line.parent === key ? { ...line, parent: gone?.parent ?? null } : line));
    }
    case 'add-group':
    case 'add-manual': {
      const kind = what === 'add-group' ? 'group' : 'manual';
      return [...lines, newLine(freeKey(kind, lines), kind)];
    }
    case 'add-monitors': {
      const wanted = [raw['add'] ?? []].flat();
      const shown = new Set(lines.map(({ monitorId }) => monitorId));
      const added = watched.filter(({ id }) => wanted.includes(id) && !shown.has(id));
      return [...lines, ...added.map(({ id }) => ({ ...newLine(id, 'monitor'), monitorId: id }))];
    }
    default:
      return lines;
  }
}

function newLine(key: string, kind: Line['kind']): Line {
  return {
    key,
    kind,
    parent: null,
    monitorId: null,
    name: '',
    description: '',
    status: 'operational',
    uptime: true,
    chart: false,
    members: false,
  };
}

function freeKey(kind: string, lines: Line[]): string {
  let n = 1;
  while (lines.some(({ key }) => key === `${kind}_${n}`)) n++;
  return `${kind}_${n}`;
}

/** For the frame beside the form: a group or a line by hand that has no name yet is left out until it has. */
export function withoutUnnamed(form: EditorForm): EditorForm {
  const named = form.lines.filter(({ kind, name }) => kind === 'monitor' || name.trim() !== '');
  const there = new Set(named.map(({ key }) => key));
  const lines = named.map((line) =>
    line.parent === null || there.has(line.parent) ? line : { ...line, parent: null },
  );
  return { ...form, lines };
}

/** What the action is asked for. */
export function inputOf({ title, description, lines }: EditorForm) {
  return {
    title,
    description,
    components: lines.map((line) => ({
      id: line.key,
      kind: line.kind,
      group_id: line.parent,
      ...(line.kind === 'monitor' ? { monitor_id: line.monitorId } : {}),
      name: line.name,
      description: line.description,
      ...(line.kind === 'manual' ? { manual_status: line.status } : {}),
      show_uptime: line.uptime,
      show_chart: line.chart,
      members_only: line.members,
    })),
  };
}
