import { Document, isMap, isScalar, visit } from 'yaml';
import { durationWord, type Entry, keyFor, type Line, type Manifest, type Part, PARTS } from '../core/manifest.ts';
import { MASK } from '../core/secrets.ts';
import { fileName, inKeyOrder, plainLine } from './fields.ts';
import { escapeText } from './placeholders.ts';
import { presetOf } from './presets.ts';
import type { Current, Held } from './server.ts';

/** Fields in the order a person wants to read them; settings of the kind follow the address. */
const ORDER: Record<Part, readonly string[]> = {
  channels: ['name', 'kind', 'config', 'enabled', 'is_default', 'events', 'tags', 'quiet', 'per_minute'],
  escalations: ['name', 'steps'],
  monitors: [
    'name',
    'type',
    'target',
    'config',
    'interval',
    'timeout',
    'retries',
    'failure_threshold',
    'recovery_threshold',
    'flap_detection',
    'remind_every_minutes',
    'parent',
    'escalation',
    'channels',
    'tags',
    'public',
    'paused',
    'ping_token',
  ],
  pages: [
    'slug',
    'title',
    'description',
    'branding',
    'timezone',
    'language',
    'visibility',
    'password',
    'hidden_from_search',
    'auto_report',
    'appearance',
    'components',
  ],
};

/** Said even where it is the preset: who is told of a monitor, and what a page shows, should stand in the file. */
const ALWAYS = ['name', 'type', 'kind', 'slug', 'title', 'steps', 'channels', 'components'];

const HEAD = ' Settings of StatusPing as code: statusping plan, statusping apply. Manual: /docs/settings-file\n';

/** A file for what an account has: presets left out unless a file decides them, secrets as `${NAME}`. */
export function exportManifest(current: Current): string {
  const keys = keysOf(current);
  const names = new Set<string>();
  const file: Record<string, unknown> = { version: 1 };
  for (const part of PARTS) {
    const entries = current[part]
      .map((held) => [keys.get(held.id) ?? '', held] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => [key, entryOf(held, key, keys, names)]);
    if (entries.length > 0) file[part] = Object.fromEntries(entries);
  }
  return stringify(file);
}

/**
 * A settings file in its usual form. Texts that look like placeholders are kept as texts; with `own` they are the
 * caller's, who has put `escapeText` over everything else.
 */
export function writeManifest(manifest: Manifest, placeholders: 'none' | 'own' = 'none'): string {
  const kept = (entry: Entry) => (placeholders === 'own' ? entry : (escaped(entry) as Entry));
  const parts = PARTS.flatMap((part) => {
    const entries = Object.entries(manifest[part]).map(([key, entry]) => [key, inOrder(part, kept(entry))]);
    return entries.length === 0 ? [] : [[part, Object.fromEntries(entries)]];
  });
  return stringify({ version: 1, ...Object.fromEntries(parts) });
}

/** A key for everything: its own where a file manages it, else one made of its name. */
function keysOf(current: Current): Map<string, string> {
  const keys = new Map<string, string>();
  for (const part of PARTS) {
    const taken = new Set(current[part].flatMap(({ key }) => (key === null ? [] : [key])));
    for (const { id, key, name, kind, entry } of current[part]) {
      const made = key ?? keyFor(part === 'pages' ? String(entry['slug']) : name, kind ?? 'entry', taken);
      taken.add(made);
      keys.set(id, made);
    }
  }
  return keys;
}

function entryOf(held: Held, key: string, keys: ReadonlyMap<string, string>, names: Set<string>): Entry {
  const { part, kind, entry } = held;
  const managed = new Set(held.fields.map(fileName));
  const isSaid = (field: string, value: unknown): boolean =>
    ALWAYS.includes(field) ||
    field === 'password' ||
    managed.has(field) ||
    JSON.stringify(value ?? null) !== JSON.stringify(presetOf(part, kind, field) ?? null);
  const config = Object.entries((entry['config'] ?? {}) as Entry)
    .filter(([name, value]) => isSaid(`config.${name}`, value))
    .map(([name, value]) => [name, name === 'members' ? namedAll(value, keys) : value]);
  const said = Object.entries(entry).filter(([field, value]) => field !== 'config' && isSaid(field, value));
  const own = Object.fromEntries(said.map(([field, value]) => [field, referring(field, value, keys)]));
  const whole = config.length > 0 || part === 'channels' ? { ...own, config: Object.fromEntries(config) } : own;
  return inOrder(part, concealed(escaped(whole), [key], names) as Entry);
}

function referring(field: string, value: unknown, keys: ReadonlyMap<string, string>): unknown {
  if (field === 'channels') return namedAll(value, keys);
  if (field === 'parent' || field === 'escalation') return typeof value === 'string' ? (keys.get(value) ?? null) : null;
  if (field === 'components') return (value as Line[]).map((line) => named(plainLine(line), keys));
  if (field !== 'steps') return value;
  return (value as Entry[]).map((step) => ({ ...step, channels: namedAll(step['channels'], keys) }));
}

function namedAll(ids: unknown, keys: ReadonlyMap<string, string>): string[] {
  return inKeyOrder((ids as string[]).flatMap((id) => keys.get(id) ?? []));
}

function named(line: Line, keys: ReadonlyMap<string, string>): Line {
  const { monitor, components, ...rest } = line;
  return {
    ...(monitor === undefined ? {} : { monitor: keys.get(monitor) ?? monitor }),
    ...rest,
    ...(components ? { components: components.map((one) => named(one, keys)) } : {}),
  };
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return escapeText(value);
  return within(value, escaped);
}

function within(value: unknown, change: (one: unknown, name: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => change(one, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one, name)]));
}

/** Where the server shows a mask the file has a placeholder, named after the entry and the field. */
function concealed(value: unknown, path: readonly string[], names: Set<string>): unknown {
  if (value !== MASK) return within(value, (one, name) => concealed(one, [...path, name], names));
  const base = path
    .filter((part) => part !== 'config' && part !== 'headers' && part !== '')
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_');
  let name = base;
  for (let i = 2; names.has(name); i += 1) name = `${base}_${i}`;
  names.add(name);
  return `\${${name}}`;
}

function inOrder(part: Part, entry: Entry): Entry {
  const told = entry as { interval?: unknown; timeout?: unknown };
  const words = {
    ...(typeof told.interval === 'number' ? { interval: durationWord(told.interval) } : {}),
    ...(typeof told.timeout === 'number' ? { timeout: durationWord(told.timeout) } : {}),
  };
  const whole: Entry = { ...entry, ...words };
  const listed = ORDER[part].filter((field) => whole[field] !== undefined);
  return Object.fromEntries(listed.map((field) => [field, whole[field]]));
}

const SHORT_LIST = 8;

/** The same text for the same values, whoever writes it. */
function stringify(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, schema: 'core', version: '1.2' });
  document.commentBefore = HEAD.trimEnd();
  visit(document, {
    Seq: (_key, node) => {
      node.flow = node.items.length <= SHORT_LIST && node.items.every((one) => isScalar(one));
    },
    Map: (_key, node) => {
      if (node.items.length === 0) node.flow = true;
    },
  });
  const { contents } = document;
  // A blank line before each part and each entry makes a long file readable.
  if (isMap(contents)) {
    for (const { key, value: part } of contents.items) {
      if (isScalar(key) && key.value !== 'version') key.spaceBefore = true;
      if (isMap(part))
        for (const [i, pair] of part.items.entries()) if (i > 0 && isScalar(pair.key)) pair.key.spaceBefore = true;
    }
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
