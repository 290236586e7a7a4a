import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setPlanByEmail } from '../../src/accounts/actions.ts';
import { setPlan } from '../../src/engine/plans.ts';
import { newId } from '../../src/db/ids.ts';
import { incidents } from '../../src/db/schema/incidents.ts';
import { monitors } from '../../src/db/schema/monitors.ts';
import { MINUTE } from '../../src/core/time.ts';
import { createUser } from '../../src/users/actions.ts';
import { resetPassword } from '../../src/users/password-actions.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { PASSWORD, type Person, type World, world } from '../support/world.ts';

let it: TestApp;
let w: World;
beforeEach(async () => {
  it = await testApp();
  w = await world(it);
});
afterEach(() => it.close());

const page = async (person: Person, path: string) => (await person.browser.get(path)).text();

describe('the settings of an account', () => {
  test('show the plan with its ten limits, locked ones naming the plan that opens them', async () => {
    const text = await page(w.alice, '/settings');
    for (const words of [
      'Free plan',
      '0 of 5 active',
      '5m',
      '24 hours',
      'E-mail alerts',
      'Webhook alerts',
      'API tokens',
    ]) {
      expect(text).toContain(words);
    }
    expect(text.match(/<th scope="row">/g)).toHaveLength(10);
    expect(text).toContain('Pro plan');
    expect(text).toContain('Business plan');
  });

  test('let the owner rename the account, and put it on record', async () => {
    expect((await w.alice.browser.post('/settings', { account_name: 'Shop <One>' })).status).toBe(303);
    const text = await page(w.alice, '/settings');
    expect(text).toContain('Shop &lt;One&gt;');
    expect(text).toContain('Saved.');
    expect(await page(w.alice, '/settings')).not.toContain('Saved.');
    expect(await page(w.alice, '/settings/audit')).toContain('Account renamed');
  });

  test('keep an unfit name in the form', async () => {
    const answer = await w.alice.browser.post('/settings', { account_name: 'x'.repeat(81) });
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text).toContain('Use at most 80 characters.');
    expect(text).toContain('x'.repeat(81));
  });

  test('are read by a viewer and changed by nobody but who may manage', async () => {
    const text = await page(w.bob, '/settings');
    expect(text).toContain('alice-shop');
    expect(text).not.toContain('name="account_name"');
    expect((await w.bob.browser.post('/settings', { account_name: 'Bob was here' })).status).toBe(403);
    expect(await page(w.alice, '/settings')).not.toContain('Bob was here');
  });

  test('are nobody else’s', async () => {
    await w.alice.browser.post('/settings', { account_name: 'Secret name' });
    for (const path of ['/settings', '/settings/audit'])
      expect(await page(w.mallory, path)).not.toContain('Secret name');
    await w.mallory.browser.post('/settings', {
      account_name: 'Hers',
      account_id: w.alice.accountId,
      plan: 'business',
    });
    const me = (await (await w.alice.browser.json('GET', '/auth/me')).json()) as { account: object };
    expect(me.account).toMatchObject({ name: 'Secret name', plan: 'free' });
    const hers = (await (await w.mallory.browser.json('GET', '/auth/me')).json()) as { account: object };
    expect(hers.account).toMatchObject({ name: 'Hers', plan: 'free' });
  });

  test('ask a stranger to log in', async () => {
    for (const path of ['/settings', '/settings/audit', '/settings/profile']) {
      const answer = await it.visitor().get(path);
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe(`/login?next=${encodeURIComponent(path)}`);
    }
  });
});

describe('changing the password', () => {
  const change = (current: string, password: string) =>
    w.alice.browser.post('/settings/profile/password', { current, password });

  test('asks for the present one, ends every other session and keeps this one', async () => {
    const elsewhere = it.visitor();
    await elsewhere.post('/auth/login', { email: w.alice.email, password: PASSWORD });
    const program = it.visitor();
    const login = await program.json('POST', '/auth/login', { email: w.alice.email, password: PASSWORD });
    program.token = ((await login.json()) as { access_token: string }).access_token;
    const old = w.alice.browser.cookies.get('sp_session') ?? '';
    const wrong = await change('not this one', 'another horse');
    expect(wrong.status).toBe(422);
    const text = await wrong.text();
    expect(text).toContain('That is not your password.');
    expect(text).not.toContain('another horse');
    expect((await elsewhere.json('GET', '/auth/me')).status).toBe(200);

    expect((await change(PASSWORD, 'another horse')).status).toBe(303);
    expect((await w.alice.browser.json('GET', '/auth/me')).status).toBe(200);
    expect((await elsewhere.json('GET', '/auth/me')).status).toBe(401);
    expect((await program.json('GET', '/auth/me')).status).toBe(401);
    const copy = it.visitor();
    copy.cookies.set('sp_session', old);
    expect((await copy.json('GET', '/auth/me')).status).toBe(401);
    expect((await it.accountMails(w.alice.email)).map(({ event }) => event)).toContain('password_changed');
  });

  test('cannot be guessed at an unlocked screen', async () => {
    for (let i = 0; i < 10; i++) expect((await change(`guess ${i}`, 'another horse')).status).toBe(422);
    expect((await change(PASSWORD, 'another horse')).status).toBe(429);
    it.clock.advance(15 * MINUTE);
    expect((await change(PASSWORD, 'another horse')).status).toBe(303);
  });
});

describe('changing the address', () => {
  const change = (email: string, password = PASSWORD) =>
    w.alice.browser.post('/settings/profile/email', { email, email_password: password });

  test('asks the password, tells the old address, must be confirmed, and alerts follow', async () => {
    const elsewhere = it.visitor();
    await elsewhere.post('/auth/login', { email: w.alice.email, password: PASSWORD });
    expect((await change('alice@new.example', 'not this one')).status).toBe(422);
    expect((await change('Alice@New.example')).status).toBe(303);
    expect((await elsewhere.json('GET', '/auth/me')).status).toBe(401);
    const me = (await (await w.alice.browser.json('GET', '/auth/me')).json()) as { user: object };
    expect(me.user).toMatchObject({ email: 'Alice@New.example', email_verified: false });
    const [told] = (await it.accountMails(w.alice.email)).filter(({ event }) => event === 'email_changed');
    expect(told?.data.newEmail).toBe('Alice@New.example');
    const [verify] = await it.accountMails('Alice@New.example');
    expect(verify?.event).toBe('verify');
    const rows = await it.deps.db.read.all<{ account_id: string; to: string; name: string }>(
      sql`select account_id, config ->> '$.to[0]' as "to", name from channels order by created_at, rowid`,
    );
    expect(rows.filter(({ account_id: id }) => id === w.alice.accountId)).toEqual([
      { account_id: w.alice.accountId, to: 'Alice@New.example', name: 'Alice@New.example' },
    ]);
    expect(rows.filter(({ account_id: id }) => id !== w.alice.accountId)[0]?.to).toBe('mallory@example.net');
    expect((await w.alice.browser.post(new URL(verify?.data.link ?? '').pathname)).status).toBe(303);
  });

  test('links sent to the old address die with it', async () => {
    await it.visitor().post('/reset', { email: w.alice.email });
    const [reset] = (await it.accountMails(w.alice.email)).filter(({ event }) => event === 'reset');
    await change('alice@new.example');
    const answer = await it.visitor().post(new URL(reset?.data.link ?? '').pathname, { password: 'another horse' });
    expect(answer.status).toBe(409);
  });

  test.each([
    ['rubbish', 'not an address', 'That is not an e-mail address.'],
    ['somebody else’s', 'MALLORY@example.net', 'There is an account with this address already.'],
    ['the present one', 'ALICE@example.com', 'That is your address already.'],
  ])('%s is refused beside the field', async (_name, email, sentence) => {
    const answer = await change(email);
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text).toContain(sentence);
    expect(text).toContain(`value="${email}"`);
  });
});

describe('the person', () => {
  test('gives a name and takes it away', async () => {
    await w.bob.browser.post('/settings/profile/name', { name: 'Bob <i>' });
    expect(await page(w.bob, '/settings/profile')).toContain('value="Bob &lt;i&gt;"');
    await w.bob.browser.post('/settings/profile/name', { name: ' ' });
    const me = (await (await w.bob.browser.json('GET', '/auth/me')).json()) as { user: object };
    expect(me.user).toMatchObject({ name: null });
  });
});

describe('a plan', () => {
  beforeEach(async () => {
    await setPlan(it.deps, w.alice.accountId, 'business');
    for (let i = 1; i <= 8; i++) await addMonitor(w.alice.accountId, `m${i}`, 30);
    await addMonitor(w.mallory.accountId, 'hers', 30);
  });

  test('that is smaller pauses the newest, slows the quick and deletes nothing', async () => {
    const [, , , , , , seventh] = await list();
    await openIncident(seventh?.no ?? 0);
    expect(await setPlanByEmail(it.deps, 'Alice@example.com', 'free')).toEqual({ paused: 3, resumed: 0, slowed: 8 });
    const after = await list();
    expect(after.map(({ name, paused_by: by }) => `${name} ${by ?? 'active'}`)).toEqual([
      'm1 active',
      'm2 active',
      'm3 active',
      'm4 active',
      'm5 active',
      'm6 plan',
      'm7 plan',
      'm8 plan',
    ]);
    expect(new Set(after.map(({ interval }) => interval))).toEqual(new Set([300]));
    expect(after.slice(5).map(({ next }) => next)).toEqual([null, null, null]);
    const open = await it.deps.db.read.all(sql`select id from incidents where resolved_at is null`);
    expect(open).toEqual([]);
    const text = await page(w.alice, '/settings');
    expect(text).toContain('3 monitors are');
    expect(text).toContain('This account moved to a smaller plan.');
    expect(await page(w.alice, '/settings/audit')).toContain(
      'from business, 3 monitors paused, 8 intervals lengthened',
    );
    const hers = await list(w.mallory.accountId);
    expect(hers).toMatchObject([{ paused_by: null, interval: 30 }]);
  });

  test('that is larger again wakes what the smaller one paused, and only that', async () => {
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update monitors set paused_at = 1, paused_by = 'person', next_check_at = null where name = 'm1'`),
    );
    expect(await setPlan(it.deps, w.alice.accountId, 'free')).toMatchObject({ paused: 2 });
    expect(await setPlan(it.deps, w.alice.accountId, 'pro')).toMatchObject({ paused: 0, resumed: 2 });
    const after = await list();
    expect(after.filter(({ paused_by: by }) => by !== null).map(({ name }) => name)).toEqual(['m1']);
    for (const { name, next } of after) if (name !== 'm1') expect(next).not.toBeNull();
    expect(await page(w.alice, '/settings')).not.toContain('This account moved to a smaller plan.');
  });

  test('is not found for an address that owns nothing', async () => {
    await expect(setPlanByEmail(it.deps, w.bob.email, 'pro')).rejects.toMatchObject({ code: 'not_found' });
    await expect(setPlanByEmail(it.deps, 'nobody@example.com', 'pro')).rejects.toMatchObject({ code: 'not_found' });
  });

  async function addMonitor(accountId: string, name: string, intervalSeconds: number): Promise<void> {
    await it.deps.db.write('arrange', async (tx) => {
      await tx.insert(monitors).values({
        id: newId('mon'),
        account_id: accountId,
        name,
        kind: 'http',
        target: 'http://127.0.0.1:9/',
        config: {},
        interval_seconds: intervalSeconds,
        timeout_seconds: 10,
        failure_threshold: 3,
        recovery_threshold: 1,
        public: true,
        tags: [],
        next_check_at: it.clock.now(),
        created_at: it.clock.now(),
      });
    });
  }

  async function openIncident(monitorNo: number): Promise<void> {
    const at = it.clock.now();
    const row = {
      id: newId('inc'),
      account_id: w.alice.accountId,
      monitor_no: monitorNo,
      started_at: at,
      opened_at: at,
    };
    await it.deps.db.write('arrange', async (tx) => {
      await tx.insert(incidents).values({ ...row, reason: 'connect_refused', message: 'refused' });
    });
  }

  function list(accountId = w.alice.accountId) {
    return it.deps.db.read.all<{
      no: number;
      name: string;
      paused_by: string | null;
      interval: number;
      next: number | null;
    }>(
      sql`select no, name, paused_by, interval_seconds as interval, next_check_at as next
          from monitors where account_id = ${accountId} order by no`,
    );
  }
});

describe('the operator', () => {
  test('makes a user whose address counts as confirmed', async () => {
    const made = await createUser(it.deps, { email: 'Carol.Smith@example.com', password: PASSWORD, plan: 'pro' });
    expect(made).toMatchObject({ email: 'Carol.Smith@example.com', slug: 'carol-smith' });
    const carol = it.visitor();
    await carol.post('/auth/login', { email: 'carol.smith@example.com', password: PASSWORD });
    expect(await (await carol.json('GET', '/auth/me')).json()).toMatchObject({
      user: { email_verified: true },
      account: { plan: 'pro', slug: 'carol-smith' },
    });
    expect(await it.accountMails('Carol.Smith@example.com')).toEqual([]);
    const second = await createUser(it.deps, { email: 'carol.smith@example.net', password: PASSWORD });
    expect(second.slug).toBe('carol-smith-status');
    await expect(
      createUser(it.deps, { email: 'x@example.com', password: PASSWORD, slug: 'carol-smith' }),
    ).rejects.toMatchObject({ code: 'invalid' });
    await expect(createUser(it.deps, { email: 'ALICE@example.com', password: PASSWORD })).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  test('sets a password and ends every session', async () => {
    await resetPassword(it.deps, w.alice.email, 'another horse');
    expect((await w.alice.browser.json('GET', '/auth/me')).status).toBe(401);
    expect((await it.visitor().post('/auth/login', { email: w.alice.email, password: 'another horse' })).status).toBe(
      303,
    );
    await expect(resetPassword(it.deps, 'nobody@example.com', 'another horse')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
