import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import type { Role } from '../../src/core/access.ts';
import type { Plan } from '../../src/core/plan.ts';
import { tokenHash } from '../../src/db/ids.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

let it: TestApp;
beforeAll(async () => {
  it = await testApp();
});
afterAll(() => it.close());

let alice: Person;
let mallory: Person;
let count = 0;

/** A fresh team for each test: Alice owns a Business account, Mallory another one. */
beforeEach(async () => {
  count += 1;
  alice = await signUp(it, `alice${count}@example.com`, `alice-${count}`, { plan: 'business' });
  mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`, { plan: 'business' });
});

const join = (name: string, role: Role) => addMember(it, alice, `${name}${count}@example.com`, role);
const setPlan = (plan: Plan) =>
  it.deps.db.write('arrange', (tx) => tx.run(sql`update accounts set plan = ${plan} where id = ${alice.accountId}`));

async function roleOf(person: Person): Promise<string | undefined> {
  const [row] = await it.deps.db.read.all<{ role: string }>(
    sql`select role from memberships where account_id = ${alice.accountId} and user_id = ${person.userId}`,
  );
  return row?.role;
}

async function audited(): Promise<string[]> {
  const rows = await it.deps.db.read.all<{ action: string }>(
    sql`select action from audit_log where account_id = ${alice.accountId} order by id`,
  );
  return rows.map(({ action }) => action);
}

const patch = (by: Person, whom: Person, role: string) =>
  by.browser.json('PATCH', `/api/members/${whom.userId}`, { role });
const remove = (by: Person, whom: Person) => by.browser.json('DELETE', `/api/members/${whom.userId}`);

describe('the list', () => {
  test('names everybody, to everybody of the account and nobody else', async () => {
    const bob = await join('bob', 'viewer');
    const answer = await bob.browser.json('GET', '/api/members');
    expect(await answer.json()).toMatchObject({
      data: [
        { id: alice.userId, email: alice.email, role: 'owner' },
        { id: bob.userId, email: bob.email, role: 'viewer' },
      ],
      next_cursor: null,
    });
    const page = await (await bob.browser.get('/settings/members')).text();
    expect(page).toContain(alice.email);
    expect(page).not.toContain('Invite somebody');
    expect(page).not.toContain(`/settings/members/${alice.userId}`);
    expect(await (await mallory.browser.get('/settings/members')).text()).not.toContain(alice.email);
  });

  test('a manager sees who waits and whom they may change', async () => {
    const admin = await join('admin', 'admin');
    const member = await join('member', 'member');
    await admin.browser.post('/settings/members', { email: 'new@example.org', role: 'viewer' });
    const page = await (await admin.browser.get('/settings/members')).text();
    expect(page).toContain('new@example.org');
    expect(page).toContain(`href="/settings/members/${member.userId}"`);
    expect(page).not.toContain(`href="/settings/members/${alice.userId}"`);
  });
});

describe('a role', () => {
  test('counts at once, in the session that is open', async () => {
    const bob = await join('bob', 'viewer');
    expect((await bob.browser.get('/monitors/new')).status).toBe(403);
    expect(await (await patch(alice, bob, 'member')).json()).toMatchObject({ id: bob.userId, role: 'member' });
    expect((await bob.browser.get('/monitors/new')).status).toBe(200);
    await alice.browser.post(`/settings/members/${bob.userId}`, { role: 'viewer' });
    expect((await bob.browser.get('/monitors/new')).status).toBe(403);
    expect(await audited()).toEqual(expect.arrayContaining(['member.role_changed']));
  });

  test('nobody gives or takes one above their own, nor makes an owner', async () => {
    const admin = await join('admin', 'admin');
    const member = await join('member', 'member');
    expect((await patch(admin, alice, 'viewer')).status).toBe(403);
    expect((await remove(admin, alice)).status).toBe(403);
    expect((await patch(admin, member, 'owner')).status).toBe(422);
    expect((await patch(alice, member, 'owner')).status).toBe(422);
    expect((await patch(member, admin, 'viewer')).status).toBe(403);
    expect((await patch(admin, member, 'admin')).status).toBe(200);
    expect(await roleOf(alice)).toBe('owner');
  });

  test('a field nobody knows is refused by its name', async () => {
    const bob = await join('bob', 'viewer');
    const answer = await alice.browser.json('PATCH', `/api/members/${bob.userId}`, { role: 'member', account_id: 'x' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('account_id');
    expect(await roleOf(bob)).toBe('viewer');
  });

  test('the only owner stays one', async () => {
    const answer = await patch(alice, alice, 'viewer');
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('needs an owner');
    expect((await remove(alice, alice)).status).toBe(409);
    expect((await alice.browser.post('/settings/members/leave')).status).toBe(409);
    expect(await roleOf(alice)).toBe('owner');
  });

  test('of two admins who lower each other at once, one is lowered', async () => {
    const one = await join('one', 'admin');
    const two = await join('two', 'admin');
    const statuses = await Promise.all([patch(one, two, 'viewer'), patch(two, one, 'viewer')]);
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 403]));
    expect([await roleOf(one), await roleOf(two)]).toEqual(expect.arrayContaining(['admin', 'viewer']));
  });

  test('of two owners who leave at once, one stays', async () => {
    const other = await join('other', 'owner');
    const statuses = await Promise.all([alice, other].map(({ browser }) => browser.post('/settings/members/leave')));
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining([303, 409]));
    const owners = await it.deps.db.read.all(
      sql`select user_id from memberships where account_id = ${alice.accountId} and role = 'owner'`,
    );
    expect(owners).toHaveLength(1);
  });
});

describe('a removed member', () => {
  test('has nothing left: sessions, API tokens, report mails', async () => {
    const bob = await join('bob', 'member');
    const made = await bob.browser.json('POST', '/api/tokens', { name: 'script', scopes: ['read'] });
    expect(made.status).toBe(201);
    const { token } = (await made.json()) as { token: string };
    const program = it.visitor();
    program.token = token;
    expect((await program.json('GET', '/api/monitors')).status).toBe(200);
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into report_subscriptions (account_id, user_id, period, timezone, next_at)
        values (${alice.accountId}, ${bob.userId}, 'week', 'UTC', ${it.clock.now()})`),
    );
    expect((await remove(alice, bob)).status).toBe(204);
    expect((await bob.browser.get('/dashboard')).headers.get('location')).toMatch(/^\/login/);
    expect((await program.json('GET', '/api/monitors')).status).toBe(401);
    const left = await it.deps.db.read.all(sql`
      select user_id from sessions where user_id = ${bob.userId}
      union all select user_id from api_tokens where user_id = ${bob.userId}
      union all select user_id from report_subscriptions where user_id = ${bob.userId}`);
    expect(left).toEqual([]);
    expect(await audited()).toEqual(expect.arrayContaining(['member.removed']));
  });

  test('sees their open stream end', async () => {
    const bob = await join('bob', 'viewer');
    const answer = await bob.browser.get('/live');
    const reader = answer.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('ready');
    expect((await alice.browser.post(`/settings/members/${bob.userId}/remove`)).status).toBe(303);
    let end = await reader?.read();
    while (end && !end.done) end = await reader?.read();
    expect(end?.done).toBe(true);
  });

  test('keeps what is theirs elsewhere', async () => {
    const bob = await join('bob', 'member');
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
        values (${mallory.accountId}, ${bob.userId}, 'viewer', ${it.clock.now()})`),
    );
    await remove(alice, bob);
    const again = await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect(again.headers.get('location')).toBe('/dashboard');
    const me = (await (await bob.browser.json('GET', '/auth/me')).json()) as { account: { id: string } };
    expect(me.account.id).toBe(mallory.accountId);
  });

  test('with no account left is told so and makes one', async () => {
    const bob = await join('bob', 'member');
    await remove(alice, bob);
    const entered = await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect(entered.headers.get('location')).toBe('/no-account');
    expect(await (await bob.browser.get('/no-account')).text()).toContain('You belong to no account');
    const taken = await bob.browser.post('/no-account', { name: 'Bob', slug: alice.slug });
    expect(taken.status).toBe(422);
    expect(await taken.text()).toContain('is taken');
    const made = await bob.browser.post('/no-account', { name: 'Bob & Co', slug: `bob-co-${count}` });
    expect(made.headers.get('location')).toBe('/dashboard');
    expect(await (await bob.browser.json('GET', '/auth/me')).json()).toMatchObject({
      account: { name: 'Bob & Co', role: 'owner', plan: 'free' },
    });
    const program = await it.visitor().json('POST', '/auth/login', { email: bob.email, password: PASSWORD });
    expect(program.status).toBe(200);
  });

  test('is known no longer once they log out', async () => {
    const bob = await join('bob', 'member');
    await remove(alice, bob);
    await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect((await bob.browser.get('/no-account')).status).toBe(200);
    expect((await bob.browser.post('/auth/logout')).headers.get('location')).toBe('/login');
    expect((await bob.browser.get('/no-account')).headers.get('location')).toBe('/login');
  });

  test('takes along whom they asked in: nobody comes back by an invitation of their own', async () => {
    const [admin, lowered] = [await join('admin', 'admin'), await join('lowered', 'admin')];
    for (const by of [admin, lowered]) {
      await by.browser.json('POST', '/api/members', { email: `own-${by.userId}@example.org`, role: 'admin' });
    }
    const links = await Promise.all(
      [admin, lowered].map(async ({ userId }) => {
        const [mail] = await it.accountMails(`own-${userId}@example.org`);
        return new URL(mail?.data.link ?? 'http://none.invalid/').pathname;
      }),
    );
    for (const link of links) expect((await it.visitor().get(link)).status).toBe(200);
    await remove(alice, admin);
    await patch(alice, lowered, 'member');
    for (const link of links) expect((await it.visitor().get(link)).status).toBe(404);
  });

  test('a change of password ends the way to a new account', async () => {
    const bob = await join('bob', 'member');
    await remove(alice, bob);
    await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update users set token_version = token_version + 1 where id = ${bob.userId}`),
    );
    expect((await bob.browser.get('/no-account')).headers.get('location')).toBe('/login');
    const made = await bob.browser.post('/no-account', { name: 'Bob', slug: `bob-late-${count}` });
    expect(made.headers.get('location')).toBe('/login');
  });
});

describe('somebody else’s team', () => {
  test('a member of another account is an id that never was', async () => {
    const bob = await join('bob', 'member');
    for (const id of [bob.userId, 'usr_0000000000000000']) {
      expect((await mallory.browser.json('PATCH', `/api/members/${id}`, { role: 'viewer' })).status).toBe(404);
      expect((await mallory.browser.json('DELETE', `/api/members/${id}`)).status).toBe(404);
      expect((await mallory.browser.get(`/settings/members/${id}`)).status).toBe(404);
      expect((await mallory.browser.post(`/settings/members/${id}`, { role: 'viewer' })).status).toBe(404);
    }
    expect(await roleOf(bob)).toBe('member');
  });

  test('API tokens manage nobody, whatever their scopes', async () => {
    const bob = await join('bob', 'viewer');
    const made = await alice.browser.json('POST', '/api/tokens', { name: 'all', scopes: ['read', 'write'] });
    const program = it.visitor();
    program.token = ((await made.json()) as { token: string }).token;
    expect((await program.json('GET', '/api/members')).status).toBe(200);
    expect((await program.json('PATCH', `/api/members/${bob.userId}`, { role: 'admin' })).status).toBe(403);
    expect((await program.json('POST', '/api/members', { email: 'x@example.org', role: 'viewer' })).status).toBe(403);
    expect((await program.json('DELETE', `/api/members/${bob.userId}`)).status).toBe(403);
    expect(await roleOf(bob)).toBe('viewer');
  });
});

describe('a plan without a team (E77, E78)', () => {
  test.each(['free', 'pro'] as const)('on %s nobody is invited and no role is changed', async (plan) => {
    const bob = await join('bob', 'viewer');
    await setPlan(plan);
    const invited = await alice.browser.json('POST', '/api/members', { email: 'x@example.org', role: 'viewer' });
    expect(invited.status).toBe(403);
    expect(await invited.json()).toMatchObject({ code: 'limit', detail: expect.stringContaining('Business') });
    expect((await patch(alice, bob, 'member')).status).toBe(403);
    expect(await (await alice.browser.get('/settings/members')).text()).toContain('Business plan');
    expect(await it.deps.db.read.all(sql`select id from invitations where account_id = ${alice.accountId}`)).toEqual(
      [],
    );
  });

  test('who was there looks on, until the plan has a team again', async () => {
    const member = await join('member', 'member');
    const admin = await join('admin', 'admin');
    await setPlan('free');
    expect((await member.browser.get('/monitors/new')).status).toBe(403);
    expect((await admin.browser.json('DELETE', `/api/members/${member.userId}`)).status).toBe(403);
    const page = await (await member.browser.get('/dashboard')).text();
    expect(page).toContain('You may only look for now');
    expect(await (await alice.browser.get('/dashboard')).text()).not.toContain('You may only look for now');
    expect((await alice.browser.get('/monitors/new')).status).toBe(200);
    await setPlan('business');
    expect((await member.browser.get('/monitors/new')).status).toBe(200);
    expect(await roleOf(admin)).toBe('admin');
  });

  test('the owner may still take somebody out', async () => {
    const bob = await join('bob', 'member');
    await setPlan('free');
    expect((await remove(alice, bob)).status).toBe(204);
  });
});

describe('handing over', () => {
  test('swaps the roles at once, tells both, is on record', async () => {
    const bob = await join('bob', 'member');
    const form = { user_id: bob.userId, password: 'wrong password' };
    const wrong = await alice.browser.post('/settings/ownership', form);
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('That is not your password');
    const done = await alice.browser.post('/settings/ownership', { ...form, password: PASSWORD });
    expect(done.headers.get('location')).toBe('/settings/members');
    expect([await roleOf(alice), await roleOf(bob)]).toEqual(['admin', 'owner']);
    expect((await alice.browser.get('/settings/ownership')).status).toBe(403);
    expect((await bob.browser.get('/settings/ownership')).status).toBe(200);
    for (const { email } of [alice, bob]) {
      expect((await it.accountMails(email)).map(({ event }) => event)).toContain('ownership');
    }
    expect(await audited()).toEqual(expect.arrayContaining(['account.handed_over']));
  });

  test('only to a member with a confirmed address, and only by the owner', async () => {
    const admin = await join('admin', 'admin');
    const unverified = await join('new', 'member');
    await it.deps.db.write('arrange', (tx) =>
      tx.run(sql`update users set email_verified_at = null where id = ${unverified.userId}`),
    );
    for (const user_id of [unverified.userId, mallory.userId, alice.userId, 'usr_0000000000000000', '']) {
      const answer = await alice.browser.post('/settings/ownership', { user_id, password: PASSWORD });
      expect(answer.status).toBe(422);
    }
    const byAdmin = await admin.browser.post('/settings/ownership', { user_id: admin.userId, password: PASSWORD });
    expect(byAdmin.status).toBe(403);
    expect(await roleOf(alice)).toBe('owner');
  });

  test('twice at once makes one owner', async () => {
    const [bob, carol] = [await join('bob', 'member'), await join('carol', 'member')];
    const statuses = await Promise.all(
      [bob, carol].map(({ userId }) =>
        alice.browser.post('/settings/ownership', { user_id: userId, password: PASSWORD }),
      ),
    );
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining([303, 403]));
    const owners = await it.deps.db.read.all(
      sql`select user_id from memberships where account_id = ${alice.accountId} and role = 'owner'`,
    );
    expect(owners).toHaveLength(1);
  });
});

test('nothing of an invitation’s link is kept but its hash', async () => {
  await alice.browser.json('POST', '/api/members', { email: 'new@example.org', role: 'viewer' });
  const [mail] = (await it.accountMails('new@example.org')).slice(-1);
  const token = mail?.data.link?.split('/').at(-1) ?? '';
  expect(token.length).toBeGreaterThan(20);
  const rows = await it.deps.db.read.all<{ hash: string }>(
    sql`select * from invitations where account_id = ${alice.accountId}`,
  );
  expect(rows[0]?.hash).toBe(tokenHash(token));
  expect(JSON.stringify(rows)).not.toContain(token);
});
