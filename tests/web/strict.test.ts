import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { pathOf, plantObjects } from '../support/tenant-objects.ts';
import { type World, world } from '../support/world.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  format?: string;
  pattern?: string;
  example?: unknown;
  minimum?: number;
  minItems?: number;
  additionalProperties?: Schema | boolean;
}
interface Document {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  components: { schemas: Record<string, Schema> };
}

let it: TestApp;
let w: World;
let document: Document;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  document = (await (await it.visitor().json('GET', '/openapi.json')).json()) as Document;
});
afterAll(() => it.close());

/**
 * Every operation of the API that takes a JSON body, with the schemas it may have. Log-in and sign-up read forms with
 * the same eyes, and a form brings along what its page pleases.
 */
function operations(): { name: string; method: string; path: string; schemas: Schema[] }[] {
  const paths = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/'));
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema
        ? [{ name: `${method} ${path}`, method: method.toUpperCase(), path, schemas: variants(schema) }]
        : [];
    }),
  );
}

function resolve(schema: Schema): Schema {
  if (!schema.$ref) return schema;
  return resolve(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

/** The schemas of which one must fit, `null` aside. */
function variants(schema: Schema): Schema[] {
  const whole = resolve(schema);
  const several = whole.anyOf ?? whole.oneOf;
  return several ? several.flatMap(variants).filter(({ type }) => type !== 'null') : [whole];
}

/** Something the schema may well take; whether its rules do is not the question here. */
function sample(given: Schema, all = false): unknown {
  const schema = variants(given)[0] ?? {};
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const type = [schema.type ?? 'object'].flat()[0];
  if (type === 'string') return schema.format === 'date-time' ? '2027-01-01T00:00:00Z' : 'x';
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  if (type === 'array') return schema.items ? [sample(schema.items)] : [];
  const names = Object.entries(schema.properties ?? {}).filter(([name]) => all || schema.required?.includes(name));
  return Object.fromEntries(names.map(([name, part]) => [name, sample(part)]));
}

/** Places inside a body that hold an object with named fields: the path to each, and a body that has it. */
function objectsIn(given: Schema, at: (string | number)[] = []): { at: (string | number)[]; schema: Schema }[] {
  return variants(given).flatMap((schema) => {
    if (schema.items) return objectsIn(schema.items, [...at, 0]);
    if (!schema.properties) return [];
    const inner = Object.entries(schema.properties).flatMap(([name, part]) => objectsIn(part, [...at, name]));
    return [{ at, schema }, ...inner];
  });
}

/** The body with an object at the place, which holds a field that nobody knows. */
function planted(schema: Schema, at: (string | number)[], inner: Schema): unknown {
  const root = sample(schema) as Record<string | number, unknown>;
  if (at.length === 0) return { ...root, surprise: 1 };
  let here = root;
  for (const [i, step] of at.slice(0, -1).entries()) {
    here[step] ??= typeof at[i + 1] === 'number' ? [] : {};
    here = here[step] as typeof here;
  }
  here[at.at(-1) ?? ''] = { ...(sample(inner) as object), surprise: 1 };
  return root;
}

test('there are many operations with a body, and every object in them says that it takes no other fields', () => {
  const all = operations();
  expect(all.length).toBeGreaterThan(20);
  const open = all.flatMap(({ name, schemas }) =>
    schemas
      .flatMap((schema) => objectsIn(schema))
      .filter(({ schema }) => schema.additionalProperties !== false)
      .map(({ at }) => `${name} ${at.join('.')}`),
  );
  expect(open).toEqual([]);
});

test('a field nobody knows is refused by its name, at whatever depth, before anything is done', async () => {
  const wrong: string[] = [];
  // Some routes look first for what they are about.
  const known = await plantObjects(it, w.alice, 'Secret', 'Shown');
  for (const { name, method, path, schemas } of operations()) {
    const address = pathOf(path.replaceAll(/\{(\w+)\}/g, ':$1'), known);
    for (const schema of schemas) {
      for (const { at, schema: inner } of objectsIn(schema)) {
        const answer = await w.alice.browser.json(method, address, planted(schema, at, inner));
        const { errors = [] } = (await answer.json()) as { errors?: { field: string; message: string }[] };
        const field = [...at, 'surprise'].join('.');
        const told = errors.find((one) => one.field === field)?.message;
        if (answer.status !== 422 || told !== 'There is no field named surprise.') {
          wrong.push(`${name} at ${field}: ${answer.status} ${JSON.stringify(errors)}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

describe('settings of a kind', () => {
  const KINDS = ['http', 'tcp', 'ping', 'dns', 'ssl', 'domain', 'heartbeat', 'websocket', 'grpc'];
  test.each(KINDS)('a %s monitor', async (type) => {
    const body = { type, target: 'example.com', config: { surprise: 1 } };
    const answer = await w.alice.browser.json('POST', '/api/monitors', body);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { field: string; message: string }[] };
    const told = errors.find(({ field }) => field === 'config.surprise');
    expect(told?.message, JSON.stringify(errors)).toContain('surprise');
  });

  const CHANNELS = [
    'email',
    'webhook',
    'slack',
    'discord',
    'telegram',
    'teams',
    'pagerduty',
    'opsgenie',
    'ntfy',
    'pushover',
  ];
  test.each(CHANNELS)('a %s channel', async (kind) => {
    const body = { kind, name: 'X', config: { surprise: 1 } };
    const answer = await w.alice.browser.json('POST', '/api/channels', body);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { field: string; message: string }[] };
    expect(errors.map(({ message }) => message).join(' ')).toContain('surprise');
  });
});

test('forms may send more than their fields, as browsers and their extensions do', async () => {
  const { browser } = w.alice;
  const answer = await browser.post('/monitors', {
    type: 'http',
    target: 'https://shop.example.com/',
    name: 'Shop',
    surprise: '1',
    extension_field: 'x',
  });
  expect(answer.status).toBe(303);
  expect((await browser.post('/settings', { account_name: 'Alice', timezone: 'UTC', surprise: '1' })).status).toBe(303);
});
