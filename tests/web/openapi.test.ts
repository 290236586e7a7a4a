import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';

interface Operation {
  summary?: string;
  security?: unknown[];
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string; properties?: object } }> }>;
}
interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: object };
}

let it: TestApp;
let document: Document;
beforeAll(async () => {
  it = await testApp();
  const answer = await it.visitor().json('GET', '/openapi.json');
  expect(answer.status).toBe(200);
  document = (await answer.json()) as Document;
});
afterAll(() => it.close());

test('the document is OpenAPI 3.1 and names this installation', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers).toEqual([{ url: it.deps.config.baseUrl }]);
  expect(document.components.securitySchemes).toHaveProperty('bearer');
});

test('it has every API route that is mounted, and no other', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  // Jobs report at /api/push/ and badges are drawn at /api/badge/ in another product's words, and Caddy asks in its own:
  // nothing to build a client from.
  const mounted = it.app.routes
    .filter(({ method, path }) => method !== 'ALL' && /^\/api\/(?!push\/|badge\/|caddy\/)/.test(path))
    .map(({ method, path }) => `${method} ${path}`);
  const sorted = (routes: string[]) => [...new Set(routes)].toSorted((a, b) => a.localeCompare(b));
  expect(sorted(described)).toEqual(sorted(mounted));
});

test('every operation says what it does and how it refuses', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toMatch(/\w{3}/);
      if (operation.security?.length === 0) continue;
      expect(Object.keys(operation.responses), name).toContain('401');
      const refusal = operation.responses['401']?.content?.['application/problem+json'];
      expect(refusal?.schema.$ref, name).toBe('#/components/schemas/Problem');
    }
  }
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(20);
  expect(references.filter((name) => name === undefined || !(name in document.components.schemas))).toEqual([]);
});

test('the schemas are those of the contract', () => {
  const { Monitor, Incident, Result } = document.components.schemas as Record<string, { required: string[] }>;
  expect(Monitor?.required).toContain('summary');
  expect(Incident?.required).toContain('acknowledged_at');
  expect(Result?.required).toContain('phases');
});
