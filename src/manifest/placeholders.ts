import { MASK } from '../core/secrets.ts';
import type { Path } from './places.ts';
import { type Fault, ManifestFault, MOST_DEPTH, type Source } from './source.ts';

/** A `${NAME}` of a file, where it stands, and whether something was there to put in. */
export interface Variable {
  name: string;
  path: Path;
  filled: boolean;
}

export type Values = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)\}?/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A text as it is written into a file, so that nothing of it is taken for a placeholder. */
export function escapeText(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/**
 * The values of a file with every `${NAME}` replaced; `$${` stands for `${`. What has no value is a fault, or with
 * `blank: 'keep'` the whole text becomes the mask, which the API reads as "what is stored".
 */
export function fillPlaceholders(
  source: Pick<Source, 'value' | 'at'>,
  values: Values,
  blank: 'refuse' | 'keep',
): { value: unknown; variables: Variable[] } {
  const variables: Variable[] = [];
  const at = (path: Path, key = false) => source.at(path, key);
  const faults: Fault[] = [];
  const fill = (text: string, path: Path): string => {
    let missing = false;
    const filled = text.replace(PLACEHOLDER, (whole, name: string | undefined) => {
      if (name === undefined) return '${';
      if (!NAME.test(name) || !whole.endsWith('}')) {
        faults.push({ ...at(path), message: 'Write a placeholder as ${NAME}, and $${ where you mean ${ itself.' });
        return whole;
      }
      const given = Object.hasOwn(values, name) ? values[name] : undefined;
      variables.push({ name, path, filled: Boolean(given) });
      if (given) return given;
      missing = true;
      if (blank === 'refuse')
        faults.push({ ...at(path), message: `The environment has no ${name}; set it and try again.` });
      return whole;
    });
    return missing ? MASK : filled;
  };
  const walk = (node: unknown, path: Path): unknown => {
    if (path.length > MOST_DEPTH) throw new ManifestFault([{ ...at(path), message: 'This is nested too deeply.' }]);
    if (typeof node === 'string') return fill(node, path);
    if (Array.isArray(node)) return node.map((one, i) => walk(one, [...path, i]));
    if (typeof node !== 'object' || node === null) return node;
    // Reading on would lose it without a word.
    if (Object.hasOwn(node, '__proto__'))
      faults.push({ ...at([...path, '__proto__'], true), message: 'There is no field "__proto__".' });
    return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, walk(one, [...path, name])]));
  };
  const filled = walk(source.value, []);
  if (faults.length > 0) throw new ManifestFault(faults);
  return { value: filled, variables };
}
