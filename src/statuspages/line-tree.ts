/** A line of a page by what its place depends on. Lines stand in order; one of a group names it. */
export interface Placed {
  key: string;
  kind: 'monitor' | 'group' | 'manual';
  parent: string | null;
}

/** How many groups a line may stand in: a group may hold groups, and those no more. */
const MOST_DEPTH = 2;

export type Node<L extends Placed> = L & { depth: number; children: Node<L>[] };

/** The lines as a tree, siblings in the order given. A parent that cannot be one, or is missing, counts as none. */
export function treeOf<L extends Placed>(lines: readonly L[]): Node<L>[] {
  const groups = new Map(lines.flatMap((line) => (line.kind === 'group' ? [[line.key, line]] : [])));
  const below = new Map<string | null, L[]>();
  for (const line of lines) {
    const fits = line.parent !== null && groups.has(line.parent) && !isInItself(line, groups);
    const parent = fits ? line.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), { ...line, parent }]);
  }
  const grow = (parent: string | null, depth: number): Node<L>[] =>
    (below.get(parent) ?? []).map((line) => {
      const children = line.kind === 'group' ? grow(line.key, depth + 1) : [];
      return { ...line, depth, children };
    });
  return grow(null, 0);
}

function isInItself(line: Placed, groups: ReadonlyMap<string, Placed>): boolean {
  const seen = new Set<string>();
  for (let at = line.parent; at !== null && !seen.has(at); at = groups.get(at)?.parent ?? null) {
    if (at === line.key) return true;
    seen.add(at);
  }
  return false;
}

/** Lines that stand deeper than a page shows. */
export function tooDeep<L extends Placed>(lines: readonly L[]): Node<L>[] {
  return flatten(treeOf(lines)).filter((node) => node.depth + (node.kind === 'group' ? 1 : 0) > MOST_DEPTH);
}

/** The lines of a tree in the order a page shows them: what is in a group follows it. */
export function flatten<L extends Placed>(nodes: readonly Node<L>[]): Node<L>[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children)]);
}

/**
 * The lines with one moved a step: past its neighbour, into a group that stands there, or out of its own at the end.
 * A group takes along what stands in it, and passes other groups.
 */
export function moveLine<L extends Placed>(lines: readonly L[], key: string, way: 'up' | 'down'): Node<L>[] {
  const tree = treeOf(lines);
  const all = flatten(tree);
  const line = all.find((one) => one.key === key);
  if (!line) return all;
  const siblingsOf = (parent: string | null) => (parent === null ? tree : (find(all, parent)?.children ?? tree));
  const siblings = siblingsOf(line.parent);
  const at = siblings.indexOf(line);
  const next = siblings[at + (way === 'up' ? -1 : 1)];
  if (next?.kind === 'group' && line.kind !== 'group') {
    siblings.splice(at, 1);
    next.children.splice(way === 'up' ? next.children.length : 0, 0, { ...line, parent: next.key });
  } else if (next) {
    siblings.splice(at, 1);
    siblings.splice(at + (way === 'up' ? -1 : 1), 0, line);
  } else if (line.parent !== null) {
    const group = find(all, line.parent);
    const outer = siblingsOf(group?.parent ?? null);
    siblings.splice(at, 1);
    outer.splice(outer.findIndex((one) => one.key === line.parent) + (way === 'up' ? 0 : 1), 0, {
      ...line,
      parent: group?.parent ?? null,
    });
  }
  return flatten(tree);
}

function find<L extends Placed>(all: readonly Node<L>[], key: string): Node<L> | undefined {
  return all.find((one) => one.key === key);
}
