import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { healthyAt, type TestApp, testApp, type Visitor } from '../support/app.ts';
import { apiToken } from '../support/tokens.ts';
import { programOf, told } from '../support/program.ts';
import { type Person, type World, world } from '../support/world.ts';

// The operator's pages as JSON. Alice, who came first, runs the installation.

let it: TestApp;
let w: World;
let program: Visitor;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
  program = await programOf(it, w.alice);
});
afterEach(() => it.close());

const ask = <T>(method: string, path: string, body?: unknown) =>
  program.json(method, path, body).then((answer) => told<T>(answer));
const planOf = async ({ accountId }: Person) =>
  (await it.deps.db.read.all<{ plan: string }>(sql`select plan from accounts where id = ${accountId}`))[0]?.plan;

interface Overview {
  findings: { tone: string; text: string }[];
  accounts: number;
  people: number;
  active_monitors: number;
  scheduler: { ok: boolean; start_lag_ms: { p50: number; p99: number } };
  outbox: { waiting: number; oldest_due_ms: number; late_24h: number; mail_server_away_since: string | null };
  backup: { every_seconds: number | null; problem: string | null };
  notice: { text: string } | null;
  maintenance_since: string | null;
}

describe('how the installation is', () => {
  test('is told in figures, with nothing found bad', async () => {
    const all = await ask<Overview>('GET', '/api/operator');
    expect(all).toMatchObject({ accounts: 2, people: 3, active_monitors: 0, findings: [], notice: null });
    expect(all.scheduler).toMatchObject({ ok: true, start_lag_ms: { p50: 0, p99: 0 } });
    expect(all.backup).toMatchObject({ every_seconds: null, problem: null });
    expect(all.maintenance_since).toBeNull();
    // The operator's own browser reads the same.
    const browser = await told<Overview>(await w.alice.browser.json('GET', '/api/operator'));
    expect(browser.people).toBe(3);
  });

  test('says what is bad in the words of the page, and by how much', async () => {
    const now = it.clock.now();
    const bad = healthyAt(now);
    bad.scheduler.ok = false;
    bad.outbox.awaySince = now - HOUR;
    await it.close();
    it = await testApp({ health: bad });
    w = await world(it);
    program = await programOf(it, w.alice);
    await it.deps.db.write('late', (tx) =>
      tx.run(sql`insert into deliveries (id, account_id, channel_id, event, dedup_key, payload, state, created_at, sent_at)
        select 'dlv_1', account_id, id, 'down', 'x', '{}', 'sent', ${now - HOUR}, ${now - HOUR + 6 * MINUTE}
        from channels where account_id = ${w.alice.accountId}`),
    );
    const all = await ask<Overview>('GET', '/api/operator');
    expect(all.findings[0]).toMatchObject({ tone: 'down' });
    expect(all.findings.map(({ text }) => text).join(' ')).toContain('The mail server has not answered for 1h');
    expect(all.outbox).toMatchObject({ late_24h: 1, mail_server_away_since: new Date(now - HOUR).toISOString() });
  });
});

describe('accounts', () => {
  test('are listed page by page and searched', async () => {
    interface Page {
      data: { id: string; slug: string; owner: string; members: number; plan: string }[];
      next_cursor: string | null;
    }
    const first = await ask<Page>('GET', '/api/operator/accounts?limit=1');
    expect(first.data).toHaveLength(1);
    const second = await ask<Page>('GET', `/api/operator/accounts?limit=1&cursor=${first.next_cursor}`);
    expect(second.next_cursor).toBeNull();
    const slugs = [...first.data, ...second.data].map(({ slug }) => slug);
    expect(slugs.toSorted()).toEqual(['alice-shop', 'mallory-inc']);
    const found = await ask<Page>('GET', '/api/operator/accounts?q=ALICE@');
    expect(found.data).toMatchObject([{ id: w.alice.accountId, owner: w.alice.email, members: 2, plan: 'free' }]);
    expect((await program.json('GET', '/api/operator/accounts?cursor=nonsense')).status).toBe(422);
    expect((await program.json('GET', '/api/operator/accounts?limit=0')).status).toBe(422);
  });

  test('one is shown with its people, and put on a plan', async () => {
    const path = `/api/operator/accounts/${w.mallory.accountId}`;
    const one = await ask<{ people: object[]; subscription: null }>('GET', path);
    expect(one.people).toMatchObject([{ email: w.mallory.email, role: 'owner', email_verified: true }]);
    expect(one.subscription).toBeNull();
    const set = await ask<object>('PUT', `${path}/plan`, { plan: 'business' });
    expect(set).toMatchObject({ account: { plan: 'business' }, monitors: { paused: 0, resumed: 0, slowed: 0 } });
    expect(await planOf(w.mallory)).toBe('business');
    const [entry] = await it.deps.db.read.all<{ user_id: string; via: string }>(
      sql`select user_id, via from audit_log where account_id = ${w.mallory.accountId} and action = 'plan.changed'`,
    );
    expect(entry).toEqual({ user_id: w.alice.userId, via: 'api' });
    expect((await program.json('PUT', `${path}/plan`, { plan: 'gold' })).status).toBe(422);
    expect((await program.json('PUT', `${path}/plan`, { plan: 'pro', price: 0 })).status).toBe(422);
    expect((await program.json('GET', '/api/operator/accounts/acc_nope')).status).toBe(404);
    expect((await program.json('PUT', '/api/operator/accounts/acc_nope/plan', { plan: 'pro' })).status).toBe(404);
  });
});

describe('what everybody meets', () => {
  test('a notice is put up, read above pages, and taken down', async () => {
    const put = { text: 'Work at ten.', tone: 'warn', lasts: '1h' };
    const until = new Date(it.clock.now() + HOUR).toISOString();
    expect(await ask('PUT', '/api/operator/notice', put)).toEqual({ notice: { text: put.text, tone: 'warn', until } });
    expect(await (await w.bob.browser.get('/dashboard')).text()).toContain('Work at ten.');
    expect((await program.json('DELETE', '/api/operator/notice')).status).toBe(204);
    expect(await ask('GET', '/api/operator/notice')).toEqual({ notice: null });
    expect(await (await w.bob.browser.get('/dashboard')).text()).not.toContain('Work at ten.');
    expect(await ask('PUT', '/api/operator/notice', { text: 'For good' })).toMatchObject({
      notice: { tone: 'info', until: null },
    });
    for (const wrong of [
      {},
      { text: ' ' },
      { text: 'x'.repeat(301) },
      { text: 'x', lasts: '2h' },
      { text: 'x', to: 1 },
    ])
      expect((await program.json('PUT', '/api/operator/notice', wrong)).status).toBe(422);
  });

  test('maintenance mode is turned on, and off again from within', async () => {
    const on = await ask<{ since: string }>('PUT', '/api/operator/mode', { maintenance: true });
    expect(on).toEqual({ maintenance: true, since: new Date(it.clock.now()).toISOString() });
    const change = () => w.mallory.browser.json('PATCH', '/api/settings', { name: 'Mallory & Sons' });
    expect((await change()).status).toBe(503);
    expect(await ask('GET', '/api/operator/mode')).toMatchObject({ maintenance: true });
    expect(await ask('PUT', '/api/operator/mode', { maintenance: false })).toEqual({ maintenance: false, since: null });
    expect((await change()).status).toBe(200);
    expect((await program.json('PUT', '/api/operator/mode', { maintenance: 'on' })).status).toBe(422);
  });
});

const ROUTES: [string, string, object?][] = [
  ['GET', '/api/operator'],
  ['GET', '/api/operator/accounts'],
  ['PUT', '/api/operator/accounts/ID/plan', { plan: 'business' }],
  ['PUT', '/api/operator/notice', { text: 'Hello' }],
  ['DELETE', '/api/operator/notice'],
  ['GET', '/api/operator/mode'],
  ['PUT', '/api/operator/mode', { maintenance: true }],
];

test.each(ROUTES)('%s %s is not there for anybody else', async (method, path, body) => {
  await it.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = 'business'`));
  const asked = path.replace('ID', w.mallory.accountId);
  const token = await apiToken(it, w.alice, ['read', 'write', 'ping', 'page']);
  for (const who of [w.bob.browser, w.mallory.browser, await programOf(it, w.mallory), token])
    expect((await who.json(method, asked, body)).status).toBe(404);
  // A program whose token has run out learns that it must log in again.
  expect((await it.visitor().json(method, asked, body)).status).toBe(401);
  await it.deps.db.write('unverify', (tx) => tx.run(sql`update users set email_verified_at = null`));
  expect((await program.json(method, asked, body)).status).toBe(404);
  const rows = await it.deps.db.read.all(sql`select key from installation where key in ('notice', 'maintenance')`);
  expect(rows).toEqual([]);
});
