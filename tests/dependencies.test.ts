import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../src/config.ts';

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  optional?: boolean;
  os?: string[];
  libc?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const lock = (JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }).packages;
const locked = Object.entries(lock).filter(([path]) => path !== '');

/** Oldest version without a known fault for us, by major line; a major that is not listed must be newer than all. */
const SOUND: Record<string, { versions: string[]; fault: string }> = {
  'drizzle-orm': { versions: ['0.45.2'], fault: 'CVE-2026-39356: identifiers are not escaped' },
  hono: { versions: ['4.12.34'], fault: 'CVE-2026-27700 and later: forwarded addresses, authorisation, leaks' },
  '@hono/node-server': { versions: ['1.19.13', '2.0.10'], fault: 'CVE-2026-29087, CVE-2026-39406: static files' },
  nodemailer: { versions: ['9.0.1'], fault: 'GHSA-p6gq-j5cr-w38f, GHSA-268h-hp4c-crq3: file reads, header injection' },
  undici: { versions: ['6.28.0', '7.29.0', '8.9.0'], fault: 'CVE-2026-22036: endless content encodings' },
  eta: { versions: ['2.0.0'], fault: 'CVE-2022-25967, CVE-2023-23630: code from data' },
  jose: { versions: ['4.15.5'], fault: 'CVE-2024-28176: decompression' },
  // Up to 0.16 the busy timeout is lost; every later release must be measured again before it is taken.
  '@libsql/client': { versions: ['0.18.0'], fault: 'tursodatabase/libsql-client-ts #288, #345, #350, #352' },
};

function isSound(name: string, version: string): boolean {
  const found = numbers(version);
  const lines = (SOUND[name]?.versions ?? []).map(numbers);
  const line = lines.find(([major]) => major === found[0]);
  if (line) return compare(found, line) >= 0;
  return lines.every((known) => compare(found, known) > 0);
}

const numbers = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);
const compare = (a: number[], b: number[]) => a.map((n, i) => n - (b[i] ?? 0)).find((n) => n !== 0) ?? 0;

describe('the lock file', () => {
  test.each(Object.keys(SOUND))('%s has no version with a known fault', (name) => {
    const versions = locked.filter(([path]) => path.endsWith(`node_modules/${name}`)).map(([, { version }]) => version);
    expect(
      versions.filter((version) => !isSound(name, version)),
      SOUND[name]?.fault,
    ).toEqual([]);
  });

  test.each([
    ['hono', '4.12.33', false],
    ['hono', '4.12.34', true],
    ['@hono/node-server', '1.19.12', false],
    ['@hono/node-server', '2.0.9', false],
    ['@hono/node-server', '2.1.8', true],
    ['undici', '5.28.5', false],
    ['undici', '9.0.0', true],
  ])('%s %s is sound: %s', (name, version, sound) => {
    expect(isSound(name, version)).toBe(sound);
  });

  /** Servers and our own machines: Linux with glibc. Tools for other systems are installed there, by their developers. */
  const isOurs = ({ optional, os, cpu, libc }: Locked) =>
    !optional ||
    ((os ?? ['linux']).includes('linux') &&
      (libc ?? ['glibc']).includes('glibc') &&
      (cpu ?? ['x64']).some((name) => name === 'x64' || name === 'arm64'));

  test('holds a hash for every package that we install and the address of no registry', () => {
    expect(locked.length).toBeGreaterThan(100);
    const bare = locked.filter(([, entry]) => !entry.integrity && isOurs(entry));
    expect(bare.map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
  });

  test('names the packages of every system, without which npm ci refuses it', () => {
    const missing = locked.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock[`node_modules/${name}`] && !lock[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('the database driver is pinned: its faults are worked around by version', () => {
    expect(manifest.dependencies['@libsql/client']).toBe('0.18.0');
  });
});

test('the README says of every direct dependency why it is there, and of nothing else', () => {
  const table = read('README.md').split('## Dependencies')[1] ?? '';
  const named = [...table.matchAll(/^\| `([^`]+)` \| \S.+ \|$/gm)].map((match) => match[1]);
  const direct = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
  expect(new Set(named)).toEqual(new Set(direct));
});
