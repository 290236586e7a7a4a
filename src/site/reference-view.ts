import { renderInline } from '../core/markdown-inline.ts';
import type { Answer, ApiDocument, Operation, Parameter, Reference } from '../web/document.ts';
import {
  exampleOf,
  type FieldView,
  fieldsOf,
  namedObjects,
  plainValue,
  resolved,
  type TypeView,
  typeOf,
} from './schema-view.ts';

export interface TagView {
  name: string;
  /** Address of its page. */
  href: string;
  description: string;
  operations: { method: string; path: string; summary: string; href: string }[];
}

export interface ParameterView {
  name: string;
  in: string;
  type: TypeView;
  required: boolean;
  html: string;
  preset: string;
  /** Values to choose from, when there are few. */
  values: string[];
}

export interface OperationView {
  id: string;
  method: string;
  path: string;
  summary: string;
  html: string;
  /** Who may call it, in a sentence. */
  access: string;
  parameters: ParameterView[];
  body: { type: TypeView; fields: FieldView[]; required: boolean } | null;
  /** JSON that fits, for the request; empty where none is sent. */
  example: string;
  curl: string;
  answers: { status: string; html: string; type: TypeView | null; fields: FieldView[]; headers: string[] }[];
  /** Whether it takes something away for good. */
  deletes: boolean;
}

export interface ObjectView {
  name: string;
  type: TypeView;
  fields: FieldView[];
}

/** Every tag with its operations, in the order of the document. */
export function listTags(document: ApiDocument): TagView[] {
  return document.tags.map(({ name, description }) => {
    const href = `/docs/api/${tagSlug(name)}`;
    const operations = operationsOf(document, name).map(({ method, path, operation }) => ({
      method: method.toUpperCase(),
      path,
      summary: operation.summary ?? '',
      href: `${href}#${operation.operationId}`,
    }));
    return { name, href, description, operations };
  });
}

function tagSlug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** All that the page of a tag shows, or null when there is no such tag. */
export function describeTag(document: ApiDocument, slug: string, baseUrl: string) {
  const tag = document.tags.find(({ name }) => tagSlug(name) === slug);
  if (!tag) return null;
  const found = operationsOf(document, tag.name);
  const schemas = found.flatMap(({ operation }) => [...schemasIn(operation)]);
  return {
    ...tag,
    operations: found.map((one) => describe(document, one, baseUrl)),
    objects: namedObjects(document, schemas)
      .filter((name) => name !== 'Problem' && !found.some(({ operation }) => isBody(operation, name)))
      .map((name): ObjectView => {
        const schema = document.components.schemas[name] ?? {};
        return { name, type: typeOf(schema), fields: fieldsOf(document, schema) };
      }),
  };
}

interface Found {
  method: string;
  path: string;
  operation: Operation;
}

function operationsOf(document: ApiDocument, tag: string): Found[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags?.includes(tag))
      .map(([method, operation]) => ({ method, path, operation })),
  );
}

function* schemasIn(operation: Operation) {
  const bodies = [operation.requestBody, ...Object.values(operation.responses)];
  for (const body of bodies) for (const { schema } of Object.values(body?.content ?? {})) if (schema) yield schema;
}

/** A body is drawn where it is sent, so it needs no place among the objects. */
function isBody({ requestBody }: Operation, name: string): boolean {
  return Object.values(requestBody?.content ?? {}).some(({ schema }) => schema?.$ref?.endsWith(`/${name}`));
}

function describe(document: ApiDocument, { method, path, operation }: Found, baseUrl: string): OperationView {
  const parameters = (operation.parameters ?? []).map((one) => parameterView(find(document, one)));
  const content = operation.requestBody?.content['application/json'];
  const schema = content?.schema;
  const value = schema ? (content.example ?? exampleOf(document, schema)) : undefined;
  const example = value === undefined ? '' : JSON.stringify(value, null, 2);
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    html: operation.description === undefined ? '' : renderInline(operation.description),
    access: accessOf(operation),
    parameters,
    body: schema
      ? {
          type: typeOf(schema),
          fields: fieldsOf(document, resolved(document, schema)),
          required: operation.requestBody?.required ?? false,
        }
      : null,
    example,
    curl: curl(method, `${baseUrl}${path}${requiredQuery(parameters)}`, operation, example),
    answers: Object.entries(operation.responses).map(([status, answer]) => answerView(document, status, answer)),
    deletes: method === 'delete',
  };
}

function find(document: ApiDocument, parameter: Parameter | Reference): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const name = parameter.$ref.slice(parameter.$ref.lastIndexOf('/') + 1);
  return document.components.parameters?.[name] ?? { name, in: 'header' };
}

function parameterView({ name, in: place, required = false, description, schema = {} }: Parameter): ParameterView {
  const values = schema.enum?.map(plainValue) ?? [];
  const words = description ?? schema.description;
  return {
    name,
    in: place,
    type: typeOf(schema),
    required,
    html: words === undefined ? '' : renderInline(words),
    preset: schema.default === undefined ? '' : plainValue(schema.default),
    values,
  };
}

function accessOf(operation: Operation): string {
  if (operation.security?.length === 0) return 'Anybody may call it; it needs no token.';
  const scopes = operation['x-scopes'];
  const roles = operation['x-roles'];
  if (scopes === undefined || roles === undefined) return 'Whoever is logged in may call it.';
  const who = roles.length === 4 ? 'every role' : `the roles ${roles.join(', ')}`;
  if (scopes.length === 0) return `For ${who}, logged in; API tokens cannot do this.`;
  return `For ${who}; an API token needs the scope ${scopes.join(' or ')}.`;
}

function answerView(document: ApiDocument, status: string, answer: Answer) {
  const schema = Object.values(answer.content ?? {})[0]?.schema;
  const problem = answer.content !== undefined && 'application/problem+json' in answer.content;
  const plain = schema && !problem;
  return {
    status,
    html: renderInline(answer.description),
    type: plain ? typeOf(schema) : null,
    fields: plain && schema.$ref === undefined ? fieldsOf(document, schema) : [],
    headers: Object.keys(answer.headers ?? {}),
  };
}

function requiredQuery(parameters: ParameterView[]): string {
  const wanted = parameters.filter(({ in: place, required }) => place === 'query' && required);
  return wanted.length === 0 ? '' : `?${wanted.map(({ name, values }) => `${name}=${values[0] ?? '…'}`).join('&')}`;
}

function curl(method: string, address: string, { security }: Operation, example: string): string {
  const lines = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'${address}'`];
  if (security?.length !== 0) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  if (example !== '') lines.push(`-H 'Content-Type: application/json'`, `-d '${example.replaceAll("'", "'\\''")}'`);
  return lines.join(' \\\n  ');
}
