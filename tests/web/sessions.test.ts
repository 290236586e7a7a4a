import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { closeStreams } from '../../src/monitors/live.ts';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { PASSWORD, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it, { plan: 'business' });
});
afterEach(async () => {
  closeStreams();
  await it.close();
});

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1';

interface LogIn {
  id: string;
  kind: string;
  client: string;
  ip: string | null;
  current: boolean;
  created_at: string;
  last_seen_at: string | null;
}

const me = async (who: Visitor) => (await who.json('GET', '/auth/me')).status;
const page = async (who: Visitor, query = '') => (await who.get(`/settings/security${query}`)).text();

async function list(who: Visitor, query = ''): Promise<{ data: LogIn[]; next_cursor: string | null }> {
  return (await (await who.json('GET', `/api/sessions${query}`)).json()) as never;
}

async function alsoOnPhone(): Promise<Visitor> {
  const phone = it.visitor({ userAgent: IPHONE, ip: '203.0.113.7' });
  await phone.post('/auth/login', { email: w.alice.email, password: PASSWORD });
  return phone;
}

async function asProgram(): Promise<Visitor> {
  const program = it.visitor({ userAgent: 'curl/8.11', ip: '203.0.113.8' });
  const answer = await program.json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD });
  program.token = ((await answer.json()) as { access_token: string }).access_token;
  return program;
}

/** What is written behind an answer has been written once the gate has let another through. */
const settled = () => it.deps.db.write('wait', async () => {});

describe('the list', () => {
  test('names browser and program, from where, and marks this one', async () => {
    it.clock.advance(MINUTE);
    const phone = await alsoOnPhone();
    it.clock.advance(MINUTE);
    await asProgram();
    const { data, next_cursor } = await list(w.alice.browser);
    expect(data.map(({ kind, client, ip, current }) => ({ kind, client, ip, current }))).toEqual([
      { kind: 'token', client: 'Program (curl)', ip: '203.0.113.8', current: false },
      { kind: 'browser', client: 'Safari on iOS', ip: '203.0.113.7', current: false },
      { kind: 'browser', client: 'Test', ip: '127.0.0.1', current: true },
    ]);
    expect(next_cursor).toBeNull();
    const text = await page(phone);
    expect(text).toContain('Safari on iOS <span class="chip">this one</span>');
    expect(text).toContain('203.0.113.8');
    expect(await page(w.mallory.browser)).not.toContain('203.0.113');
    expect((await list(w.mallory.browser)).data).toHaveLength(1);
    expect(JSON.stringify(data)).not.toMatch(/hash|refresh|token_version/);
  });

  test('says when each was last seen, written no more than every five minutes', async () => {
    const at = it.clock.now();
    const seen = async () => {
      await settled();
      return (await list(w.bob.browser)).data[0]?.last_seen_at;
    };
    expect(await seen()).toBe(new Date(at).toISOString());
    it.clock.advance(4 * MINUTE);
    await w.bob.browser.get('/dashboard');
    expect(await seen()).toBe(new Date(at).toISOString());
    it.clock.advance(MINUTE);
    await w.bob.browser.get('/dashboard');
    expect(await seen()).toBe(new Date(at + 5 * MINUTE).toISOString());
  });

  test('of more than fifty comes in pages, each session once', async () => {
    const at = it.clock.now();
    await it.deps.db.write('arrange', async (tx) => {
      for (let n = 0; n < 120; n++) {
        await tx.run(sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at, user_agent)
          values (${`ses_${n}`}, ${w.alice.userId}, ${w.alice.accountId}, 'browser', ${at - (n % 7)}, ${at + DAY}, 'x')`);
      }
      await tx.run(sql`insert into sessions (id, user_id, account_id, kind, created_at, expires_at)
        values ('ses_old', ${w.alice.userId}, ${w.alice.accountId}, 'browser', ${at}, ${at})`);
    });
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { data, next_cursor } = await list(w.alice.browser, `?limit=50${cursor && `&cursor=${cursor}`}`);
      found.push(...data.map(({ id }) => id));
      cursor = next_cursor;
    }
    expect(found).toHaveLength(121);
    expect(new Set(found).size).toBe(121);
    expect(found).not.toContain('ses_old');
    const first = await page(w.alice.browser);
    const next = first.match(/href="\/settings\/security(\?cursor=[\w-]+)"/)?.[1] ?? '';
    expect(first.match(/\/sessions\/ses_\w+\/end/g)?.length).toBeGreaterThanOrEqual(49);
    expect(await page(w.alice.browser, next)).toContain('Newest');
    for (const bad of ['x', 'eyJ4IjoxfQ', '"']) {
      expect((await w.alice.browser.json('GET', `/api/sessions?cursor=${encodeURIComponent(bad)}`)).status).toBe(422);
      expect((await w.alice.browser.get(`/settings/security?cursor=${encodeURIComponent(bad)}`)).status).toBe(422);
    }
  });
});

describe('ending', () => {
  test('one session: its next request is refused, the others go on', async () => {
    const phone = await alsoOnPhone();
    const program = await asProgram();
    const byClient = async (client: string) =>
      (await list(w.alice.browser)).data.find((one) => one.client === client)?.id ?? '';
    const ended = await w.alice.browser.post(`/settings/security/sessions/${await byClient('Safari on iOS')}/end`);
    expect(ended.headers.get('location')).toBe('/settings/security');
    expect(await me(phone)).toBe(401);
    expect(await me(program)).toBe(200);
    const gone = await w.alice.browser.json('DELETE', `/api/sessions/${await byClient('Program (curl)')}`);
    expect(gone.status).toBe(204);
    expect(await me(program)).toBe(401);
    expect(await me(w.alice.browser)).toBe(200);
    const entries = await it.deps.db.read.all(sql`select 1 from audit_log where action = 'session.ended'`);
    expect(entries).toHaveLength(2);
  });

  test('this one logs out', async () => {
    const own = (await list(w.alice.browser)).data.find(({ current }) => current)?.id ?? '';
    const ended = await w.alice.browser.post(`/settings/security/sessions/${own}/end`);
    expect(ended.headers.get('location')).toBe('/login');
    expect(await me(w.alice.browser)).toBe(401);
  });

  test('all others, of oneself alone', async () => {
    const phone = await alsoOnPhone();
    expect((await w.alice.browser.post('/settings/security/sessions')).status).toBe(303);
    expect(await page(w.alice.browser)).toContain('One other session has ended.');
    expect(await me(phone)).toBe(401);
    expect(await me(w.alice.browser)).toBe(200);
    expect(await me(w.mallory.browser)).toBe(200);
    expect(await me(w.bob.browser)).toBe(200);
  });

  test("somebody else's is what an unknown one is, in the same account too", async () => {
    const foreign = (await list(w.alice.browser)).data[0]?.id ?? '';
    for (const stranger of [w.mallory.browser, w.bob.browser]) {
      for (const id of [foreign, `ses_${'0'.repeat(16)}`, 'x', '%00']) {
        expect((await stranger.post(`/settings/security/sessions/${id}/end`)).status).toBe(404);
        expect((await stranger.json('DELETE', `/api/sessions/${id}`)).status).toBe(404);
      }
    }
    expect(await me(w.alice.browser)).toBe(200);
  });

  test('is not for API tokens, nor is the list', async () => {
    const made = await w.alice.browser.json('POST', '/api/tokens', { name: 'all', scopes: ['read', 'write'] });
    expect(made.status, await made.clone().text()).toBe(201);
    const robot = it.visitor();
    robot.token = ((await made.json()) as { token: string }).token;
    const own = (await list(w.alice.browser)).data[0]?.id ?? '';
    expect((await robot.json('GET', '/api/sessions')).status).toBe(403);
    expect((await robot.json('DELETE', `/api/sessions/${own}`)).status).toBe(403);
    expect(await me(w.alice.browser)).toBe(200);
  });

  test.each([
    ['a session that is ended from elsewhere', (id: string) => w.alice.browser.json('DELETE', `/api/sessions/${id}`)],
    ['all others ended', () => w.alice.browser.post('/settings/security/sessions')],
    [
      'a change of the password',
      () => w.alice.browser.post('/settings/profile/password', { current: PASSWORD, password: 'another horse' }),
    ],
  ])('%s closes its stream of news at once', async (_, end) => {
    const phone = await alsoOnPhone();
    const id = (await list(phone)).data.find(({ current }) => current)?.id ?? '';
    const stream = await phone.request('/live', { headers: { accept: 'text/event-stream' } });
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect((await end(id)).status).toBeLessThan(400);
    for (;;) if ((await reader.read()).done) break;
    // Another of hers stays open.
    expect(await me(w.alice.browser)).toBe(200);
  });
});
