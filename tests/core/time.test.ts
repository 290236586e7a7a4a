import { expect, test } from 'vitest';
import { duration } from '../../src/core/time.ts';

test.each([
  [45_000, '45s'],
  [9_000_000, '2h 30m'],
  [60_000, '1m'],
  [190_000, '3m 10s'],
  [86_400_000 * 3 + 3_600_000 * 4 + 60_000, '3d 4h'],
  [0, '0s'],
  [-5_000, '0s'],
  [499, '0s'],
])('%i ms reads %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
