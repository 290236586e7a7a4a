import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');
/** Our own API client, for what speaks to a server as a program does: settings as code and the command line. */
const CLIENTS = resolve(import.meta.dirname, '../clients');
/** Slices in schema order: among `queries` files a slice may import only those before it. */
const SLICES = [
  'users',
  'accounts',
  'monitors',
  'incidents',
  'maintenance',
  'alerts',
  'statuspages',
  'fleet',
  'billing',
  'reports',
  'manifest',
  'site',
];
const ANY_QUERIES = SLICES.map((slice) => `${slice}:queries`);
/** Root files that every folder but core may use: settings, the log, and the type of `deps`. */
const GROUND = ['root:config', 'root:options', 'root:log', 'root:deps'];

const BASE: Record<string, string[]> = {
  core: ['core'],
  net: ['core', 'net'],
  db: ['core', 'db'],
  checks: ['core', 'net', 'checks'],
  channels: ['core', 'net', 'channels'],
  engine: ['core', 'db', 'net', 'checks', 'channels', 'engine', ...ANY_QUERIES],
  web: ['core', 'db', 'web', ...ANY_QUERIES],
};
const ACTIONS = ['core', 'db', 'net', 'checks', 'channels', 'engine', ...ANY_QUERIES];

/** `core`, `root:app`, `monitors:queries`, `monitors:actions`, `monitors:other`, `clients`. */
function room(file: string): string {
  if (file.startsWith(CLIENTS)) return 'clients';
  const [folder = '', name] = relative(SRC, file).split('/');
  if (name === undefined) return `root:${folder.replace(/\.ts$/, '')}`;
  if (!SLICES.includes(folder)) return folder;
  if (/(^|-)queries\.ts$/.test(name)) return `${folder}:queries`;
  return /(^|-)actions\.ts$/.test(name) ? `${folder}:actions` : `${folder}:other`;
}

function allowed(from: string): (to: string) => boolean {
  const [folder = '', role] = from.split(':');
  if (folder === 'root') {
    if (role === 'config' || role === 'options' || role === 'log') return (to) => to === 'core' || GROUND.includes(to);
    return (to) => to !== 'root:main';
  }
  const ground = folder === 'core' ? [] : GROUND;
  const rooms = BASE[folder];
  if (rooms) return (to) => rooms.includes(to) || ground.includes(to);
  if (role === 'queries') {
    const before = SLICES.slice(0, SLICES.indexOf(folder) + 1).map((slice) => `${slice}:queries`);
    return (to) => ['core', 'db', ...before, ...ground].includes(to);
  }
  if (role === 'actions') return (to) => [...ACTIONS, ...ground, from, `${folder}:other`].includes(to);
  const client = folder === 'manifest' ? ['clients'] : [];
  return (to) => [...ACTIONS, 'web', ...client, ...ground].includes(to) || to.startsWith(`${folder}:`);
}

/** The import lines of a file that break the table, as sentences. */
function violations(file: string, source: string): string[] {
  const from = room(file);
  const may = allowed(from);
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
    .map((match) => room(resolve(dirname(file), match[1] ?? '')))
    .filter((to) => !may(to))
    .map(
      (to) =>
        `${relative(SRC, file)} (${from}) must not import ${to}: a decision goes to core, data to the owner's queries, what happens later to the outbox`,
    );
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name));

describe('the house', () => {
  test('every import points where the table allows', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  test.each([
    ['core/plan.ts', "import { x } from '../db/client.ts';"],
    ['net/guard.ts', "import { x } from '../engine/live.ts';"],
    ['users/queries.ts', "import { x } from '../monitors/queries.ts';"],
    ['users/actions.ts', "import { x } from '../monitors/actions.ts';"],
    ['web/session.ts', "import type { X } from '../monitors/actions.ts';"],
    ['monitors/pages.ts', "import { x } from '../users/pages.ts';"],
    ['app.ts', "await import('./main.ts');"],
    ['monitors/api.ts', "import { x } from '../../clients/ts/client.ts';"],
    ['manifest/queries.ts', "import { x } from '../../clients/ts/client.ts';"],
  ])('a planted violation in %s is caught', (name, line) => {
    expect(violations(join(SRC, name), line)).toHaveLength(1);
  });

  test('settings as code and the command line may speak through the client', () => {
    const line = "import { createClient } from '../../clients/ts/client.ts';";
    expect(violations(join(SRC, 'manifest/apply.ts'), line)).toEqual([]);
    expect(violations(join(SRC, 'commands.ts'), line.replace('../../', '../'))).toEqual([]);
  });

  test('core imports nothing but itself and the schema library', () => {
    const outside = files
      .filter((file) => room(file) === 'core')
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/from '([^.'][^']*)'/g)].map((m) => m[1]));
    expect(outside.filter((name) => name !== 'zod')).toEqual([]);
  });

  test('no folder or file is a drawer for everything', () => {
    const drawers = files.filter((file) =>
      /\/(utils?|helpers?|common|shared|types|constants|services?|managers?)(\/|\.ts$)/.test(file),
    );
    expect(drawers).toEqual([]);
  });
});
