import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { MINUTE } from '../../src/core/time.ts';
import { inThread } from '../../src/manifest/aside.ts';
import { parsedOf, parseManifest } from '../../src/manifest/parse.ts';
import { READINGS } from '../../src/manifest/readings.ts';
import type { Current, Held } from '../../src/manifest/server.ts';
import { ManifestFault } from '../../src/manifest/source.ts';
import { GATUS } from '../support/imports/others.ts';
import { KUMA_BACKUP } from '../support/imports/kuma.ts';

/** A thread that runs from the sources has to be translated first, which takes a slow machine its time. */
const PATIENT = { memoryMb: 512, timeMs: 5 * MINUTE };
const SLOW = 5 * MINUTE;

const HEAD = `version: 1
channels:
  ops: {kind: webhook, name: Ops, config: {url: "https://\${HOST}/hook"}}
monitors:
  base: &base
    name: Base
    type: http
    target: https://example.com/
    tags: &tags [a, "b"]
    config: {headers: {X-One: one}}
    channels: [ops]
`;
const more = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `  m-${i}:\n    name: Monitor ${i}\n    type: http\n    target: https://example.com/${i}\n    tags: *tags\n`,
  ).join('');

const held = (i: number): Held => ({
  id: `mon_${i}`,
  part: 'monitors',
  name: `Held ${i}`,
  kind: 'http',
  key: i % 2 === 0 ? `held-${i}` : null,
  fields: ['target'],
  entry: {
    name: `Held ${i}`,
    type: 'http',
    target: `https://example.com/\${${i}}`,
    interval: 60,
    tags: [],
    config: {},
  },
});

async function faultOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

describe('work in a thread', () => {
  test('a settings file comes to the same as without one, and so do its places', { timeout: SLOW }, async () => {
    const asked = { text: HEAD + more(60), values: { HOST: 'hooks.example.com' } };
    const read = await inThread('acc_a', 'manifest', asked, PATIENT);
    expect(read).toStrictEqual(READINGS.manifest(asked));
    expect(Object.keys(read.manifest.monitors)).toHaveLength(61);
    const [aside, inline] = [parsedOf(read), parseManifest(asked.text, asked.values)];
    const paths = [
      ['monitors', 'base', 'tags', 1],
      ['monitors', 'm-3', 'target'],
      ['monitors', 'm-3', 'tags'],
      ['monitors', 'm-3', 'tags', 1],
      ['monitors', 'm-3', 'nothing', 'there'],
      ['monitors', 'base', 'config', 'headers', 'X-One'],
      ['channels', 'ops', 'config', 'url'],
      ['pages', 'none'],
      [],
    ];
    for (const path of paths) expect(aside.at(path), path.join('.')).toEqual(inline.at(path));
    expect(aside.at(['monitors', 'base', 'tags', 1])).toEqual({ line: 9, column: 21 });
    expect(aside.at(['monitors', 'm-0', 'target'])).toEqual({ line: 15, column: 13 });
  });

  test('an account and foreign files come to the same as without one', { timeout: SLOW }, async () => {
    const monitors = Array.from({ length: 40 }, (_, i) => held(i));
    const current: Current = { channels: [], escalations: [], monitors, pages: [] };
    expect(await inThread('acc_a', 'account', { current }, PATIENT)).toBe(READINGS.account({ current }));
    for (const content of [JSON.stringify(KUMA_BACKUP), GATUS]) {
      const asked = { given: { as: 'text', content, source: null }, values: {}, document: true } as const;
      const read = await inThread('acc_a', 'foreign', asked, PATIENT);
      expect(read).toStrictEqual(READINGS.foreign(asked));
      expect(Object.keys(read.manifest.monitors).length).toBeGreaterThan(3);
      expect(read.document).toContain('monitors:');
    }
  });

  test('what is wrong with a file is said with line and column', { timeout: SLOW }, async () => {
    const text = `${HEAD}${more(60)}  bad:\n    name: Bad\n    type: htp\n`;
    const [aside, inline] = await Promise.all([
      faultOf(() => inThread('acc_a', 'manifest', { text, values: {} }, PATIENT)),
      faultOf(() => READINGS.manifest({ text, values: {} })),
    ]);
    expect(aside).toBeInstanceOf(ManifestFault);
    expect((aside as ManifestFault).faults).toStrictEqual((inline as ManifestFault).faults);
    expect((aside as ManifestFault).faults).toContainEqual(expect.objectContaining({ line: 314, column: 11 }));
  });

  test('a foreign file that is none is refused in words', { timeout: SLOW }, async () => {
    const given = { as: 'text', content: `{"nothing": "${'x'.repeat(5_000)}"}`, source: null } as const;
    const refused = await faultOf(() => inThread('acc_a', 'foreign', { given, values: {}, document: false }, PATIENT));
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'invalid', fields: [{ field: 'content' }] });
  });

  test('a reading that takes too long or too much memory is ended and refused', { timeout: SLOW }, async () => {
    const asked = { text: HEAD + more(60), values: {} };
    await expect(inThread('acc_a', 'manifest', asked, { ...PATIENT, timeMs: 1 })).rejects.toMatchObject({
      code: 'invalid',
      message: 'Reading this takes too much time. Divide it into several files.',
    });
    const content = `[${Array.from({ length: 200_000 }, (_, i) => `{"a${i}": [${i}]}`).join(',')}]`;
    const given = { as: 'text', content, source: null } as const;
    await expect(
      inThread('acc_a', 'foreign', { given, values: {}, document: false }, { ...PATIENT, memoryMb: 40 }),
    ).rejects.toMatchObject({
      code: 'invalid',
      message: 'Reading this takes too much memory. Divide it into several files.',
    });
  });

  test('a fault of ours ends the thread and nothing else', { timeout: SLOW }, async () => {
    const broken = { given: { as: 'text', content: null, source: null }, values: {}, document: false };
    const fault = await faultOf(() => inThread('acc_a', 'foreign', broken as never, PATIENT));
    expect(fault).toBeInstanceOf(Error);
    expect(fault).not.toBeInstanceOf(AppError);
    const { manifest } = await inThread(
      'acc_a',
      'manifest',
      { text: HEAD + more(1), values: { HOST: 'a.example' } },
      PATIENT,
    );
    expect(Object.keys(manifest.monitors)).toEqual(['base', 'm-0']);
  });

  test('of very many at once the last are asked to come again', { timeout: SLOW }, async () => {
    const asked = { text: HEAD, values: {} };
    const all = Array.from({ length: 24 }, (_, i) =>
      faultOf(() => inThread(`acc_${i}`, 'manifest', asked, { ...PATIENT, timeMs: 1 })),
    );
    const codes = (await Promise.all(all)).map((error) => (error as AppError).code);
    expect(codes.slice(0, 22)).toEqual(codes.slice(0, 22).map(() => 'invalid'));
    expect(codes.slice(22)).toEqual(['rate_limited', 'rate_limited']);
  });
});
