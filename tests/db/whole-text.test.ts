import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasHalfCharacter, wholeText } from '../../src/db/whole-text.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { world, type World } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it);
});
afterAll(() => it.close());

const HALF = '\ud800';

test.each([
  [JSON.stringify([HALF]), '["\\ufffd"]'],
  [JSON.stringify({ [HALF]: 'x\udfff' }), '{"\\ufffd":"x\\ufffd"}'],
  ['["\\uD83D\\uDCA9\\udca9"]', '["\\uD83D\\uDCA9\\ufffd"]'],
  [JSON.stringify(['💥']), '["💥"]'],
  [JSON.stringify(['\\ud800 is half a character']), JSON.stringify(['\\ud800 is half a character'])],
  ['\\ud800 outside JSON', '\\ud800 outside JSON'],
  ['[not JSON \\ud800', '[not JSON \\ud800'],
])('%s is stored as %s', (given, stored) => {
  expect(wholeText({ sql: 'select ?', args: [given] })).toEqual({ sql: 'select ?', args: [stored] });
  expect(wholeText({ sql: 'select :a', args: { a: given } })).toEqual({ sql: 'select :a', args: { a: stored } });
});

test('half a character in JSON is read back as one that is unknown, by reads, writes and transactions', async () => {
  // Without the guard the driver ends the process at the first of these.
  const json = JSON.stringify([HALF, { [HALF]: HALF }]);
  const query = sql`select value from json_each(${json}) where type = 'text'`;
  expect(await it.deps.db.read.all(query)).toEqual([{ value: '\ufffd' }]);
  expect(await it.deps.db.write('read', (tx) => tx.all(query))).toEqual([{ value: '\ufffd' }]);
});

test('a body with half a character is refused, one with whole ones is not', async () => {
  const ask = (tags: string) =>
    w.alice.browser.request('/api/monitors', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: it.deps.config.baseUrl },
      body: `{"type": "http", "target": "https://example.com/", "tags": ${tags}}`,
    });
  for (const tags of ['["\\ud800"]', '["\\uDFFFx"]', '["a\\uD83D"]']) {
    const answer = await ask(tags);
    expect(answer.status, tags).toBe(422);
    expect(await answer.text()).toContain('half a character');
  }
  const whole = await ask('["\\uD83D\\uDCA9"]');
  expect(whole.status).toBe(201);
  expect(await whole.json()).toMatchObject({ tags: ['💩'] });
  expect((await w.alice.browser.get('/dashboard')).status).toBe(200);
});

test('what half a character is, escapes and all', () => {
  expect(hasHalfCharacter('{"a": "\\uD800"}')).toBe(true);
  expect(hasHalfCharacter('{"\\udfff": 1}')).toBe(true);
  expect(hasHalfCharacter('["\\uD83D\\uDCA9"]')).toBe(false);
  expect(hasHalfCharacter('["\\\\ud800"]')).toBe(false);
});
