import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHistory } from '../../src/engine/history.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { addMember, PASSWORD, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterAll(() => it.close());

type Json = Record<string, unknown>;
const SHOP = { name: 'Shop', url: 'https://shop.example.com/' };
let count = 0;
const newKey = () => `key-${++count}`;
const post = (key: string, body: unknown = SHOP, path = '/api/monitors', browser: Visitor = w.alice.browser) =>
  browser.json('POST', path, body, { 'idempotency-key': key });
const replayed = (answer: Response) => answer.headers.get('idempotent-replayed');

async function monitorsOf(accountId: string): Promise<number> {
  const [row] = await it.deps.db.read.all<{ n: number }>(
    sql`select count(*) as n from monitors where account_id = ${accountId}`,
  );
  return row?.n ?? -1;
}

describe('the same request with the same key', () => {
  test('is done once and answered alike', async () => {
    const key = newKey();
    const before = await monitorsOf(w.alice.accountId);
    const [first, again] = [await post(key), await post(key)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect([replayed(first), replayed(again)]).toEqual([null, 'true']);
    for (const name of ['location', 'etag', 'content-type'])
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(await again.text()).toBe(await first.text());
    expect(await monitorsOf(w.alice.accountId)).toBe(before + 1);
  });

  test('of twenty at once, one is done; the others are told to wait or get its answer', async () => {
    const key = newKey();
    const before = await monitorsOf(w.alice.accountId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(key)));
    const fresh = answers.filter((answer) => answer.status === 201 && replayed(answer) === null);
    expect(fresh).toHaveLength(1);
    for (const answer of answers.filter((one) => !fresh.includes(one))) {
      if (answer.status === 409) expect(answer.headers.get('retry-after')).toBe('1');
      else expect([answer.status, replayed(answer)]).toEqual([201, 'true']);
    }
    expect(await monitorsOf(w.alice.accountId)).toBe(before + 1);
    expect(replayed(await post(key))).toBe('true');
  });

  test('a refusal is given again too', async () => {
    const key = newKey();
    const [first, again] = [await post(key, { url: 'ftp://x' }), await post(key, { url: 'ftp://x' })];
    expect([first.status, again.status, replayed(again)]).toEqual([422, 422, 'true']);
    expect(await again.json()).toEqual(await first.json());
  });

  test('a refusal that says nothing of the request is not kept', async () => {
    const key = newKey();
    const member = await addMember(it, w.alice, 'soon@example.com', 'viewer');
    expect((await post(key, SHOP, '/api/monitors', member.browser)).status).toBe(403);
    await it.deps.db.write('test', (tx) =>
      tx.run(sql`update memberships set role = 'member' where user_id = ${member.userId}`),
    );
    expect((await post(key, SHOP, '/api/monitors', member.browser)).status).toBe(201);
  });

  test('a day later it is a new request, and old keys are cleared away', async () => {
    const key = newKey();
    await post(key);
    it.clock.advance(DAY - 1);
    expect(replayed(await post(key))).toBe('true');
    it.clock.advance(1);
    expect([(await post(key)).status, replayed(await post(newKey()))]).toEqual([201, null]);
    const keys = async () => (await it.deps.db.read.all(sql`select key from idempotency_keys`)).length;
    expect(await keys()).toBeGreaterThan(2);
    it.clock.advance(1);
    await createHistory(it.deps).run();
    expect(await keys()).toBe(2);
  });
});

describe('another request with the same key', () => {
  test.each([
    ['another body', { ...SHOP, name: 'Other' }, '/api/monitors'],
    ['another address', SHOP, '/api/monitors/test'],
    ['another query', SHOP, '/api/monitors?x=1'],
  ])('%s is refused', async (_, body, path) => {
    const key = newKey();
    await post(key);
    const before = await monitorsOf(w.alice.accountId);
    const answer = await post(key, body, path);
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { errors: Json[] }).errors[0]).toMatchObject({ field: 'Idempotency-Key' });
    expect(await monitorsOf(w.alice.accountId)).toBe(before);
  });

  test('keys of other people and accounts are their own', async () => {
    const key = newKey();
    const member = await addMember(it, w.alice, 'other@example.com', 'member');
    await post(key);
    const theirs = await post(key, SHOP, '/api/monitors', member.browser);
    expect([theirs.status, replayed(theirs)]).toEqual([201, null]);
    const foreign = await post(key, { ...SHOP, name: 'M' }, '/api/monitors', w.mallory.browser);
    expect([foreign.status, replayed(foreign)]).toEqual([201, null]);
    expect((await post(key, SHOP, '/api/monitors', it.visitor())).status).toBe(401);
    const token = await w.alice.browser.json('POST', '/api/tokens', { name: 'Script', scopes: ['write'] });
    const program = it.visitor();
    program.token = ((await token.json()) as { token: string }).token;
    const byToken = await post(key, SHOP, '/api/monitors', program);
    expect([byToken.status, replayed(byToken)]).toEqual([201, null]);
    expect(replayed(await post(key, SHOP, '/api/monitors', program))).toBe('true');
  });
});

test('a request that a restart cut off locks its key for a minute, not for a day', async () => {
  const key = newKey();
  await post(key);
  // As a crash leaves it: claimed, never answered.
  await it.deps.db.write('test', (tx) =>
    tx.run(sql`update idempotency_keys set status = null, body = null, headers = null`),
  );
  const waiting = await post(key);
  expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([409, '1']);
  it.clock.advance(MINUTE);
  expect([(await post(key)).status, replayed(await post(key))]).toEqual([201, 'true']);
});

test('a body with a password leaves no digest that guesses could be held against', async () => {
  const [key, path, body] = [newKey(), '/api/two-step', { password: PASSWORD }];
  const answer = await post(key, body, path);
  expect(answer.status).toBe(200);
  const { secret } = (await answer.json()) as { secret: string };
  const guessed = createHash('sha256')
    .update(`POST ${path}\n${JSON.stringify(body)}`)
    .digest('hex');
  const kept = JSON.stringify(await it.deps.db.read.all(sql`select * from idempotency_keys`));
  for (const told of [guessed, PASSWORD, secret]) expect(kept).not.toContain(told);
  expect(replayed(await post(key, body, path))).toBe('true');
});

test('a secret that is shown once lies sealed, and is shown again to who made the request alone', async () => {
  const key = newKey();
  const hook = { kind: 'webhook', name: 'Hook', config: { url: 'https://hooks.example.com/private-part' } };
  const first = (await (await post(key, hook, '/api/channels')).json()) as { secret: string };
  expect(first.secret).toMatch(/^whsec_/);
  const rows = JSON.stringify(await it.deps.db.read.all(sql`select * from idempotency_keys`));
  for (const word of [first.secret, 'whsec_', 'private-part', key]) expect(rows).not.toContain(word);
  expect(await (await post(key, hook, '/api/channels')).json()).toEqual(first);
  // Moved into another's row it cannot be opened.
  const other = newKey();
  await post(other, hook, '/api/channels', w.mallory.browser);
  await it.deps.db.write('test', (tx) =>
    tx.run(sql`update idempotency_keys set body = (select body from idempotency_keys order by rowid desc limit 1 offset 1)
      where rowid = (select max(rowid) from idempotency_keys)`),
  );
  const stolen = await post(other, hook, '/api/channels', w.mallory.browser);
  expect(stolen.status).toBe(409);
  expect(await stolen.text()).not.toContain(first.secret);
});

test('a key has 1 to 255 visible characters', async () => {
  for (const key of ['', 'with blank', 'ü', 'x'.repeat(256)]) expect((await post(key)).status, key).toBe(422);
  expect((await post(`${newKey()}${'x'.repeat(240)}`)).status).toBe(201);
});

test('other methods pay no heed to it', async () => {
  const key = newKey();
  const path = (await post(newKey())).headers.get('location') ?? '';
  for (const name of ['One', 'Two']) {
    const answer = await w.alice.browser.json('PATCH', path, { name }, { 'idempotency-key': key });
    expect(await answer.json()).toMatchObject({ name });
  }
});
