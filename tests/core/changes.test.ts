import { expect, test } from 'vitest';
import { changesOf } from '../../src/core/changes.ts';

test('only what differs is told, before first', () => {
  expect(changesOf({ name: 'Shop', tags: ['a'], retries: 1 }, { name: 'Store', tags: ['a'], retries: 1 })).toEqual({
    name: ['Shop', 'Store'],
  });
});

test('nothing that differs is nothing to tell', () => {
  expect(changesOf({ name: 'Shop', config: { method: 'GET' } }, { name: 'Shop', config: { method: 'GET' } })).toBe(
    undefined,
  );
});

test('what is on one side only stands against null', () => {
  expect(changesOf({ old: 1 }, { fresh: true })).toEqual({ old: [1, null], fresh: [null, true] });
  expect(changesOf({ same: null }, {})).toBe(undefined);
});

test('a long text is cut, but told as changed even where only its end is', () => {
  const [before, after] = [`${'a'.repeat(600)}b`, `${'a'.repeat(600)}c`];
  const [was, is] = changesOf({ body: before }, { body: after })?.['body'] ?? [];
  expect(was).toBe(`${'a'.repeat(500)}…`);
  expect(is).toBe(`${'a'.repeat(500)}…`);
});

test('objects are told field by field, with a dot between', () => {
  expect(
    changesOf({ config: { method: 'GET', headers: { A: '1' } } }, { config: { method: 'POST', headers: { A: '1' } } }),
  ).toEqual({ 'config.method': ['GET', 'POST'] });
});

test('names that every object knows are names like others', () => {
  expect(changesOf({}, JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>)).toEqual(
    Object.fromEntries([
      ['__proto__', [null, 1]],
      ['constructor', [null, 2]],
    ]),
  );
});
