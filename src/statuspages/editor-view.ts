import { can } from '../core/access.ts';
import { MANUAL_STATUSES } from '../core/page.ts';
import type { Deps } from '../deps.ts';
import type { Session } from '../web/env.ts';
import type { Refusal } from '../web/forms.ts';
import type { ComponentRow, Watched } from './component-queries.ts';
import type { EditorForm, Line } from './editor-form.ts';
import { flatten, type Node, treeOf } from './line-tree.ts';
import { editorFrame } from './own-page.ts';
import type { PageRow } from './queries.ts';
import { COMPONENT_WORDS } from './report-words.ts';

/** What is stored of the page and its account beside the form. */
export interface Stored {
  page: PageRow;
  rows: ComponentRow[];
  watched: Watched[];
}

export interface Shown {
  status?: Refusal['status'];
  problem?: string;
  errors?: Record<string, string>;
  /** The form holds changes that are not stored. */
  unsaved?: boolean;
}

/** What `statuspages/editor` draws. */
export function editorView(deps: Deps, session: Session, { page, watched }: Stored, form: EditorForm, shown: Shown) {
  const errors = shown.errors ?? {};
  const monitors = new Map(watched.map((one) => [one.id, one]));
  const nodes = treeOf(form.lines);
  const all = flatten(nodes);
  const groups = all.filter(({ kind }) => kind === 'group').map(({ key, name }) => ({ value: key, label: name }));
  const indexes = new Map(form.lines.map((line, i) => [line.key, i]));
  const drawn = (node: Node<Line>, i: number, siblings: Node<Line>[]): object => {
    const index = indexes.get(node.key) ?? 0;
    const monitor = monitors.get(node.monitorId ?? '');
    const own = Object.fromEntries(
      Object.entries(errors).flatMap(([field, message]) =>
        field.startsWith(`components.${index}.`) ? [[field.split('.').at(-1), message]] : [],
      ),
    );
    const top = node.parent === null;
    return {
      ...node,
      number: all.indexOf(node) + 1,
      label: node.name || monitor?.name || (node.kind === 'group' ? 'this group' : 'this component'),
      monitorName: monitor?.name ?? null,
      hidden: monitor !== undefined && !monitor.public,
      first: top && i === 0,
      last: top && i === siblings.length - 1,
      groups: groups.filter(({ value }) => value !== node.key),
      errors: own,
      open: Object.keys(own).some((field) => field !== 'name' && field !== 'manual_status'),
      children: node.children.map(drawn),
    };
  };
  const onPage = new Set(form.lines.map(({ monitorId }) => monitorId));
  return {
    frame: editorFrame(deps, page, 'content'),
    problem: shown.problem ?? null,
    errors,
    form,
    unsaved: shown.unsaved ?? false,
    lines: nodes.map(drawn),
    count: all.length,
    spare: watched.filter(({ id }) => !onPage.has(id)),
    statuses: MANUAL_STATUSES.map((value) => ({ value, label: COMPONENT_WORDS[value] })),
    mayWrite: can(session.role, 'write'),
  };
}
