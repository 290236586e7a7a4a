import { expect, test } from 'vitest';
import { MAINTENANCE_MARK, packOutcome, unpackOutcome } from '../../src/core/outcome.ts';
import { REASONS, RESULT_STATUSES } from '../../src/core/verdict.ts';
import { fc } from '../support/property.ts';

test('up with 200 is zero, which is stored in no byte', () => {
  expect(packOutcome({ status: 'up', reason: null, statusCode: 200 })).toBe(0);
});

test('every outcome comes back as it went in, and fits four bytes', () => {
  const outcomes = fc.record({
    status: fc.constantFrom(...RESULT_STATUSES),
    reason: fc.constantFrom(null, ...REASONS),
    statusCode: fc.constantFrom(null, ...Array.from({ length: 900 }, (_, i) => 100 + i)),
    maintenance: fc.boolean(),
  });
  fc.assert(
    fc.property(outcomes, (outcome) => {
      expect(unpackOutcome(packOutcome(outcome))).toEqual(outcome);
      expect(packOutcome(outcome)).toBeLessThan(2 ** 31);
    }),
    { numRuns: 5_000 },
  );
});

test('stored numbers keep their meaning: the lists only ever grow at their end', () => {
  expect(unpackOutcome(0)).toEqual({ status: 'up', reason: null, statusCode: 200, maintenance: false });
  expect(unpackOutcome((503 * 128 + 24) * 8 + 2)).toMatchObject({
    status: 'down',
    reason: 'bad_status',
    statusCode: 503,
  });
  expect(unpackOutcome((1 * 128 + 37) * 8 + 4)).toMatchObject({
    status: 'unknown',
    reason: 'internal',
    statusCode: null,
  });
});

test('the mark of maintenance is one bit that statements can ask for, and no reason reaches it', () => {
  const plain = { status: 'down', reason: 'internal', statusCode: 503 } as const;
  expect(packOutcome({ ...plain, maintenance: true }) & MAINTENANCE_MARK).toBe(MAINTENANCE_MARK);
  expect(packOutcome(plain) & MAINTENANCE_MARK).toBe(0);
  expect(REASONS.length).toBeLessThan(64);
});
