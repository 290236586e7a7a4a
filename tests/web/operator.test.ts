import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findCommand } from '../../src/commands.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { settleOperator } from '../../src/site/operator-actions.ts';
import { healthyAt, type TestApp, testApp } from '../support/app.ts';
import { PASSWORD, signUp, type World, world } from '../support/world.ts';

let t: TestApp;
beforeEach(async () => {
  t = await testApp();
});
afterEach(() => t.close());

const cli = (name: string, ...args: string[]) => findCommand(name).run(t.deps, args);
const operators = async () =>
  (await t.deps.db.read.all<{ email: string }>(sql`select email from users where operator = 1 order by email`)).map(
    ({ email }) => email,
  );
const PAGES = ['/operator', '/operator/accounts', '/operator/notice', '/operator/mode'];

describe('who operates', () => {
  test('is exactly one of twenty who sign up at once on an empty installation (R-AU-13)', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        t.visitor().post('/auth/signup', { email: `p${i}@example.com`, password: PASSWORD, slug: `page-${i}-x` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(303));
    expect(await operators()).toHaveLength(1);
  });

  test('is named and let go on the command line, whatever the spelling; nobody else follows by itself', async () => {
    const { alice } = await world(t);
    expect(await operators()).toEqual([alice.email]);
    expect(await cli('operator remove', 'Alice@Example.com')).toEqual([
      'alice@example.com is no operator.',
      'Nobody is one now. See: operator add',
    ]);
    expect(await cli('operator list')).toEqual(['Nobody is an operator. See: operator add']);
    await settleOperator(t.deps);
    await signUp(t, 'carol@example.com', 'carol-page');
    expect(await operators()).toEqual([]);
    await signUp(t, 'dan@example.com', 'dan-page', { verified: false });
    expect(await cli('operator add', 'dan@example.com')).toHaveLength(2);
    await expect(cli('operator add', 'nobody@example.com')).rejects.toThrow('Nobody here has the address');
    expect(await cli('operator list')).toEqual(['dan@example.com (address not confirmed)']);
  });

  test('of an installation from before is the verified owner of its oldest account, once', async () => {
    const { alice, mallory } = await world(t, { verified: false });
    const before = (change: ReturnType<typeof sql>) => t.deps.db.write('before', (tx) => tx.run(change));
    await before(sql`update users set operator = 0`);
    await settleOperator(t.deps);
    expect(await operators()).toEqual([]);
    await before(sql`update users set email_verified_at = 1 where id in (${alice.userId}, ${mallory.userId})`);
    await settleOperator(t.deps);
    expect(await operators()).toEqual([alice.email]);
    await before(sql`update users set operator = 0`);
    await settleOperator(t.deps);
    expect(await operators()).toEqual([]);
  });
});

describe('the pages', () => {
  let w: World;
  beforeEach(async () => {
    w = await world(t);
  });

  test.each(PAGES)('%s is there for the operator and for nobody else', async (path) => {
    const page = await w.alice.browser.get(path);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/<a href="\/operator" aria-current="page">/);
    for (const visitor of [w.bob.browser, w.mallory.browser, t.visitor()]) {
      const answer = await visitor.get(path);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain('href="/operator"');
    }
  });

  test('a token of the operator, and one whose address is not confirmed, see nothing', async () => {
    const login = await t.visitor().json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const program = t.visitor();
    program.token = token;
    expect((await program.json('GET', '/operator')).status).toBe(404);
    await t.deps.db.write('unverify', (tx) => tx.run(sql`update users set email_verified_at = null`));
    expect((await w.alice.browser.get('/operator')).status).toBe(404);
  });

  test('nobody else changes anything', async () => {
    for (const [path, form] of [
      [`/operator/accounts/${w.alice.accountId}/plan`, { plan: 'business' }],
      ['/operator/notice', { text: 'Hello', tone: 'info', lasts: '' }],
      ['/operator/mode', { maintenance: 'on' }],
    ] as const) {
      for (const visitor of [w.bob.browser, w.mallory.browser, t.visitor()]) {
        expect((await visitor.post(path, form)).status).toBe(404);
      }
    }
    const rows = await t.deps.db.read.all(sql`select key from installation where key in ('notice','maintenance')`);
    expect(rows).toEqual([]);
    expect(await (await w.alice.browser.get(`/operator/accounts/${w.alice.accountId}`)).text()).toContain('>Free</dd>');
  });

  test('what is bad is said in sentences, the worst first', async () => {
    expect(await (await w.alice.browser.get('/operator')).text()).toContain('Everything works.');
    const now = t.clock.now();
    const bad = healthyAt(now);
    Object.assign(bad.scheduler, { ok: false, startLagMs: { p50: 10, p99: 9 * SECOND } });
    bad.outbox.awaySince = now - HOUR;
    bad.backup = { everyMs: HOUR, lastAt: now - 5 * HOUR, problem: 'The disk is full.' };
    await t.close();
    t = await testApp({ health: bad });
    const { alice } = await world(t);
    await t.deps.db.write('late', (tx) =>
      tx.run(sql`insert into deliveries (id, account_id, channel_id, event, dedup_key, payload, state, created_at, sent_at)
        select 'dlv_1', account_id, id, 'down', 'x', '{}', 'sent', ${now - HOUR}, ${now - HOUR + 6 * MINUTE}
        from channels where account_id = ${alice.accountId}`),
    );
    const html = await (await alice.browser.get('/operator')).text();
    const at = [
      'Checks are not being started',
      'The mail server has not answered for 1h',
      'One check in a hundred starts more than 9s late',
      'One alert of the last day left more than 5m late',
      'The disk is full.',
    ].map((text) => html.indexOf(text));
    expect(at.every((place) => place > 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });
});

describe('accounts', () => {
  test('are found by address, name and page, and listed a page at a time', async () => {
    const { alice } = await world(t);
    for (let i = 0; i < 26; i += 1) {
      t.clock.advance(SECOND);
      await t.deps.db.write('account', (tx) =>
        tx.run(sql`insert into accounts (id, name, slug, plan, created_at)
          values (${`acc_${i}`}, ${`Firm 100% <${i}>`}, ${`firm-${i}`}, 'pro', ${t.clock.now()})`),
      );
    }
    const read = async (path: string) => (await alice.browser.get(path)).text();
    const links = (html: string) => [...html.matchAll(/href="\/operator\/accounts\/(\w+)"/g)].map((m) => m[1]);
    const first = await read('/operator/accounts');
    expect(links(first)).toHaveLength(25);
    expect(first).toContain('Firm 100% &lt;25&gt;');
    const [, next = ''] = /rel="next" href="([^"]+)"/.exec(first) ?? [];
    const second = await read(next.replaceAll('&amp;', '&'));
    expect(links(second)).toHaveLength(3);
    expect(new Set([...links(first), ...links(second)]).size).toBe(28);
    expect(links(await read('/operator/accounts?q=MALLORY@'))).toHaveLength(1);
    expect(links(await read('/operator/accounts?q=alice-shop'))).toEqual([alice.accountId]);
    expect(links(await read('/operator/accounts?q=%25+%3C7'))).toEqual(['acc_7']);
    expect(links(await read('/operator/accounts?q=_irm'))).toEqual([]);
    expect(await read('/operator/accounts?q=zzz')).toContain('Nobody fits');
    expect((await alice.browser.get('/operator/accounts?after=nonsense')).status).toBe(422);
  });

  test('get a plan; the page says before what it pauses, and the account’s record who did it', async () => {
    const { alice, mallory } = await world(t);
    const page = `/operator/accounts/${mallory.accountId}`;
    await alice.browser.post(`${page}/plan`, { plan: 'business' });
    for (let i = 0; i < 7; i += 1) {
      const made = await mallory.browser.json('POST', '/api/monitors', {
        name: `M${i}`,
        type: 'http',
        target: `https://m${i}.example.com/`,
        interval_seconds: 60,
      });
      expect(made.status, await made.clone().text()).toBe(201);
    }
    const html = await (await alice.browser.get(page)).text();
    expect(html).toContain('This pauses 2 of its 7 running monitors and checks 7 less often. Nothing is deleted.');
    expect((await alice.browser.post(`${page}/plan`, { plan: 'gold' })).status).toBe(422);
    const done = await alice.browser.post(`${page}/plan`, { plan: 'free' });
    expect([done.status, done.headers.get('location')]).toEqual([303, page]);
    expect(await (await alice.browser.get(page)).text()).toContain('Monitors paused: 2, resumed: 0, slowed: 7.');
    const record = await t.deps.db.read.all(sql`select action, user_id, via, account_id from audit_log
      where action = 'plan.changed' order by id desc limit 1`);
    expect(record).toEqual([
      { action: 'plan.changed', user_id: alice.userId, via: 'page', account_id: mallory.accountId },
    ]);
    expect((await alice.browser.get('/operator/accounts/acc_nope')).status).toBe(404);
    expect((await alice.browser.post('/operator/accounts/acc_nope/plan', { plan: 'pro' })).status).toBe(404);
  });
});

describe('the notice', () => {
  test('stands on every page of everybody, escaped, until its time is over', async () => {
    const { alice, mallory } = await world(t);
    const put = (form: Record<string, string>) => alice.browser.post('/operator/notice', form);
    expect((await put({ text: '  ', tone: 'info', lasts: '' })).status).toBe(422);
    expect((await put({ text: 'x'.repeat(301), tone: 'info', lasts: '' })).status).toBe(422);
    const odd = await put({ text: 'Hello', tone: 'loud', lasts: '2d' });
    expect(odd.status).toBe(422);
    expect(await odd.text()).toContain('Choose how long it stays.');
    expect((await put({ text: 'New <b>disks</b> tonight', tone: 'warn', lasts: '1h' })).status).toBe(303);
    const shown = async () => (await mallory.browser.get('/dashboard')).text();
    expect(await shown()).toContain('New &lt;b&gt;disks&lt;/b&gt; tonight');
    t.clock.advance(HOUR);
    expect(await shown()).not.toContain('tonight');
    await put({ text: 'For good', tone: 'info', lasts: '' });
    t.clock.advance(1_000 * HOUR);
    await mallory.browser.post('/auth/login', { email: mallory.email, password: PASSWORD });
    expect(await shown()).toContain('For good');
    await alice.browser.post('/auth/login', { email: alice.email, password: PASSWORD });
    await put({ do: 'remove' });
    expect(await shown()).not.toContain('For good');
  });
});
