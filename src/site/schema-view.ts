import { renderInline } from '../core/markdown-inline.ts';
import type { ApiDocument, Schema } from '../web/document.ts';

/** One field of an object, with the fields inside it. */
export interface FieldView {
  name: string;
  type: TypeView;
  required: boolean;
  /** HTML of the description, or empty. */
  html: string;
  fields: FieldView[];
}

/** A type in words, and the named object it leads to. */
export interface TypeView {
  /** What stands before the name: "list of". */
  before: string;
  /** A named object of the document, or null. */
  object: string | null;
  text: string;
}

/** Objects inside each other that are drawn; what lies deeper is only named. */
const DEEPEST = 6;
/** More values than this are cut; the document has them all. */
const MOST_VALUES = 24;

/** The fields of an object; for one of several kinds, those of every kind. */
export function fieldsOf(document: ApiDocument, schema: Schema, depth = 0): FieldView[] {
  if (depth > DEEPEST) return [];
  const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const own = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    type: typeOf(field),
    required: schema.required?.includes(name) ?? false,
    html: field.description === undefined ? '' : renderInline(field.description),
    fields: fieldsOf(document, inner(field), depth + 1),
  }));
  const others = parts.flatMap((part) => fieldsOf(document, resolved(document, part), depth));
  return [...others, ...own].filter(({ name }, i, all) => all.findIndex((one) => one.name === name) === i);
}

/** The schema a reference stands for; others are themselves. */
export function resolved(document: ApiDocument, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (document.components.schemas[nameOf(schema.$ref)] ?? {});
}

/** What a list or record holds; named objects are shown under their name and not again here. */
function inner(schema: Schema): Schema {
  if (schema.items) return inner(schema.items);
  if (typeof schema.additionalProperties === 'object') return inner(schema.additionalProperties);
  return schema;
}

/** A type in words: "list of Monitor", "whole number, 1 to 10, or null". */
export function typeOf(schema: Schema): TypeView {
  if (schema.$ref !== undefined) return { before: '', object: nameOf(schema.$ref), text: '' };
  const types = [schema.type ?? []].flat();
  if (types.includes('array') && schema.items) {
    const item = typeOf(schema.items);
    const count = range(schema.minItems, schema.maxItems);
    const before = `list of ${count === '' ? '' : `${count} `}${item.before}`;
    return { before, object: item.object, text: `${item.text}${types.includes('null') ? ' or null' : ''}` };
  }
  const choices = (schema.oneOf ?? schema.anyOf ?? []).map(typeOf);
  if (choices.length > 0) {
    const object = choices.find((choice) => choice.object !== null)?.object ?? null;
    const words = choices.map(
      (choice) => `${choice.before}${choice.object === object ? '' : (choice.object ?? '')}${choice.text}`,
    );
    const rest = words.filter((word) => word !== '').join(' or ');
    return { before: '', object, text: object !== null && rest !== '' ? ` or ${rest}` : rest };
  }
  return { before: '', object: null, text: words(schema, types) };
}

function words(schema: Schema, types: string[]): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) {
    const values = schema.enum.map(plainValue);
    const more = values.length > MOST_VALUES ? ` and ${values.length - MOST_VALUES} more` : '';
    return `one of ${values.slice(0, MOST_VALUES).join(', ')}${more}`;
  }
  const said = types.map((type) => single(type, schema)).join(' or ') || 'anything';
  return schema.writeOnly ? `${said}, never read back` : said;
}

/** A value as it is written in an address or said in a sentence. */
export function plainValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function single(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
    case 'number': {
      const noun = type === 'integer' ? 'whole number' : 'number';
      const between = range(schema.minimum, schema.maximum);
      return between === '' ? noun : `${noun}, ${between}`;
    }
    case 'string':
      return text(schema);
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'list';
    case 'object': {
      const value = schema.additionalProperties;
      return typeof value === 'object' && value.type !== undefined ? `object of ${typeOf(value).text}` : 'object';
    }
    default:
      return type;
  }
}

function text({ format, minLength, maxLength }: Schema): string {
  if (format === 'date-time') return 'time, ISO 8601';
  const noun = format === undefined ? 'text' : `text (${format})`;
  const length = range(minLength, maxLength);
  return length === '' ? noun : `${noun}, ${length} characters`;
}

/** Bounds that say nothing, such as those of every whole number, are left out. */
function range(min: number | undefined, max: number | undefined): string {
  const [from, to] = [
    min === Number.MIN_SAFE_INTEGER ? undefined : min,
    max === Number.MAX_SAFE_INTEGER ? undefined : max,
  ];
  if (from !== undefined && to !== undefined) return from === to ? `${from}` : `${from} to ${to}`;
  if (to !== undefined) return `at most ${to}`;
  return from === undefined || from === 0 ? '' : `at least ${from}`;
}

/** The named objects that a schema leads to, itself excluded, each once. */
export function namedObjects(document: ApiDocument, schemas: Schema[]): string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inside] of Object.entries(value)) {
      if (key !== '$ref' || typeof inside !== 'string') walk(inside);
      else if (!found.has(nameOf(inside))) {
        found.add(nameOf(inside));
        walk(document.components.schemas[nameOf(inside)]);
      }
    }
  };
  for (const schema of schemas) walk(schema);
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
}

/** A value that fits, made of the examples and presets of the schema: what must be given and what has an example. */
export function exampleOf(document: ApiDocument, given: Schema, depth = 0): unknown {
  const schema = resolved(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (choice) return exampleOf(document, choice, depth);
  switch ([schema.type ?? (schema.properties ? 'object' : [])].flat()[0]) {
    case 'string':
      return schema.format === 'date-time' ? '2027-01-31T12:00:00Z' : 'text';
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return schema.items && depth < DEEPEST ? [exampleOf(document, schema.items, depth + 1)] : [];
    case 'object':
      return exampleObject(document, schema, depth);
    default:
      return schema.allOf ? Object.assign({}, ...schema.allOf.map((part) => exampleOf(document, part, depth))) : null;
  }
}

function exampleObject(document: ApiDocument, schema: Schema, depth: number): Record<string, unknown> {
  const all = Object.entries(schema.properties ?? {});
  const wanted = all.filter(([name, field]) => schema.required?.includes(name) || field.example !== undefined);
  const shown = wanted.length > 0 ? wanted : all.slice(0, 1);
  return depth > DEEPEST
    ? {}
    : Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(document, field, depth + 1)]));
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
