/** One step into a JSON value: a name, an index, or every element. */
export type Step = { name: string } | { index: number } | 'every';

export type JsonPath = { steps: Step[] } | { problem: string; position: number };

const LONGEST = 500;
const MOST_STEPS = 32;
/** Values one path may lead to: a few `[*]` in a row must not multiply without end. */
const MOST_VALUES = 10_000;

/** `$`, then `.name`, `["name"]`, `[0]`, `[-1]` (from the end) or `[*]` (any element), read from left to right. */
const PIECE = /\.([^.[\]"'\s]+)|\[\s*(?:(-?\d{1,9})|(\*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\]/y;

/** Reads a path such as `$.items[0].name`; the `$` may be left out. Names the position of what it cannot read. */
export function parsePath(text: string): JsonPath {
  if (text.length > LONGEST) return { problem: `A path has at most ${LONGEST} characters.`, position: LONGEST };
  const path = /^[$.[]/.test(text) ? text : `.${text}`;
  const shift = path.length - text.length;
  const steps: Step[] = [];
  let at = path.startsWith('$') ? 1 : 0;
  if (text.trim() === '') return { problem: 'A path is missing, for example $.status.', position: 0 };
  while (at < path.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(path);
    if (!match) return unreadable(text, at - shift);
    if (steps.length === MOST_STEPS)
      return { problem: `A path has at most ${MOST_STEPS} steps.`, position: at - shift };
    steps.push(stepOf(match));
    at = PIECE.lastIndex;
  }
  return { steps };
}

function stepOf([, name, index, every, double, single]: RegExpExecArray): Step {
  if (every !== undefined || name === '*') return 'every';
  if (index !== undefined) return { index: Number(index) };
  return { name: name ?? (double ?? single ?? '').replace(/\\(.)/g, '$1') };
}

function unreadable(text: string, at: number): JsonPath {
  const position = Math.max(0, at);
  const words = 'Write for example $.status, $.items[0].name, $["a name"] or $.items[*].id.';
  return {
    problem: `The path cannot be read at character ${position + 1} ("${text.slice(position, position + 10)}"). ${words}`,
    position,
  };
}

/** Every value the steps lead to; none when the path leads nowhere. Only own names count. */
export function readPath(value: unknown, steps: readonly Step[]): unknown[] {
  let found: unknown[] = [value];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const one of found) {
      for (const inner of take(one, step)) {
        if (next.length < MOST_VALUES) next.push(inner);
      }
    }
    found = next;
  }
  return found;
}

function take(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const list: unknown[] | null = Array.isArray(value) ? value : null;
  if (step === 'every') return list ?? Object.values(value);
  if ('index' in step && list) {
    const at = step.index < 0 ? list.length + step.index : step.index;
    return at in list ? [list[at]] : [];
  }
  const name = 'index' in step ? String(step.index) : step.name;
  return list === null && Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : [];
}
