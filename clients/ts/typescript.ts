/** The parts of an OpenAPI 3.1 document that the generator reads. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  prefixItems?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'query' | 'path' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Operation {
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content & { description?: string }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

const PLACES = ['query', 'path', 'header'] as const;

/** The TypeScript of a document in the shape `openapi-fetch` reads: `paths`, and each named schema as a type. */
export function writeTypes(document: ApiDocument): string {
  const schemas = Object.entries(document.components.schemas ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const paths = Object.entries(document.paths).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    '// Written by `npm run client:generate` from the OpenAPI document. Changes made here are lost.\n',
    ...schemas.map(([name, schema]) => named(name, schema)),
    `export interface components {\nschemas: {\n${schemas.map(([name]) => `${key(name)}: ${name};`).join('\n')}\n};\n}\n`,
    `export interface paths {\n${paths.map(([path, item]) => pathItem(document, path, item)).join('\n')}\n}\n`,
  ].join('\n');
}

function named(name: string, schema: Schema): string {
  const type = typeOf(schema);
  const declared = type.startsWith('{') && isPlainObject(schema);
  return `${comment(schema.description)}export ${declared ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`;
}

function isPlainObject({ type, oneOf, anyOf, allOf, enum: values }: Schema): boolean {
  return type === 'object' && !oneOf && !anyOf && !allOf && !values;
}

function pathItem(document: ApiDocument, path: string, item: Record<string, Operation>): string {
  const operations = Object.entries(item).map(([method, operation]) => {
    const says = comment(operation.summary, operation.description, operation.deprecated ? '@deprecated' : undefined);
    return `${says}${method}: {\n${operationBody(document, operation)}\n};`;
  });
  return `${key(path)}: {\n${operations.join('\n')}\n};`;
}

function operationBody(document: ApiDocument, operation: Operation): string {
  const { requestBody } = operation;
  const lines = [`parameters: {\n${parameters(document, operation)}\n};`];
  if (requestBody)
    lines.push(`requestBody${requestBody.required ? '' : '?'}: {\ncontent: ${content(requestBody)};\n};`);
  const responses = Object.entries(operation.responses).map(
    ([status, response]) =>
      `${comment(response.description)}${key(status)}: { ${response.content ? `content: ${content(response)}` : 'content?: never'} };`,
  );
  lines.push(`responses: {\n${responses.join('\n')}\n};`);
  return lines.join('\n');
}

function parameters(document: ApiDocument, operation: Operation): string {
  const all = (operation.parameters ?? []).map((parameter) => resolved(document, parameter));
  const groups = PLACES.map((place) => {
    const here = all.filter((parameter) => parameter.in === place);
    if (here.length === 0) return '';
    const fields = here.map(
      ({ name, required, description, schema = {} }) =>
        `${comment(description ?? schema.description)}${key(name)}${required ? '' : '?'}: ${typeOf(schema)};`,
    );
    return `${place}${here.some(({ required }) => required) ? '' : '?'}: {\n${fields.join('\n')}\n};`;
  });
  return groups.filter((group) => group !== '').join('\n');
}

function resolved(document: ApiDocument, parameter: Parameter): Parameter {
  if (parameter.$ref === undefined) return parameter;
  const found = document.components.parameters?.[nameOf(parameter.$ref)];
  if (!found) throw new Error(`${parameter.$ref} leads nowhere`);
  return found;
}

function content({ content: media = {} }: Content): string {
  const kinds = Object.entries(media).map(
    ([type, { schema }]) => `${key(type)}: ${schema ? typeOf(schema) : 'unknown'};`,
  );
  return `{ ${kinds.join(' ')} }`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  const parts = [
    ...(schema.allOf ?? []).map((part) => bracketed(typeOf(part))),
    ...(schema.oneOf ? [`(${union(schema.oneOf.map(typeOf))})`] : []),
    ...(schema.anyOf ? [`(${union(schema.anyOf.map(typeOf))})`] : []),
  ];
  const own = ownType(schema);
  if (parts.length === 0) return own;
  // A type beside `allOf` says no more than its parts do, unless it brings fields.
  if (schema.properties) parts.push(bracketed(own));
  return parts.length === 1 ? unwrapped(parts[0] ?? own) : parts.join(' & ');
}

function ownType(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const types = [schema.type ?? []].flat();
  if (types.length > 0) return union(types.map((type) => single(type, schema)));
  return schema.properties ? objectType(schema) : 'unknown';
}

function single(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string';
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      return arrayType(schema);
    case 'object':
      return objectType(schema);
    default:
      throw new Error(`There is no type ${type} in OpenAPI 3.1`);
  }
}

function arrayType({ prefixItems, items }: Schema): string {
  if (prefixItems) return `[${prefixItems.map(typeOf).join(', ')}]`;
  return items ? `${bracketed(typeOf(items))}[]` : 'unknown[]';
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties ?? {}).map(
    ([name, schema]) =>
      `${comment(schema.description)}${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  const open =
    additionalProperties === true || (typeof additionalProperties === 'object' ? additionalProperties : false);
  if (fields.length > 0) return `{\n${open === false ? '' : '[key: string]: unknown;\n'}${fields.join('\n')}\n}`;
  if (additionalProperties === false) return 'Record<string, never>';
  return `Record<string, ${typeof open === 'object' ? typeOf(open) : 'unknown'}>`;
}

function union(types: string[]): string {
  return [...new Set(types)].join(' | ');
}

function bracketed(type: string): string {
  return /^[\w$]+$|^\{[^{}]*\}$|^\(.*\)$|^Record<[^|]*>$/.test(type) ? type : `(${type})`;
}

function unwrapped(type: string): string {
  return /^\([^()]*\)$/.test(type) ? type.slice(1, -1) : type;
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function key(name: string): string {
  return /^([A-Za-z_$][\w$]*|\d+)$/.test(name) ? name : `'${name.replaceAll("'", "\\'")}'`;
}

/** A doc comment of the given sentences, or nothing. */
function comment(...sentences: (string | undefined)[]): string {
  const lines = sentences
    .filter((text) => text !== undefined && text !== '')
    .flatMap((text) => (text ?? '').split('\n'));
  if (lines.length === 0) return '';
  const safe = lines.map((line) => line.replaceAll('*/', '*\\/'));
  return safe.length === 1
    ? `/** ${safe[0]} */\n`
    : `/**\n${safe.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}
