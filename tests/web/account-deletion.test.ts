import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { createHistory } from '../../src/engine/history.ts';
import { resetPassword } from '../../src/users/password-actions.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

let it: TestApp;
beforeAll(async () => {
  it = await testApp();
});
afterAll(() => it.close());

let alice: Person;
let count = 0;
beforeEach(async () => {
  count += 1;
  alice = await signUp(it, `alice${count}@example.com`, `alice-${count}`, { plan: 'business' });
});

const end = (name = `alice-${count}`, password = PASSWORD) =>
  alice.browser.post('/settings/delete', { name, password });
const rows = (query: ReturnType<typeof sql>) => it.deps.db.read.all<{ n: number }>(query);

async function addMonitors(n: number): Promise<void> {
  const now = it.clock.now();
  await it.deps.db.write('arrange', async (tx) => {
    for (let i = 0; i < n; i += 1) {
      await tx.run(sql`insert into monitors (id, account_id, name, kind, target, config, interval_seconds,
          timeout_seconds, failure_threshold, recovery_threshold, public, tags, next_check_at, created_at)
        values (${`mon_${count}_${i}`}, ${alice.accountId}, 'Shop', 'http', 'http://127.0.0.1:9/', '{}', 300, 5, 3, 1, 1,
          '[]', ${now}, ${now})`);
    }
  });
}

test('the page says what goes and asks for name and password', async () => {
  await addMonitors(3);
  const page = await (await alice.browser.get('/settings/delete')).text();
  expect(page).toMatch(/Monitors, with all their results and incidents<\/th><td class="num">3</);
  const other = await end('another name');
  expect(other.status).toBe(422);
  expect(await other.text()).toContain('That is not the name of this account');
  expect((await end(`alice-${count}`, 'wrong password')).status).toBe(422);
  expect((await alice.browser.get('/dashboard')).status).toBe(200);
});

test('only the owner may', async () => {
  const admin = await addMember(it, alice, `admin${count}@example.com`, 'admin');
  expect((await admin.browser.get('/settings/delete')).status).toBe(403);
  const answer = await admin.browser.post('/settings/delete', { name: `alice-${count}`, password: PASSWORD });
  expect(answer.status).toBe(403);
  expect(await (await admin.browser.get('/settings')).text()).not.toContain('/settings/delete');
});

test('a plan that is paid for is cancelled first', async () => {
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into subscriptions (account_id, customer_id, subscription_id, status)
      values (${alice.accountId}, ${`cus_${count}`}, ${`sub_${count}`}, 'active')`),
  );
  const answer = await end();
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain('Cancel the plan first');
  await it.deps.db.write('arrange', (tx) => tx.run(sql`update subscriptions set status = 'canceled'`));
  expect((await end()).status).toBe(303);
});

test('the name is taken as a keyboard writes it', async () => {
  await alice.browser.post('/settings', { account_name: 'Alice’s  “Shop”' });
  expect((await end('alice\'s "shop"')).headers.get('location')).toBe('/no-account');
});

test('everybody is out at once, pages and addresses are free, nothing is sent or checked', async () => {
  await addMonitors(1);
  const bob = await addMember(it, alice, `bob${count}@example.com`, 'viewer');
  await alice.browser.json('POST', '/api/members', { email: `new${count}@example.org`, role: 'viewer' });
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into deliveries (id, account_id, event, dedup_key, payload, state, next_attempt_at, created_at)
      values (${`dlv_${count}`}, ${alice.accountId}, 'down', ${`k${count}`}, '{"secret":1}', 'queued',
        ${it.clock.now()}, ${it.clock.now()})`),
  );
  const live = await bob.browser.get('/live');
  const reader = live.body?.getReader();
  await reader?.read();
  const done = await end();
  expect(done.headers.get('location')).toBe('/no-account');
  expect((await bob.browser.get('/dashboard')).headers.get('location')).toMatch(/^\/login/);
  let last = await reader?.read();
  while (last && !last.done) last = await reader?.read();
  expect((await it.visitor().get(`/s/alice-${count}`)).status).toBe(404);
  expect(await (await alice.browser.get('/no-account')).text()).toContain('You belong to no account');
  const left = await rows(sql`
    select 1 as n from memberships where account_id = ${alice.accountId}
    union all select 2 from sessions where account_id = ${alice.accountId}
    union all select 3 from invitations where account_id = ${alice.accountId}
    union all select 4 from status_pages where account_id = ${alice.accountId}
    union all select 5 from monitors where account_id = ${alice.accountId} and (deleted_at is null or next_check_at is not null)
    union all select 6 from deliveries where account_id = ${alice.accountId} and state in ('queued', 'failed')
    union all select 7 from accounts where id = ${alice.accountId} and deleted_at is null`);
  expect(left).toEqual([]);
  const resting = await rows(sql`select 1 as n from released_slugs where slug = ${`alice-${count}`}`);
  expect(resting).toHaveLength(1);
  const stranger = await it.visitor().post('/auth/signup', {
    email: `stranger${count}@example.net`,
    password: PASSWORD,
    slug: `alice-${count}`,
  });
  expect(stranger.status).toBe(422);
});

test('another account of the person is offered, and nobody else’s is touched', async () => {
  const mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`);
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
      values (${mallory.accountId}, ${alice.userId}, 'viewer', ${it.clock.now()})`),
  );
  await end();
  expect(await (await alice.browser.get('/no-account')).text()).toContain(`Open mallory-${count}`);
  expect((await alice.browser.post(`/no-account/${alice.accountId}/open`)).status).toBe(404);
  expect((await alice.browser.post(`/no-account/${mallory.accountId}/open`)).headers.get('location')).toBe(
    '/dashboard',
  );
  expect((await mallory.browser.get('/dashboard')).status).toBe(200);
  expect((await it.visitor().get(`/s/mallory-${count}`)).status).toBe(200);
});

test('whose password is another one by then is not let in between', async () => {
  const { passwords } = it.deps;
  const verify = passwords.verify.bind(passwords);
  // The hash takes its time, and meanwhile the owner of the mailbox has chosen a new one.
  passwords.verify = async (password, hash) => {
    passwords.verify = verify;
    const right = await verify(password, hash);
    await resetPassword(it.deps, alice.email, 'another long sentence');
    return right;
  };
  expect((await end()).status).toBe(303);
  const between = await alice.browser.get('/no-account');
  expect([between.status, between.headers.get('location')]).toEqual([303, '/login']);
});

test('a thousand monitors go in one short transaction', async () => {
  await addMonitors(1_000);
  const write = it.deps.db.write.bind(it.deps.db);
  const statements: string[] = [];
  it.deps.db.write = (name, change) =>
    write(name, (tx) => {
      const run = tx.run.bind(tx);
      tx.run = (query) => {
        statements.push(name);
        return run(query);
      };
      return change(tx);
    });
  try {
    expect((await end()).status).toBe(303);
  } finally {
    it.deps.db.write = write;
  }
  // The number of statements does not grow with the number of monitors.
  expect(statements.filter((name) => name === 'delete account').length).toBeLessThan(10);
  const [living] = await rows(
    sql`select count(*) as n from monitors where account_id = ${alice.accountId} and deleted_at is null`,
  );
  expect(living?.n).toBe(0);
  await it.deps.db.write('tidy', (tx) => tx.run(sql`delete from monitors where account_id = ${alice.accountId}`));
});

test('what is left is purged once the monitors are', async () => {
  await addMonitors(2);
  await end();
  await createHistory(it.deps).run();
  const left = await rows(sql`
    select 1 as n from accounts where id = ${alice.accountId}
    union all select 2 from monitors where account_id = ${alice.accountId}
    union all select 3 from audit_log where account_id = ${alice.accountId}
    union all select 4 from deliveries where account_id = ${alice.accountId}`);
  expect(left).toEqual([]);
  const [person] = await rows(sql`select count(*) as n from users where id = ${alice.userId}`);
  expect(person?.n).toBe(1);
});
