import type { OpenAPIHono } from '@hono/zod-openapi';
import { VERSION } from '../config.ts';
import { can, ROLES, SCOPES, scopeAllows } from '../core/access.ts';
import type { Deps } from '../deps.ts';
import { addManners, HEADERS, nameHeaders, PARAMETERS } from './document-manners.ts';
import type { AppEnv } from './env.ts';
import { type Demand, demands, problems } from './openapi.ts';
import { operationId } from './operation-id.ts';

/** The parts of JSON Schema that our routes use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  writeOnly?: boolean;
}

type Content = Record<string, { schema?: Schema; example?: unknown }>;

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Reference {
  $ref: string;
}

export interface Answer {
  description: string;
  content?: Content;
  headers?: Record<string, Reference | { description?: string; schema?: Schema }>;
}

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: (Parameter | Reference)[];
  requestBody?: { required?: boolean; description?: string; content: Content };
  responses: Record<string, Answer>;
  security?: object[];
  /** Each scope that alone opens the operation to an API token; none when it is for people. */
  'x-scopes'?: string[];
  'x-roles'?: string[];
}

export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    parameters?: Record<string, Parameter>;
    headers?: Record<string, { description?: string; schema?: Schema }>;
    securitySchemes: object;
  };
}

/** What the operations of a tag are about, in the order of the reference. */
const TAGS: Record<string, string> = {
  'Log-in': 'Sign up, log in, and the tokens that programs of a person use.',
  Operations: 'How the installation and an account are, in one answer.',
  Monitors: 'What is watched: settings, tries, checks now, pauses.',
  Readings: 'What was seen of a monitor: results, uptime, response times, its incidents.',
  Incidents: 'Failures from the first bad check to the recovery, who takes care and what was told.',
  Maintenance: 'Planned work, once or again and again: nobody is alerted of it.',
  Alerts: 'Channels, who is told when nobody reacts, and every message that was or will be sent.',
  'Status pages': 'Pages for visitors: their lines, look, domain, static copy and import.',
  'Status reports': 'What you tell visitors of an incident, and the templates for it.',
  Subscribers: 'Who is told when a status page has news.',
  Reports: 'Uptime of a week or a month for all monitors.',
  Import: 'What other products hold, made here: a dry run, what is lost, and the making.',
  Account: 'Name, time zone and sessions of the account you are in.',
  You: 'Your own name, address, password, second step, passkeys and accounts. For people, not for API tokens.',
  Members: 'Who belongs to the account and what they may do; invitations.',
  Billing: 'The plan, what is used of it, and the way to where it is paid.',
  'Webhooks for changes': 'Where it is told that somebody has changed something in the account.',
  'API tokens': 'What programs use in place of a log-in. Only people can make and revoke them.',
  Operator: 'The whole installation, for those who run it.',
};

/**
 * Serves the OpenAPI 3.1 document of every route mounted on `api` and returns what makes it: drawn from the routes at
 * the first use and the same from then on.
 */
export function serveDocument(api: OpenAPIHono<AppEnv>, deps: Deps): () => ApiDocument {
  let document: ApiDocument | undefined;
  const made = () => (document ??= makeDocument(api, deps));
  let text: string | undefined;
  api.get('/openapi.json', (c) =>
    c.body((text ??= JSON.stringify(made())), 200, { 'Content-Type': 'application/json' }),
  );
  return made;
}

function makeDocument(api: OpenAPIHono<AppEnv>, deps: Deps): ApiDocument {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description:
      'An access token of a person (`POST /auth/login`), or an API token of an account (`sp_…`, made under Settings). `x-scopes` of an operation lists the scopes of which an API token needs one; an empty list means that it is for people only.',
  });
  // The generator's types are those of every OpenAPI document; ours are the part of it that our schemas can become.
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'StatusPing',
      version: VERSION,
      description:
        'Monitors, results, incidents and alerts as JSON. Times are ISO 8601 in UTC, lists are pages of `data` with a `next_cursor`, errors are problem documents (RFC 9457).',
    },
    servers: [{ url: deps.config.baseUrl }],
    security: [{ bearer: [] }],
  }) as unknown as ApiDocument;
  document.components.parameters = { ...document.components.parameters, ...PARAMETERS };
  document.components.headers = { ...document.components.headers, ...HEADERS };
  const asked = demandsOf(api);
  const used = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const readable = 'get' in (document.paths[`${path}/{id}`] ?? {});
      complete(method, path, operation, readable, asked.get(`${method} ${path}`));
      for (const tag of operation.tags ?? []) used.add(tag);
    }
  }
  const known = Object.keys(TAGS).filter((name) => used.has(name));
  const others = [...used].filter((name) => !(name in TAGS));
  document.tags = [...known, ...others].map((name) => ({ name, description: TAGS[name] ?? '' }));
  return document;
}

/** What the guard mounted before each operation asks for, by `get /api/monitors/{id}`. */
function demandsOf(api: OpenAPIHono<AppEnv>): Map<string, Demand> {
  const found = new Map<string, Demand>();
  for (const { method, path, handler } of api.routes) {
    const demand = demands.get(handler);
    if (demand) found.set(`${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`, demand);
  }
  return found;
}

/** Adds what follows from how the operation is mounted: its name, who may call it, and the refusals common to all. */
function complete(method: string, path: string, operation: Operation, readable: boolean, demand?: Demand): void {
  operation.operationId ??= operationId(method, path, isList(operation.responses['200']));
  if (demand) {
    const { ability, area, person } = demand;
    operation['x-scopes'] = person ? [] : SCOPES.filter((scope) => scopeAllows([scope], ability, area));
    operation['x-roles'] = ROLES.filter((role) => can(role, ability));
  }
  const refusals = new Set([...(demand ? [401, 403] : []), ...addManners(method, path, operation)]);
  for (const parameter of operation.parameters ?? []) {
    if ('in' in parameter && parameter.in !== 'header') refusals.add(parameter.in === 'path' ? 404 : 422);
  }
  const said = operation.responses;
  const added = problems(...[...refusals].filter((status) => !(status in said)));
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const [status, { description }] of Object.entries(added)) said[status] = { description, content };
  nameHeaders(method, path, operation, readable);
}

function isList(answer: Answer | undefined): boolean {
  const { properties, allOf } = answer?.content?.['application/json']?.schema ?? {};
  return [properties, ...(allOf ?? []).map((part) => part.properties)].some(
    (fields) => fields && 'next_cursor' in fields,
  );
}
