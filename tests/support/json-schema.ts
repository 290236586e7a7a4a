import type { ApiDocument, Schema } from '../../src/web/document.ts';
import { resolved } from '../../src/site/schema-view.ts';

/** Where and why a value does not fit its schema, or null. Knows the keywords that our documents use. */
export function mismatch(document: ApiDocument, given: Schema, value: unknown, at = ''): string | null {
  const schema = resolved(document, given);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices && choices.every((choice) => mismatch(document, choice, value, at) !== null)) {
    return `${at || 'the answer'} fits none of its ${choices.length} kinds: ${shown(value)}`;
  }
  for (const part of schema.allOf ?? []) {
    const fault = mismatch(document, part, value, at);
    if (fault !== null) return fault;
  }
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isType(type, value)))
    return `${at} is no ${types.join(' or ')}: ${shown(value)}`;
  if (schema.enum && value !== null && !schema.enum.includes(value))
    return `${at} is none of its values: ${shown(value)}`;
  if (schema.const !== undefined && schema.const !== value)
    return `${at} is not ${shown(schema.const)}: ${shown(value)}`;
  if (Array.isArray(value)) return inList(document, schema, value, at);
  return typeof value === 'object' && value !== null ? inObject(document, schema, value as Fields, at) : null;
}

type Fields = Record<string, unknown>;

function inList(document: ApiDocument, { items }: Schema, value: unknown[], at: string): string | null {
  for (const [i, item] of value.entries()) {
    const fault = items ? mismatch(document, items, item, `${at}[${i}]`) : null;
    if (fault !== null) return fault;
  }
  return null;
}

function inObject(document: ApiDocument, schema: Schema, value: Fields, at: string): string | null {
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const missing = required.find((name) => !(name in value));
  if (missing !== undefined) return `${at}.${missing} is missing`;
  for (const [name, inside] of Object.entries(value)) {
    const known = properties[name];
    if (!known && others === false) return `${at}.${name} is not described`;
    const inner = known ?? (typeof others === 'object' ? others : undefined);
    const fault = inner ? mismatch(document, inner, inside, `${at}.${name}`) : null;
    if (fault !== null) return fault;
  }
  return null;
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 120);
}
