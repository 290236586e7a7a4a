import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { type TestApp, testApp, type Visitor } from '../support/app.ts';
import { addMember, PASSWORD, type Person, signUp } from '../support/world.ts';

let it: TestApp;
beforeAll(async () => {
  it = await testApp();
});
afterAll(() => it.close());

let alice: Person;
let bob: Person;
let mallory: Person;
let count = 0;

/** Bob owns an account of his own and is a viewer of Alice's. */
beforeEach(async () => {
  count += 1;
  alice = await signUp(it, `alice${count}@example.com`, `alice-${count}`, { plan: 'business' });
  bob = await signUp(it, `bob${count}@example.com`, `bob-${count}`, { plan: 'business' });
  mallory = await signUp(it, `mallory${count}@example.net`, `mallory-${count}`);
  await it.deps.db.write('arrange', (tx) =>
    tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
      values (${alice.accountId}, ${bob.userId}, 'viewer', ${it.clock.now()})`),
  );
});

async function accountOf(browser: Visitor): Promise<string | undefined> {
  const answer = await browser.json('GET', '/auth/me');
  return ((await answer.json()) as { account?: { id: string } }).account?.id;
}

describe('the switcher', () => {
  test('shows the account, and lists the others when there are any', async () => {
    const page = await (await bob.browser.get('/dashboard')).text();
    expect(page).toContain(`action="/accounts/${alice.accountId}/open"`);
    expect(page).not.toContain(`action="/accounts/${bob.accountId}/open"`);
    expect(await (await alice.browser.get('/dashboard')).text()).not.toContain('/open"');
    const list = await (await bob.browser.get('/accounts')).text();
    expect(list).toContain(`alice-${count}`);
    expect(list).toContain('viewer');
    expect(list).not.toContain(`mallory-${count}`);
  });

  test('opens a new session there and ends the old one', async () => {
    const before = bob.browser.cookies.get('sp_session');
    const answer = await bob.browser.post(`/accounts/${alice.accountId}/open`);
    expect(answer.headers.get('location')).toBe('/dashboard');
    expect(await accountOf(bob.browser)).toBe(alice.accountId);
    expect((await bob.browser.get('/monitors/new')).status).toBe(403);
    const stale = it.visitor();
    stale.cookies.set('sp_session', before ?? '');
    expect((await stale.json('GET', '/auth/me')).status).toBe(401);
  });

  test('opens nothing that is not one’s own', async () => {
    for (const id of [alice.accountId, 'acc_0000000000000000']) {
      expect((await mallory.browser.post(`/accounts/${id}/open`)).status).toBe(404);
    }
    expect(await accountOf(mallory.browser)).toBe(mallory.accountId);
  });

  test('the next log-in of this browser leads to the account worked in last, while one belongs to it', async () => {
    await bob.browser.post(`/accounts/${alice.accountId}/open`);
    await bob.browser.post('/auth/logout');
    await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect(await accountOf(bob.browser)).toBe(alice.accountId);
    const elsewhere = it.visitor();
    await elsewhere.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect(await accountOf(elsewhere)).toBe(bob.accountId);
    await alice.browser.json('DELETE', `/api/members/${bob.userId}`);
    await bob.browser.post('/auth/login', { email: bob.email, password: PASSWORD });
    expect(await accountOf(bob.browser)).toBe(bob.accountId);
  });

  test('programs get a new pair of tokens, and the old ones end', async () => {
    const program = it.visitor();
    type Tokens = { access_token: string; refresh_token: string };
    const first = (await (
      await program.json('POST', '/auth/login', { email: bob.email, password: PASSWORD })
    ).json()) as Tokens;
    program.token = first.access_token;
    const answer = await program.json('POST', '/auth/switch', { account_id: alice.accountId });
    expect(answer.status).toBe(200);
    expect((await program.json('GET', '/auth/me')).status).toBe(401);
    expect((await it.visitor().json('POST', '/auth/refresh', { refresh_token: first.refresh_token })).status).toBe(401);
    program.token = ((await answer.json()) as Tokens).access_token;
    expect(await accountOf(program)).toBe(alice.accountId);
    expect((await program.json('POST', '/auth/switch', { account_id: mallory.accountId })).status).toBe(404);
    expect((await program.json('POST', '/auth/switch', {})).status).toBe(422);
    expect((await it.visitor().json('POST', '/auth/switch', { account_id: bob.accountId })).status).toBe(401);
  });
});

describe('another account', () => {
  test('is made with a page, a channel and its owner, on the plan new accounts have', async () => {
    const answer = await bob.browser.post('/accounts', { name: 'Second <shop>', slug: `second-${count}` });
    expect(answer.headers.get('location')).toBe('/dashboard');
    expect(await (await bob.browser.json('GET', '/auth/me')).json()).toMatchObject({
      account: { name: 'Second <shop>', slug: `second-${count}`, plan: 'free', role: 'owner' },
    });
    expect((await it.visitor().get(`/s/second-${count}`)).status).toBe(200);
    expect(await (await bob.browser.get('/channels')).text()).toContain(bob.email);
    expect(await (await bob.browser.get('/accounts')).text()).toContain('Second &lt;shop&gt;');
  });

  test.each([
    ['no name', { name: ' ', slug: 'fine-slug' }, 'Give the account a name'],
    ['a slug that is taken', { name: 'X', slug: 'alice-1' }, 'is taken'],
    ['a slug of ours', { name: 'X', slug: 'admin' }, 'slug'],
  ])('is refused with %s, and the form keeps what was typed', async (_name, form, sentence) => {
    const answer = await bob.browser.post('/accounts', form);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain(sentence);
    expect(page).toContain(`value="${form.slug}"`);
    expect(await accountOf(bob.browser)).toBe(bob.accountId);
  });

  test('there are ten at most, asked for at once or not', async () => {
    await it.deps.db.write('arrange', async (tx) => {
      for (let i = 0; i < 8; i += 1) {
        const id = `acc_${count}_${i}`;
        await tx.run(
          sql`insert into accounts (id, name, slug, plan, created_at) values (${id}, 'X', ${id}, 'free', 1)`,
        );
        await tx.run(sql`insert into memberships (account_id, user_id, role, created_at)
          values (${id}, ${bob.userId}, 'owner', ${it.clock.now()})`);
      }
    });
    const browsers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const browser = it.visitor();
        await browser.post('/auth/login', { email: bob.email, password: PASSWORD });
        return browser;
      }),
    );
    const answers = await Promise.all(
      browsers.map((browser, i) => browser.post('/accounts', { name: `No ${i}`, slug: `many-${count}-${i}` })),
    );
    expect(answers.filter(({ headers }) => headers.get('location') === '/dashboard')).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
  });

  test('is not made where sign-ups are closed', async () => {
    it.deps.config.signups = 'closed';
    const answer = await bob.browser.post('/accounts', { name: 'X', slug: `closed-${count}` });
    it.deps.config.signups = 'open';
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('New accounts cannot be made here');
  });
});

describe('leaving', () => {
  test('ends with the next account one has', async () => {
    await bob.browser.post(`/accounts/${alice.accountId}/open`);
    expect(await (await bob.browser.get('/settings/members/leave')).text()).toContain(`Leave alice-${count}?`);
    const answer = await bob.browser.post('/settings/members/leave');
    expect(answer.headers.get('location')).toBe('/dashboard');
    expect(await accountOf(bob.browser)).toBe(bob.accountId);
    expect(await (await bob.browser.get('/accounts')).text()).not.toContain(alice.accountId);
    const record = await (await alice.browser.get('/settings/audit')).text();
    expect(record).toContain(bob.email);
  });

  test('the last one leads to where a new one is made', async () => {
    const carol = await addMember(it, alice, `carol${count}@example.com`, 'admin');
    const answer = await carol.browser.post('/settings/members/leave');
    expect(answer.headers.get('location')).toBe('/no-account');
    expect(await (await carol.browser.get('/no-account')).text()).toContain('You belong to no account');
    expect((await carol.browser.get('/dashboard')).status).toBe(303);
  });
});

describe('closing a log-in', () => {
  test('asks for the password and takes the person away', async () => {
    const carol = await addMember(it, alice, `carol${count}@example.com`, 'member');
    expect((await carol.browser.post('/settings/profile/close', { password: 'wrong password' })).status).toBe(422);
    const done = await carol.browser.post('/settings/profile/close', { password: PASSWORD });
    expect(done.headers.get('location')).toBe('/login');
    expect((await carol.browser.get('/dashboard')).headers.get('location')).toMatch(/^\/login/);
    expect((await carol.browser.post('/auth/login', { email: carol.email, password: PASSWORD })).status).not.toBe(303);
    const left = await it.deps.db.read.all(sql`select id from users where id = ${carol.userId}`);
    expect(left).toEqual([]);
    expect(await (await alice.browser.get('/settings/members')).text()).not.toContain(carol.email);
  });

  test('is not for whoever owns an account', async () => {
    const answer = await bob.browser.post('/settings/profile/close', { password: PASSWORD });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(`You own bob-${count}`);
    expect(await accountOf(bob.browser)).toBe(bob.accountId);
  });
});
