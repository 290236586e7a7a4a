import { describe, expect, test } from 'vitest';
import { ResponseReader } from '../../src/net/http1.ts';
import { fuzzReader, fuzzSockets, mutate, randomFrom } from '../support/fuzz.ts';

const SEED = 20_261_121;
const CASES = 50_000;
const MOST_MEGABYTES = 200;

describe('mutated answers', () => {
  test('are different each time, and the same for a seed', () => {
    const take = (seed: number) => {
      const random = randomFrom(seed);
      return Array.from({ length: 500 }, () => mutate(random).toString('latin1'));
    };
    expect(take(SEED)).toEqual(take(SEED));
    expect(new Set(take(SEED)).size).toBeGreaterThan(480);
    expect(take(SEED + 1)).not.toEqual(take(SEED));
  });

  test('are read, refused and left unfinished in fair parts', () => {
    const random = randomFrom(SEED);
    const ends = { done: 0, refused: 0, open: 0 };
    for (let i = 0; i < 2_000; i += 1) {
      const reader = new ResponseReader('GET', () => undefined);
      try {
        reader.push(mutate(random));
        ends[reader.done ? 'done' : 'open'] += 1;
      } catch {
        ends.refused += 1;
      }
    }
    for (const n of Object.values(ends)) expect(n).toBeGreaterThan(200);
  });

  test(`${CASES} in process, seed ${SEED}: no crash, no overrun, the same however they are cut`, async () => {
    const { crashes, torn, overruns, megabytes } = await fuzzReader(CASES, SEED);
    expect({ crashes, torn, overruns }).toEqual({ crashes: [], torn: [], overruns: [] });
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  }, 600_000);

  test(`500 over real sockets, seed ${SEED}: no crash, no overrun`, async () => {
    const { crashes, overruns, megabytes } = await fuzzSockets(500, SEED);
    expect({ crashes, overruns }).toEqual({ crashes: [], overruns: [] });
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });
});
