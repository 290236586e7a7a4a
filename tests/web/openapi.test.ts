import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLES, SCOPES } from '../../src/core/access.ts';
import type { ApiDocument, Operation } from '../../src/web/document.ts';
import { operationId } from '../../src/web/operation-id.ts';
import { type TestApp, testApp } from '../support/app.ts';

let it: TestApp;
let document: ApiDocument;
beforeAll(async () => {
  it = await testApp();
  const answer = await it.visitor().json('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  document = (await answer.json()) as ApiDocument;
});
afterAll(() => it.close());

const sorted = (words: string[]) => [...new Set(words)].toSorted((a, b) => a.localeCompare(b));

function operations(): { name: string; method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, method, path, operation })),
  );
}

/** Every `$ref` below `value`, with where it stands. */
function references(value: unknown, at = '#'): { at: string; to: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) =>
    key === '$ref' && typeof inside === 'string' ? [{ at, to: inside }] : references(inside, `${at}/${key}`),
  );
}

function find(reference: string): unknown {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], document);
}

test('the document is OpenAPI 3.1 and names this installation', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers).toEqual([{ url: it.deps.config.baseUrl }]);
  expect(document.components.securitySchemes).toHaveProperty('bearer');
});

test('it has every API route that is mounted, and no other', () => {
  const described = operations().map(
    ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  );
  // Jobs report at /api/push/ and badges are drawn at /api/badge/ in another product's words, and Caddy asks in its own:
  // nothing to build a client from.
  const mounted = it.app.routes
    .filter(({ method, path }) => method !== 'ALL' && /^\/api\/(?!push\/|badge\/|caddy\/)/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
  expect(sorted(described.filter((route) => !route.includes(' /auth/')))).toEqual(sorted(mounted));
});

test('the routes for programs under /auth are described and mounted', () => {
  const mounted = new Set(it.app.routes.map(({ method, path }) => `${method} ${path}`));
  const described = operations()
    .filter(({ path }) => path.startsWith('/auth/'))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(described).toEqual(
    expect.arrayContaining([
      'POST /auth/signup',
      'POST /auth/login',
      'POST /auth/refresh',
      'POST /auth/logout',
      'GET /auth/me',
    ]),
  );
  expect(described.filter((route) => !mounted.has(route))).toEqual([]);
});

test('every operation says what it does and how it refuses', () => {
  for (const { name, operation } of operations()) {
    expect(operation.summary, name).toMatch(/\w{3}/);
    if (operation.security?.length === 0 || name === 'post /auth/logout') continue;
    expect(Object.keys(operation.responses), name).toContain('401');
    const refusal = operation.responses['401']?.content?.['application/problem+json'];
    expect(refusal?.schema?.$ref, name).toBe('#/components/schemas/Problem');
  }
});

test('every answer is described, and all but the good ones are problem documents', () => {
  for (const { name, operation } of operations()) {
    const answers = Object.entries(operation.responses);
    expect(
      answers.some(([status]) => status.startsWith('2')),
      name,
    ).toBe(true);
    for (const [status, { description, content = {} }] of answers) {
      expect(status, name).toMatch(/^[1-5]\d\d$/);
      expect(description, `${name} ${status}`).toMatch(/\w{3}/);
      // The state of the installation is told in the same words whether it is well or not.
      if (/^[45]/.test(status) && name !== 'get /api/health') {
        expect(Object.keys(content), `${name} ${status}`).toEqual(['application/problem+json']);
      }
    }
  }
});

test('every reference leads somewhere', () => {
  const all = references(document);
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(({ to }) => find(to) === undefined)).toEqual([]);
});

test('every named schema, parameter and header is used', () => {
  const used = new Set(references(document).map(({ to }) => to));
  const { schemas, parameters = {}, headers = {} } = document.components;
  const named = Object.entries({ schemas, parameters, headers }).flatMap(([kind, all]) =>
    Object.keys(all).map((name) => `#/components/${kind}/${name}`),
  );
  expect(named.filter((name) => !used.has(name))).toEqual([]);
});

test('a named schema is never null itself, and no combination asks for null and an object at once', () => {
  const isNullable = (type: unknown) => Array.isArray(type) && type.includes('null');
  const { schemas } = document.components;
  expect(Object.keys(schemas).filter((name) => isNullable(schemas[name]?.type))).toEqual([]);
  const text = JSON.stringify(document);
  expect(text.match(/\{"allOf":\[\{"\$ref":"[^"]+"\},\{"type":\["object","null"\][^\]]*\]/g) ?? []).toEqual([]);
});

test('every parameter of a path is declared as required, and no other', () => {
  for (const { name, path, operation } of operations()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, word = '']) => word);
    const declared = (operation.parameters ?? []).flatMap((parameter) =>
      'in' in parameter && parameter.in === 'path' ? [parameter] : [],
    );
    expect(sorted(declared.map((one) => one.name)), name).toEqual(sorted(inPath));
    expect(
      declared.every(({ required }) => required === true),
      name,
    ).toBe(true);
  }
});

test('no parameter is declared twice, and a GET has no body', () => {
  for (const { name, method, operation } of operations()) {
    const declared = (operation.parameters ?? []).map((one) => ('$ref' in one ? one.$ref : `${one.in} ${one.name}`));
    expect(new Set(declared).size, name).toBe(declared.length);
    if (method === 'get') expect(operation, name).not.toHaveProperty('requestBody');
  }
});

test('every operation has a name of its own that is a word', () => {
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
});

test('every operation has one subject, and every subject is described', () => {
  for (const { name, operation } of operations()) expect(operation.tags, name).toHaveLength(1);
  const bare = document.tags.filter(({ description }) => description === '').map(({ name }) => name);
  expect(bare, 'describe it among TAGS in src/web/document.ts').toEqual([]);
});

test('what an operation asks for comes from its guard', () => {
  const { paths } = document;
  expect(paths['/api/monitors']?.['get']).toMatchObject({ 'x-scopes': ['read', 'write'], 'x-roles': [...ROLES] });
  expect(paths['/api/monitors']?.['post']).toMatchObject({
    'x-scopes': ['write'],
    'x-roles': ['owner', 'admin', 'member'],
  });
  expect(paths['/api/status-pages/{id}']?.['patch']).toMatchObject({ 'x-scopes': ['write', 'page'] });
  expect(paths['/api/tokens']?.['post']).toMatchObject({ 'x-scopes': [] });
  for (const { name, path, operation } of operations()) {
    if (!path.startsWith('/api/') || operation.security?.length === 0) continue;
    expect(operation['x-roles'], `${name} has no guard`).toBeDefined();
    for (const scope of operation['x-scopes'] ?? []) expect(SCOPES).toContain(scope);
  }
});

test('the common manners are written down where they hold', () => {
  const { paths } = document;
  const names = (operation?: Operation) =>
    (operation?.parameters ?? []).map((one) => ('$ref' in one ? one.$ref : one.name));
  const one = paths['/api/monitors/{id}'];
  expect(names(one?.['get'])).toContain('#/components/parameters/IfNoneMatch');
  expect(one?.['get']?.responses).toHaveProperty('304');
  expect(names(one?.['patch'])).toContain('#/components/parameters/IfMatch');
  expect(one?.['patch']?.responses).toHaveProperty('412');
  expect(names(paths['/api/monitors']?.['post'])).toContain('#/components/parameters/IdempotencyKey');
  expect(Object.keys(one?.['get']?.responses['429']?.headers ?? {})).toEqual(
    expect.arrayContaining(['Retry-After', 'X-RateLimit-Remaining']),
  );
});

test('the schemas are those of the contract', () => {
  const { Monitor, Incident, Result } = document.components.schemas;
  expect(Monitor?.required).toContain('summary');
  expect(Incident?.required).toContain('acknowledged_at');
  expect(Result?.required).toContain('phases');
});

describe('names of operations', () => {
  test.each([
    ['get', '/api/monitors', true, 'listMonitors'],
    ['post', '/api/monitors', false, 'createMonitor'],
    ['get', '/api/monitors/{id}', false, 'getMonitor'],
    ['put', '/api/monitors/{id}', false, 'replaceMonitor'],
    ['delete', '/api/escalation-policies/{id}', false, 'deleteEscalationPolicy'],
    ['post', '/api/monitors/{id}/pause', false, 'pauseMonitor'],
    ['post', '/api/monitors/test', false, 'testMonitors'],
    ['post', '/api/channels/{id}/rotate-secret', false, 'rotateChannelSecret'],
    ['put', '/api/status-pages/{id}/copy', false, 'setStatusPageCopy'],
    ['post', '/api/status-pages/{id}/domain/verify', false, 'verifyStatusPageDomain'],
    ['post', '/api/maintenance', false, 'createMaintenance'],
    ['get', '/auth/me', false, 'getMe'],
  ])('%s %s', (method, path, lists, name) => {
    expect(operationId(method, path, lists)).toBe(name);
  });
});
