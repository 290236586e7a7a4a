import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runImportCommand } from '../../src/manifest/import-command.ts';
import { databaseBytes, KUMA_TABLES } from '../support/imports/database.ts';
import { KUMA_BACKUP } from '../support/imports/kuma.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'statusping-import-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

async function run(...words: string[]) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const code = await runImportCommand(words, {
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

test('a backup becomes a settings file without secrets, and the losses are printed', async () => {
  writeFileSync(at('kuma.json'), JSON.stringify(KUMA_BACKUP));
  const { code, printed } = await run(at('kuma.json'), '--out', at('out.yaml'));
  expect(code).toBe(0);
  expect(printed).toContain('From Uptime Kuma: 8 monitors, 3 channels, 0 status pages.');
  expect(printed).toContain('SHOP_BASIC_AUTH');
  expect(printed).toContain('monitor "Shop": proxyId: Checks go out directly here.');
  for (const secret of [
    'basic secret',
    'key secret',
    'mail secret',
    'hook-secret',
    'abcdefghijklmnopqrstuvwxyz012345',
  ]) {
    expect(printed + readFileSync(at('out.yaml'), 'utf8')).not.toContain(secret);
  }
  expect(statSync(at('out.yaml')).mode & 0o077).toBe(0);
});

test('with --with-secrets they are written, and still not printed', async () => {
  writeFileSync(at('kuma.json'), JSON.stringify(KUMA_BACKUP));
  const { printed } = await run(at('kuma.json'), '--out', at('out.yaml'), '--with-secrets', '--from', 'kuma');
  expect(readFileSync(at('out.yaml'), 'utf8')).toContain('basic secret');
  expect(printed).not.toContain('basic secret');
  expect(printed).toContain('it holds secrets');
});

test('a database is read where it lies and left as it is', async () => {
  const bytes = await databaseBytes(KUMA_TABLES);
  writeFileSync(at('kuma.db'), bytes, { mode: 0o400 });
  const { code, printed } = await run(at('kuma.db'), '--out', at('out.yaml'));
  expect(code).toBe(0);
  expect(printed).toContain('From Uptime Kuma: 3 monitors, 1 channels, 1 status pages.');
  expect(readFileSync(at('kuma.db')).equals(bytes)).toBe(true);
});

test.each([
  ['no file', [], 'Say which file'],
  ['a file that is not there', ['/nowhere/x.json'], 'cannot be read'],
  ['an unknown product', ['x', '--from', 'nagios'], 'there are kuma, uptimerobot, gatus, healthchecks'],
  ['an unknown flag', ['x', '--prune'], "Unknown option '--prune'"],
])('%s is refused in one line', async (_name, words, sentence) => {
  const { code, complained, printed } = await run(...words);
  expect(code).toBe(1);
  expect(complained).toContain(sentence);
  expect(complained.split('\n')).toHaveLength(1);
  expect(printed).toBe('');
});

test('a file that is there already is not written over', async () => {
  writeFileSync(at('kuma.json'), JSON.stringify(KUMA_BACKUP));
  writeFileSync(at('out.yaml'), 'mine');
  const { code, complained } = await run(at('kuma.json'), '--out', at('out.yaml'));
  expect([code, complained]).toEqual([1, `${at('out.yaml')} is there already; add --force to write over it.`]);
  expect(readFileSync(at('out.yaml'), 'utf8')).toBe('mine');
});
