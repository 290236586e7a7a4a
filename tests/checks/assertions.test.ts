import { describe, expect, test } from 'vitest';
import { headerAssertions, jsonAssertions, judgeHeader, judgeJson } from '../../src/checks/assertions.ts';
import { parsePath, readPath } from '../../src/checks/json-path.ts';
import { compilePattern } from '../../src/checks/pattern.ts';

const body = JSON.stringify({
  status: 'ok',
  count: 12,
  ratio: 0.5,
  ready: true,
  none: null,
  'a name': 'spaced',
  items: [
    { id: 1, tags: ['red'] },
    { id: 2, tags: ['blue', 'green'] },
  ],
});

describe('a path', () => {
  test.each([
    ['$', [JSON.parse(body) as unknown]],
    ['$.status', ['ok']],
    ['status', ['ok']],
    ['$["a name"]', ['spaced']],
    ["$['a name']", ['spaced']],
    ['$.items[0].id', [1]],
    ['items[-1].id', [2]],
    ['$.items[*].id', [1, 2]],
    ['$.items.*.tags[0]', ['red', 'blue']],
    ['$.items[7]', []],
    ['$.status.length', []],
    ['$.items.length', []],
    ['$.__proto__', []],
    ['$.constructor', []],
    ['$.none', [null]],
  ])('%s', (path, expected) => {
    const parsed = parsePath(path);
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(readPath(JSON.parse(body), parsed.steps)).toEqual(expected);
  });

  test.each([
    ['', 0],
    ['$..a', 1],
    ['$.a[', 3],
    ['$.a[x]', 3],
    ['$.a b', 3],
    ['$.a["x]', 3],
    ['a..b', 1],
    ['$.a[?(@.x)]', 3],
  ])('%j is refused at character %i', (path, position) => {
    expect(parsePath(path)).toEqual({ problem: expect.any(String), position });
  });

  test('many stars do not multiply without end', () => {
    const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => [1, 2]));
    const parsed = parsePath('$[*][*][*]');
    expect(readPath(wide, 'steps' in parsed ? parsed.steps : [])).toHaveLength(10_000);
  });
});

describe('a JSON rule', () => {
  test.each([
    ['$.status', 'equals', 'ok', null],
    ['$.status', 'equals', 'bad', '$.status is "ok", expected "bad".'],
    ['$.status', 'not_equals', 'bad', null],
    ['$.status', 'not_equals', 'ok', '$.status is "ok", expected not "ok".'],
    ['$.count', 'equals', '12', null],
    ['$.count', 'equals', '12.0', null],
    ['$.count', 'gt', 11, null],
    ['$.count', 'gt', '12', '$.count is 12, expected above "12".'],
    ['$.count', 'gte', 12, null],
    ['$.ratio', 'lt', 0.6, null],
    ['$.ratio', 'lte', 0.4, '$.ratio is 0.5, expected at most 0.4.'],
    ['$.status', 'gt', 1, '$.status is "ok", expected above 1.'],
    ['$.ready', 'equals', true, null],
    ['$.ready', 'equals', 'true', null],
    ['$.none', 'exists', null, null],
    ['$.none', 'equals', 'null', null],
    ['$.gone', 'exists', null, '$.gone is not there.'],
    ['$.gone', 'not_exists', null, null],
    ['$.gone', 'not_equals', 'x', null],
    ['$.gone', 'equals', 'x', '$.gone is not there, expected "x".'],
    ['$.status', 'not_exists', null, '$.status is there: "ok".'],
    ['$.status', 'contains', 'o', null],
    ['$.items[1].tags', 'contains', 'green', null],
    ['$.items[1].tags', 'not_contains', 'green', '$.items[1].tags is ["blue","green"], expected not contains "green".'],
    ['$.items[*].id', 'equals', 2, null],
    ['$.items[*].id', 'equals', 3, '$.items[*].id is 2 values, expected 3.'],
    ['$.items[*].id', 'not_equals', 2, '$.items[*].id is 2 values, expected not 2.'],
    ['$.status', 'matches', '^o.$', null],
    ['$.status', 'matches', '^x', '$.status is "ok", expected a match of "^x".'],
  ] as const)('%s %s %j', (path, op, value, said) => {
    expect(judgeJson(body, [{ path, op, value }])).toBe(said);
  });

  test('a body that is no JSON says so', () => {
    expect(judgeJson('<html>', [{ path: '$', op: 'exists', value: null }])).toBe('The body is not JSON.');
  });
});

test('a header rule names the header', () => {
  expect(judgeHeader({ name: 'Server', op: 'contains', value: 'nginx' }, 'nginx/1.2')).toBeNull();
  expect(judgeHeader({ name: 'Server', op: 'equals', value: 'x' }, null)).toBe(
    'The header Server is not there, expected "x".',
  );
  expect(judgeHeader({ name: 'Age', op: 'lt', value: '60' }, '61')).toBe(
    'The header Age is "61", expected below "60".',
  );
});

describe('what a form or program writes', () => {
  test('lines and lists mean the same', () => {
    const lines = '$.status equals ok\n\n  $["a name"] contains two words \n$.gone not_exists\n$.items[ "x y" ] GT 3';
    expect(jsonAssertions.parse(lines)).toEqual([
      { path: '$.status', op: 'equals', value: 'ok' },
      { path: '$["a name"]', op: 'contains', value: 'two words' },
      { path: '$.gone', op: 'not_exists', value: null },
      { path: '$.items[ "x y" ]', op: 'gt', value: '3' },
    ]);
    expect(headerAssertions.parse('content-type contains json')).toEqual([
      { name: 'content-type', op: 'contains', value: 'json' },
    ]);
    expect(jsonAssertions.parse([{ path: '$.a', op: 'exists' }])).toEqual([{ path: '$.a', op: 'exists', value: null }]);
    expect(jsonAssertions.parse('')).toEqual([]);
    expect(jsonAssertions.parse(undefined)).toEqual([]);
  });

  test.each([
    ['$.a', /Must be one of/],
    ['$.a is 3', /Must be one of/],
    ['$.a..b equals 3', /character 4/],
    ['$.a equals', /needs a value/],
    ['$.a exists 3', /takes no value/],
    ['$.a gt much', /needs a number/],
    ['$.a matches a(b', /character 4: missing closing/],
    ['$.a matches a\\1', /character 2: invalid escape/],
    ['$.a matches ((a{100}){100}){10}', /repeat/],
    [Array.from({ length: 21 }, () => '$.a exists').join('\n'), /At most 20/],
  ])('%s is refused', (lines, words) => {
    const parsed = jsonAssertions.safeParse(lines);
    expect(parsed.error?.issues.map((issue) => issue.message).join(' ')).toMatch(words);
  });

  test('a header name with a blank in it is refused', () => {
    const parsed = headerAssertions.safeParse([{ name: 'a b', op: 'exists' }]);
    expect(parsed.error?.issues[0]?.message).toBe('"a b" is not a header name.');
  });
});

test('many dear patterns over a large value end soon, and say that they saw only its beginning', () => {
  const large = JSON.stringify({ text: 'x'.repeat(1_000_000) });
  const rule = { path: '$.text', op: 'matches', value: '([a-z]?){100}[0-9]' } as const;
  expect(jsonAssertions.safeParse([rule]).success).toBe(true);
  const said = judgeJson(large, [{ path: '$.text', op: 'matches', value: 'x' }, rule]);
  // All of it would take ten seconds and more.
  expect(said).toMatch(/Only its beginning was searched\.$/);
});

test('a pattern made to explode takes time in proportion to the text', () => {
  const pattern = compilePattern('(a+)+$');
  const text = `${'a'.repeat(200_000)}b`;
  // A backtracking matcher would need longer than the age of the universe.
  expect('found' in pattern && pattern.found(text)).toBe(false);
});
