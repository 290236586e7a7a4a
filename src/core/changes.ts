/** What each changed field was and is. */
export type Changes = Record<string, readonly [before: unknown, after: unknown]>;

type Fields = Record<string, unknown>;

/** Of a text this much goes on record, and of a list as much JSON. */
const KEPT_CHARS = 500;

/**
 * The fields that differ, compared as JSON; undefined when none does. Fields of an object are told one by one, as
 * `config.method`; long texts are cut. What comes in goes on record: where there are secrets, `shown` has both sides
 * once more, masked, so that a changed secret is told as changed and not as what it is.
 */
export function changesOf(before: Fields, after: Fields, shown?: readonly [Fields, Fields]): Changes | undefined {
  const [was, is] = [flat(before), flat(after)];
  const [toldWas, toldIs] = shown ? [flat(shown[0]), flat(shown[1])] : [was, is];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changed = names.filter(
    (name) => JSON.stringify(was.get(name) ?? null) !== JSON.stringify(is.get(name) ?? null),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((name) => [name, [cut(toldWas.get(name)), cut(toldIs.get(name))] as const]));
}

function flat(fields: Fields, prefix = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    if (!isFields(value)) found.set(prefix + name, value);
    else for (const [inner, one] of flat(value, `${prefix}${name}.`)) found.set(inner, one);
  }
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cut(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= KEPT_CHARS ? value : `${text.slice(0, KEPT_CHARS)}…`;
}
