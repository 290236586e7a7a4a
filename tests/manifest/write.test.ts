import { expect, test } from 'vitest';
import { parseManifest } from '../../src/manifest/parse.ts';
import { escapeText } from '../../src/manifest/placeholders.ts';
import { writeManifest } from '../../src/manifest/write.ts';
import { EVERYTHING, VALUES } from '../support/settings-file.ts';

test('what is written is read as the same, with nothing left to fill in', () => {
  const { manifest } = parseManifest(EVERYTHING, VALUES);
  const again = parseManifest(writeManifest(manifest));
  expect(again.manifest).toEqual(manifest);
  expect(again.variables).toEqual([]);
  expect(writeManifest(again.manifest)).toBe(writeManifest(manifest));
});

test('a caller may leave places to fill in', () => {
  const { manifest } = parseManifest('version: 1\nmonitors:\n  api: {name: A, type: http, target: example.com}\n');
  const config = { keyword: escapeText('costs ${5}'), bearer_token: '${API_TOKEN}' };
  const text = writeManifest(
    { ...manifest, monitors: { api: { name: 'A', type: 'http', target: 'example.com', config } } },
    'own',
  );
  const read = parseManifest(text, { API_TOKEN: 'hidden' });
  expect(read.manifest.monitors['api']?.config).toEqual({ keyword: 'costs ${5}', bearer_token: 'hidden' });
});

test('the text is for people: durations as words, short lists on one line, entries apart', () => {
  const { manifest } = parseManifest(
    'version: 1\nmonitors:\n  b: {name: B, type: http, target: example.com, interval: 90, tags: [x, y]}\n  a: {name: "1e3", type: tcp, target: "db:1", interval: 3600}\n',
  );
  expect(writeManifest(manifest).split('\n').slice(1)).toEqual([
    '',
    'version: 1',
    '',
    'monitors:',
    '  b:',
    '    name: B',
    '    type: http',
    '    target: https://example.com',
    '    interval: 90s',
    '    tags: [x, y]',
    '',
    '  a:',
    '    name: "1e3"',
    '    type: tcp',
    '    target: db:1',
    '    interval: 1h',
    '',
  ]);
});
