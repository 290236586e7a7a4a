import { closest, type Line, type Manifest, type Part } from '../core/manifest.ts';
import type { Path } from './places.ts';

/** Comparing a key with all others takes a while, and nobody reads more hints. */
const MOST_HINTS = 50;

interface Reference {
  path: Path;
  /** The part of the file that must have the key. */
  to: Part;
  key: string;
}

/** Sentences about keys that name nothing, monitors that stand twice on a page, and parents that go round in a circle. */
export function referenceFaults(file: Manifest): { path: Path; message: string }[] {
  const unknown = references(file)
    .filter(({ to, key }) => !Object.hasOwn(file[to], key))
    .map(({ path, to, key }, i) => {
      const near = i < MOST_HINTS ? closest(key, Object.keys(file[to])) : null;
      const hint = near === null ? '' : ` Did you mean "${near}"?`;
      return { path, message: `There is no "${key}" under ${to} in this file.${hint}` };
    });
  return [...unknown, ...circles(file), ...nested(file), ...twice(file)];
}

function references(file: Manifest): Reference[] {
  const found: Reference[] = [];
  for (const [name, { steps }] of Object.entries(file.escalations)) {
    steps.forEach(({ channels }, i) => {
      channels.forEach((key, j) => {
        found.push({ path: ['escalations', name, 'steps', i, 'channels', j], to: 'channels', key });
      });
    });
  }
  for (const [name, monitor] of Object.entries(file.monitors)) {
    const path = ['monitors', name];
    monitor.channels?.forEach((key, i) => found.push({ path: [...path, 'channels', i], to: 'channels', key }));
    if (monitor.parent) found.push({ path: [...path, 'parent'], to: 'monitors', key: monitor.parent });
    if (monitor.escalation) found.push({ path: [...path, 'escalation'], to: 'escalations', key: monitor.escalation });
    for (const [i, key] of membersOf(monitor.config).entries()) {
      found.push({ path: [...path, 'config', 'members', i], to: 'monitors', key });
    }
  }
  for (const { path, line } of allLines(file)) {
    if (line.monitor !== undefined) found.push({ path: [...path, 'monitor'], to: 'monitors', key: line.monitor });
  }
  return found;
}

/** Keys of the monitors in a group. */
export function membersOf(config: Record<string, unknown> | undefined): string[] {
  const members = config?.['members'];
  return Array.isArray(members) ? members.filter((key) => typeof key === 'string') : [];
}

function circles({ monitors }: Manifest): { path: Path; message: string }[] {
  const seen = new Set<string>();
  return Object.keys(monitors).flatMap((start) => {
    const way = new Set<string>();
    let key: string | null | undefined = start;
    while (key && !seen.has(key)) {
      seen.add(key);
      way.add(key);
      key = monitors[key]?.parent;
    }
    if (!key || !way.has(key)) return [];
    // A circle is told once, at the first of it.
    const circle = [...way].slice([...way].indexOf(key));
    const at = circle.indexOf(circle.toSorted()[0] ?? '');
    const [first = '', ...rest] = [...circle.slice(at), ...circle.slice(0, at)];
    const message = `Parents go round in a circle: ${[first, ...rest, first].join(' → ')}.`;
    return [{ path: ['monitors', first, 'parent'], message }];
  });
}

function nested({ monitors }: Manifest): { path: Path; message: string }[] {
  return Object.entries(monitors).flatMap(([name, { config }]) =>
    membersOf(config).flatMap((key, i) =>
      monitors[key]?.type === 'group'
        ? [{ path: ['monitors', name, 'config', 'members', i], message: 'A group holds monitors only, not groups.' }]
        : [],
    ),
  );
}

function twice(file: Manifest): { path: Path; message: string }[] {
  const seen = new Set<string>();
  return allLines(file).flatMap(({ page, path, line }) => {
    if (line.monitor === undefined) return [];
    const word = `${page} ${line.monitor}`;
    if (!seen.has(word)) {
      seen.add(word);
      return [];
    }
    return [{ path: [...path, 'monitor'], message: 'This monitor stands on the page already.' }];
  });
}

function allLines({ pages }: Manifest): { page: string; path: Path; line: Line }[] {
  return Object.entries(pages).flatMap(([page, { components = [] }]) =>
    walkLines(components, ['pages', page, 'components']).map((one) => ({ page, ...one })),
  );
}

/** All lines, in the order the API lists them: what is in a group follows it. */
export function walkLines(lines: readonly Line[], path: Path): { path: Path; line: Line; parent: Line | null }[] {
  const walk = (some: readonly Line[], at: Path, parent: Line | null): ReturnType<typeof walkLines> =>
    some.flatMap((line, i) => [
      { path: [...at, i], line, parent },
      ...walk(line.components ?? [], [...at, i, 'components'], line),
    ]);
  return walk(lines, path, null);
}
