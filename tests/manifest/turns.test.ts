import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { Turns } from '../../src/manifest/turns.ts';

let turns: Turns;
let begun: string[];
let ends: Map<string, () => void>;
let refused: string[];
beforeEach(() => {
  turns = new Turns({ atOnce: 2, waiting: 6, ofOne: 3 });
  [begun, ends, refused] = [[], new Map(), []];
});

/** Asks for a turn whose work goes on until it is told to end. The first sign of its name is its account. */
function ask(name: string): Promise<unknown> {
  const work = () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  return turns.take(name.slice(0, 1), work).catch((error: unknown) => {
    refused.push(name);
    return error;
  });
}

async function end(name: string): Promise<void> {
  ends.get(name)?.();
  await nextTurn();
}

test('an account that gives many has one turn at a time, and others need not wait for all of it', async () => {
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) void ask(name);
  await nextTurn();
  expect(begun).toEqual(['a1', 'b1']);
  await end('b1');
  expect(begun.slice(2)).toEqual(['c1']);
  await end('c1');
  expect(begun.slice(3)).toEqual(['b2']);
  await end('a1');
  expect(begun.slice(4)).toEqual(['a2']);
  await end('b2');
  // A free place stays free while only those wait who have one.
  expect(begun.slice(5)).toEqual([]);
  await end('a2');
  expect(begun.slice(5)).toEqual(['a3']);
  await end('a3');
  void ask('a4');
  await nextTurn();
  expect(begun.at(-1)).toBe('a4');
  expect(refused).toEqual([]);
});

test('too many of one account, and too many in all, are refused', async () => {
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'c1', 'd1', 'e1'].map(ask);
  await nextTurn();
  expect(begun).toEqual(['a1', 'b1']);
  expect(refused).toEqual(['a4', 'e1']);
  const error = await all[3];
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 60 });
});

test('work that fails gives its place on', async () => {
  const failed = turns.take('a', () => Promise.reject(new Error('no')));
  await expect(failed).rejects.toThrow('no');
  for (const name of ['a1', 'b1']) void ask(name);
  await nextTurn();
  expect(begun).toEqual(['a1', 'b1']);
});
