import { invalidField } from '../core/errors.ts';
import { newId } from '../db/ids.ts';
import type { ComponentRow, StoredComponent, Watched } from './component-queries.ts';
import { flatten, tooDeep, treeOf } from './line-tree.ts';
import type { ComponentInput } from './page-input.ts';

/**
 * The lines as they are stored, from those that are wanted. A line of the page keeps its id, and with it its place in
 * links and reports; what is not said of it stays. Throws `AppError` `invalid` with the field as `components.2.name`.
 */
export function arrange(wanted: ComponentInput[], known: ComponentRow[], watched: Watched[]): StoredComponent[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  const byMonitor = new Map(known.flatMap((row) => (row.monitor_id === null ? [] : [[row.monitor_id, row]])));
  const monitors = new Map(watched.map((one) => [one.id, one]));
  const taken = new Set<string>();
  const lines = wanted.map((input, i) => {
    const kind = input.kind ?? byId.get(input.id ?? '')?.kind ?? 'monitor';
    const monitor = kind === 'monitor' ? monitorOf(input, i, monitors, byId) : null;
    const old = monitor ? byMonitor.get(monitor.id) : byId.get(input.id ?? '');
    const row = old?.kind === kind ? old : undefined;
    const id = row?.id ?? newId('cmp');
    const again = monitor ? `m ${monitor.id}` : id;
    if (taken.has(again)) throw invalidField(`components.${i}.${monitor ? 'monitor_id' : 'id'}`, TWICE[kind]);
    taken.add(again);
    return { index: i, word: input.id ?? id, input, row, key: id, kind, monitor, parent: null };
  });
  const groups = new Map(lines.flatMap((line) => (line.kind === 'group' ? [[line.word, line.key] as const] : [])));
  const kept = new Map(lines.flatMap(({ kind, row, key }) => (kind === 'group' && row ? [[row.id, key]] : [])));
  const placed = lines.map((line) => {
    const { group_id } = line.input;
    if (group_id === undefined) {
      return { ...line, parent: kept.get(line.row?.parent_id ?? '') ?? null };
    }
    const parent = group_id === null ? null : (groups.get(group_id) ?? null);
    if (group_id !== null && (parent === null || parent === line.key)) {
      throw invalidField(`components.${line.index}.group_id`, 'There is no such group on this page.');
    }
    return { ...line, parent };
  });
  const [deep] = tooDeep(placed);
  if (deep) throw invalidField(`components.${deep.index}.group_id`, 'Groups go two deep at most.');
  return flatten(treeOf(placed)).map((line) => stored(line));
}

const TWICE = {
  monitor: 'This monitor is listed twice.',
  group: 'This line is listed twice.',
  manual: 'This line is listed twice.',
};

/** A line that exists says by itself which monitor it is. */
function monitorOf(
  input: ComponentInput,
  i: number,
  monitors: Map<string, Watched>,
  byId: Map<string, ComponentRow>,
): Watched {
  const id = input.monitor_id ?? byId.get(input.id ?? '')?.monitor_id ?? null;
  const monitor = monitors.get(id ?? '');
  if (!monitor) {
    throw invalidField(
      `components.${i}.monitor_id`,
      id === null ? 'Say which monitor this is.' : 'There is no such monitor.',
    );
  }
  return monitor;
}

interface Line {
  index: number;
  key: string;
  kind: ComponentRow['kind'];
  parent: string | null;
  input: ComponentInput;
  row: ComponentRow | undefined;
  monitor: Watched | null;
}

function stored({ index, key, kind, parent, input, row, monitor }: Line): StoredComponent {
  const name = input.name === undefined ? (row?.name ?? null) : input.name;
  if (name === null && kind !== 'monitor') throw invalidField(`components.${index}.name`, 'Give it a name.');
  return {
    id: key,
    kind,
    parent_id: parent,
    monitor_no: monitor?.no ?? null,
    name,
    description: input.description === undefined ? (row?.description ?? null) : input.description,
    manual_status: kind === 'manual' ? (input.manual_status ?? row?.manual_status ?? 'operational') : null,
    show_uptime: input.show_uptime ?? row?.show_uptime ?? true,
    show_chart: input.show_chart ?? row?.show_chart ?? false,
    members_only: input.members_only ?? row?.members_only ?? false,
  };
}
