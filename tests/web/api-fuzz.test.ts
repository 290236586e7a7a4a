import { describe, expect, test } from 'vitest';
import type { ApiDocument } from '../../src/web/document.ts';
import { testApp } from '../support/app.ts';
import { type AreaReport, fuzzArea, listAreas } from '../support/api-fuzz.ts';
import { randomFrom } from '../support/fuzz.ts';
import { mismatch } from '../support/json-schema.ts';
import { mutate, textOf } from '../support/api-fuzz-values.ts';

/**
 * The same questions each time, so that what passed once passes again; a machine that only tests asks more of them, and
 * FUZZ_CASES=20000 with another FUZZ_SEED looks further.
 */
const CASES = Number(process.env['FUZZ_CASES'] ?? (process.env['CI'] ? 2_000 : 400));
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);

describe(`wrong requests of every kind, seed ${SEED}`, async () => {
  test.each(await listAreas())(
    '%s: nothing breaks, nothing leaks, nothing unlisted is written',
    async (area) => {
      const report = await fuzzArea(area, CASES, SEED);
      expect(report.faults, `FUZZ_SEED=${SEED} ${JSON.stringify({ ...report, faults: report.faults.length })}`).toEqual(
        [],
      );
      expect(reached(report), `too little got through: ${JSON.stringify(report)}`).toBe(true);
    },
    600_000,
  );
});

/** Most of what people change about themselves asks for a password, which no random word is; and nothing is sold here. */
const FEWER: Record<string, number> = { You: 5, Billing: 1 };

/** A fuzz whose requests are all refused at the door shows nothing. */
function reached({ area, cases, statuses, taken, operations }: AreaReport): boolean {
  if (cases < 200) return taken > 0;
  return Object.keys(statuses).length >= 3 && taken >= (FEWER[area] ?? operations / 2);
}

test('a form whose parts cannot be told from each other is its sender’s fault', async () => {
  const it = await testApp();
  const headers = { 'content-type': 'multipart/form-data' };
  for (const path of ['/auth/signup', '/auth/login', '/auth/refresh', '/reset']) {
    const answer = await it.visitor().request(path, { method: 'POST', headers, body: '{"email": "x"}' });
    expect(answer.status, path).toBe(400);
  }
  await it.close();
});

describe('the fuzz itself', () => {
  const document = { components: { schemas: { Named: { type: 'string' } } } } as unknown as ApiDocument;

  test('finds answers that do not fit', () => {
    const schema = {
      type: 'object',
      properties: {
        id: { type: 'string' },
        n: { type: ['integer', 'null'] },
        list: { type: 'array', items: { $ref: '#/components/schemas/Named' } },
      },
      required: ['id'],
      additionalProperties: false,
    };
    const fault = (value: unknown) => mismatch(document, schema, value);
    expect(fault({ id: 'a', n: null, list: ['x'] })).toBeNull();
    expect(fault({ n: 1 })).toBe('.id is missing');
    expect(fault({ id: 'a', n: 0.5 })).toContain('.n is no integer or null');
    expect(fault({ id: 'a', list: ['x', 7] })).toContain('.list[1] is no string');
    expect(fault({ id: 'a', more: 1 })).toBe('.more is not described');
    expect(mismatch(document, { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Named' }] }, 7)).toContain(
      'none',
    );
  });

  test('the same seed makes the same requests, another one does not', () => {
    const run = (seed: number) => {
      const random = randomFrom(seed);
      return Array.from({ length: 50 }, () => textOf(mutate({ a: [1, { b: 'c' }] }, random)));
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  test('numbers beyond JSON and the names of ancestors arrive as they are', () => {
    expect(textOf({ a: 'raw-json-number-0' })).toBe('{"a":1e999}');
    expect(textOf(JSON.parse('{"__proto__": 1}'))).toBe('{"__proto__":1}');
  });
});
