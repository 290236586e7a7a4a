import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertMembership } from '../../src/accounts/queries.ts';
import { cutPage, shortListQuery } from '../../src/web/short-list.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { addMember, signUp, type World, world } from '../support/world.ts';

/** Lists that a limit of their own keeps short are paged like the long ones (R-DO-3). */

interface List {
  data: { id: string }[];
  next_cursor: string | null;
}

let it: TestApp;
let w: World;
beforeAll(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
  await addMember(it, w.alice, 'carol@example.com', 'member');
  for (const name of ['dora', 'emma']) {
    const { accountId: account_id } = await signUp(it, `${name}@example.com`, `${name}-shop`);
    const membership = { account_id, user_id: w.alice.userId, role: 'viewer' as const, created_at: it.clock.now() };
    await it.deps.db.write('arrange', (tx) => insertMembership(tx, membership));
  }
  for (const n of [1, 2, 3]) {
    const url = `https://example.com/${n}`;
    await make('/api/channels', { kind: 'webhook', name: `Channel ${n}`, config: { url } });
    await make('/api/webhooks', { name: `Hook ${n}`, url });
    await make('/api/tag-rules', { tag: `tag${n}`, settings: { interval_seconds: 60 } });
    await make('/api/members', { email: `guest${n}@example.com`, role: 'viewer' });
    await make('/api/status-pages', { title: `Page ${n}`, slug: `page-${n}` });
    await make('/api/report-templates', { name: `Template ${n}`, title: 'Trouble', body: 'We look into it.' });
    const channel_ids = [(await list('/api/channels')).data[0]?.id];
    await make('/api/escalation-policies', { name: `Policy ${n}`, steps: [{ after_minutes: 5, channel_ids }] });
  }
});
afterAll(() => it.close());

async function make(path: string, input: unknown): Promise<void> {
  const answer = await w.alice.browser.json('POST', path, input);
  expect([answer.status, path, await answer.text()]).toEqual([201, path, expect.any(String)]);
}

async function list(path: string): Promise<List> {
  const answer = await w.alice.browser.get(path);
  expect([answer.status, path]).toEqual([200, path]);
  return (await answer.json()) as List;
}

const LISTS = [
  '/api/accounts',
  '/api/channels',
  '/api/escalation-policies',
  '/api/members',
  '/api/members/invitations',
  '/api/report-templates',
  '/api/status-pages',
  '/api/tag-rules',
  '/api/webhooks',
];

describe.each(LISTS)('%s', (path) => {
  test('comes whole unless a limit is given, and then page by page', async () => {
    const whole = await list(path);
    expect(whole.data.length).toBeGreaterThan(2);
    expect(whole.next_cursor).toBeNull();
    const read: { id: string }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: List = await list(`${path}?limit=2&cursor=${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      read.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(read).toEqual(whole.data);
  });

  test.each(['limit=0', 'limit=1e400', 'limit=two', 'cursor=bm9uc2Vuc2U'])('%s is refused', async (query) => {
    const answer = await w.alice.browser.get(`${path}?${query}`);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field)).toEqual([query.split('=')[0]]);
  });

  test('a place in one list shows nothing of another account', async () => {
    const { next_cursor } = await list(`${path}?limit=1`);
    const own = (await (await w.mallory.browser.get(path)).json()) as List;
    const answer = await w.mallory.browser.get(`${path}?cursor=${next_cursor ?? ''}`);
    const { data } = (await answer.json()) as List;
    expect(own.data).toEqual(expect.arrayContaining(data));
  });
});

test('rows that go while somebody reads on neither come twice nor hide the next one', () => {
  const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const first = cutPage(rows, { limit: 2, cursor: undefined });
  const on = (left: { id: string }[]) => cutPage(left, { limit: 9, cursor: first.next_cursor ?? '' }).data;
  expect(first.data).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(on(rows)).toEqual([{ id: 'c' }, { id: 'd' }]);
  expect(on(rows.slice(1))).toEqual([{ id: 'c' }, { id: 'd' }]);
  expect(on(rows.filter(({ id }) => id !== 'b'))).toEqual([{ id: 'c' }, { id: 'd' }]);
});

test('a row with the longest id that there is, a passkey’s, leads on to the next', () => {
  const rows = ['a', 'b'].map((letter) => ({ id: letter.repeat(1_400) }));
  const first = cutPage(rows, shortListQuery.parse({ limit: '1' }));
  const next = shortListQuery.parse({ limit: '1', cursor: first.next_cursor });
  expect(cutPage(rows, next).data).toEqual([rows[1]]);
});
