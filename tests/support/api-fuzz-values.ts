import type { ApiDocument, Schema } from '../../src/web/document.ts';
import { resolved } from '../../src/site/schema-view.ts';

export type Random = () => number;

export const pick = <T>(random: Random, from: readonly T[]): T => {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
};

/** JSON text that `JSON.stringify` does not write: put in where the placeholder stands. */
const RAW = [
  '1e999',
  '-1e999',
  '-0',
  '1E400',
  '0.1e-400',
  '9007199254740993',
  '123456789012345678901234567890',
  '['.repeat(5_000) + ']'.repeat(5_000),
  '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000),
];
const RAW_MARK = 'raw-json-number-';

/** Values that break careless code, wherever they land. */
export function hostile(random: Random): unknown {
  switch (Math.floor(random() * 12)) {
    case 0:
      return pick(random, [null, true, false, 0, -1, 1, 0.5, 1e308, 2 ** 53, -(2 ** 31) - 1, '', [], {}]);
    case 1:
      return `${RAW_MARK}${Math.floor(random() * RAW.length)}`;
    case 2:
      return pick(random, ['NaN', 'Infinity', '-Infinity', '1e999', '-0', '0x10', '١٢', '1,000', 'null', 'undefined']);
    case 3:
      return pick(random, [
        '\u0000',
        'a\u0000b',
        '\ud800',
        'x\udfff',
        '\u202egnp.exe',
        '\ufeff',
        '\u2028',
        '💥'.repeat(40),
      ]);
    case 4:
      return 'x'.repeat(pick(random, [41, 101, 256, 2_049, 10_001, 200_000]));
    case 5:
      return pick(random, ['x', '💥', '\u0000', ' ']).repeat(pick(random, [1_000, 60_000, 1_000_000 / 4]));
    case 6:
      return nested(random, pick(random, [5, 31, 33, 200]));
    case 7:
      return Array.from({ length: pick(random, [2, 101, 1_001]) }, () => pick(random, ['a', 1, null]));
    case 8:
      return pick(random, [
        "' or 1=1 --",
        '../../etc/passwd',
        '${7*7}',
        '<script>x</script>',
        '%00',
        'javascript:0',
        '{{7}}',
      ]);
    case 9:
      return pick(random, [
        '1970-01-01',
        '2026-02-30T25:61:61Z',
        '+275760-09-13T00:00:00.001Z',
        '0000-00-00',
        '2027-01-31T12:00:00+99:00',
      ]);
    case 10:
      return { ...ANCESTORS, toString: null, valueOf: 1, length: -1, toJSON: 'x' };
    default:
      return pick(random, ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString']);
  }
}

/** Spread so that the name becomes a field of its own. */
const ANCESTORS = JSON.parse('{"__proto__": {"role": "owner", "plan": "business"}, "then": "x"}') as object;

function nested(random: Random, depth: number): unknown {
  let inner: unknown = 'deep';
  for (let i = 0; i < depth; i += 1) inner = random() < 0.5 ? [inner] : { a: inner };
  return inner;
}

/** Names that clients must never be able to write, and what a thief would write there. */
export const UNLISTED: readonly [string, unknown][] = [
  ['id', 'mon_00000000000000ff'],
  ['account_id', 'acc_00000000000000ff'],
  ['user_id', 'usr_00000000000000ff'],
  ['operator', true],
  ['plan', 'business'],
  ['role', 'owner'],
  ['created_at', '2001-01-01T00:00:00Z'],
  ['email_verified', true],
  ['token_version', 0],
  ['password_hash', 'x'],
  ['secret', 'x'],
  ['status', 'up'],
  ['no', 1],
  ['deleted_at', 1],
  ['unknown_field', 'x'],
  ['constructor', { prototype: { role: 'owner' } }],
];

/** A body as text; numbers that JSON.stringify cannot write are put in, and `__proto__` stays a field. */
export function textOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replaceAll(
    /"raw-json-number-(\d+)"/g,
    (_, i: string) => RAW[Number(i)] ?? '0',
  );
}

/** Something that fits the schema more or less: enough of it is taken that the deeper code is reached. */
export function sample(
  document: ApiDocument,
  given: Schema,
  random: Random,
  word: (name: string) => string,
  name = '',
): unknown {
  const schema = resolved(document, given);
  if (schema.example !== undefined && random() < 0.6) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(random, schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return sample(document, pick(random, choices), random, word, name);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => sample(document, part, random, word, name)));
  }
  switch (pick(random, [schema.type ?? 'object'].flat())) {
    case 'string':
      return schema.format === 'date-time' ? '2027-01-31T12:00:00Z' : word(name);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, -1e6) + Math.floor(random() * 3);
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: Math.floor(random() * 3) }, () =>
        sample(document, schema.items ?? {}, random, word, name),
      );
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([field]) => schema.required?.includes(field) || random() < 0.4)
          .map(([field, inner]) => [field, sample(document, inner, random, word, field)]),
      );
  }
}

/** The value with one place in it changed: replaced, dropped, or given company. */
export function mutate(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return hostile(random);
  if (Array.isArray(value)) {
    const at = Math.floor(random() * (value.length + 1));
    return value.toSpliced(at, random() < 0.5 ? 1 : 0, at < value.length ? mutate(value[at], random) : hostile(random));
  }
  const names = Object.keys(value);
  const [name, chance] = [names.length > 0 ? pick(random, names) : 'x', random()];
  if (chance < 0.2) return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
  const inside = (value as Record<string, unknown>)[name];
  return { ...value, [name]: mutate(inside, random) };
}

/** What a path or query may be asked with in place of a sound word. */
export function hostileWord(random: Random): string {
  const value = hostile(random);
  const text = typeof value === 'string' ? value : textOf(value);
  return text.slice(0, 3_000);
}
