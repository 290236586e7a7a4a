import { resolved } from '../../src/site/schema-view.ts';
import type { ApiDocument, Schema } from '../../src/web/document.ts';
import { testApp } from './app.ts';
import type { Kind, Objects } from './tenant-objects.ts';
import { PASSWORD } from './world.ts';

export interface Described {
  method: string;
  path: string;
  schema: Schema | null;
  query: string[];
}

/** Every operation with the fields of its body, as the document has them. */
export async function describeApi(): Promise<{ document: ApiDocument; operations: Described[] }> {
  const app = await testApp();
  const document = (await (await app.app.request('/openapi.json')).json()) as ApiDocument;
  await app.close();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      schema: operation.requestBody?.content['application/json']?.schema ?? null,
      query: (operation.parameters ?? []).flatMap((one) => ('in' in one && one.in === 'query' ? [one.name] : [])),
    })),
  );
  return { document, operations };
}

export const ID_FIELD = /(^|_)ids?$|^channels_(set|add|remove)$/;

/** Paths of fields that hold ids: `.steps[].channel_ids`. */
export function idFields(document: ApiDocument, given: Schema, at = '', seen: string[] = []): string[] {
  if (given.$ref && seen.includes(given.$ref)) return [];
  const known = given.$ref ? [...seen, given.$ref] : seen;
  const schema = resolved(document, given);
  const inside = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((part) =>
    idFields(document, part, at, known),
  );
  if (schema.items) inside.push(...idFields(document, schema.items, `${at}[]`, known));
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (ID_FIELD.test(name)) inside.push(`${at}.${name}`);
    else inside.push(...idFields(document, field, `${at}.${name}`, known));
  }
  return [...new Set(inside)];
}

/** What a field's ids are ids of. */
export const KIND_OF: Record<string, Kind> = {
  parent_id: 'parent',
  escalation_id: 'policy',
  channel_id: 'channel',
  channel_ids: 'channel',
  channels_set: 'channel',
  channels_add: 'channel',
  channels_remove: 'channel',
  monitor_id: 'monitor',
  monitor_ids: 'monitor',
  status_page_id: 'page',
  status_page_ids: 'page',
  component_ids: 'component',
  group_id: 'group',
  account_id: 'account',
  incident_id: 'incident',
  webhook_id: 'hook',
  user_id: 'member',
  'POST /api/monitors/bulk .ids': 'monitor',
  'POST /api/channels/test .id': 'channel',
  '.components[].id': 'component',
};

/** Fields whose name only looks like it, and why; and ids of one's own that cannot be taken there. */
export const NO_ID = new Set(['POST /api/monitors/:id/ping .run_id']);
export const NEVER_OWN = new Set([
  'POST /api/status-pages .components[].id',
  'POST /api/status-pages .components[].group_id',
  'PATCH /api/status-pages/:id .components[].group_id',
  'POST /auth/switch .account_id',
]);

const HTTP = { name: 'New', type: 'http', target: 'http://127.0.0.1:9/' };
/** What else must be said, by operation; `PATCH` needs nothing. */
export const BASE: Record<string, Record<string, unknown>> = {
  'POST /api/monitors': HTTP,
  'POST /api/monitors/test': HTTP,
  'PUT /api/monitors/:id': HTTP,
  'POST /api/monitors/:id/test': {},
  'POST /api/monitors/bulk': { change: { public: false } },
  'POST /api/maintenance': { title: 'New', cron: '0 3 * * 0', duration_seconds: 600 },
  'POST /api/channels': { kind: 'webhook', config: { url: 'http://127.0.0.1:9/' } },
  'POST /api/channels/test': { kind: 'webhook', config: { url: 'http://127.0.0.1:9/' } },
  'POST /api/escalation-policies': { name: 'New', steps: [] },
  'POST /api/status-pages': { title: 'New', slug: 'new-page-of-hers' },
  'POST /api/status-pages/:id/reports': { title: 'New', body: 'We look.' },
  'POST /api/status-pages/:id/reports/:report_id/updates': { status: 'identified', body: 'Found.' },
  'POST /api/status-pages/:id/subscribers': { kind: 'email', target: 'new@example.org' },
  'PUT /api/status-pages/:id/copy': { kind: 'folder', folder: 'hers' },
  'POST /api/tag-rules': { tag: 'new' },
  'POST /api/webhooks': { name: 'New', url: 'http://127.0.0.1:9/' },
  'POST /api/members': { email: 'new@example.org', role: 'viewer' },
  'POST /api/account/hand-over': { password: PASSWORD },
  'POST /api/tokens': { name: 'New', scopes: ['read'] },
  'POST /api/report-templates': { name: 'New', title: 'New', body: 'x' },
};
/** What else an entry of a list must say. */
const BESIDE: Record<string, Record<string, unknown>> = {
  '.steps[].channel_ids': { after_minutes: 5 },
  '.change.escalation_id': {},
  '.components[].group_id': { kind: 'manual', name: 'New', manual_status: 'operational' },
  'reports .components[].id': { status: 'degraded' },
};

/** `base` with `id` at `.steps[].channel_ids`, and beside it what has to be there. */
export function withId(
  name: string,
  field: string,
  base: Record<string, unknown>,
  id: string,
  among: Objects,
): Record<string, unknown> {
  const beside = BESIDE[field] ?? (name.includes('/reports') ? BESIDE[`reports ${field}`] : undefined) ?? {};
  const parts = field.split('.').slice(1);
  const put = (onto: Record<string, unknown>, [part = '', ...rest]: string[]): Record<string, unknown> => {
    const key = part.replace('[]', '');
    if (rest.length === 0) return { ...onto, [key]: /ids$|^channels_/.test(key) ? [id] : id };
    const inner = put(part.endsWith('[]') ? beside : ((onto[key] as Record<string, unknown> | undefined) ?? {}), rest);
    return { ...onto, [key]: part.endsWith('[]') ? [inner] : inner };
  };
  const made = put(base, parts);
  if (name === 'POST /api/monitors/bulk') {
    if (field === '.ids') return made;
    return { ids: [among.monitor], change: made['change'] === undefined ? {} : without(made['change']) };
  }
  return made;
}

/** The one change that is tried, not the one that stands for any. */
function without(change: unknown): object {
  const { public: _, ...rest } = change as Record<string, unknown>;
  return rest;
}
