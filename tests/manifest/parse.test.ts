import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../src/config.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import type { Values } from '../../src/manifest/placeholders.ts';
import { type Fault, ManifestFault } from '../../src/manifest/source.ts';
import { EVERYTHING, VALUES } from '../support/settings-file.ts';

/** What is wrong, as `line:column sentence`. */
function faults(text: string, values: Values = {}): string[] {
  try {
    parseManifest(text, values);
  } catch (error) {
    if (!(error instanceof ManifestFault)) throw error;
    return error.faults.map(({ line, column, message }: Fault) => `${line}:${column} ${message}`);
  }
  return [];
}

const monitor = (lines: string) => `version: 1\nmonitors:\n  api:\n    name: API\n    type: http\n${lines}`;
const target = '    target: https://example.com\n';

describe('a file that does not fit is refused with line and column', () => {
  test.each([
    ['nothing at all', '', ['1:1 Must be 1: this is the only version there is.']],
    ['another version', 'version: 2\n', ['1:10 Must be 1: this is the only version there is.']],
    ['a list', '- a\n', ['1:1 Must be a list of fields and their values.']],
    ['broken syntax', 'version: 1\nmonitors: [a\n', [expect.stringMatching(/^3:1 This is not YAML: /)]],
    ['a tab', 'version: 1\nmonitors:\n\tapi: 1\n', [expect.stringMatching(/^3:1 Indent with spaces/)]],
    ['a key twice', 'version: 1\nversion: 1\n', ['2:1 This key stands here for the second time.']],
    ['a tag', 'version: !!js/function 1\n', ['1:10 Tags such as !name are not understood here.']],
    ['two documents', 'version: 1\n---\nversion: 1\n', [expect.stringMatching(/^2:1 One file holds one document/)]],
    ['an alias of nothing', 'version: *x\n', [expect.stringMatching(/An alias \(\*name\) has no anchor/)]],
    ['a part nobody knows', 'version: 1\nmonitor: {}\n', ['2:1 There is no field "monitor". Did you mean "monitors"?']],
    [
      'a field nobody knows',
      monitor(`${target}    chanels: []\n`),
      ['7:5 There is no field "chanels". Did you mean "channels"?'],
    ],
    [
      'a name of the API',
      monitor(`${target}    interval_seconds: 60\n`),
      ['7:5 There is no field "interval_seconds". Did you mean "interval"?'],
    ],
    [
      'a setting nobody knows',
      monitor(`${target}    config:\n      keywrd: x\n`),
      ['8:7 The kind http has no setting "keywrd". Did you mean "keyword"?'],
    ],
    [
      'a setting out of range',
      monitor(`${target}    config:\n      expected_status: 99\n`),
      [expect.stringMatching(/^8:24 "99" is not a status/)],
    ],
    ['no address', monitor(''), [expect.stringMatching(/^3:3 Enter the address to watch/)]],
    [
      'an address of another kind',
      monitor('    target: ftp://x\n'),
      ['6:13 Only http and https can be checked, not ftp.'],
    ],
    ['a missing name', 'version: 1\nmonitors:\n  api: {type: http}\n', ['3:3 The field "name" is missing.']],
    [
      'a wrong duration',
      monitor(`${target}    interval: 5 minutes\n`),
      [expect.stringMatching(/^7:15 Must be 30s to 1d/)],
    ],
    [
      'a timeout above the interval',
      monitor(`${target}    interval: 30s\n    timeout: 1m\n`),
      [expect.stringMatching(/^8:14 A check must be over/)],
    ],
    [
      'a key with capitals',
      'version: 1\nmonitors:\n  Api: {name: A, type: http, target: example.com}\n',
      [expect.stringMatching(/^3:8 A key begins|^3:3 A key begins/)],
    ],
    [
      'a channel nobody knows',
      monitor(`${target}    channels:\n      - ops\n`),
      ['8:9 There is no "ops" under channels in this file.'],
    ],
    [
      'a parent with a typing mistake',
      monitor(`${target}    parent: apy\n`),
      ['7:13 There is no "apy" under monitors in this file. Did you mean "api"?'],
    ],
    ['itself as parent', monitor(`${target}    parent: api\n`), ['7:13 Parents go round in a circle: api → api.']],
    [
      'prototype names',
      monitor(`${target}    config: {__proto__: {x: 1}, constructor: 2}\n`),
      ['7:14 There is no field "__proto__".'],
    ],
    [
      'a value that is not there',
      monitor('    target: https://${HOST}/\n'),
      ['6:13 The environment has no HOST; set it and try again.'],
    ],
    [
      'half a placeholder',
      monitor('    target: https://${HO ST}/\n'),
      [expect.stringMatching(/^6:13 Write a placeholder as/)],
    ],
  ])('%s', (_name, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  test('circles, nested groups, and a monitor twice on a page', () => {
    const text = `version: 1
monitors:
  a: {name: A, type: http, target: example.com, parent: c}
  b: {name: B, type: http, target: example.com, parent: a}
  c: {name: C, type: http, target: example.com, parent: b}
  g: {name: G, type: group, config: {members: [a, h, x]}}
  h: {name: H, type: group, config: {members: [a]}}
pages:
  p:
    slug: acme
    title: Acme
    components:
      - monitor: a
      - group: More
        components:
          - monitor: a
`;
    expect(faults(text)).toEqual([
      '3:57 Parents go round in a circle: a → c → b → a.',
      '6:51 A group holds monitors only, not groups.',
      '6:54 There is no "x" under monitors in this file.',
      '16:22 This monitor stands on the page already.',
    ]);
  });

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', '- '.repeat(100_000)],
    ['indents', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a circle', 'version: 1\nmonitors: &a {api: *a}\n'],
  ])('%s without end are nested too deeply', (_name, text) => {
    expect(faults(text)).toEqual([expect.stringMatching(/nested too deeply/)]);
  });

  test('aliases that would fill the memory, and a file that is too large', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c]',
    ];
    expect(faults(bomb.join('\n'))).toEqual([expect.stringMatching(/many times as large/)]);
    expect(faults(`# ${'x'.repeat(1_048_576)}`)).toEqual(['1:1 The file is larger than 1 MiB.']);
  });
});

describe('a file that fits', () => {
  test('is read in the one spelling of each kind', () => {
    const { manifest } = parseManifest(
      monitor(
        '    target: Example.com\n    interval: 300\n    timeout: 20s\n    config:\n      expected_status: [200, 2xx]\n',
      ),
    );
    expect(manifest.monitors['api']).toEqual({
      name: 'API',
      type: 'http',
      target: 'https://example.com',
      interval: 300,
      timeout: 20,
      config: { expected_status: '200,2xx' },
    });
  });

  test('has its placeholders filled and what only looks like one left', () => {
    const { manifest, variables } = parseManifest(EVERYTHING, VALUES);
    expect(manifest.channels['slack']?.config).toEqual({ url: VALUES['SLACK_URL'] });
    expect(manifest.channels['webhook']?.config['template']).toContain('costs ${5} or so');
    expect(new Set(variables.map(({ name }) => name))).toEqual(new Set(Object.keys(VALUES)));
  });

  test('may keep what the server has where nothing is given', () => {
    const { manifest, variables } = parseManifest(EVERYTHING, {}, 'keep');
    expect(manifest.channels['slack']?.config).toEqual({ url: '********' });
    expect(variables.every(({ filled }) => !filled)).toBe(true);
  });
});

describe('the manual', () => {
  const manual = readFileSync(join(ROOT, 'views/docs/settings-file.md'), 'utf8');

  test('has an example that is a settings file', () => {
    const example = /```yaml\n([^]*?)```/.exec(manual)?.[1] ?? '';
    const { manifest } = parseManifest(example, { OPS_SLACK_URL: VALUES['SLACK_URL'] });
    expect(Object.keys(manifest.monitors)).toEqual(['router', 'shop']);
  });

  test('names every field', () => {
    const { channels, escalations, monitors, pages } = parseManifest(EVERYTHING, VALUES).manifest;
    const entries = [channels, escalations, monitors, pages].flatMap((part) => Object.values<object>(part));
    const fields = new Set(entries.flatMap((entry) => Object.keys(entry)));
    expect(fields.size).toBeGreaterThan(30);
    expect([...fields].filter((field) => !manual.includes(`\`${field}\``))).toEqual([]);
  });
});
