import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';

/** Where something stands in a file; both count from one. */
export interface Position {
  line: number;
  column: number;
}

export type Path = readonly (string | number)[];

/** Offset of the key or item, offset of the value if it is one text or number, number of its own list of parts. */
type Place = [at: number, own: number | null, parts: number | null];

/** Where every value of a file stands. What aliases repeat is there once. */
export interface Places {
  root: Place;
  parts: (Place[] | [name: string, place: Place][])[];
  /** Whether the parts of that number have names. */
  named: boolean[];
  /** Offsets at which the lines begin. */
  lines: number[];
}

/** Finds all places of a document that was read without faults. */
export function placesOf(document: Document.Parsed, lines: number[]): Places {
  const places: Places = { root: [0, null, null], parts: [], named: [], lines };
  const known = new Map<unknown, number>();
  // The reader's own way to an anchor looks through the whole document each time.
  const anchors = new Map<string, unknown>();
  const partsOf = (given: unknown): number | null => {
    if (isNode(given) && !isAlias(given) && given.anchor) anchors.set(given.anchor, given);
    const node = isAlias(given) ? anchors.get(given.source) : given;
    if (!isMap(node) && !isSeq(node)) return null;
    const before = known.get(node);
    if (before !== undefined) return before;
    const number = places.parts.push([]) - 1;
    known.set(node, number);
    places.named[number] = isMap(node);
    places.parts[number] = isMap(node)
      ? node.items.flatMap(({ key, value }): [string, Place][] =>
          isScalar(key) ? [[String(key.value), placeOf(rangeStart(key), value)]] : [],
        )
      : node.items.map((item) => placeOf(rangeStart(item), item));
    return number;
  };
  const placeOf = (at: number | null, value: unknown): Place => [
    at ?? -1,
    isScalar(value) ? rangeStart(value) : null,
    partsOf(value),
  ];
  places.root = placeOf(document.contents?.range[0] ?? 0, document.contents);
  return places;
}

/**
 * Where the value at `path` stands: itself when it is on one line, else its key, else what should have held it. With
 * `key`, its key in any case.
 */
export function findPlace({ root, parts, named, lines }: Places, path: Path, key = false): Position {
  let [offset, own, number] = root;
  for (const part of path) {
    if (number === null) return positionOf(lines, offset);
    const list = parts[number] ?? [];
    const place: Place | undefined = named[number]
      ? (list as [string, Place][]).find(([name]) => name === String(part))?.[1]
      : (list as Place[])[Number(part)];
    if (!place) return positionOf(lines, offset);
    [offset, own, number] = [place[0] < 0 ? offset : place[0], place[1], place[2]];
  }
  return positionOf(lines, own === null || key ? offset : own);
}

/** Line and column of an offset. */
export function positionOf(lines: readonly number[], offset: number): Position {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return { line: Math.max(1, low), column: Math.max(1, offset - (lines[low - 1] ?? 0) + 1) };
}

function rangeStart(node: unknown): number | null {
  return (node as Node | null)?.range?.[0] ?? null;
}
